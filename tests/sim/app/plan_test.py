#!/usr/bin/env python3
"""mailrig plan: the steepest warm-up that meets a goal, ready to be used; or the best that there is."""
import re
import unittest

import product

SCENARIO = """\
name: to-be-warmed-up
seed: 5
start: 2026-03-02T00:00:00Z
senders: { shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", dkim: [{ selector: s1 }] } }
receivers:
  site:
    profile: postgrey-site
    domains: [site.example]
    greylist: { enabled: false }
    reputation: { identities: [ip, hdr_domain], initial_daily_cap: 20, growth_per_day: 1.5 }
    placement: { base: 90%, junk_below: 70%, spread: 0%, new_sender_penalty: 5%, volume_jump_penalty: 60% }
lists: { people: { count: 400 } }
mail: { news: { kind: marketing } }
traffic: [{ mail: news, list: people, schedule: { burst: 400 } }]
end: { drain: 30d }
"""


class Plan(product.ProductTest):
    def plan(self, *args, status=0, scenario=SCENARIO):
        ran = product.mailrig("plan", self.write("plan.yaml", scenario), *args)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        return ran

    def test_the_plan_that_it_prints_meets_the_goal_and_a_steeper_one_does_not(self):
        text = self.plan("--goal", "rates.inbox >= 99%", "--max", "200").stdout
        found = re.search(r"\{ shop: \{ warmup: (\{ start: (\d+), growth: ([\d.]+), max: 200 \}) \} \}", text)
        self.assertTrue(found, text)

        def inbox(warmup):
            out = self.folder / "run"
            product.mailrig("simulate", self.folder / "plan.yaml", "--quiet", "--out", out,
                            "--set", f"senders.shop.warmup={warmup}")
            return product.summary(out)["rates"]["inbox"]

        self.assertGreaterEqual(inbox(found[1]), 0.99)
        self.assertLess(inbox(f"{{ start: {found[2]}, growth: 4, max: 200 }}"), 0.99)

    def test_a_goal_that_cannot_be_met(self):
        text = self.plan("--goal", "rates.spam > 200%", "--max", "50", status=1).stdout
        self.assertIn("No warm-up meets rates.spam > 200%", text)
        self.assertRegex(text, r"The nearest: \{ start: \d+, growth: [\d.]+, max: 50 \} gives 0")

    def test_bad_questions(self):
        self.assertIn("did you mean", self.plan("--goal", "rates.inbx > 5%", status=2).stderr)
        self.assertRegex(self.plan("--goal", "rates.inbox >=", status=2).stderr, "^mailrig: --goal: .*is not a value")
        self.assertIn("--start", self.plan("--goal", "rates.inbox > 5%", "--start", "9k", "--max", "1k", status=2).stderr)
        two = SCENARIO.replace("senders: {", "senders: { other: { domain: other.example },").replace(
            "news: {", "news: { sender: shop,")
        self.assertIn("--sender", self.plan("--goal", "rates.inbox > 5%", status=2, scenario=two).stderr)


if __name__ == "__main__":
    unittest.main()
