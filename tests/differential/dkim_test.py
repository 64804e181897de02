#!/usr/bin/env python3
"""DKIM in both directions: what one implementation signs another verifies, and what was damaged on the way is judged
alike. The others' blind spots are listed where they matter: all of them accept rsa-sha1 and short keys, which RFC 8301
forbids (not generated here); Mail::DKIM and Debian's OpenDKIM know no ed25519; dkimpy ignores h= and t=s of keys."""
import collections
import time
import unittest

import implementations
from dkim_messages import Mail, decoded, encoded

CASES = 5_000 if implementations.FULL else 250
DOMAIN, SELECTOR = "shop.example", "s1"


def known_difference(mine, other):
    """Where the others decide otherwise and the RFC decides against them."""
    if other["result"] == "pass" and "is not base64" in mine["reason"]:
        # RFC 6376 §3.5: b= and bh= are base64 (§2.10); §6.1.1: what is not well-formed is a PERMFAIL. The others skip
        # what is no base64, or all that comes behind the padding.
        return "not base64"
    if mine["result"] == "pass" and "not valid base64" in other["reason"]:
        # RFC 6376 §2.10: base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ], so that padding
        # may be missing. dkimpy wants it.
        return "base64 without padding"
    return ""


class Dkim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ours = implementations.ours()
        cls.addClassCleanup(cls.ours.close)
        cls.keys = {}
        for algorithm, bits in (("rsa-sha256", 1024), ("rsa-sha256", 2048), ("ed25519-sha256", 0)):
            key = cls.ours.ask(do="keygen", algorithm=algorithm, bits=bits)
            cls.keys.setdefault(algorithm, []).append(key)

    def compare(self, theirs, algorithms):
        """For each message: both sign it, both verify both; then again with something changed."""
        self.addCleanup(theirs.close)
        seen = collections.Counter()
        self.differences = []
        for seed in range(CASES):
            mail = Mail(seed)
            algorithm = mail.draw.choice(algorithms)
            key = mail.draw.choice(self.keys[algorithm])
            order = {"do": "sign", "message": encoded(mail.message), "pem": key["pem"], "algorithm": algorithm,
                     "domain": DOMAIN, "selector": SELECTOR, "header": mail.header_method, "body": mail.body_method,
                     "fields": mail.names, "now": int(time.time())}
            for signer in (self.ours, theirs):
                signed = decoded(signer.ask(**order)["message"])
                self.assertTrue(signed.endswith(mail.message), f"{signer.name}, seed {seed}")
                self.check(seed, f"signed by {signer.name}", theirs, key, signed, "pass", seen)
                for _ in range(2):
                    self.check(seed, f"signed by {signer.name}, damaged", theirs, key, mail.damaged(signed), None, seen)
        print(f"DKIM, mailrig and {theirs.name}: {dict(sorted(seen.items()))}")
        self.assertEqual(self.differences, [], "\n".join(self.differences[:5]))
        self.assertGreater(seen["pass"], CASES)
        self.assertGreater(seen["no pass"], CASES)

    def check(self, seed, what, theirs, key, message, expected, seen):
        question = {"do": "verify", "message": encoded(message), "now": int(time.time()),
                    "keys": {f"{SELECTOR}._domainkey.{DOMAIN}": key["record"]}}
        mine, other = self.ours.ask(**question), theirs.ask(**question)
        story = f"{what}, seed {seed}: mailrig {mine}, {theirs.name} {other}\n{message!r}"
        if expected:
            self.assertEqual((mine["result"], other["result"]), (expected, expected), story)
        if (mine["result"] == "pass") == (other["result"] == "pass"):
            seen["pass" if mine["result"] == "pass" else "no pass"] += 1
        elif known := known_difference(mine, other):
            seen[known] += 1
        else:
            self.differences.append(story)

    def test_with_dkimpy(self):
        self.compare(implementations.dkimpy(), ["rsa-sha256", "ed25519-sha256"])

    def test_with_opendkim(self):
        self.compare(implementations.opendkim(), ["rsa-sha256"])

    def test_with_mail_dkim(self):
        self.compare(implementations.mail_dkim(), ["rsa-sha256"])


if __name__ == "__main__":
    unittest.main()
