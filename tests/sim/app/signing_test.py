#!/usr/bin/env python3
"""What mailrig submits is signed. A relay takes the messages, and OpenSSL's own tool verifies them with the key that the
world's DNS has; the canonical forms (RFC 6376 section 3.4) are written down here once more."""
import base64
import contextlib
import hashlib
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

import product

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "rig"))
import running_sender_test  # noqa: E402

SCENARIO = """\
name: signed
seed: 1
start: 2026-03-02T08:00:00Z
senders: {{ shop: {{ domain: shop.example, ips: [198.18.2.10], spf: "v=spf1 ip4:198.18.2.10 -all", dkim: {dkim} }} }}
receivers: {{ outlook: {{}} }}
lists: {{ few: {{ count: {count} }} }}
mail: {{ note: {mail} }}
traffic: [ {{ mail: note, list: few, schedule: {{ rate: 20/s, count: {count} }} }} ]
end: {{ drain: 60s }}
expect: [ totals.inbox == {count}, totals.corrupted == 0 ]
"""


def relaxed_field(field):
    name, value = field.split(b":", 1)
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip().lower() + b":" + value + b"\r\n"


def relaxed_body(body):
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


class Signature:
    """The first DKIM-Signature of a message, and what it signs."""

    def __init__(self, message):
        head, self.body = message.split(b"\r\n\r\n", 1)
        self.fields = re.split(rb"\r\n(?![ \t])", head)
        self.field = next(f for f in self.fields if f.lower().startswith(b"dkim-signature:"))
        value = re.sub(rb"\s+", b"", self.field.split(b":", 1)[1]).decode()
        self.tags = dict(tag.split("=", 1) for tag in value.rstrip(";").split(";"))

    def body_is_good(self):
        digest = hashlib.sha256(relaxed_body(self.body)).digest()
        return base64.b64encode(digest).decode() == self.tags["bh"]

    def signed_text(self):
        left = list(self.fields)
        text = b""
        for name in self.tags["h"].lower().split(":"):
            for index in range(len(left) - 1, -1, -1):
                if left[index].split(b":", 1)[0].strip().lower().decode() == name:
                    text += relaxed_field(left.pop(index))
                    break
        unsigned = re.sub(rb"([;\s]b=)[^;]*", rb"\1", self.field)
        return text + relaxed_field(unsigned).removesuffix(b"\r\n")

    def octets(self):
        return base64.b64decode(self.tags["b"])


class CollectingRelay(running_sender_test.Relay):
    """Keeps what it was handed over, and asks the world's DNS for the keys while the world is there."""

    def __init__(self, routes, dns_port):
        super().__init__(routes)
        self.dns_port = dns_port
        self.messages = []
        self.records = {}

    def deliver(self, mail_from, recipient, content):
        if recipient != "arrived@probe.mailrig.test":
            self.messages.append(content)
            if b"DKIM-Signature:" in content:
                tags = Signature(content).tags
                name = f"{tags['s']}._domainkey.{tags['d']}"
                if name not in self.records:
                    self.records[name] = self.ask(name)
        super().deliver(mail_from, recipient, content)

    def ask(self, name):
        answer = subprocess.run(["dig", "@127.0.0.1", "-p", str(self.dns_port), "TXT", name, "+short", "+tcp"],
                                capture_output=True, text=True, check=False, timeout=20).stdout
        return "".join(re.findall(r'"([^"]*)"', answer))


