#!/usr/bin/env python3
"""Live and virtual runs of one scenario end alike: every fate of every delivery, and repeating changes nothing."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sim" / "app"))
import product  # noqa: E402

VARYING = ("started", "ended", "wall_seconds", "rig")


def stable_text(folder):
    """summary.json without what names the wall clock and this machine."""
    lines = pathlib.Path(folder, "summary.json").read_text().split("\n")
    kept, skipping = [], False
    for line in lines:
        if line.startswith('  "'):
            skipping = line.split('"')[1] in VARYING
        if not skipping:
            kept.append(line)
    return "\n".join(kept)


class LiveAndVirtual(product.ProductTest):
    def run_both(self, name):
        live, virtual = self.folder / "live", self.folder / "virtual"
        scenario = product.SCENARIOS / f"{name}.yaml"
        simulated = product.mailrig("simulate", scenario, "--out", virtual)
        self.assertEqual(simulated.returncode, 0, simulated.stdout + simulated.stderr)
        ran = product.mailrig("run", scenario, "--out", live)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        expected, found = product.fates(virtual), product.fates(live)
        self.assertGreater(len(expected), 0)
        differences = [f"{key}: virtual {expected.get(key)}, live {found.get(key)}"
                       for key in sorted(expected.keys() | found.keys()) if expected.get(key) != found.get(key)]
        self.assertEqual(differences, [])

    def test_first_send(self):
        self.run_both("first-send")

    def test_outage_and_recovery(self):
        self.run_both("outage-and-recovery")

    def test_certificate_rotation(self):
        self.run_both("certificate-rotation")

    def test_dkim_key_rotation(self):
        self.run_both("dkim-key-rotation")

    def test_dkim_key_withdrawn_early(self):
        self.run_both("dkim-key-withdrawn-early")

    def test_sale_day_burst(self):
        self.run_both("sale-day-burst")

    def test_addresses_that_command(self):
        self.run_both("addresses-that-command")

    def test_forwarded_mail(self):
        self.run_both("forwarded-mail")
        live, virtual = (product.summary(self.folder / name) for name in ("live", "virtual"))
        for name, forwarder in virtual["forwarders"].items():
            for key in ("taken", "passed_on", "bounced", "dropped", "transformed"):
                self.assertEqual(live["forwarders"][name]["totals"][key], forwarder["totals"][key], f"{name} {key}")
        self.assertEqual(live["totals"]["corrupted"], 0)


# Two receivers with traffic of their own each; nobody on either side has a limit in common with the other.
TWO_WORLDS = """
seed: 5
start: 2026-03-02T08:00:00Z
senders:
  shop: {{ domain: shop.example, ips: [198.18.2.10], spf: "v=spf1 ip4:198.18.2.10 -all", dkim: [{{ selector: s1, algorithm: ed25519-sha256 }}] }}
  {other_sender}
receivers: {{ postgrey-site: {{ latency: 20ms }} {other_receiver} }}
lists: {{ people: {{ count: 400, unknown: 5%, full: 2% }} }}
mail: {{ order: {{ sender: shop, readers: {{ open: 50%, complain: 1% }} }} {other_mail} }}
traffic:
  - {{ mail: order, list: people, to: {{ postgrey-site: 100% }}, schedule: {{ rate: 10/s, arrivals: poisson, count: 400 }} }}
  {other_traffic}
end: {{ drain: 4h }}
"""

# Sizes at which both runtimes meet every rule of the sender: it stops a bad mailing, and loses an address on the way.
SATURATED = """
seed: 3
start: 2026-03-02T08:00:00Z
speed: 10
senders:
  shop:
    domain: shop.example
    ips: [198.18.2.10, 198.18.2.11]
    spf: "v=spf1 ip4:198.18.2.10 ip4:198.18.2.11 -all"
    suppression: {}
    stop: { invalid: 8%, sample: 200 }
    shaping: { yahoo: { connections: 2, rate: 5/s } }
    known: { for: 60d, daily: 10k }
receivers: { gmail: { latency: 10ms }, yahoo: { latency: 10ms } }
lists: { old: { count: 2000, unknown: 20% }, people: { count: 600 } }
mail: { revival: { sender: shop, priority: low }, order: { sender: shop, priority: high } }
traffic:
  - { mail: order, list: people, schedule: { rate: 10/s, for: 60s } }
  - { mail: revival, list: old, at: 5s, schedule: { rate: 100/s, for: 20s } }
