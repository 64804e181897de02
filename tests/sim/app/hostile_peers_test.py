#!/usr/bin/env python3
"""`mailrig serve` under clients that mean no good: what they send is not kept, everyone gets a reply or is hung up on,
and the next client is served. Nothing here is timed; whatever hangs runs into PATIENCE_S."""
import collections
import contextlib
import os
import pathlib
import re
import resource
import select
import smtplib
import socket
import ssl
import time
import unittest

import product

PATIENCE_S = 60
GIGABYTE = 1_000_000_000
MEGABYTE = 1_000_000
BLOCK = 1 << 20
TO_DATA = b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@d.example>\r\nDATA\r\n"
SMALL = "name: small\nreceivers: { sink: { limits: { size: 1MB } } }\n"
# Model time runs 600 times as fast: the five minutes that a client has for a command are half a second.
HASTY = "name: hasty\nreceivers: { sink: { limits: { session_timeout: 15m } } }\nspeed: 600\n"
# AddressSanitizer sets 256 MB of freed memory aside before it uses any again, which is no growth of ours.
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")


class Client:
    """Sends what it likes. With `tls` it does so inside TLS, whoever the server is."""

    def __init__(self, endpoint, tls=False, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(endpoint)
        self.heard = self.socket.makefile("rb")
        if tls:
            self.reply()
            self.ask(b"STARTTLS\r\n")
            self.heard.close()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
            self.heard = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def flood(self, pattern, size):
        block = pattern * (BLOCK // len(pattern))
        for _ in range(size // len(block)):
            self.send(block)

    def reply(self):
        """The last line of the next reply; nothing when the server has hung up."""
        while True:
            line = self.heard.readline()
            if len(line) < 4 or line[3:4] != b"-":
                return line

    def ask(self, command):
        self.send(command)
        return self.reply()

    def go_to_data(self):
        self.send(TO_DATA)
        while not (line := self.reply()).startswith(b"354 "):
            assert line, "the server hung up"

    def is_left(self):
        """Waits until the server hangs up; false when it does not, true whatever it said before."""
        try:
            while self.heard.read1(65536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True

    def close(self):
        self.heard.close()
        self.socket.close()


class HostilePeers(product.ProductTest):
    def serve_one(self, *args):
        self.process, lines = self.serve(*args, "--dns", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--quiet")
        self.smtp = self.endpoint(lines, "smtp")

    def serve_hasty(self):
        self.serve_one(self.write("hasty.yaml", HASTY))

    def connect(self, **options):
        client = Client(self.smtp, **options)
        self.addCleanup(client.close)
        return client

    def memory(self):
        """The most the server ever held, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1))

    @contextlib.contextmanager
    def memory_grows_less_than(self, bound):
        self.expect_service()  # what the first sessions of all need is no growth
        before = self.memory()
        yield
        growth = self.memory() - before
        print(f"{self.id().rsplit('.', 1)[1]}: {growth // 1024} KiB more at most", flush=True)
        self.assertLess(growth, bound)
        self.expect_service()

    def expect_service(self):
        with smtplib.SMTP(*self.smtp, timeout=PATIENCE_S) as client:
            self.assertEqual(client.sendmail("a@c.example", ["b@d.example"], "Subject: x\r\n\r\nhello\r\n"), {})

    def test_a_command_without_an_end(self):
        """RFC 5321 §4.5.3.1.9: 500 for a line that is too long."""
        self.serve_one("--isp", "sink")
        with self.memory_grows_less_than(8 * MEGABYTE):
            client = self.connect()
            self.assertTrue(client.reply().startswith(b"220 "))
            client.flood(b"x", GIGABYTE)
            self.assertEqual(client.ask(b"\r\n"), b"500 5.5.2 Error: line too long\r\n")
            self.assertEqual(client.ask(b"NOOP\r\n"), b"250 2.0.0 Ok\r\n")

    def test_a_line_without_an_end_in_a_message(self):
        self.serve_one("--isp", "sink")
        with self.memory_grows_less_than(8 * MEGABYTE):
            client = self.connect()
            client.go_to_data()
            client.flood(b"x", GIGABYTE)
            self.assertEqual(client.ask(b"\r\n.\r\n")[:4], b"552 ")
            self.assertEqual(client.ask(b"NOOP\r\n"), b"250 2.0.0 Ok\r\n")

    def test_a_line_without_an_end_inside_tls(self):
        self.serve_one("--isp", "sink")
        self.connect(tls=True).close()
        with self.memory_grows_less_than(8 * MEGABYTE):
            client = self.connect(tls=True)
            client.flood(b"x", GIGABYTE // 10)
            self.assertEqual(client.ask(b"\r\n"), b"500 5.5.2 Error: line too long\r\n")
            client.go_to_data()
            client.flood(b"x", GIGABYTE // 10)
            self.assertEqual(client.ask(b"\r\n.\r\n"), b"500 5.5.2 Line too long\r\n")

    def test_a_message_without_an_end(self):
        """Beyond the receiver's size, here a megabyte, nothing is kept of it."""
        self.serve_one(self.write("small.yaml", SMALL))
        with self.memory_grows_less_than(16 * MEGABYTE):
            client = self.connect()
            client.go_to_data()
            client.flood(b"a line as long as most lines are, and one like it follows it\r\n", GIGABYTE // 10)
            self.assertEqual(client.ask(b".\r\n")[:4], b"552 ")
            self.assertEqual(client.ask(b"NOOP\r\n"), b"250 2.0.0 Ok\r\n")

    def test_ten_thousand_recipients(self):
        """RFC 5321 §4.5.3.1.10: 452 for those beyond the limit, and the others get the message."""
        for isp, domain, limit in (("sink", "d.example", 1000), ("gmail", "gmail.com", 100), ("qq", "qq.com", 50)):
            with self.subTest(isp):
                self.serve_one("--isp", isp)
                client = self.connect()
                client.send(b"EHLO c.example\r\nMAIL FROM:<a@c.example>\r\n")
                self.assertEqual([client.reply()[:3] for _ in range(3)], [b"220", b"250", b"250"])
                client.send(b"".join(f"RCPT TO:<user{n}@{domain}>\r\n".encode() for n in range(10_000)))
                codes = collections.Counter(client.reply()[:3] for _ in range(10_000))
                self.assertEqual(codes, {b"250": limit, b"452": 10_000 - limit})
                self.assertEqual(client.ask(b"DATA\r\n")[:4], b"354 ")
                if isp == "sink":  # the others judge what is in it
                    self.assertEqual(client.ask(b"From: a@c.example\r\n\r\nx\r\n.\r\n")[:4], b"250 ")

    def test_replies_that_nobody_reads(self):
        """The server stops reading, so that the client can send no more; in the end it is left."""
        self.serve_hasty()
        with self.memory_grows_less_than(8 * MEGABYTE):
            client = self.connect(receive_buffer=4096)
            client.socket.setblocking(False)
            commands = memoryview(b"EHLO c.example\r\n" * 100_000)
            end = time.monotonic() + PATIENCE_S
            hung_up = False
            while not hung_up and time.monotonic() < end:
                try:
                    commands = commands[client.socket.send(commands):] or memoryview(b"EHLO c.example\r\n" * 100_000)
                except BlockingIOError:
                    select.select([], [client.socket], [], 1)
                except ConnectionError:
                    hung_up = True
            self.assertTrue(hung_up)

    def test_time_runs_out_for_everyone(self):
        """RFC 5321 §4.5.3.2: whoever says nothing, or nothing that is a whole command, is left with 421."""
        self.serve_hasty()
        silent, begun, drip, in_data, in_chunk = (self.connect() for _ in range(5))
        begun.send(b"EHLO c.exa")
        in_data.send(TO_DATA + b"Subject: not yet")
        in_chunk.send(TO_DATA.replace(b"DATA", b"BDAT 1000000") + b"only this")
        end = time.monotonic() + PATIENCE_S
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < end:
                drip.send(b"x")
                time.sleep(0.02)
        self.assertLess(time.monotonic(), end)
        for client in (silent, begun, in_data, in_chunk):
            replies = client.heard.read()
            self.assertRegex(replies, rb"421 4\.4\.2 .*\r\n$")
        # Content that keeps coming earns time, but not beyond the session's own limit.
        slow = self.connect()
        slow.go_to_data()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < end:
                slow.send(b"x")
                time.sleep(0.02)
        self.assertLess(time.monotonic(), end)

    def test_thousands_that_say_nothing(self):
        self.serve_one("--isp", "sink")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(3000, hard - 200)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count + 200), hard))
        with self.memory_grows_less_than(count * 40_000):
            clients = [self.connect() for _ in range(count)]
            for client in clients:
                self.assertTrue(client.reply().startswith(b"220 "))
            self.expect_service()
            for number, client in enumerate(clients):
                if number % 2 == 0:
                    client.close()
        self.assertEqual(clients[1].ask(b"NOOP\r\n"), b"250 2.0.0 Ok\r\n")


if __name__ == "__main__":
    unittest.main()
