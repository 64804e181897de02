#!/usr/bin/env python3
"""An unmodified Postfix as the sender under test. Needs root, for namespaces; MAILRIG_FULL=1 adds the long runs."""
import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
import product  # noqa: E402

FULL = os.environ.get("MAILRIG_FULL") == "1"

SMALL = """\
name: small
seed: 1
start: 2026-03-02T08:00:00Z
senders: {{ shop: {{ domain: shop.example, spf: "v=spf1 ip4:198.18.2.0/24 -all", retry: [{retry}], expire: {expire} }} }}
receivers:
  outlook: {receiver}
  postgrey-site: {{ greylist: {{ enabled: false }}, content: {{ junk_below: 0, reject_below: 0, tempfail_below: 0, blocked_attachments: [] }}, reputation: {{ identities: [] }} }}
lists: {{ few: {{ {list} }} }}
mail: {{ own: {{ {mail} }} }}
traffic: [ {{ mail: own, list: few, schedule: {{ rate: {rate}, count: {count} }} }} ]
end: {{ drain: {drain} }}
speed: {speed}
expect: [ {expect} ]
"""

STUCK = """\
name: stuck
seed: 1
start: 2026-03-02T08:00:00Z
senders: {{ shop: {{ domain: small.example, spf: "v=spf1 ip4:198.18.2.0/24 -all", retry: [1m], expire: 5h }} }}
receivers: {{ outlook: {{}}, university: {{ profile: postgrey-site, down: true }} }}
lists: {{ few: {{ file: "{file}" }} }}
mail: {{ own: {{ from: "a@small.example", envelope_from: "bounces@small.example" }} }}
traffic: [ {{ mail: own, list: few, schedule: {{ rate: 5/s, count: 3 }} }} ]
end: {{ drain: 2m }}
speed: 60
"""


def network_of(process):
    try:
        return os.readlink(f"/proc/{process}/ns/net")
    except OSError:
        return None


def processes_in(network):
    return [process.name for process in pathlib.Path("/proc").iterdir()
            if process.name.isdigit() and network_of(process.name) == network]


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class PostfixTest(product.ProductTest):
    def scenario(self, **values):
        settings = dict(retry="1m", expire="30m", receiver="{}", list="count: 20", mail='from: "a@shop.example"',
                        rate="20/s", count=20, drain="2h", speed=60, expect="")
        settings.update(values)
        return self.write("scenario.yaml", SMALL.format(**settings))

    def run_postfix(self, scenario, *args, status=0, timeout=250):
        ran = product.mailrig("run", scenario, "--sender", "postfix", "--out", self.folder / "out", *args,
                              timeout=timeout)
        self.assertEqual(ran.returncode, status, ran.stdout + ran.stderr)
        self.output = ran.stdout
        return product.summary(self.folder / "out")

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.folder / "out" / "run.db")) as database:
            return database.execute(query).fetchall()

    def log(self):
        return (self.folder / "out" / "postfix.log").read_text(errors="replace")


