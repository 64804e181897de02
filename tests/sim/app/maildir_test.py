#!/usr/bin/env python3
"""Mailboxes on disk: what receivers store, as a stock Dovecot serves it over IMAP and POP3, and what can go wrong."""
import imaplib
import poplib
import shutil
import smtplib
import subprocess
import unittest

import dovecot
import product

SCENARIO = """\
name: kept
seed: 1
start: 2026-03-02T08:00:00Z
senders: { shop: { domain: shop.example, retry: [1m], expire: 10m } }
receivers: { outlook: {}, postgrey-site: { greylist: { enabled: false } } }
lists: { few: { count: 40, unknown: 10% } }
mail: { own: { size: 12KB } }
traffic: [ { mail: own, list: few, schedule: { rate: 20/s, count: 40 } } ]
end: { drain: 1m }
speed: 60
expect: [ totals.lost == 0 ]
"""


def message(subject, body):
    fields = ("From: a@client.example", "To: jane@gmail.com", f"Subject: {subject}",
              f"Message-ID: <{subject}@client.example>")
    return "".join(field + "\r\n" for field in (*fields, "")).encode() + body


MESSAGES = [
    message("plain", b"hello\r\n"),
    message("dots", b".\r\n..\r\n.a line\r\n...\r\nFrom here\r\n>From there\r\n"),
    message("octets", bytes(range(128, 256)) + "您的订单\r\n".encode() + b"a\rb \t\r\n\r\n\r\n"),
    message("long", b"x" * 990 + b"\r\n" + b"line\r\n" * 20_000),
]


class ServedMailboxes(product.ProductTest):
    def setUp(self):
        super().setUp()
        self.mail = self.folder / "mail"

    def smtp(self):
        """A client of a Gmail whose mailboxes are kept."""
        _, lines = self.serve("--dns", "127.0.0.1:0", "--isp", "gmail", "--smtp", "127.0.0.1:0", "--maildir", self.mail)
        client = smtplib.SMTP(*self.endpoint(lines, "smtp"), timeout=10)
        self.addCleanup(client.close)
        client.ehlo("client.example")
        client.starttls()
        client.ehlo("client.example")
        return client

    def deliver(self):
        """Every message into the inbox and the junk folder of jane."""
        client = self.smtp()
        for octets in MESSAGES:
            client.sendmail("bounces@client.example", ["Jane+inbox@gmail.com", "jane+spam@gmail.com"], octets)

    def dovecot(self):
        server = dovecot.Dovecot(self.folder / "dovecot", self.mail / "gmail")
        self.addCleanup(server.stop)
        return server

    @staticmethod
    def as_delivered(octets, recipient):
        return f"Return-Path: <bounces@client.example>\r\nDelivered-To: {recipient}\r\n".encode() + octets

    def test_imap_has_every_octet_in_inbox_and_junk(self):
        self.deliver()
        server = self.dovecot()
        with imaplib.IMAP4("127.0.0.1", server.imap, timeout=20) as client:
            client.login("jane@gmail.com", "secret")
            for folder, recipient in (("INBOX", "Jane+inbox@gmail.com"), ("Junk", "jane+spam@gmail.com")):
                status, (count,) = client.select(folder, readonly=True)
                self.assertEqual((status, count), ("OK", b"4"), server.log())
                _, parts = client.fetch("1:*", "(BODY.PEEK[])")
                read = [part[1] for part in parts if isinstance(part, tuple)]
                self.assertCountEqual(read, [self.as_delivered(each, recipient) for each in MESSAGES])

    def test_pop3_has_every_octet_of_the_inbox(self):
        self.deliver()
        server = self.dovecot()
        client = poplib.POP3("127.0.0.1", server.pop3, timeout=20)
        self.addCleanup(client.close)
        client.user("jane@gmail.com")
        client.pass_("secret")
        read = []
        for number in range(1, client.stat()[0] + 1):
            read.append(b"".join(line + b"\r\n" for line in client.retr(number)[1]))
        self.assertCountEqual(read, [self.as_delivered(each, "Jane+inbox@gmail.com") for each in MESSAGES])
        client.quit()

    def test_mail_that_is_read_and_flagged_by_imap_is_delivered_beside(self):
        client = self.smtp()
        client.sendmail("bounces@client.example", ["jane+inbox@gmail.com"], MESSAGES[0])
        server = self.dovecot()
        with imaplib.IMAP4("127.0.0.1", server.imap, timeout=20) as reader:
            reader.login("jane@gmail.com", "secret")
            reader.select("INBOX")
            reader.store("1", "+FLAGS", "\\Flagged")
            client.sendmail("bounces@client.example", ["jane+inbox@gmail.com"], MESSAGES[0])
            reader.noop()
            self.assertEqual(reader.select("INBOX")[1], [b"2"])
            self.assertEqual(reader.search(None, "FLAGGED")[1], [b"1"])

    def test_no_address_leaves_the_folder(self):
        client = self.smtp()
        hostile = ['"../../../../escaped"@gmail.com', '"/etc/escaped"@gmail.com', '".."@gmail.com', '".Junk"@gmail.com',
                   '"a\\"b/../../c"@gmail.com', '"' + "y" * 60 + '/../z"@gmail.com', "..@gmail.com", "%2e%2e@gmail.com"]
        accepted = 0
        for address in hostile:
            client.docmd("MAIL", "FROM:<bounces@client.example>")
            if client.docmd("RCPT", f"TO:<{address}>")[0] == 250:
                accepted += client.data(MESSAGES[0])[0] == 250
            client.rset()
        self.assertGreater(accepted, 4)
        files = [file.relative_to(self.folder) for file in self.folder.rglob("*.mailrig")]
        self.assertEqual(len(files), accepted)
        for file in files:
            self.assertEqual(file.parts[:3], ("mail", "gmail", "gmail.com"))
            self.assertEqual((len(file.parts), file.parts[4]), (6, "new"), file)


