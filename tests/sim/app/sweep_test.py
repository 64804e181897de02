#!/usr/bin/env python3
"""mailrig simulate --sweep: variants and seeds side by side, the same whatever the number of jobs."""
import json
import re
import signal
import time
import unittest

import product

SCENARIO = """\
name: swept
seed: 5
start: 2026-03-02T08:00:00Z
senders: { shop: { domain: shop.example } }
receivers: { site: { profile: postgrey-site, domains: [site.example] } }
lists: { people: { count: 200, unknown: 5% } }
mail: { order: {} }
traffic: [{ mail: order, list: people, schedule: { rate: 10/m, count: 200 } }]
end: { drain: 12h }
expect: [rates.rejected < 15%]
"""


class Sweep(product.ProductTest):
    def sweep(self, *args, status=0):
        scenario = self.write("swept.yaml", SCENARIO)
        ran = product.mailrig("simulate", scenario, *args)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran

    def told(self, *args, status=0):
        out = self.folder / "out"
        self.sweep(*args, "--quiet", "--out", out, status=status)
        return (out / "sweep.json").read_text()

    def test_variants_side_by_side(self):
        rows = json.loads(self.told("--sweep", "lists.people.unknown=0%,10%,30%", "--repeat", 3, status=1))
        self.assertEqual([row["sets"] for row in rows],
                         [["lists.people.unknown=0%"], ["lists.people.unknown=10%"], ["lists.people.unknown=30%"]])
        rejected = [row["numbers"]["rates.rejected"] for row in rows]
        self.assertEqual(rejected[0], {"mean": 0, "half_width_95": 0, "count": 3})
        self.assertAlmostEqual(rejected[1]["mean"], 0.1, delta=0.06)
        self.assertAlmostEqual(rejected[2]["mean"], 0.3, delta=0.08)
        self.assertGreater(rejected[2]["half_width_95"], 0)
        self.assertEqual([row["passed"] for row in rows], [3, 3, 0])

    def test_the_number_of_jobs_changes_nothing(self):
        args = ("--sweep", "lists.people.unknown=1%,9%", "--repeat", 4)
        self.assertEqual(self.told(*args, "--jobs", 1), self.told(*args, "--jobs", 2))

    def test_the_table(self):
        text = self.sweep("--repeat", 2, "--show", "rates.rejected,receivers.site.totals.deliveries").stdout
        self.assertIn("as it is", text)
        self.assertRegex(text, r"200\.00 ± 0\.00")
        self.assertIn("2 of 2", text)

    def test_interrupted_it_tells_of_what_was_played(self):
        scenario = self.write("swept.yaml", SCENARIO)
        out = self.folder / "out"
        process = product.start("simulate", scenario, "--repeat", 2000, "--jobs", 1, "--out", out)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, stdout + stderr)
        played = int(re.search(r"interrupted: (\d+) of 2000", stderr)[1])
        numbers = json.loads((out / "sweep.json").read_text())[0]["numbers"]
        self.assertEqual(numbers["rates.inbox"]["count"], played)

    def test_bad_sweeps(self):
        self.assertIn("did you mean", self.sweep("--repeat", 2, "--show", "rates.inbx", status=2).stderr)
        self.assertIn("path=value", self.sweep("--sweep", "lists", status=2).stderr)
        self.assertIn("did you mean", self.sweep("--sweep", "lists.people.unknwon=1%,2%", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
