#!/usr/bin/env python3
"""The command line: exit statuses, and errors that name the place, the fault and the remedy."""
import contextlib
import json
import signal
import socket
import sqlite3
import time
import unittest

import product

SMALL = """\
name: small
seed: 1
start: 2026-03-02T08:00:00Z
senders: { shop: { domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", retry: [1m], expire: 5m } }
receivers: { outlook: {} }
lists: { few: { count: 20 } }
mail: { note: { size: 2KB } }
traffic: [ { mail: note, list: few, schedule: { rate: 10/s, count: 20 } } ]
speed: 10
"""


class BadInput(product.ProductTest):
    def refused(self, yaml, *expected, status=2):
        file = self.write("bad.yaml", yaml)
        ran = product.mailrig("simulate", file, "--out", self.folder / "out")
        self.assertEqual(ran.returncode, status, ran.stderr)
        for part in expected:
            self.assertIn(part, ran.stderr)
        self.assertFalse((self.folder / "out" / "summary.json").exists())

    def test_unknown_key(self):
        self.refused(SMALL.replace("schedule: { rate:", "schedule: { rat:"), "bad.yaml:8:", "unknown key 'rat'", "rate")

    def test_wrong_unit(self):
        self.refused(SMALL.replace("expire: 5m", "expire: 5"), "bad.yaml:4:", "'5' is not a duration")

    def test_unknown_receiver(self):
        self.refused(SMALL.replace("outlook: {}", "outlok: {}"), "bad.yaml:5:", "outlok", "outlook")

    def test_misspelt_metric(self):
        self.refused(SMALL + "expect: [ totals.lots == 0 ]\n", "bad.yaml:10:", "lots", "lost")

    def test_no_yaml_at_all(self):
        self.refused("a: [b", "bad.yaml:1:")

    def test_unreadable_file(self):
        ran = product.mailrig("run", self.folder / "nowhere.yaml")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("nowhere.yaml", ran.stderr)

    def test_unknown_command_and_option(self):
        self.assertEqual(product.mailrig("rum").returncode, 2)
        self.assertEqual(product.mailrig("run", "--sped", "3").returncode, 2)

    def test_set_with_a_wrong_value_names_the_option(self):
        file = self.write("small.yaml", SMALL)
        ran = product.mailrig("simulate", file, "--set", "senders.shop.expire=soon", "--out", self.folder / "out")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("--set", ran.stderr)
        self.assertIn("'soon' is not a duration", ran.stderr)


class Outcomes(product.ProductTest):
    def simulate(self, yaml, *args):
        file = self.write("scenario.yaml", yaml)
        ran = product.mailrig("simulate", file, "--out", self.folder / "out", *args)
        return ran, self.folder / "out"

    def test_a_failed_expectation_is_status_1(self):
        ran, out = self.simulate(SMALL + "expect: [ totals.inbox == 19 ]\n")
        self.assertEqual(ran.returncode, 1, ran.stderr)
        summary = product.summary(out)
        self.assertEqual(summary["verdict"], "fail")
        self.assertEqual(summary["expectations"], [{"expr": "totals.inbox == 19", "value": 20, "pass": False}])
        self.assertIn("totals.inbox == 19", (out / "junit.xml").read_text())

    def test_what_a_run_leaves(self):
        ran, out = self.simulate(SMALL + "expect: [ totals.inbox == 20 ]\n")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(sorted(p.name for p in out.iterdir()),
                         ["junit.xml", "run.db", "scenario.yaml", "summary.json"])
        summary = product.summary(out)
        self.assertEqual(summary["schema"], "mailrig.summary/1")
        self.assertEqual(summary["mode"], "virtual")
        self.assertEqual(summary["verdict"], "pass")
        self.assertEqual(len(product.fates(out)), 20)
        # The resolved scenario is a scenario, and the same one.
        again = product.mailrig("simulate", out / "scenario.yaml", "--out", self.folder / "again")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(summary["event_log_hash"], product.summary(self.folder / "again")["event_log_hash"])

    def test_set_takes_one_value_and_leaves_the_scenario_alone(self):
        file = self.write("scenario.yaml", SMALL)
        ran = product.mailrig("simulate", "--out", self.folder / "out", "--set", "seed=4", "--set", "name=other", file)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        summary = product.summary(self.folder / "out")
        self.assertEqual((summary["seed"], summary["scenario"]), (4, "other"))

    def test_set_changes_a_value(self):
        _, out = self.simulate(SMALL, "--set", "traffic.0.schedule.count=7")
        self.assertEqual(product.summary(out)["totals"]["deliveries"], 7)

    def test_reports_of_a_finished_run(self):
        _, out = self.simulate(SMALL)
        text = product.mailrig("report", out)
        self.assertEqual(text.returncode, 0, text.stderr)
        self.assertIn("outlook", text.stdout)
        self.assertEqual(json.loads(product.mailrig("report", out, "--format", "json").stdout), product.summary(out))
        csv = product.mailrig("report", out, "--format", "csv").stdout.strip().split("\n")
        self.assertEqual(len(csv), 21)
        self.assertIn("<testsuite", product.mailrig("report", out, "--format", "junit").stdout)

    def test_a_report_of_nothing_is_a_usage_error(self):
        self.assertEqual(product.mailrig("report", self.folder).returncode, 2)


