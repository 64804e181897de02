#!/usr/bin/env python3
"""Receivers judge authentication: over a real SMTP session, and in whole runs."""
import smtplib
import unittest

import product

WORLD = """
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10]
    spf: "v=spf1 ip4:198.18.2.10 -all"
    dmarc: "v=DMARC1; p=reject"
  platform: { domain: platform.example, ips: [198.18.3.1], spf: "v=spf1 ip4:198.18.3.1 -all" }
receivers: { netease: {} }
source_map: { 127.0.0.1: 198.18.2.10, 127.0.0.2: 198.18.3.1 }
"""
LETTER = "From: Shop <news@shop.example>\r\nSubject: x\r\n\r\nhello\r\n"


class OverSmtp(product.ProductTest):
    def send(self, source, mail_from):
        """The reply that decides, as (code, text)."""
        with smtplib.SMTP(*self.server, timeout=20, source_address=(source, 0)) as client:
            client.ehlo("mta1.shop.example")
            answers = [client.mail(mail_from), client.rcpt("jane@163.com")]
            for answer in answers:
                if answer[0] >= 300:
                    return answer
            return client.data(LETTER)

    def test_netease_judges_as_its_codes_say(self):
        _, lines = self.serve(self.write("world.yaml", WORLD), "--dns", "127.0.0.1:0", "--smtp", "127.0.0.1:0")
        self.assertNotIn("not judged", "\n".join(lines))
        self.server = self.endpoint(lines, "smtp")
        code, text = self.send("127.0.0.1", "bounce@shop.example")
        self.assertEqual((code, text[:14]), (250, b"Mail OK queued"))
        code, text = self.send("127.0.0.2", "bounce@shop.example")
        self.assertEqual((code, text[:6]), (550, b"MI:SPF"))
        code, text = self.send("127.0.0.2", "bounce@platform.example")
        self.assertEqual((code, text[:6]), (550, b"MI:DMA"))

    def test_without_a_scenario_nobody_is_judged_and_that_is_said(self):
        _, lines = self.serve("--isp", "netease", "--dns", "127.0.0.1:0", "--smtp", "127.0.0.1:0")
        self.assertIn("SPF, DKIM and DMARC are not judged", "\n".join(lines))
        self.server = self.endpoint(lines, "^smtp")
        code, _ = self.send("127.0.0.2", "bounce@shop.example")
        self.assertEqual(code, 250)


class Runs(product.ProductTest):
    def simulate(self, changes=()):
        scenario = self.write("run.yaml", """
senders:
  shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", dmarc: "v=DMARC1; p=quarantine", retry: [1m] }
receivers: { outlook: {}, gmail: {} }
lists: { people: { count: 40 } }
mail: { order: { from: "Shop <news@shop.example>" } }
traffic: [{ mail: order, list: people, schedule: { rate: 1/s, count: 40 }, to: { outlook: 50%, gmail: 50% } }]
end: { drain: 10m }
expect: ["receivers.gmail.auth.spf.pass > 0", "receivers.gmail.auth.spf.softfail == 0"]
""")
        sets = [argument for change in changes for argument in ("--set", change)]
        ran = product.mailrig("simulate", scenario, "--out", self.folder / "out", *sets)
        return ran, product.summary(self.folder / "out")

    def test_results_are_counted_and_shown(self):
        ran, summary = self.simulate()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        judged = summary["receivers"]["gmail"]["auth"]
        self.assertEqual(judged, {"spf": {"pass": 20}, "dkim": {"none": 20}, "dmarc": {"pass": 20}})
        self.assertIn("SPF 20 pass · DKIM 20 none · DMARC 20 pass", ran.stdout)

    def test_what_fails_is_filed_as_spam_or_refused(self):
        ran, summary = self.simulate(["senders.shop.spf=v=spf1 ip4:192.0.2.1 -all"])
        self.assertEqual(ran.returncode, 1, "the expectation on spf.pass is not met")
        self.assertEqual(summary["receivers"]["outlook"]["totals"]["spam"], 20)
        self.assertEqual(summary["receivers"]["outlook"]["auth"]["dmarc"], {"fail": 20})
        self.assertEqual(summary["receivers"]["gmail"]["totals"]["rejected"], 20)
        self.assertEqual(summary["receivers"]["gmail"]["events"], {"spf_fail": 20})

    def test_placement_is_part_of_the_event_log(self):
        _, inbox = self.simulate(["receivers.gmail.down=true"])
        _, spam = self.simulate(["receivers.gmail.down=true", "receivers.outlook.auth_policy.spf_fail=junk",
                                 "senders.shop.spf=v=spf1 ip4:192.0.2.1 -all"])
        _, again = self.simulate(["receivers.gmail.down=true"])
        self.assertEqual(inbox["event_log_hash"], again["event_log_hash"])
        self.assertNotEqual(inbox["event_log_hash"], spam["event_log_hash"])


if __name__ == "__main__":
    unittest.main()
