#!/usr/bin/env python3
"""Zones signed with DNSSEC, as a validating resolver sees them: delv, with the trust anchor that mailrig writes."""
import subprocess
import unittest

import product

WORLD = """
start: 2026-01-01T00:00:00Z
speed: 60
senders:
  shop: { domain: shop.example, spf: "v=spf1 mx -all", dkim: [{ selector: s1, algorithm: rsa-sha256 }] }
receivers: { gmail: {}, outlook: {} }
dns:
  dnssec: [shop.example, outlook.com]
  records:
    - { name: www.shop.example, type: CNAME, value: shop.example }
    - { name: out.shop.example, type: CNAME, value: gmail.com }
    - { name: "*.any.shop.example", type: TXT, value: whoever }
    - { name: spoiled.shop.example, type: TXT, value: x }
    - { name: old.shop.example, type: TXT, value: x }
    - { name: long.shop.example, type: TXT, value: LONG }
    - { name: new.shop.example, type: A, value: 192.0.2.1 }
  faults:
    - { name: spoiled.shop.example, fault: bogus }
    - { name: old.shop.example, fault: expired }
timeline:
  - { at: 0s, set: senders.shop.spf, to: "v=spf1 -all" }
""".replace("LONG", "x" * 1200)

SENDING = """
senders:
  shop: { domain: shop.example, ips: [198.18.2.10] }
receivers: { gmail: {} }
lists:
  few: { count: 5 }
mail:
  order: { sender: shop, from: shop@shop.example, kind: transactional }
traffic:
  - { mail: order, list: few, schedule: { rate: 5/s, for: 1s } }
"""


class Dnssec(product.ProductTest):
    def setUp(self):
        super().setUp()
        product.need("delv")
        product.need("dig")

    def open_world(self, text=WORLD):
        self.anchor = self.folder / "anchor"
        _, self.lines = self.serve(self.write("world.yaml", text), "--dns", "127.0.0.1:0", "--port", "0",
                                   "--write-trust-anchor", self.anchor)
        self.server = self.endpoint(self.lines, "^dns")

    def ask(self, *command):
        host, port = self.server
        return subprocess.run([command[0], f"@{host}", "-p", str(port), *command[1:]], capture_output=True, text=True,
                              timeout=60, check=False)

    def delv(self, *question):
        result = self.ask("delv", "-a", self.anchor, *question)
        return result.stdout + result.stderr

    def test_a_validating_resolver_follows_the_chain(self):
        self.open_world()
        for question in (("shop.example", "MX"), ("shop.example", "TXT"), ("s1._domainkey.shop.example", "TXT"),
                         ("outlook.com", "MX"), ("a.any.shop.example", "TXT"), ("long.shop.example", "TXT"),
                         ("shop.example", "DNSKEY"), ("shop.example", "DS"), (".", "SOA")):
            answer = self.delv(*question)
            self.assertTrue(answer.startswith("; fully validated\n"), f"{question}: {answer}")
        self.assertIn('"v=spf1 -all"', self.delv("shop.example", "TXT"), "what is signed is what holds now")

    def test_denials_are_validated(self):
        self.open_world()
        for name, how in (("nobody.shop.example", "NXDOMAIN"), ("a.b.c.shop.example", "NXDOMAIN"),
                          ("new.shop.example", "NXRRSET"), ("_domainkey.shop.example", "NXRRSET"),
                          ("a.any.shop.example", "NXRRSET"), ("example", "NXRRSET"), ("nowhere.test", "NXDOMAIN")):
            answer = self.delv(name, "MX")
            self.assertIn("; negative response, fully validated\n", answer, name)
            self.assertIn(f"${how}", answer, name)

    def test_other_zones_are_provably_insecure(self):
        self.open_world()
        self.assertTrue(self.delv("gmail.com", "MX").startswith("; unsigned answer\n"))
        self.assertIn("; negative response, unsigned answer\n", self.delv("nobody.gmail.com", "MX"))
        self.assertIn("; negative response, fully validated\n", self.delv("gmail.com", "DS"))
        alias = self.delv("out.shop.example", "MX")
        self.assertLess(alias.index("; fully validated\n"), alias.index("; unsigned answer\n"))

    def test_faults_of_signatures(self):
        self.open_world()
        for name in ("spoiled.shop.example", "old.shop.example"):
            answer = self.delv(name, "TXT")
            self.assertIn("no valid signature found", answer)
            self.assertNotIn("validated", answer)
            plain = self.ask("dig", "+noall", "+answer", "+comments", name, "TXT").stdout
            self.assertIn('"x"', plain, "who does not validate sees nothing of it")
            self.assertNotIn(" ad", plain)

    def test_only_who_asks_gets_signatures(self):
        self.open_world()
        self.assertIn("flags: qr aa rd ra ad;", self.ask("dig", "shop.example", "MX").stdout)
        self.assertNotIn(" ad;", self.ask("dig", "+noadflag", "shop.example", "MX").stdout)
        self.assertNotIn(" ad;", self.ask("dig", "gmail.com", "MX").stdout)
        self.assertNotIn("RRSIG", self.ask("dig", "shop.example", "MX").stdout)
        self.assertIn("RRSIG", self.ask("dig", "+dnssec", "shop.example", "MX").stdout)
        self.assertIn("Truncated, retrying in TCP mode", self.ask("dig", "+dnssec", "long.shop.example", "TXT").stdout)

    def test_what_is_printed(self):
        self.open_world()
        trust = next(line for line in self.lines if line.startswith("trust"))
        self.assertRegex(trust, r"^trust \. 3600 IN DS \d+ 13 2 [0-9a-f]{64} "
                                r"\(signed: \. outlook\.com\. shop\.example\.\)$")

    def test_a_world_has_the_same_keys_in_every_run(self):
        self.open_world()
        first = self.anchor.read_text()
        self.open_world()
        self.assertEqual(self.anchor.read_text(), first)
        self.open_world(WORLD + "seed: 2\n")
        self.assertNotEqual(self.anchor.read_text(), first)

    def test_a_run_leaves_its_trust_anchor(self):
        scenario = self.write("sending.yaml", SENDING)
        for zones, written in (("[shop.example]", True), ("[]", False)):
            out = self.folder / f"run-{written}"
            done = product.mailrig("run", scenario, "--set", f"dns.dnssec={zones}", "--out", out, "--speed", "60")
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual((out / "trust-anchor").exists(), written)
        self.assertIn('"." static-key 257 3 13 ', (self.folder / "run-True" / "trust-anchor").read_text())

    def test_what_cannot_be_signed(self):
        world = self.write("world.yaml", WORLD)
        for zones, fault in (("[bank.example]", "dns.dnssec: this world has no zone 'bank.example'"),
                             ("[new.shop.example]", "no zone begins at 'new.shop.example'; it belongs to the zone "
                                                    "'shop.example'")):
            done = product.mailrig("serve", world, "--set", f"dns.dnssec={zones}", "--dns", "127.0.0.1:0", "--port", "0")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(fault, done.stderr)
        unsigned = product.mailrig("serve", "--isp", "gmail", "--dns", "127.0.0.1:0", "--port", "0",
                                   "--write-trust-anchor", self.folder / "none")
        self.assertEqual(unsigned.returncode, 2)
        self.assertIn("no zone is signed", unsigned.stderr)


if __name__ == "__main__":
    unittest.main()
