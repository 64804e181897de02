#!/usr/bin/env python3
"""mailrig explain: what became of a delivery, why, and what would have, with the policies of the run."""
import contextlib
import json
import sqlite3
import unittest

import product

# A newcomer who does not sign, at a provider that files newcomers' mail as spam.
SCENARIO = """\
name: newcomer
seed: 5
start: 2026-03-02T08:00:00Z
senders:
  shop: { domain: shop.example, ips: [198.18.2.10], spf: "v=spf1 -all" }
receivers:
  strict:
    profile: postgrey-site
    domains: [strict.example]
    greylist: { enabled: false }
    reputation: { identities: [ip, dkim_domain, hdr_domain], initial_daily_cap: 1000 }
    placement: { base: 90%, junk_below: 50%, spread: 0%, new_sender_penalty: 30% }
lists: { people: { count: 40 } }
mail: { order: {} }
traffic:
  - { mail: order, list: people, schedule: { rate: 10/m, count: 40 } }
end: { drain: 1h }
"""

# Somebody whom every provider lets in.
KNOWN = """\
name: known
seed: 5
start: 2026-03-02T00:00:00Z
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10]
    ptr: mta.shop.example
    helo: mta.shop.example
    spf: "v=spf1 ip4:198.18.2.10 -all"
    dkim: [{ selector: s1 }]
    dmarc: "v=DMARC1; p=reject"
    known: { for: 60d, daily: 1M }
receivers: { RECEIVERS }
lists: { people: { count: 1000 } }
mail: { news: { kind: marketing } }
traffic:
  - { mail: news, list: people, schedule: { rate: 20/m, count: 400 } }
end: { drain: 72h }
"""
PROVIDERS = ["gmail", "outlook", "yahoo", "icloud", "qq", "netease", "gmx", "orange", "mailru", "yandex", "comcast",
             "proofpoint"]

# More than a newcomer may send on his first day, at a provider that says so before it hears of a message.
CROWD = """\
name: crowd
seed: 5
start: 2026-03-02T23:00:00Z
senders:
  shop: { domain: shop.example, ips: [198.18.2.10], spf: "v=spf1 ip4:198.18.2.10 -all", retry: [20m], connections: 1 }
receivers:
  strict:
    profile: postgrey-site
    domains: [strict.example]
    greylist: { enabled: false }
    reputation: { identities: [ip], initial_daily_cap: 5, hold: 10m }
    placement: { new_sender_penalty: 30% }
    phases: { reputation_throttled: PHASE }
lists: { people: { count: 12 } }
mail: { order: {} }
traffic:
  - { mail: order, list: people, schedule: { rate: 10/m, count: 12 } }
end: { drain: 72h }
"""