class Interrupted(product.ProductTest):
    def start_slow_run(self):
        file = self.write("slow.yaml", SMALL.replace("schedule: { rate: 10/s, count: 20 }",
                                                     "schedule: { rate: 10/s, for: 10m }")
                          .replace("few: { count: 20 }", "few: { count: 6000 }"))
        out = self.folder / "out"
        process = product.start("run", file, "--out", out)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                if product.summary(out)["totals"]["inbox"] > 0:
                    return process, out
            time.sleep(0.1)
        self.fail("the run did not get going")

    def test_ctrl_c_writes_what_there_is(self):
        process, out = self.start_slow_run()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        summary = product.summary(out)
        self.assertTrue(summary["interrupted"])
        self.assertGreater(summary["totals"]["inbox"], 0)

    def test_a_killed_run_still_has_its_data(self):
        process, out = self.start_slow_run()
        time.sleep(2)
        process.kill()
        process.wait(30)
        self.assertTrue(product.summary(out)["interrupted"])
        with contextlib.closing(sqlite3.connect(out / "run.db")) as database:
            self.assertEqual(database.execute("pragma integrity_check").fetchone()[0], "ok")
            self.assertGreater(database.execute("select count(*) from message where fate = 'inbox'").fetchone()[0], 0)
        report = product.mailrig("report", out)
        self.assertEqual(report.returncode, 0, report.stderr)
        self.assertIn("interrupted", report.stdout)


class Environment(product.ProductTest):
    def test_a_taken_port_is_status_3(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            ran = product.mailrig("serve", "--isp", "sink", "--smtp", address)
            self.assertEqual(ran.returncode, 3, ran.stderr)
            self.assertIn(address, ran.stderr)

    def test_foreign_addresses_are_refused(self):
        for args in (("serve", "--isp", "sink", "--smtp", "0.0.0.0:2525"),
                     ("serve", "--isp", "sink", "--dns", "192.0.2.1:53"),
                     ("run", product.SCENARIOS / "first-send.yaml", "--sender", "192.0.2.1:25")):
            ran = product.mailrig(*args)
            self.assertEqual(ran.returncode, 2, f"{args}: {ran.stderr}")
            self.assertIn("loopback", ran.stderr)


class Looking(product.ProductTest):
    def test_profiles(self):
        rows = json.loads(product.mailrig("isp", "list", "--format", "json").stdout)
        names = [row["name"] for row in rows]
        self.assertEqual(len(names), 23)
        self.assertLess({"gmail", "outlook", "yahoo", "qq", "netease", "t-online", "mimecast", "sink"}, set(names))
        shown = product.mailrig("isp", "show", "gmail").stdout
        self.assertIn("4.7.28", shown)
        self.assertIn("# src:", shown)
        wrong = product.mailrig("isp", "show", "gmial")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("gmail", wrong.stderr)
        heard = product.mailrig("isp", "check", "sohu")
        self.assertEqual(heard.returncode, 0, heard.stdout)
        self.assertIn("6 of 6 replies heard", heard.stdout)
        made = product.mailrig("isp", "matrix", "outlook", "--format", "json")
        self.assertEqual(len(json.loads(made.stdout)), 128)
        own = self.write("mine.yaml", "extends: gmail\ngreylst: {}\n")
        checked = product.mailrig("isp", "check", own)
        self.assertEqual(checked.returncode, 2)
        self.assertIn("mine.yaml:2:", checked.stderr)

    def test_scenarios(self):
        rows = json.loads(product.mailrig("scenario", "list", product.SCENARIOS, "--format", "json").stdout)
        self.assertIn("first-send", [row["name"] for row in rows])
        for row in rows:
            self.assertEqual(product.mailrig("scenario", "check", row["file"]).returncode, 0, row["file"])
            self.assertTrue(row["proves"], row["file"])
            self.assertTrue(row["shows"], row["file"])
        self.assertIn("$schema", json.loads(product.mailrig("scenario", "schema").stdout))

    def test_help_has_examples(self):
        for command in ("run", "simulate", "serve", "report", "isp", "scenario"):
            shown = product.mailrig(command, "--help")
            self.assertEqual(shown.returncode, 0)
            self.assertIn("Examples:\n  mailrig " + command, shown.stdout)


if __name__ == "__main__":
    unittest.main()
