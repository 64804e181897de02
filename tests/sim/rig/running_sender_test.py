#!/usr/bin/env python3
"""A sender that already runs, and mail from outside. The sender is a small relay of our own."""
import contextlib
import pathlib
import signal
import smtplib
import socket
import socketserver
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
import product  # noqa: E402

SCENARIO = """\
name: relayed
seed: 1
start: 2026-03-02T08:00:00Z
senders: { shop: { domain: shop.example, ips: [198.18.2.10], spf: "v=spf1 ip4:198.18.2.10 -all" } }
receivers: { outlook: {}, postgrey-site: { greylist: { enabled: true, delay: 2s } } }
lists: { few: { count: 20, unknown: 30% } }
mail: { note: { from: "a@shop.example" } }
traffic: [ { mail: note, list: few, schedule: { rate: 20/s, count: 20 } } ]
end: { drain: 60s }
"""


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Relay(socketserver.ThreadingTCPServer):
    """Takes any mail and delivers it by the routes that mailrig wrote, trying again every half a second."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, routes, refuse_first=0):
        super().__init__(("127.0.0.1", 0), Session)
        self.routes = routes
        self.refusals_left = refuse_first
        self.taken = []  # recipients, in their order
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "%s:%d" % self.server_address

    def deliver(self, mail_from, recipient, content):
        for _ in range(40):
            with contextlib.suppress(OSError, KeyError, smtplib.SMTPException):
                table = dict(line.split() for line in self.routes.read_text().splitlines())
                host, port = table[recipient.split("@")[1]].removeprefix("smtp:").replace("[", "").split("]:")
                with smtplib.SMTP(host, int(port), "relay.shop.example", timeout=20) as client:
                    try:
                        client.sendmail(mail_from, [recipient], content)
                        return
                    except smtplib.SMTPRecipientsRefused as refused:
                        if all(code >= 500 for code, _ in refused.recipients.values()):
                            return
            time.sleep(0.5)


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 relay")
        sender, recipients = "", []
        for line in self.rfile:
            command = line.decode(errors="replace").strip()
            verb = command.upper()
            if verb.startswith("MAIL"):
                if self.server.refusals_left > 0:
                    self.server.refusals_left -= 1
                    self.say("451 4.3.2 Later")
                    continue
                sender, recipients = command[command.index("<") + 1:command.index(">")], []
                self.say("250 ok")
            elif verb.startswith("RCPT"):
                recipients.append(command[command.index("<") + 1:command.index(">")])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                content = b""
                for text in self.rfile:
                    if text == b".\r\n":
                        break
                    content += text[1:] if text.startswith(b".") else text
                self.server.taken += recipients
                for recipient in recipients:
                    threading.Thread(target=self.server.deliver, args=(sender, recipient, content),
                                     daemon=True).start()
                self.say("250 ok")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 relay")


class RunningSender(product.ProductTest):
    def relay(self, **kwargs):
        relay = Relay(self.folder / "out" / "routes", **kwargs)
        self.addCleanup(relay.server_close)
        self.addCleanup(relay.shutdown)
        return relay

    def run_with(self, relay):
        return product.mailrig("run", self.write("relayed.yaml", SCENARIO), "--sender", relay.address, "--port",
                               free_port(), "--dns", "127.0.0.1:0", "--out", self.folder / "out")

    def test_mail_through_it_is_accounted_for(self):
        ran = self.run_with(self.relay(refuse_first=3))
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        summary = product.summary(self.folder / "out")
        totals = summary["totals"]
        self.assertEqual(totals["inbox"] + totals["rejected"], 20)
        self.assertGreater(totals["rejected"], 0)
        self.assertGreater(summary["receivers"]["postgrey-site"]["totals"]["deferrals"], 0)
        self.assertIsNone(totals["lost"])
        self.assertIn("queue cannot be read", ran.stdout.replace("\n  ", " "))
        # Who comes from 127.0.0.1 is the scenario's sender to the providers.
        self.assertIn("judged as 198.18.2.10", ran.stdout.replace("\n  ", " "))

    def test_one_that_delivers_elsewhere_gets_no_mail(self):
        relay = self.relay()
        relay.routes = self.folder / "nowhere"
        ran = self.run_with(relay)
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertIn("probe", ran.stderr)
        self.assertEqual(product.summary(self.folder / "out")["totals"]["submitted"]
                         if (self.folder / "out" / "summary.json").exists() else 0, 0)

    def test_interrupted_before_the_probe_arrives_it_gets_no_mail(self):
        relay = self.relay()
        relay.routes = self.folder / "nowhere"
        process = product.start("run", self.write("relayed.yaml", SCENARIO), "--sender", relay.address, "--port",
                                free_port(), "--dns", "127.0.0.1:0", "--out", self.folder / "out")
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 30
        while not relay.taken and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, out + err)
        self.assertEqual(relay.taken, ["arrived@probe.mailrig.test"])

    def test_nobody_there_is_an_error(self):
        ran = product.mailrig("run", self.write("relayed.yaml", SCENARIO), "--sender", f"127.0.0.1:{free_port()}",
                              "--port", "0", "--dns", "127.0.0.1:0", "--out", self.folder / "out")
        self.assertEqual(ran.returncode, 3)
        self.assertIn("nobody answers", ran.stderr)


class MailFromOutside(product.ProductTest):
    def test_each_message_is_a_delivery(self):
        port = free_port()
        process = product.start("run", self.write("relayed.yaml", SCENARIO), "--sender", "none", "--port", port,
                                "--dns", "127.0.0.1:0", "--duration", "8s", "--out", self.folder / "out")
        self.addCleanup(process.kill)
        routes = self.folder / "out" / "routes"
        deadline = time.monotonic() + 30
        while not (routes.exists() and "outlook.com" in routes.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        host = dict(line.split() for line in routes.read_text().splitlines())["outlook.com"][6:].split("]")[0]
        for attempt in range(100):
            try:
                client = smtplib.SMTP(host, port, "mta1.shop.example", timeout=20)
                break
            except OSError:
                time.sleep(0.1)
        for number in range(3):
            client.sendmail("a@elsewhere.example", [f"person{number}@outlook.com"],
                            f"Message-ID: <{number}@elsewhere.example>\r\nSubject: x\r\n\r\nhello\r\n")
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            client.sendmail("a@elsewhere.example", ["person+unknown@outlook.com"], "Subject: x\r\n\r\nhello\r\n")
        client.quit()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, out + err)
        totals = product.summary(self.folder / "out")["totals"]
        # Nobody speaks for elsewhere.example, neither SPF nor a signature.
        self.assertEqual((totals["deliveries"], totals["spam"], totals["rejected"]), (4, 3, 1))


if __name__ == "__main__":
    unittest.main()
