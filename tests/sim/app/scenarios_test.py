#!/usr/bin/env python3
"""Every shipped scenario keeps what it promises, in virtual time."""
import unittest

import product


class ShippedScenarios(product.ProductTest):
    def test_expectations_hold(self):
        files = sorted(product.SCENARIOS.glob("*.yaml"))
        self.assertGreater(len(files), 10)
        for file in files:
            with self.subTest(scenario=file.name):
                ran = product.mailrig("simulate", file, "--out", self.folder / file.stem, timeout=600)
                self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
                self.assertEqual(product.summary(self.folder / file.stem)["totals"]["lost"], 0)


if __name__ == "__main__":
    unittest.main()
