#!/usr/bin/env python3
"""Postfix with a milter that signs: what OpenDKIM and rspamd sign verifies at every receiver. Needs root."""
import contextlib
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
import postfix_test  # noqa: E402
import product  # noqa: E402

COUNT = 20

SCENARIO = """\
name: signed
seed: 1
start: 2026-03-02T08:00:00Z
senders:
  shop:
    domain: shop.example
    signer: {signer}
    dkim: {dkim}
    dmarc: "v=DMARC1; p=reject"
    retry: [1m]
    expire: 30m
receivers: {{ outlook: {{}}, postgrey-site: {{ greylist: {{ enabled: false }} }} }}
lists: {{ few: {{ count: {count} }} }}
mail: {{ own: {{ from: "a@shop.example" }} }}
traffic: [ {{ mail: own, list: few, schedule: {{ rate: {rate}, count: {count} }} }} ]
end: {{ drain: 2h }}
speed: {speed}
"""


class MilterTest(product.ProductTest):
    def scenario(self, signer, dkim="[{ selector: s1 }]", speed=60, rate="20/s"):
        return self.write("scenario.yaml",
                          SCENARIO.format(signer=signer, dkim=dkim, count=COUNT, speed=speed, rate=rate))


class Refused(MilterTest):
    def refused(self, scenario, *args):
        ran = product.mailrig("run", scenario, "--out", self.folder / "out", *args)
        self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)
        return ran.stderr

    def test_milters_need_a_postfix(self):
        for signer, name in (("opendkim", "OpenDKIM"), ("rspamd", "rspamd")):
            told = self.refused(self.scenario(signer))
            self.assertIn(f"senders.shop.signer: {name} is a milter and needs --sender postfix", told)
            self.assertIn("signer: builtin", told)

    def test_simulations_have_none_either(self):
        ran = product.mailrig("simulate", self.scenario("rspamd"), "--out", self.folder / "out")
        self.assertEqual(ran.returncode, 2, ran.stdout + ran.stderr)

    def test_what_cannot_be_signed_is_said_before_anything_starts(self):
        self.assertIn("has nothing to sign with", self.refused(self.scenario("opendkim", "[]"), "--sender", "postfix"))
        self.assertIn("mail.own: `sign` and `tamper`", self.refused(self.scenario("opendkim"), "--sender", "postfix",
                                                                      "--set", "mail.own.tamper=body"))


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Signed(MilterTest):
    def run_signed(self, signer, name, **values):
        ran = product.mailrig("run", self.scenario(signer, **values), "--sender", "postfix", "--out",
                              self.folder / "out", timeout=250)
        if ran.returncode == 3 and "cannot download" in ran.stderr:
            self.skipTest(f"{name} cannot be had: {ran.stderr}")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertRegex(ran.stdout, rf"shop: signed by {name} [\d.]+")
        summary = product.summary(self.folder / "out")
        self.assertEqual((summary["totals"]["inbox"], summary["totals"]["lost"]), (COUNT, 0))
        for receiver in ("outlook", "postgrey-site"):
            results = summary["receivers"][receiver]
            # No signature but those of the milter: the DMARC record would have everything else rejected.
            delivered = results["totals"]["inbox"]
            self.assertEqual(results["auth"]["dkim"], {"pass": delivered})
            self.assertEqual(results["auth"]["dmarc"], {"pass": delivered})

    # Postfix alone would only defer what it is handed, for as long as the run lasts.
    def test_a_milter_that_dies_ends_the_run(self):
        process = product.start("run", self.scenario("opendkim", speed=1, rate="1/s"), "--sender", "postfix", "--out",
                                self.folder / "out")
        self.addCleanup(process.kill)
        inside = self.folder / "out" / "run.db"

        def milters():
            network = postfix_test.network_of(process.pid)
            if network == postfix_test.network_of("self") or not inside.exists():
                return []
            return [other for other in postfix_test.processes_in(network)
                    if pathlib.Path("/proc", other, "comm").read_text().strip() == "opendkim"]

        postfix_test.wait_for(lambda: process.poll() is not None or milters())
        time.sleep(4)  # until it has begun to sign
        for milter in milters():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(milter), signal.SIGKILL)
        out, err = process.communicate(timeout=60)
        if "cannot download" in err:
            self.skipTest(f"OpenDKIM cannot be had: {err}")
        self.assertEqual(process.returncode, 3, out + err)
        self.assertIn("OpenDKIM ended by itself (exit status 137); the end of its log:", err)

    def test_opendkim(self):
        self.run_signed("opendkim", "OpenDKIM", dkim="[{ selector: s1 }, { selector: s2, bits: 1024 }]")
        self.assertTrue((self.folder / "out" / "opendkim.log").exists())

    def test_opendkim_ed25519_in_real_time(self):
        self.run_signed("opendkim", "OpenDKIM", dkim="[{ selector: s1, algorithm: ed25519-sha256 }]", speed=1)

    def test_rspamd(self):
        self.run_signed("rspamd", "rspamd", dkim="[{ selector: s1 }, { selector: s2, algorithm: ed25519-sha256 }]")
        self.assertTrue((self.folder / "out" / "rspamd.log").exists())


if __name__ == "__main__":
    unittest.main()
