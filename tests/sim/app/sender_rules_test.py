#!/usr/bin/env python3
"""What the reference sender does by itself, as users see it: suppression, stopping, shaping."""
import json
import unittest

import product

# A sender that everybody knows; more of its keys may follow.
SHOP = """
start: 2026-03-02T08:00:00Z
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10]
    spf: "v=spf1 ip4:198.18.2.10 -all"
    known: { for: 60d, daily: 5k }
    suppression: {}
"""

COMPLAINED = SHOP + """\
    stop: { complained: 2%, sample: 200 }
receivers: { gmail: {}, yahoo: {} }
lists: { people: { count: 2k } }
mail:
  to_gmail: { readers: { open: 60%, complain: 8%, after: 10m } }
  to_yahoo: { readers: { open: 60%, complain: 8%, after: 10m } }
traffic:
  - { mail: to_gmail, list: people, to: { gmail: 100% }, schedule: { rate: 10/m, count: 1000 } }
  - { mail: to_yahoo, list: people, to: { yahoo: 100% }, schedule: { rate: 10/m, count: 1000 } }
end: { drain: 2h }
"""

TWICE = """
start: 2026-03-02T08:00:00Z
senders: { shop: { domain: shop.example, suppression: {} } }
receivers: { site: { profile: outlook, domains: [site.example], mx: ['10 mx.site.example'] } }
lists: { people: { file: people.csv } }
mail: { news: {} }
traffic: [ { mail: news, list: people, schedule: { burst: 1, every: 1h, times: 3 } } ]
timeline:
  - { at: 90m, set: senders.shop.suppressed.a+unknown@site.example, to: false }
end: { drain: 2h }
"""


EVERYBODY = SHOP + """\
    dkim: [{ selector: s1, algorithm: ed25519-sha256 }]
    dmarc: "v=DMARC1; p=none"
receivers: { %s }
lists: { nobody: { count: %d, unknown: 100%% } }
mail: { news: {} }
traffic:
  - { mail: news, list: nobody, schedule: { rate: 12/h, count: %d } }
  - { mail: news, list: nobody, at: 1d, schedule: { rate: 12/h, count: %d } }
end: { drain: 4d }
"""


class SenderRules(product.ProductTest):
    def simulate(self, text, *args):
        ran = product.mailrig("simulate", self.write("scenario.yaml", text), "--out", self.folder / "run", *args)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return product.summary(self.folder / "run"), ran.stdout

    def test_complaints_stop_a_mailing_where_they_are_reported(self):
        summary, text = self.simulate(COMPLAINED)
        streams = summary["streams"]
        self.assertGreater(streams["to_gmail"]["feedback"]["complaints"], 20)
        self.assertNotIn("stopped_after_s", streams["to_gmail"])  # Gmail reports numbers only
        self.assertGreater(streams["to_yahoo"]["totals"]["suppressed"], 300)
        self.assertIn("to_yahoo was stopped by its sender after ", text)

    def test_a_bad_address_is_left_out_until_it_is_taken_off_the_list(self):
        self.write("people.csv", "address\na+unknown@site.example\n")
        summary, _ = self.simulate(TWICE)
        self.assertEqual(summary["totals"]["rejected"], 2)
        self.assertEqual(summary["totals"]["suppressed"], 1)
        self.assertEqual(summary["conservation"]["holds"], True)

    def test_every_provider_s_word_for_an_unknown_user_is_understood(self):
        listed = product.mailrig("isp", "list", "--format", "json").stdout
        names = [isp["name"] for isp in json.loads(listed) if isp["name"] != "sink"]
        self.assertGreater(len(names), 20)
        # T-Online lets nobody in whom it does not know.
        names = [name for name in names if name != "t-online"]
        people = 4 * len(names)
        summary, _ = self.simulate(EVERYBODY % (", ".join(f"{name}: {{}}" for name in names), people, people, people))
        for name in names:
            receiver = summary["receivers"][name]
            self.assertEqual(receiver["totals"]["deliveries"], 8)
            self.assertEqual((name, receiver["events"]["unknown_user"], receiver["totals"]["suppressed"]), (name, 4, 4))

    def test_a_sender_that_is_not_ours_takes_none_of_it(self):
        for key, value in (("senders.shop.suppression", "{}"), ("senders.shop.stop", "{bounced: 5%}"),
                           ("senders.shop.shaping", "{gmail: {connections: 1}}"), ("mail.to_gmail.priority", "high")):
            plain = [line for line in COMPLAINED.splitlines() if "suppression:" not in line and "stop:" not in line]
            file = self.write("plain.yaml", "\n".join(plain))
            ran = product.mailrig("run", file, "--sender", "none", "--set", f"{key}={value}", "--out",
                                  self.folder / "run")
            self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
            self.assertIn(f"{key}: is for the reference sender", ran.stderr)


if __name__ == "__main__":
    unittest.main()