class MainJob(PostfixTest):
    def test_first_send_is_accounted_for(self):
        summary = self.run_postfix(product.SCENARIOS / "first-send.yaml", "--speed", "60")
        totals = summary["totals"]
        self.assertTrue(summary["conservation"]["holds"], summary["conservation"])
        self.assertEqual((totals["lost"], totals["duplicates"], totals["corrupted"], totals["queued"]), (0, 0, 0, 0))
        self.assertEqual(summary["sender"], "postfix")
        # Greylisted mail arrived after Postfix's own retry.
        greylisted = self.rows("select fate, attempts, count(*) from message where receiver = 'university' and "
                               "deferrals > 0 group by fate")
        self.assertTrue(any(fate == "inbox" and attempts >= 2 for fate, attempts, _ in greylisted), greylisted)
        # Whom nobody knows came back as a notification, whose mailbox is full in the end, too.
        self.assertEqual(set(self.rows("select fate from message where last_event = 'unknown_user'")), {("rejected",)})
        full = self.rows("select fate, count(*) from message where receiver = 'gmail' and last_event = 'mailbox_full' "
                         "group by fate")
        self.assertEqual([fate for fate, _ in full], ["expired"])
        self.assertEqual(summary["feedback"]["dsn_received"], totals["rejected"] + totals["expired"])
        # What was set is printed.
        self.assertRegex(self.output, r"Postfix retries after 2m doubling to\s+4m")

    def test_every_sample_arrives_intact_or_folded(self):
        messages = product.SUITES / "dsn-samples" / "messages"
        if not messages.is_dir():
            self.skipTest(f"{messages} is not there")
        files = sorted(messages.glob("*.eml"))
        # Postfix folds lines over 998 octets (smtp_line_length_limit); it cannot keep NUL.
        long_lines = sum(any(len(line) > 998 for line in file.read_bytes().split(b"\n\n", 1)[-1].split(b"\n"))
                         for file in files)
        unread = ("{ content: { junk_below: 0, reject_below: 0, tempfail_below: 0, blocked_attachments: [] }, "
                  "reputation: { identities: [] } }")
        summary = self.run_postfix(self.scenario(list=f"count: {len(files)}", mail=f'files: "{messages}"',
                                                 receiver=unread, count=len(files)))
        totals = summary["totals"]
        self.assertEqual((totals["inbox"], totals["corrupted"], totals["transformed"]), (len(files), 0, long_lines))
        self.assertGreater(long_lines, 0)

    def test_several_addresses_are_used(self):
        scenario = self.scenario(count=40, list="count: 40")
        summary = self.run_postfix(scenario, "--set", "senders.shop.ips=[198.18.2.10, 198.18.2.11]")
        self.assertEqual(summary["totals"]["inbox"], 40)
        sources = {row[0] for row in self.rows("select distinct source_ip from attempt")}
        self.assertEqual(sources, {"198.18.2.10", "198.18.2.11"})

    def test_connections_nobody_answers_are_attempts_too(self):
        summary = self.run_postfix(self.scenario(receiver="{ down: true }", expire="4m", count=10, list="count: 10"))
        outlook = summary["receivers"]["outlook"]["totals"]
        self.assertEqual(outlook["expired"], outlook["deliveries"])
        self.assertGreater(outlook["deferrals"], 0)
        self.assertEqual({row[0] for row in self.rows("select distinct event from attempt where receiver = 'outlook'")},
                         {"maintenance"})


    def test_notifications_that_wait_in_the_queue_count(self):
        # The domain does not exist, so Postfix bounces at once; the sender's own domain is off the net.
        file = self.write("people.csv", "address\na@nowhere.example\nb@nowhere.example\nc@outlook.com\n")
        scenario = self.write("stuck.yaml", STUCK.format(file=file))
        summary = self.run_postfix(scenario)
        totals = summary["totals"]
        self.assertEqual((totals["inbox"], totals["rejected"], totals["rejected_by_sender"], totals["lost"]),
                         (1, 2, 2, 0))
        self.assertEqual(summary["feedback"]["dsn_received"], 0)


    def test_without_root_it_says_what_is_needed(self):
        public = tempfile.mkdtemp(prefix="mailrig-test-", dir="/tmp")
        self.addCleanup(shutil.rmtree, public)
        os.chmod(public, 0o777)
        scenario = pathlib.Path(public, "scenario.yaml")
        scenario.write_text(self.scenario().read_text())
        binary = shutil.copy(product.BINARY, public)
        ran = subprocess.run([binary, "run", scenario, "--sender", "postfix", "--out", pathlib.Path(public, "out")],
                             user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=False,
                             timeout=60)
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertIn("sudo", ran.stderr)
        self.assertIn("--sender HOST:PORT", ran.stderr)


class Detected(PostfixTest):
    def addresses(self, command, count):
        file = self.write("people.csv", "address\n" + "".join(
            f"person{i}+{command}@outlook.com\n" if i % 2 else f"person{i}@outlook.com\n" for i in range(count)))
        return f'file: "{file}"'

    def test_second_copies_are_duplicates(self):
        summary = self.run_postfix(self.scenario(list=self.addresses("dropstored", 20)))
        self.assertEqual((summary["totals"]["inbox"], summary["totals"]["duplicates"]), (20, 10))

    def test_mail_deleted_from_the_queue_is_lost(self):
        # Deferred until it is deleted behind mailrig's back: half of the mail.
        process = product.start("run", self.scenario(list=self.addresses("defer50", 20), speed=10, expire="10h"),
                                "--sender", "postfix", "--out", self.folder / "out", "--quiet")
        self.addCleanup(process.kill)
        holder = None

        def deferred():
            nonlocal holder
            for candidate in self.postfix_masters(process.pid):
                holder = candidate
                listing = self.inside(holder, "postqueue", "-c", "/run/mailrig/postfix/1/etc", "-j").stdout.splitlines()
                return len(listing) == 10 and all('"queue_name": "deferred"' in line for line in listing)
            return False

        self.assertTrue(wait_for(deferred))
        self.inside(holder, "postsuper", "-c", "/run/mailrig/postfix/1/etc", "-d", "ALL", "deferred")
        out, err = process.communicate(timeout=60)
        totals = product.summary(self.folder / "out")["totals"]
        self.assertEqual((totals["inbox"], totals["lost"]), (10, 10), out + err)

    def postfix_masters(self, mailrig):
        """Masters in the network namespace of this mailrig."""
        for process in processes_in(network_of(mailrig)):
            with contextlib.suppress(OSError):
                if pathlib.Path("/proc", process, "comm").read_text().strip() == "master":
                    yield process

    def inside(self, process, *words):
        return subprocess.run(["nsenter", "-t", process, "-n", "-m", "-p", *words], capture_output=True, text=True,
                              check=False, timeout=30)