class Runs(product.ProductTest):
    def run_kept(self, prefix=(), mail="mail"):
        scenario = self.write("kept.yaml", SCENARIO)
        command = [*prefix, product.BINARY, "run", scenario, "--out", self.folder / "out", "--maildir",
                   self.folder / mail]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)

    def kept(self, receiver, folder):
        return [file for file in (self.folder / "mail" / receiver).rglob("*.mailrig")
                if (".Junk" in file.parts) == (folder == "spam")]

    def test_a_run_keeps_what_it_counts(self):
        ran = self.run_kept()
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        for receiver, totals in product.summary(self.folder / "out")["receivers"].items():
            for folder in ("inbox", "spam"):
                self.assertEqual(len(self.kept(receiver, folder)), totals["totals"][folder], (receiver, folder))
        text = (self.kept("outlook", "inbox") + self.kept("outlook", "spam"))[0].read_bytes()
        self.assertTrue(text.startswith(b"Return-Path: <bounces@shop.example>\nDelivered-To: few."), text[:200])
        self.assertIn(b"\nAuthentication-Results: ", text)
        self.assertNotIn(b"\r", text)
        # Two runs into one folder add up.
        before = len(self.kept("postgrey-site", "inbox"))
        self.assertGreater(before, 5)
        self.assertEqual(self.run_kept().returncode, 0)
        self.assertEqual(len(self.kept("postgrey-site", "inbox")), 2 * before)

    def test_a_full_disk_is_told_and_the_run_goes_on(self):
        mail = self.folder / "mail"
        mail.mkdir()
        mounted = f"mount -t tmpfs -o size=128k tmpfs {mail}"
        if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "sh", "-c", mounted],
                                                             capture_output=True, check=False).returncode != 0:
            self.skipTest("no file system can be mounted here")
        ran = self.run_kept(prefix=("unshare", "-m", "sh", "-c", mounted + ' && exec "$@"', "sh"))
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertRegex(ran.stderr, r"mail/[^\n]*: cannot be written: No space left on device; all else goes on")
        self.assertRegex(ran.stderr, r"--maildir: \d+ stored copies are missing")
        summary = product.summary(self.folder / "out")
        self.assertEqual(summary["verdict"], "pass")
        self.assertEqual(summary["totals"]["lost"], 0)

    def test_a_folder_that_cannot_be_made_is_told_before_anything_starts(self):
        (self.folder / "mail").write_text("a file")
        ran = self.run_kept(mail="mail/below")
        self.assertEqual(ran.returncode, 3, ran.stdout + ran.stderr)
        self.assertIn("--maildir: cannot be made: Not a directory", ran.stderr)

    def test_virtual_time_has_no_messages_to_keep(self):
        ran = product.mailrig("simulate", self.write("kept.yaml", SCENARIO), "--maildir", self.folder / "mail")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("use mailrig run", ran.stderr)


if __name__ == "__main__":
    unittest.main()