class Explain(product.ProductTest):
    def run_folder(self):
        out = self.folder / "run"
        ran = product.mailrig("simulate", self.write("newcomer.yaml", SCENARIO), "--out", out)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return out

    def explain(self, *args, status=0):
        ran = product.mailrig("explain", *args)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran

    def told(self, *args):
        return json.loads(self.explain(*args, "--format", "json").stdout)

    def test_every_judgement_asked_again_is_what_was_judged(self):
        out = self.run_folder()
        with contextlib.closing(sqlite3.connect(out / "run.db")) as database:
            recorded = database.execute(
                "select delivery, coalesce(reason, ''), score, spam_below from judgement order by delivery").fetchall()
        self.assertEqual(len(recorded), 40)
        for delivery, reason, score, spam_below in recorded[::7]:
            told = self.told(out, delivery)
            self.assertEqual(told["judgement"]["outcome"], told["fate"])
            self.assertEqual(told["judgement"]["reason"], reason)
            self.assertEqual(round(told["judgement"]["score"] * 1000), score)
            self.assertEqual(round(told["judgement"]["spam_below"] * 1000), spam_below)
            self.assertEqual(told["attempts"][-1]["event"], "accepted")

    def test_every_providers_judgement_asked_again_is_what_was_judged(self):
        out = self.folder / "known"
        receivers = ", ".join(f"{name}: {{}}" for name in PROVIDERS)
        ran = product.mailrig("simulate", self.write("known.yaml", KNOWN.replace("RECEIVERS", receivers)), "--out", out)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        with contextlib.closing(sqlite3.connect(out / "run.db")) as database:
            deliveries = dict(database.execute(
                "select receiver, max(delivery) from message where placement is not null group by receiver"))
        self.assertEqual(set(deliveries), set(PROVIDERS))
        for receiver, delivery in deliveries.items():
            with self.subTest(receiver):
                told = self.told(out, delivery)
                self.assertEqual(told["judgement"]["outcome"], told["fate"])

    def test_the_parts_of_the_score_add_up(self):
        judgement = self.told(self.run_folder(), 1)["judgement"]
        self.assertEqual(judgement["outcome"], "spam")
        self.assertEqual(judgement["reason"], "reputation")
        parts = {part["factor"]: part["points"] for part in judgement["contributions"]}
        self.assertIn("authentication", parts)
        self.assertLess(parts["new"], 0)
        total = sum(part["points"] for part in judgement["contributions"])
        self.assertAlmostEqual(0.9 + total, judgement["score"], places=6)

    def test_what_if(self):
        out = self.run_folder()
        signed = self.told(out, 1, "--what-if", "dkim=pass,ip.age=30d,domain.age=30d")
        self.assertEqual(signed["what_if"]["outcome"], "inbox")
        self.assertEqual(signed["what_if"]["contributions"], [])
        # The judgement itself is told as it was.
        self.assertEqual(signed["judgement"]["outcome"], "spam")
        first = signed["recipient"]
        text = self.explain(out, first, "--what-if", "dkim=pass,ip.age=30d,domain.age=30d").stdout
        self.assertIn(f"{first}: spam", text)
        self.assertRegex(text, r"what if dkim=pass,ip.age=30d,domain.age=30d: inbox")
        self.assertRegex(text, r"-0\.\d+  new \(ip\)")

    def test_a_session_refused_for_its_reputation_has_its_reasons(self):
        for mode, phase in (("simulate", "mail"), ("simulate", "connect"), ("run", "mail")):
            with self.subTest(mode, phase=phase):
                out = self.folder / f"{mode}-{phase}"
                ran = product.mailrig(mode, self.write("crowd.yaml", CROWD.replace("PHASE", phase)), "--out", out,
                                      *(["--speed", "300"] if mode == "run" else []))
                self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
                with contextlib.closing(sqlite3.connect(out / "run.db")) as database:
                    row, first = database.execute(
                        "select delivery, n from attempt where event = 'reputation_throttled' and delivery is not null "
                        "order by seq limit 1").fetchone()
                told = self.told(out, row, "--attempt", first)
                judged = told["judgement"]
                self.assertEqual((judged["outcome"], judged["phase"], judged["attempt"]), ("deferred", phase, first))
                self.assertEqual(judged["reason"], "reputation_throttled")
                self.assertLess({part["factor"]: part["points"] for part in judged["contributions"]}["new"], 0)
                # Of the sender alone: nothing is known of a message.
                self.assertNotIn("spam_below", judged)
                known = self.told(out, row, "--attempt", first, "--what-if", "ip.age=30d,ip.max=1000")["what_if"]
                self.assertEqual((known["outcome"], known["phase"]), ("let in", phase))
                self.assertIn("what if ip.today=3: let in at", self.explain(
                    out, row, "--attempt", first, "--what-if", "ip.today=3").stdout)
                self.assertIn("not known before data", self.explain(
                    out, row, "--attempt", first, "--what-if", "dkim=pass", status=2).stderr)
                # Without a number it is the attempt that was judged last.
                self.assertGreater(self.told(out, row)["judgement"]["attempt"], first)

    def test_a_message_is_found_by_its_id(self):
        out = self.run_folder()
        told = self.told(out, 3)
        self.assertEqual(self.told(out, told["message"])["delivery"], 3)

    def test_bad_questions(self):
        out = self.run_folder()
        self.assertIn("did you mean 'dkim'", self.explain(out, 1, "--what-if", "dkin=pass", status=2).stderr)
        self.assertIn("expected pass", self.explain(out, 1, "--what-if", "dkim=maybe", status=2).stderr)
        self.assertIn("fact=value", self.explain(out, 1, "--what-if", "dkim", status=2).stderr)
        self.assertIn("did you mean 'ip.age'", self.explain(out, 1, "--what-if", "ip.ago=3d", status=2).stderr)
        self.assertIn("no delivery '99'", self.explain(out, 99, status=2).stderr)
        self.assertIn("1 on record", self.explain(out, 1, "--attempt", 2, status=2).stderr)
        self.assertIn("names no delivery", self.explain(out, "first", status=2).stderr)
        self.assertIn("is this the folder of a run?", self.explain(self.folder, 1, status=2).stderr)


if __name__ == "__main__":
    unittest.main()