timeline:
  - { at: 15s, set: senders.shop.ips.198.18.2.11, to: down }
end: { drain: 1h }
"""


class Saturated(product.ProductTest):
    def test_totals_agree(self):
        scenario = self.write("saturated.yaml", SATURATED)
        summaries = {}
        for command in ("simulate", "run"):
            ran = product.mailrig(command, scenario, "--out", self.folder / command)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            summaries[command] = product.summary(self.folder / command)
        expected, found = summaries["simulate"]["totals"], summaries["run"]["totals"]
        self.assertGreater(expected["suppressed"], 1000)
        tolerance = max(expected["deliveries"] // 100, 10)
        for fate in ("inbox", "spam", "rejected", "expired", "suppressed", "queued", "lost"):
            self.assertLessEqual(abs(expected[fate] - found[fate]), tolerance, f"{fate}: {expected} {found}")
        self.assertIn("stopped_after_s", summaries["run"]["streams"]["revival"])
        self.assertNotIn("stopped_after_s", summaries["run"]["streams"]["order"])


class Repeatable(product.ProductTest):
    def simulate(self, binary, name):
        out = self.folder / f"{pathlib.Path(binary).parent.name}-{len(list(self.folder.iterdir()))}"
        saved, product.BINARY = product.BINARY, binary
        try:
            ran = product.mailrig("simulate", product.SCENARIOS / f"{name}.yaml", "--out", out)
        finally:
            product.BINARY = saved
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return stable_text(out)

    def test_twice_is_the_same_to_the_byte(self):
        for name in ("first-send", "sale-day-burst"):
            first = self.simulate(product.BINARY, name)
            self.assertIn("event_log_hash", first)
            self.assertEqual(first, self.simulate(product.BINARY, name))

    def test_a_hundred_times_is_the_same(self):
        nobody = dict.fromkeys(("other_sender", "other_receiver", "other_mail", "other_traffic"), "")
        scenario = self.write("small.yaml", TWO_WORLDS.format(**nobody))
        others = [path for path in os.environ.get("MAILRIG_OTHER_BINARIES", "").split(":") if path]
        texts = set()
        for time in range(100):
            out = self.folder / f"time-{time}"
            ran = subprocess.run([(others or [product.BINARY])[0], "simulate", scenario, "--out", out],
                                 capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            texts.add(stable_text(out))
        self.assertEqual(len(texts), 1)

    def test_an_unrelated_receiver_changes_nothing_for_the_others(self):
        nobody = dict.fromkeys(("other_sender", "other_receiver", "other_mail", "other_traffic"), "")
        somebody = {
            "other_sender": "firm: { domain: firm.example, ips: [198.18.3.10] }",
            "other_receiver": ", gmail: { latency: 5ms }",
            "other_mail": ", invoice: { sender: firm }",
            "other_traffic": "- { mail: invoice, list: people, to: { gmail: 100% }, schedule: { rate: 7/s, count: 300 } }",
        }
        parts = {}
        for name, others in (("alone", nobody), ("together", somebody)):
            ran = product.mailrig("simulate", self.write(f"{name}.yaml", TWO_WORLDS.format(**others)), "--out",
                                  self.folder / name)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            parts[name] = product.summary(self.folder / name)
        self.assertGreater(parts["alone"]["receivers"]["postgrey-site"]["totals"]["deferrals"], 100)
        for group, name in (("receivers", "postgrey-site"), ("streams", "order")):
            self.assertEqual(parts["alone"][group][name], parts["together"][group][name])

    def test_another_seed_is_another_run(self):
        out = self.folder / "seeded"
        product.mailrig("simulate", product.SCENARIOS / "first-send.yaml", "--seed", 8, "--out", out)
        self.assertNotEqual(self.simulate(product.BINARY, "first-send"), stable_text(out))

    def test_other_compilers_and_optimisers_agree(self):
        others = [path for path in os.environ.get("MAILRIG_OTHER_BINARIES", "").split(":") if path]
        if not others:
            self.skipTest("MAILRIG_OTHER_BINARIES names no other build of mailrig")
        for name in ("first-send", "sale-day-burst", "outage-and-recovery"):
            expected = self.simulate(product.BINARY, name)
            for other in others:
                self.assertEqual(expected, self.simulate(other, name), other)


if __name__ == "__main__":
    unittest.main()
