#!/usr/bin/env python3
"""Live runs with real input and rude company."""
import contextlib
import socket
import sqlite3
import threading
import time
import unittest

import product

OWN_MESSAGES = """\
name: own-messages
seed: 1
start: 2026-03-02T08:00:00Z
senders: {{ shop: {{ domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", retry: [1m], expire: 10m }} }}
receivers:  # that take a message for what it is, whatever it says
  outlook: {{ content: {{ junk_below: 0, reject_below: 0, tempfail_below: 0, blocked_attachments: [] }}, reputation: {{ identities: [] }} }}
  postgrey-site: {{ greylist: {{ delay: 30s }}, content: {{ junk_below: 0, reject_below: 0, tempfail_below: 0, blocked_attachments: [] }}, reputation: {{ identities: [] }} }}
lists: {{ few: {{ count: {count} }} }}
mail: {{ own: {{ files: "{files}" }} }}
traffic: [ {{ mail: own, list: few, schedule: {{ rate: 20/s, count: {count} }} }} ]
end: {{ drain: 20m }}
speed: 60
expect: [ totals.corrupted == 0, totals.lost == 0, totals.inbox == {count} ]
"""


class RealInput(product.ProductTest):
    def run_own(self, files, count):
        scenario = self.write("own.yaml", OWN_MESSAGES.format(files=files, count=count))
        ran = product.mailrig("run", scenario, "--out", self.folder / "out")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        return product.summary(self.folder / "out")

    def test_every_sample_arrives_intact(self):
        messages = product.SUITES / "dsn-samples" / "messages"
        if not messages.is_dir():
            self.skipTest(f"{messages} is not there")
        count = len(list(messages.glob("*.eml")))
        self.assertGreater(count, 100)
        totals = self.run_own(messages, count)["totals"]
        self.assertEqual((totals["inbox"], totals["corrupted"]), (count, 0))

    def test_awkward_bytes_arrive_intact(self):
        folder = self.folder / "mail"
        folder.mkdir()
        samples = {
            "bare_lf": b"Subject: a\n\nline\nline\n",
            "dots": b"Subject: b\r\n\r\n.\r\n..\r\n.hidden\r\n\r\n.\r\n",
            "eight_bit": b"Subject: c\r\n\r\n\xe4\xbd\xa0\xe5\xa5\xbd \xff\xfe\r\n",
            "no_final_newline": b"Subject: d\r\n\r\nend",
            "long_line": b"Subject: e\r\n\r\n" + b"x" * 5000 + b"\r\n",
            "nul": b"Subject: f\r\n\r\na\x00b\r\n",
            "empty_body": b"Subject: g\r\n\r\n",
            "only_a_header": b"Subject: h\r\n",
        }
        for name, content in samples.items():
            (folder / f"{name}.eml").write_bytes(content)
        self.assertEqual(self.run_own(folder, len(samples))["totals"]["corrupted"], 0)



LOAD = """\
name: load
seed: 1
start: 2026-03-02T08:00:00Z
senders: {{ shop: {{ domain: shop.example, spf: "v=spf1 ip4:198.18.2.10 -all", retry: [1m], expire: 10m }} }}
receivers: {{ outlook: {{ limits: {{ command_timeout: 2m }} }} }}
lists: {{ few: {{ count: 600 }} }}
mail: {{ note: {{ size: 2KB }} }}
traffic: [ {{ mail: note, list: few, schedule: {{ rate: 2/s, count: 600 }} }} ]
speed: 30
expect: [ totals.lost == 0, totals.inbox == 600, totals.deferrals == 0 ]
"""


class RudeCompany(product.ProductTest):
    """Sessions that stop, talk nonsense or drip do not disturb a running load, and end by time-out."""

    STOPPED, GARBAGE, DRIPPING = 100, 100, 20

    def test_a_running_load_is_not_disturbed(self):
        scenario = self.write("load.yaml", LOAD.format())
        out = self.folder / "out"
        process = product.start("run", scenario, "--out", out)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        endpoint = self.wait_for_endpoint(out)
        ended = []
        threads = []
        for kind, count in ((self.stop_mid_command, self.STOPPED), (self.talk_garbage, self.GARBAGE),
                            (self.drip, self.DRIPPING)):
            for number in range(count):
                threads.append(threading.Thread(target=lambda k=kind, n=number: ended.append(k(endpoint, n))))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(process.wait(90), 0, process.stdout.read() + process.stderr.read())
        self.assertEqual(len(ended), self.STOPPED + self.GARBAGE + self.DRIPPING)
        self.assertEqual([end for end in ended if end != "closed by the server"], [])
        totals = product.summary(out)["totals"]
        self.assertEqual((totals["inbox"], totals["deferrals"]), (600, 0))

    def wait_for_endpoint(self, out):
        """The run's database says where its receivers listen."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(out / "run.db")) as database:
                row = database.execute("select value from run where key like 'endpoint %'").fetchone()
                if row:
                    host, port = row[0].rsplit(":", 1)
                    return host, int(port)
            time.sleep(0.05)
        self.fail("the run did not start")

    @staticmethod
    def until_closed(connection):
        connection.settimeout(40)
        try:
            while connection.recv(4096):
                pass
        except (ConnectionResetError, BrokenPipeError):
            pass
        except TimeoutError:
            return "never closed"
        return "closed by the server"

    def stop_mid_command(self, endpoint, number):
        beginnings = (b"", b"EH", b"EHLO x\r\nMAIL FR", b"EHLO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@outlook.com>\r\nDATA\r\nSubj")
        with socket.create_connection(endpoint) as connection:
            connection.sendall(beginnings[number % len(beginnings)])
            return self.until_closed(connection)

    def talk_garbage(self, endpoint, number):
        with socket.create_connection(endpoint) as connection:
            try:
                for _ in range(40):
                    connection.sendall(bytes((number * 7 + i * 13) % 256 for i in range(500)) + b"\r\n")
            except (ConnectionResetError, BrokenPipeError):
                return "closed by the server"
            return self.until_closed(connection)

    def drip(self, endpoint, number):
        text = b"NOOP this is a very long line that comes one byte a second, and never to its end"
        with socket.create_connection(endpoint) as connection:
            connection.settimeout(1)
            begin = time.monotonic()
            for byte in text:
                try:
                    connection.sendall(bytes([byte]))
                    if connection.recv(4096) == b"":
                        return "closed by the server"
                except TimeoutError:
                    pass
                except (ConnectionResetError, BrokenPipeError):
                    return "closed by the server"
                if time.monotonic() - begin > 40:
                    return "never closed"
        return "never closed"


if __name__ == "__main__":
    unittest.main()
