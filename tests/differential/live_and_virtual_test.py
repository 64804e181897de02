#!/usr/bin/env python3
"""Live and virtual runs of one scenario end alike: every fate of every delivery, and repeating changes nothing."""
import os
import pathlib
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