class Signing(product.ProductTest):
    def hand_over(self, dkim, count=10, mail="{ language: mixed, kind: marketing }"):
        product.need("dig")
        product.need("openssl")
        dns_port = running_sender_test.free_port()
        relay = CollectingRelay(self.folder / "out" / "routes", dns_port)
        self.addCleanup(relay.server_close)
        self.addCleanup(relay.shutdown)
        scenario = self.write("signed.yaml", SCENARIO.format(dkim=dkim, mail=mail, count=count))
        ran = product.mailrig("run", scenario, "--sender", relay.address, "--port", running_sender_test.free_port(),
                              "--dns", f"127.0.0.1:{dns_port}", "--out", self.folder / "out")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertEqual(len(relay.messages), count)
        return relay

    def openssl(self, *args):
        return subprocess.run(["openssl", *map(str, args)], capture_output=True, check=False, cwd=self.folder)

    def verifies(self, message, records):
        signature = Signature(message)
        record = records[f"{signature.tags['s']}._domainkey.{signature.tags['d']}"]
        public = base64.b64decode(re.search(r"p=([^;\s]+)", record).group(1))
        (self.folder / "public.der").write_bytes(public)
        (self.folder / "signature").write_bytes(signature.octets())
        (self.folder / "text").write_bytes(signature.signed_text())
        good = self.openssl("dgst", "-sha256", "-keyform", "DER", "-verify", "public.der", "-signature", "signature",
                            "text").returncode == 0
        return good and signature.body_is_good()

    def test_openssl_verifies_what_was_handed_over(self):
        relay = self.hand_over("[{ selector: s1, bits: 2048 }]")
        for message in relay.messages:
            self.assertTrue(self.verifies(message, relay.records), message)
            self.assertFalse(self.verifies(message.replace(b"\r\n\r\n", b"\r\n\r\nx", 1), relay.records))

    def test_a_key_file_signs(self):
        product.need("openssl")
        self.assertEqual(self.openssl("genrsa", "-out", "mine.pem", "2048").returncode, 0)
        relay = self.hand_over("[{ selector: own, key: mine.pem }]", count=3)
        public = self.openssl("rsa", "-in", "mine.pem", "-pubout", "-outform", "DER").stdout
        self.assertIn("p=" + base64.b64encode(public).decode(), relay.records["own._domainkey.shop.example"])
        for message in relay.messages:
            self.assertTrue(self.verifies(message, relay.records))

    def test_tampering_breaks_the_signature_and_is_no_corruption(self):
        for what in ("body", "header"):
            relay = self.hand_over("[{ selector: s1, bits: 1024 }]", count=3, mail=f"{{ tamper: {what} }}")
            for message in relay.messages:
                self.assertFalse(self.verifies(message, relay.records), what)
                self.assertEqual(Signature(message).body_is_good(), what == "header")

    def test_mail_can_be_left_unsigned(self):
        relay = self.hand_over("[{ selector: s1, bits: 1024 }]", count=2, mail="{ sign: false }")
        for message in relay.messages:
            self.assertNotIn(b"DKIM-Signature", message)


ROTATION = """\
name: rotation
seed: 4
start: 2026-03-02T08:00:00Z
senders:
  shop:
    domain: shop.example
    retry: [1m]
    expire: 20m
    dkim:
      - { selector: a, algorithm: ed25519-sha256, until: 30s }
      - { selector: b, bits: 1024, from: 30s }
receivers: { postgrey-site: { greylist: { delay: 1m } } }
lists: { few: { count: 60, unknown: 5% } }
mail: { note: { size: { min: 2KB, max: 9KB } } }
traffic: [ { mail: note, list: few, schedule: { rate: 1/s, count: 60 } } ]
end: { drain: 20m }
speed: 15
expect: [ totals.lost == 0, totals.corrupted == 0, totals.queued == 0 ]
"""


class Runtimes(product.ProductTest):
    def rows(self, command):
        out = self.folder / command
        ran = product.mailrig(command, self.write("rotation.yaml", ROTATION), "--out", out)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        with contextlib.closing(sqlite3.connect(out / "run.db")) as database:
            return database.execute("select slot, recipient, fate, size from message order by slot").fetchall()

    def test_live_and_virtual_runs_send_messages_of_the_same_size(self):
        live = self.rows("run")
        self.assertEqual(len(live), 60)
        self.assertEqual(live, self.rows("simulate"))

    def test_runs_repeat_though_their_keys_differ(self):
        hashes = set()
        for name in ("first", "second"):
            out = self.folder / name
            ran = product.mailrig("simulate", self.write("rotation.yaml", ROTATION), "--out", out)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            hashes.add(product.summary(out)["event_log_hash"])
        self.assertEqual(len(hashes), 1)


if __name__ == "__main__":
    unittest.main()
