#!/usr/bin/env python3
"""Forwarders pass mail on whoever sends it: a Postfix, a sender that already runs, whoever comes from outside, and in
the world of `mailrig serve`."""
import contextlib
import os
import pathlib
import signal
import smtplib
import sys
import time
import unittest

import product

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rig"))
import running_sender_test  # noqa: E402

SCENARIO = """\
name: forwarded
seed: 1
start: 2026-03-02T08:00:00Z
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10]
    spf: "v=spf1 ip4:198.18.2.10 -all"
    dkim: [{ selector: s1 }]
    dmarc: "v=DMARC1; p=reject"
    retry: [30s]
receivers: { outlook: {} }
forwarders:
  alumni: { to: outlook }
  office: { to: outlook, srs: true, arc: true }
lists: { members: { count: 40, unknown: 20% } }
mail: { news: { from: "news@shop.example" } }
traffic: [ { mail: news, list: members, schedule: { rate: 10/s, count: 40 }, to: { alumni: 50%, office: 50% } } ]
end: { drain: 10m }
speed: 10
"""

MESSAGE = "From: news@elsewhere.example\r\nSubject: Hello\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nGood morning\r\n"


def eventually(condition):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if condition():
                return True
        time.sleep(0.05)
    return False


class Forwarded(product.ProductTest):
    def scenario(self):
        return self.write("forwarded.yaml", SCENARIO)

    def send(self, host, port):
        """To somebody whom the mailbox provider knows, and to somebody whom it does not."""
        with smtplib.SMTP(host, port, "mta1.shop.example", timeout=20) as client:
            refused = client.sendmail("news@elsewhere.example", ["ann@alumni.example", "ben+unknown@alumni.example"],
                                      MESSAGE)
        return not refused

    def passed_on(self, summary):
        return {name: (of["totals"]["taken"], of["totals"]["passed_on"], of["totals"]["bounced"])
                for name, of in summary["forwarders"].items()}

    def expect_all_accounted_for(self, ran):
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        summary = product.summary(self.folder / "out")
        totals = summary["totals"]
        self.assertTrue(summary["conservation"]["holds"], summary["conservation"])
        # Behind the hop nobody is known by some of the addresses: the forwarder sends the bounce.
        self.assertGreater(totals["bounced"], 0)
        self.assertEqual((totals["inbox"] + totals["bounced"], totals["queued"], totals["corrupted"]), (40, 0, 0))
        for taken, passed_on, bounced in self.passed_on(summary).values():
            self.assertEqual((taken, bounced > 0), (passed_on + bounced, True))
        # The forwarders have addresses of their own: kept as it is, mail fails SPF, and rewritten it passes.
        spf = summary["receivers"]["outlook"]["auth"]["spf"]
        self.assertGreater(spf["fail"], 0)
        self.assertGreater(spf["pass"], 0)
        self.assertEqual(summary["receivers"]["outlook"]["auth"]["dmarc"], {"pass": totals["inbox"]})

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_behind_a_postfix(self):
        ran = product.mailrig("run", self.scenario(), "--sender", "postfix", "--out", self.folder / "out", timeout=250)
        self.expect_all_accounted_for(ran)
        self.assertEqual(product.summary(self.folder / "out")["totals"]["lost"], 0)

    def test_behind_a_sender_that_already_runs(self):
        relay = running_sender_test.Relay(self.folder / "out" / "routes")
        self.addCleanup(relay.server_close)
        self.addCleanup(relay.shutdown)
        ran = product.mailrig("run", self.scenario(), "--sender", relay.address, "--port",
                              running_sender_test.free_port(), "--dns", "127.0.0.1:0", "--out", self.folder / "out")
        self.expect_all_accounted_for(ran)

    def test_from_outside(self):
        port = running_sender_test.free_port()
        process = product.start("run", self.scenario(), "--sender", "none", "--port", port, "--dns", "127.0.0.1:0",
                                "--speed", "1", "--duration", "8s", "--out", self.folder / "out")
        self.addCleanup(process.kill)
        routes = self.folder / "out" / "routes"
        self.assertTrue(eventually(lambda: "alumni.example" in routes.read_text()))
        host = dict(line.split() for line in routes.read_text().splitlines())["alumni.example"][6:].split("]")[0]
        self.assertTrue(eventually(lambda: self.send(host, port)))
        out, err = process.communicate(timeout=60)
        summary = product.summary(self.folder / "out")
        self.assertEqual(self.passed_on(summary)["alumni"], (2, 1, 1), out + err)
        # Nobody speaks for elsewhere.example, neither SPF nor a signature.
        totals = summary["totals"]
        self.assertEqual((totals["deliveries"], totals["spam"], totals["bounced"]), (2, 1, 1), out + err)

    def test_under_serve(self):
        process, lines = self.serve(self.scenario(), "--dns", "127.0.0.1:0", "--port", "0")
        self.assertTrue(self.send(*self.endpoint(lines, r"mx\.alumni\.example")))
        told = "".join(process.stdout.readline() for _ in range(4))  # of both recipients, at each of two hops
        self.assertRegex(told, r"alumni .* <ann@alumni\.example>  250 ")
        self.assertRegex(told, r"outlook .* <ann@outlook\.com>  ")
        self.assertRegex(told, r"outlook .* unknown_user .* <ben\+unknown@outlook\.com>  550 ")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 0)

    def test_serve_at_one_address_has_no_forwarders(self):
        ran = product.mailrig("serve", self.scenario(), "--smtp", "127.0.0.1:0")
        self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
        self.assertIn("--smtp binds one receiver to one address", ran.stderr)


if __name__ == "__main__":
    unittest.main()
