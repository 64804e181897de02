#!/usr/bin/env python3
"""`mailrig serve` under ordinary clients: swaks, Python's smtplib, dig."""
import smtplib
import subprocess
import unittest

import product


class Serve(product.ProductTest):
    def serve_free(self, *args):
        """On ports that nobody else uses: DNS on any, hosts at theirs on a port of this test's own."""
        return self.serve("--dns", "127.0.0.1:0", *args)

    def test_smtplib_delivers(self):
        _, lines = self.serve_free("--isp", "sink", "--smtp", "127.0.0.1:0")
        host, port = self.endpoint(lines, "smtp")
        with smtplib.SMTP(host, port, timeout=10) as client:
            client.ehlo("client.example")
            self.assertTrue(client.has_extn("pipelining"))
            refused = client.sendmail("a@client.example", ["b@anything.example"], "Subject: x\r\n\r\nhello\r\n")
            self.assertEqual(refused, {})

    def test_smtplib_with_starttls_and_the_providers_own_words(self):
        _, lines = self.serve_free("--isp", "gmail", "--smtp", "127.0.0.1:0")
        host, port = self.endpoint(lines, "smtp")
        with smtplib.SMTP(host, port, timeout=10) as client:
            self.assertIn(b"mx.google.com at your service", client.ehlo("client.example")[1])
            client.starttls()
            client.ehlo("client.example")
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail("a@client.example", ["b+unknown@gmail.com"], "Subject: x\r\n\r\nhello\r\n")
            code, text = refused.exception.recipients["b+unknown@gmail.com"]
            self.assertEqual(code, 550)
            self.assertIn(b"The email account that you tried to reach does not exist", text)

    def test_swaks_delivers(self):
        product.need("swaks")
        _, lines = self.serve_free("--isp", "outlook", "--smtp", "127.0.0.1:0")
        host, port = self.endpoint(lines, "smtp")
        ran = subprocess.run(["swaks", "--server", f"{host}:{port}", "--from", "a@client.example", "--to",
                              "ben@outlook.com", "--tls", "--timeout", "20"], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("Queued mail for delivery", ran.stdout)

    def test_never_an_open_relay(self):
        _, lines = self.serve_free("--isp", "outlook", "--smtp", "127.0.0.1:0")
        host, port = self.endpoint(lines, "smtp")
        with smtplib.SMTP(host, port, timeout=10) as client:
            client.ehlo("client.example")
            client.mail("a@client.example")
            self.assertEqual(client.rcpt("b@elsewhere.example")[0] // 100, 5)

    def test_dig_over_udp_and_tcp(self):
        product.need("dig")
        _, lines = self.serve_free(product.SCENARIOS / "first-send.yaml", "--port", "0")
        host, port = self.endpoint(lines, "^dns")

        def dig(*args):
            ran = subprocess.run(["dig", f"@{host}", "-p", str(port), "+time=5", "+tries=2", *args],
                                 capture_output=True, text=True)
            self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
            return ran.stdout

        for transport in ("+notcp", "+tcp"):
            self.assertIn("5 gmail-smtp-in.l.google.com.", dig(transport, "gmail.com", "MX"))
            self.assertIn("v=spf1 ip4:198.18.2.10 -all", dig(transport, "shop.example", "TXT"))
            self.assertIn("mta1.shop.example.", dig(transport, "-x", "198.18.2.10"))
            self.assertIn("status: NXDOMAIN", dig(transport, "nobody.gmail.com", "A"))
            nodata = dig(transport, "gmail.com", "AAAA")
            self.assertIn("status: NOERROR", nodata)
            self.assertIn("SOA", nodata)


if __name__ == "__main__":
    unittest.main()