class LeavesNothing(PostfixTest):
    def start_big(self):
        scenario = self.scenario(count=10000, list="count: 10000", rate="400/s", speed=1, expire="1h")
        return product.start("run", scenario, "--sender", "postfix", "--out", self.folder / "out", "--quiet")

    def killed_once(self, seconds, how):
        ours = network_of("self")
        process = self.start_big()
        network = None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            network = network_of(process.pid)
            time.sleep(0.02)
        process.send_signal(how)
        process.communicate(timeout=60)
        if network != ours:
            self.assertTrue(wait_for(lambda: not processes_in(network)), "processes remain in its namespace")
        if (self.folder / "out" / "run.db").exists():
            self.rows("select count(*) from message")  # it opens
        return process.returncode, network != ours

    def test_killed_run_leaves_a_database_and_nothing_else(self):
        chance = random.Random(7)
        isolated = 0
        for _ in range(20 if FULL else 2):
            status, entered = self.killed_once(chance.uniform(0.2, 12), signal.SIGKILL)
            self.assertEqual(status, -signal.SIGKILL)
            isolated += entered
        self.assertGreater(isolated, 0)
        # The next one starts as if nothing had been.
        self.run_postfix(self.scenario())

    def test_interrupted_run_reports_what_there_is(self):
        self.assertEqual(self.killed_once(8, signal.SIGINT), (130, True))
        summary = product.summary(self.folder / "out")
        self.assertTrue(summary["interrupted"])
        self.assertTrue(summary["conservation"]["holds"])
        self.assertGreater(summary["totals"]["queued"], 0)
        self.assertEqual(summary["totals"]["lost"], 0)


class Retries(PostfixTest):
    """Deferred mail is tried again as qmgr(8) says: when its age, but at least minimal_ and at most
    maximal_backoff_time, has passed again, at the next scan of the queue (queue_run_delay)."""

    LINE = re.compile(r"^(\w{3} \d\d \d\d:\d\d:\d\d) .* (\w+): to=<\S+@small\.example>.* delay=([\d.]+),.* status=deferred")

    def deferrals(self):
        """Queue id → [(time of the model, age of the message)]."""
        found = {}
        for line in self.log().splitlines():
            match = self.LINE.match(line)
            if match:
                at = time.mktime(time.strptime("2026 " + match[1], "%Y %b %d %H:%M:%S"))
                found.setdefault(match[2], []).append((at, float(match[3])))
        return found

    def check_spacing(self, tries_min):
        messages = self.deferrals()
        self.assertEqual(len(messages), 20)
        late = []
        for queue_id, deferrals in messages.items():
            self.assertGreaterEqual(len(deferrals), tries_min)
            for (at, age), (after, _) in zip(deferrals, deferrals[1:]):
                back_off = min(max(age, 300), 4000)
                with self.subTest(queue_id=queue_id, age=age, gap=after - at):
                    self.assertGreaterEqual(after - at, back_off - 10)
                    late.append(after - at - back_off)
        # The scan that finds it due comes within queue_run_delay. A second of the wall is twelve minutes here, so that a
        # busy machine is late now and then, but not as a rule.
        self.assertLessEqual(statistics.median(late), 300 + 720)

    def run_retries(self, *args, timeout):
        begun = time.monotonic()
        summary = self.run_postfix(product.SCENARIOS / "postfix-one-day-of-retries.yaml", "--speed", "720", *args,
                                   timeout=timeout)
        self.assertLess(time.monotonic() - begun, timeout)
        self.assertEqual(summary["receivers"]["university"]["totals"]["expired"], 20)
        return summary

    @unittest.skipIf(FULL, "the whole day runs instead")
    def test_four_hours_of_retries(self):
        self.run_retries("--set", "senders.shop.expire=4h", timeout=120)
        self.check_spacing(4)

    @unittest.skipUnless(FULL, "two minutes; MAILRIG_FULL=1 runs it")
    def test_one_day_of_retries(self):
        self.run_retries(timeout=240)
        self.check_spacing(20)


if __name__ == "__main__":
    unittest.main()
