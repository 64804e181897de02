#!/usr/bin/env python3
"""mailrig check: what is wrong with a domain, a message or a scenario, and the record that mends it."""
import json
import unittest

import product

ZONE = """\
shop.example. 3600 IN SOA ns1.shop.example. h.shop.example. 1 7200 3600 1209600 3600
shop.example. 3600 IN TXT "v=spf1 include:qcloudmail.com ~all"
shop.example. 3600 IN TXT "v=spf1 ip4:192.0.2.1 -all"
shop.example. 3600 IN MX 10 mail.shop.example.
mail.shop.example. 3600 IN CNAME web.shop.example.
web.shop.example. 3600 IN A 192.0.2.1
"""
MESSAGE = "From: Shop <a@shop.example>\r\nSubject: hello\r\n\r\nhello\r\n"


class Check(product.ProductTest):
    def check(self, *args, status, **kwargs):
        ran = product.mailrig("check", *args, **kwargs)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran

    def findings(self, *args, status=1, **kwargs):
        report = json.loads(self.check(*args, "--format", "json", status=status, **kwargs).stdout)
        self.assertEqual(report["verdict"], "fail" if status else "pass")
        for finding in report["findings"]:
            self.assertEqual(set(finding), {"id", "severity", "subject", "evidence", "remedy"})
        return {finding["id"]: finding for finding in report["findings"]}

    def test_a_domain(self):
        zone = self.write("shop.zone", ZONE)
        found = self.findings("shop.example", "--zone", zone, "--ip", "192.0.2.7")
        self.assertEqual(found["spf-several"]["severity"], "error")
        # The record that takes the place of the two.
        self.assertIn('shop.example. 3600 IN TXT "v=spf1 include:qcloudmail.com ip4:192.0.2.1 ~all"',
                      found["spf-several"]["remedy"])
        self.assertIn("IN MX 10 web.shop.example.", found["mx-cname"]["remedy"])
        self.assertIn("dmarc-missing", found)
        self.assertIn("7.2.0.192.in-addr.arpa. 3600 IN PTR", found["ptr-missing"]["remedy"])
        text = self.check("shop.example", "--zone", zone, status=1).stdout
        self.assertIn("spf-several", text)
        self.assertRegex(text, r"shop\.example: fail \(\d+ errors")
        self.assertNotIn("\x1b", text)

    def test_what_the_remedies_say_mends_it(self):
        zone = self.write("shop.zone", ZONE)
        found = self.findings("shop.example", "--zone", zone)
        lines = [line for line in ZONE.splitlines() if "IN TXT" not in line and "IN MX" not in line]
        for identity in ("spf-several", "mx-cname", "dmarc-missing"):
            lines.append(found[identity]["remedy"].split(": ", 1)[1])
        lines.append('qcloudmail.com. 3600 IN SOA a. b. 1 7200 3600 1209600 3600')
        lines.append('qcloudmail.com. 3600 IN TXT "v=spf1 ip4:198.51.100.0/24 -all"')
        mended = self.write("mended.zone", "\n".join(lines) + "\n")
        self.findings("shop.example", "--zone", mended, status=0)

    def test_the_records_of_a_sending_service(self):
        zone = self.write("shop.zone", ZONE)
        text = self.check("shop.example", "--zone", zone, "--service", "tencent-ses", status=1).stdout
        self.assertRegex(text, r"(?m)^shop\.example +MX +mxbiz1\.qq\.com +mail\.shop\.example +differs$")
        own = self.write("own.yaml", "name: own\nrecords:\n  - { kind: spf, need: 'ip4:192.0.2.1' }\n")
        self.assertIn("service-record", self.findings("shop.example", "--zone", zone, "--service", own))
        wrong = self.check("shop.example", "--zone", zone, "--service", "tencent-sess", status=2).stderr
        self.assertIn("tencent-ses", wrong)

    def test_a_message(self):
        message = self.write("mail.eml", MESSAGE)
        found = self.findings("--message", message)
        self.assertIn("header-date-missing", found)
        self.assertIn("header-message-id-missing", found)
        self.assertEqual(set(self.findings("--message", "-", input=MESSAGE)), set(found))
        bulk = self.findings("--message", message, "--bulk")
        self.assertIn("List-Unsubscribe=One-Click", bulk["unsubscribe-missing"]["remedy"])
        one_record = ZONE.replace('shop.example. 3600 IN TXT "v=spf1 include:qcloudmail.com ~all"\n', "")
        zone = self.write("shop.zone", one_record)
        judged = self.findings("--message", message, "--zone", zone, "--ip", "192.0.2.99", "--mail-from",
                               "a@shop.example", "--helo", "mta.shop.example")
        self.assertIn("spf-fail", judged)
        self.assertIn("dmarc-none", judged)

    def test_what_a_message_says(self):
        spam = self.write("spam.eml", "From: Shop <a@shop.example>\r\nSubject: FREE MONEY FOR YOU!!\r\n"
                          "Date: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
                          "Return-Path: <a@shop.example>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                          "<p>Act now: <a href=\"http://192.0.2.1/\">www.bank.example</a><b>\r\n")
        report = json.loads(self.check("--message", spam, "--now", "1772438400", "--format", "json", status=0).stdout)
        self.assertEqual(report["content_score"], 3.3)
        found = {finding["id"]: finding for finding in report["findings"] if finding["id"].startswith("content-")}
        self.assertEqual({identity: finding["severity"] for identity, finding in found.items()},
                         {"content-subject-shouting": "advice", "content-subject-exclamation": "advice",
                          "content-subject-spam-phrase": "warning", "content-html-broken": "advice",
                          "content-link-mismatch": "warning", "content-link-ip": "warning"})
        self.assertIn("www.bank.example", found["content-link-mismatch"]["evidence"])
        # HTML without text costs too, but is a finding already.
        self.assertIn("text-plain-missing", {finding["id"] for finding in report["findings"]})
        self.assertIn("content score 3.3 of 10", self.check("--message", spam, "--now", "1772438400", status=0).stdout)
        good = self.write("good.eml", MESSAGE.replace("Subject", "Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n"
                                                      "Message-ID: <1@shop.example>\r\nSubject"))
        report = json.loads(self.check("--message", good, "--now", "1772438400", "--format", "json", status=0).stdout)
        self.assertEqual(report["content_score"], 10.0)

    def test_shipped_scenarios(self):
        found = self.findings(product.SCENARIOS / "first-send.yaml", status=0)
        self.assertIn("dkim-unsigned", found)
        unsigned = self.findings(product.SCENARIOS / "unsigned-under-reject.yaml")
        self.assertIn("dmarc-fail", unsigned)

    # A1: who writes must be able to read.
    def test_a_reply_address_that_nobody_reads(self):
        scenario = self.write("replies.yaml", """\
name: replies
senders: { shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", dmarc: "v=DMARC1; p=none" } }
receivers: { outlook: {} }
lists: { few: { count: 1 } }
mail: { note: { from: no-reply@shop.example, reply_to: help@nowhere.example } }
traffic: [ { mail: note, list: few, schedule: { burst: 1 } } ]
""")
        found = self.findings(scenario)
        self.assertEqual(found["mx-no-domain"]["subject"], "nowhere.example")
        self.assertIn("Reply-To", found["mx-no-domain"]["evidence"])

    def test_wrong_input(self):
        for args in ([], ["nonsense"], ["shop.example", "--zone", "/nonexistent"], ["/nonexistent.yaml"],
                     ["shop.example", "--ip", "1.2.3", "--zone", self.write("a.zone", ZONE)],
                     ["--message", self.write("empty.eml", "")]):
            ran = self.check(*args, status=2)
            self.assertTrue(ran.stderr.startswith("mailrig: "), ran.stderr)
        ran = self.check("shop.example", "--resolver", "127.0.0.1:9", status=3)
        self.assertIn("does not answer", ran.stderr)


if __name__ == "__main__":
    unittest.main()
