"""Runs the mailrig binary as its users do. MAILRIG names the binary; everything happens in directories of our own."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

BINARY = os.environ.get("MAILRIG", "build/dev/mailrig")
SOURCE = pathlib.Path(__file__).resolve().parents[3]
SCENARIOS = SOURCE / "scenarios"
SUITES = pathlib.Path(os.environ.get("MAILRIG_SUITES", SOURCE.parent / "shared" / "suites"))


def mailrig(*args, **kwargs):
    """Runs to the end; the result has returncode, stdout and stderr as text."""
    kwargs.setdefault("timeout", 120)
    return subprocess.run([BINARY, *map(str, args)], capture_output=True, text=True, check=False, **kwargs)


def start(*args, **kwargs):
    return subprocess.Popen([BINARY, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **kwargs)


def summary(folder):
    return json.loads(pathlib.Path(folder, "summary.json").read_text())


def fates(folder):
    """(recipient, slot) → fate, from run.db."""
    with contextlib.closing(sqlite3.connect(pathlib.Path(folder, "run.db"))) as database:
        return {(recipient, slot): fate
                for recipient, slot, fate in database.execute("select recipient, slot, fate from message")}


def need(program):
    """Skips the test, visibly, where a program of the test's packages is missing."""
    if shutil.which(program) is None:
        raise unittest.SkipTest(f"{program} is not installed")


class ProductTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mailrig-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        file = self.folder / name
        file.write_text(text)
        return file

    def serve(self, *args):
        """Starts `mailrig serve`, returns (process, lines of its announcement) once it listens."""
        process = start("serve", *args)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        lines = []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            line = process.stdout.readline()
            lines.append(line.rstrip("\n"))
            if not line or line.startswith("ready"):
                break
        if not lines[-1].startswith("ready"):
            self.fail(f"serve did not start: {lines} {process.stderr.read()}")
        return process, lines

    def endpoint(self, lines, pattern):
        """(host, port) from the announcement line that matches."""
        for line in lines:
            if re.search(pattern, line):
                host, port = re.search(r"(\d+\.\d+\.\d+\.\d+):(\d+)", line).groups()
                return host, int(port)
        self.fail(f"no line matches {pattern}: {lines}")
