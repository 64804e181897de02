#!/usr/bin/env python3
"""Warm-up as users see it: plans, gates and what they carry over, traces out of logs."""
import collections
import json
import subprocess
import unittest

import product

GATED = """
start: 2026-03-02T00:00:00Z
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10, 198.18.2.11]
    warmup: { days: [20, 30, 40] }
receivers:
  one: { profile: sink, domains: [one.example], mx: ['10 mx.one.example'] }
  two: { profile: sink, domains: [two.example], mx: ['10 mx.two.example'] }
lists: { people: { count: 400 } }
mail: { news: {}, survey: {} }
traffic:
  - { mail: news, list: people, schedule: { burst: 200 } }
  - { mail: survey, list: people, at: 12h, schedule: { burst: 200 } }
end: { drain: 10d }
"""

LOG = """\
Mar  2 08:00:00 mta1 postfix/qmgr[7]: A1: from=<a@shop.example>, size=5000, nrcpt=2 (queue active)
Mar  2 08:00:01 mta1 postfix/smtp[8]: A1: to=<anna@one.example>, relay=x, dsn=2.0.0, status=sent (ok)
this is no log line
Mar  2 08:00:01 mta1 postfix/smtp[8]: A1: to=<bert@two.example>, relay=x, dsn=2.0.0, status=sent (ok)
Mar  2 09:00:00 mta1 postfix/qmgr[7]: A2: from=<a@shop.example>, size=7000, nrcpt=1 (queue active)
Mar  2 09:00:01 mta1 postfix/smtp[8]: A2: to=<anna@one.example>, relay=x, dsn=4.2.0, status=deferred (later)
"""


class Gate(product.ProductTest):
    def test_carries_over_what_exceeds_the_cap_and_loses_nothing(self):
        file = self.write("gated.yaml", GATED)
        ran = product.mailrig("simulate", file, "--out", self.folder / "run")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        summary = product.summary(self.folder / "run")
        self.assertEqual(summary["totals"]["deliveries"], 400)
        self.assertEqual(summary["totals"]["discarded"], 400)
        for name in ("one", "two"):
            days = summary["receivers"][name]["days"]
            sent = collections.Counter()
            waiting = collections.Counter()
            for day in days:
                self.assertLessEqual(day["accepted"], day["cap"], day)
                sent[day["day"]] += day["accepted"]
                waiting[day["day"]] += day["carried_over"]
            # Two addresses, with 20, 30 and then 40 copies a day each.
            self.assertEqual(dict(sent), {1: 40, 2: 60, 3: 80, 4: 20})
            self.assertEqual(dict(waiting), {1: 160, 2: 100, 3: 20, 4: 0})

    def test_is_the_same_every_time(self):
        file = self.write("gated.yaml", GATED)
        hashes = set()
        for run in ("a", "b"):
            product.mailrig("simulate", file, "--out", self.folder / run, "--quiet")
            hashes.add(product.summary(self.folder / run)["event_log_hash"])
        self.assertEqual(len(hashes), 1)

    def test_a_bad_list_pauses_it_for_a_day(self):
        scenario = GATED.replace("days: [20, 30, 40]", "days: [200], pause: { bounced: 8%, for: 1d }")
        scenario = scenario.replace("count: 400", "count: 400, unknown: 30%").replace("two: { profile: sink", "two: { profile: gmail")
        ran = product.mailrig("simulate", self.write("bad.yaml", scenario), "--out", self.folder / "run")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        summary = product.summary(self.folder / "run")
        self.assertEqual(summary["totals"]["queued"], 0)
        first = [day for day in summary["receivers"]["two"]["days"] if day["day"] == 1]
        self.assertTrue(all(day["paused"] for day in first), first)
        self.assertLess(sum(day["attempts"] for day in first), 150)
        self.assertGreater(sum(day["carried_over"] for day in first), 0)

    def test_a_real_sender_has_none(self):
        file = self.write("gated.yaml", GATED)
        ran = product.mailrig("run", file, "--sender", "none", "--out", self.folder / "run")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("gated.yaml:5", ran.stderr)
        self.assertIn("senders.shop.warmup: only the reference sender holds mail back", ran.stderr)
        self.assertIn("schedule: { warmup: … }", ran.stderr)

    def test_addresses_without_ptr_are_noticed(self):
        file = self.write("gated.yaml", GATED)
        ran = product.mailrig("simulate", file, "--set", 'senders.shop.ptr=""', "--out", self.folder / "run")
        self.assertIn("senders.shop: no PTR record for 198.18.2.10", ran.stdout)


class Plans(product.ProductTest):
    def test_are_listed_and_shown(self):
        listed = product.mailrig("scenario", "plans").stdout
        for name in ("sendgrid", "ses", "sparkpost", "tencent"):
            self.assertIn(name, listed)
        self.assertIn("29    10000000", product.mailrig("scenario", "plans", "sparkpost").stdout)
        rows = json.loads(product.mailrig("scenario", "plans", "--format", "json").stdout)
        self.assertEqual({row["name"]: len(row["days"]) for row in rows},
                         {"sendgrid": 42, "ses": 45, "sparkpost": 29, "tencent": 30})
        wrong = product.mailrig("scenario", "plans", "sendgird")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("did you mean 'sendgrid'?", wrong.stderr)


class FromLog(product.ProductTest):
    def test_a_log_becomes_a_trace_that_can_be_replayed(self):
        log = self.write("mail.log", LOG)
        made = product.mailrig("scenario", "from-log", log, "--key", "secret", "--out", self.folder / "trace.csv")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("6 lines: 2 messages to 3 recipients; 1 lines not understood, the first is line 3", made.stderr)
        trace = (self.folder / "trace.csv").read_text()
        self.assertNotIn("anna", trace)
        rows = [line.split(",") for line in trace.splitlines()[1:]]
        self.assertEqual([row[0] for row in rows], ["0.000", "0.000", "3600.000"])
        self.assertEqual(rows[0][1], rows[2][1])

        scenario = GATED.replace("    warmup: { days: [20, 30, 40] }\n", "")
        scenario = scenario[:scenario.index("traffic:")] + \
            "traffic: [ { mail: news, schedule: { replay: trace.csv } } ]\n"
        ran = product.mailrig("simulate", self.write("replay.yaml", scenario), "--out", self.folder / "run")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        summary = product.summary(self.folder / "run")
        self.assertEqual(summary["totals"]["discarded"], 3)
        self.assertEqual(summary["receivers"]["one"]["totals"]["discarded"], 2)
        self.assertGreaterEqual(summary["model_seconds"], 3600)

    def test_a_log_of_something_else(self):
        log = self.write("other.log", "hello\nworld\n")
        ran = product.mailrig("scenario", "from-log", log)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("no mail of Postfix or Exim in it", ran.stderr)
        self.assertEqual(product.mailrig("scenario", "from-log", self.folder / "none.log").returncode, 2)

    def test_reads_standard_input(self):
        ran = subprocess.run([product.BINARY, "scenario", "from-log", "-"], input=LOG, capture_output=True, text=True,
                             check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(len(ran.stdout.splitlines()), 4)


if __name__ == "__main__":
    unittest.main()
