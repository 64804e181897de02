#!/usr/bin/env python3
"""How much CPU time dkimpy takes to sign and to verify one message: dkimpy_rate.py MESSAGE KEY.pem RECORD SECONDS."""
import json
import pathlib
import statistics
import sys
import time

import dkim

message, pem = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2]).read_bytes()
record, seconds = sys.argv[3].encode(), float(sys.argv[4])


def sign():
    return dkim.sign(message, b"s1", b"shop.example", pem, canonicalize=(b"relaxed", b"relaxed"))


def verify(signed):
    if not dkim.verify(signed, dnsfunc=lambda name, timeout=5: record):
        sys.exit("dkimpy_rate: does not verify")


def cpu_us(action, *args):
    before = time.process_time()
    action(*args)
    return (time.process_time() - before) * 1e6


SIGNED = sign() + message
signing, verifying = [], []
end = time.process_time() + seconds
while time.process_time() < end:
    signing.append(cpu_us(sign))
    verifying.append(cpu_us(verify, SIGNED))
print(json.dumps({"sign_us": statistics.median(signing), "verify_us": statistics.median(verifying)}))
