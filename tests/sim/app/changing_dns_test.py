#!/usr/bin/env python3
"""The DNS of a world over its sockets, as dig sees it: what changes with time, and what goes wrong."""
import subprocess
import time
import unittest

import product

WORLD = """
start: 2026-01-01T00:00:00Z
senders:
  shop: { domain: shop.example, spf: "v=spf1 -all", dkim: [{ selector: s1, algorithm: ed25519-sha256 }] }
receivers: { gmail: {} }
dns:
  records:
    - { name: shop.example, type: TXT, value: verification=7 }
    - { name: cut.shop.example, type: TXT, value: whole over TCP }
    - { name: silent.shop.example, type: A, value: 192.0.2.1 }
    - { name: cdn.shop.example, type: A, value: 192.0.2.1 }
    - { name: cdn.shop.example, type: A, value: 192.0.2.2, regions: cn }
  faults:
    - { name: cut.shop.example, fault: truncated }
    - { name: bad.shop.example, subtree: true, fault: servfail }
    - { name: no.shop.example, fault: refused }
    - { name: silent.shop.example, fault: timeout }
    - { name: shop.example, type: MX, fault: nxdomain, until: 1000h }
    - { name: shop.example, type: AAAA, fault: servfail, from: 1000h }
timeline:
  - { at: 0s, set: senders.shop.spf, to: "v=spf1 mx -all", ttl: 1m }
  - { at: 0s, record: "new.shop.example A", to: [192.0.2.7, 192.0.2.8] }
  - { at: 1s, set: senders.shop.dkim.s1, to: withdrawn }
  - { at: 1000h, record: "shop.example TXT", to: [] }
"""


class ChangingDns(product.ProductTest):
    def setUp(self):
        super().setUp()
        product.need("dig")
        _, lines = self.serve(self.write("world.yaml", WORLD), "--dns", "127.0.0.1:0", "--port", "0")
        self.server = self.endpoint(lines, "^dns")

    def dig(self, *question):
        host, port = self.server
        command = ["dig", f"@{host}", "-p", str(port), "+tries=1", *question]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout

    def test_changes_are_counted_from_the_start(self):
        texts = sorted(self.dig("+short", "shop.example", "TXT").splitlines())
        self.assertEqual(texts, ['"v=spf1 mx -all"', '"verification=7"'])
        self.assertIn("\t60\tIN\tTXT\t", self.dig("+noall", "+answer", "shop.example", "TXT").replace(" ", "\t"))
        self.assertEqual(self.dig("+short", "new.shop.example").split(), ["192.0.2.7", "192.0.2.8"])
        deadline = time.monotonic() + 60
        while "NXDOMAIN" not in self.dig("s1._domainkey.shop.example", "TXT"):
            self.assertLess(time.monotonic(), deadline, "the key is never withdrawn")
            time.sleep(0.1)

    def test_faults(self):
        cut = self.dig("cut.shop.example", "TXT")
        self.assertIn("Truncated, retrying in TCP mode", cut)
        self.assertIn('"whole over TCP"', cut)
        self.assertIn("flags: qr aa tc", self.dig("+ignore", "cut.shop.example", "TXT"))
        self.assertIn("SERVFAIL", self.dig("a.bad.shop.example", "TXT"))
        self.assertIn("REFUSED", self.dig("no.shop.example", "TXT"))
        self.assertIn("timed out", self.dig("+time=1", "silent.shop.example", "A"))
        self.assertIn("NXDOMAIN", self.dig("shop.example", "MX"))
        self.assertIn("NOERROR", self.dig("shop.example", "AAAA"), "this fault is yet to come")

    def test_the_socket_is_in_no_region(self):
        self.assertEqual(self.dig("+short", "cdn.shop.example").split(), ["192.0.2.1"])


if __name__ == "__main__":
    unittest.main()
