#!/usr/bin/env python3
"""What mailboxes send upon the mail that they get, by command and by habit, live and in virtual time."""
import json
import unittest

import product

# One address of each kind, and one for which nothing comes back.
SCENARIO = """\
name: answers
seed: 5
start: 2026-03-02T10:00:00Z
senders:
  shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", mailboxes: MAILBOXES, suppression: { for: 180d } }
receivers: { outlook: {} }
lists: { exact: { file: people.csv } }
mail: { probe: { from: "Probe <probe@shop.example>", size: 2KB } }
traffic:
  - { mail: probe, list: exact, schedule: { rate: 2/s, count: 5 } }
end: { drain: 20m }
speed: 60
"""
PEOPLE = ("address\nanna@outlook.com\nanna+reply@outlook.com\nben+ooto@outlook.com\ncleo+bounce@outlook.com\n"
          "dora+complain@outlook.com\n")


class Answers(product.ProductTest):
    def summary(self, mode, mailboxes, *args):
        self.write("people.csv", PEOPLE)
        out = self.folder / f"{mode}-{mailboxes}"
        ran = product.mailrig(mode, self.write("answers.yaml", SCENARIO.replace("MAILBOXES", mailboxes)), "--out", out,
                              *args)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return json.loads((out / "summary.json").read_text()), ran.stdout

    def test_commands(self):
        for mode in ("simulate", "run"):
            with self.subTest(mode):
                summary, text = self.summary(mode, "[probe]")
                self.assertEqual(summary["totals"]["inbox"], 4)
                self.assertEqual(summary["totals"]["bounced"], 1)
                feedback = summary["feedback"]
                one = {"sent": 1, "accepted": 1, "bounced": 0, "waiting": 0}
                self.assertEqual(feedback["answers"], {"replies": one, "auto_replies": one, "bounces": one})
                self.assertEqual(feedback["replies"], 1)
                self.assertEqual(feedback["complaints"], 1)
                self.assertEqual(feedback["dsn_received"], 1, "the vacation notice is none")
                self.assertEqual(feedback["undeliverable"], 0)
                self.assertEqual(summary["receivers"]["outlook"]["feedback"]["answers"], feedback["answers"])
                self.assertIn("mailboxes sent 1 reply: 1 accepted", text)

    def test_nobody_reads_what_is_sent_to_an_address_that_does_not_exist(self):
        for mode in ("simulate", "run"):
            with self.subTest(mode):
                summary, text = self.summary(mode, "[support]")
                replies = summary["feedback"]["answers"]["replies"]
                self.assertEqual(replies, {"sent": 1, "accepted": 0, "bounced": 1, "waiting": 0})
                self.assertEqual(summary["feedback"]["undeliverable"], 1)
                self.assertIn("1 reply: 0 accepted, 1 bounced", text)

    def test_a_complaint_reaches_a_sender_with_a_suppression_list(self):
        self.write("people.csv", PEOPLE.splitlines()[0] + "\n" + 2 * "dora+complain@outlook.com\n")
        text = SCENARIO.replace("MAILBOXES", "[]").replace("count: 5", "count: 2").replace("2/s", "1/m")
        ran = product.mailrig("simulate", self.write("twice.yaml", text), "--out", self.folder / "twice")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        totals = json.loads((self.folder / "twice" / "summary.json").read_text())["totals"]
        self.assertEqual((totals["inbox"], totals["suppressed"]), (1, 1))

    def test_mailboxes_are_local_parts(self):
        ran = product.mailrig("simulate", self.write("bad.yaml", SCENARIO.replace("MAILBOXES", "[a@b]")))
        self.assertEqual(ran.returncode, 2)
        self.assertIn("expected a local part such as support", ran.stderr)


if __name__ == "__main__":
    unittest.main()
