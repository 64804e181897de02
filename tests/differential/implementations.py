"""The implementations that are compared, each a program that answers JSON lines (auth_driver.cc says which)."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
FULL = os.environ.get("MAILRIG_FULL", "0") != "0"


def built(variable):
    """A program of the build, which the test run names; skips where the build had none."""
    path = os.environ.get(variable, "")
    if not path or not os.path.exists(path):
        raise unittest.SkipTest(f"{variable} names no program: its library was not there when this was built")
    return [path]


def python_with(module):
    """An interpreter that has the module: packages of the system are not those of every Python on the PATH."""
    for python in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(python) and not subprocess.run([python, "-c", f"import {module}"], capture_output=True,
                                                         check=False).returncode:
            return python
    raise unittest.SkipTest(f"Python's module {module} is not installed")


def ours():
    return Implementation("mailrig", built("MAILRIG_AUTH_DRIVER"))


def pyspf():
    return Implementation("pyspf", [python_with("spf"), "-B", FOLDER / "oracles" / "pyspf_oracle.py"])


def dkimpy():
    return Implementation("dkimpy", [python_with("dkim"), "-B", FOLDER / "oracles" / "dkimpy_oracle.py"])


def opendkim():
    return Implementation("OpenDKIM", built("MAILRIG_OPENDKIM_ORACLE"))


def mail_dkim():
    perl = shutil.which("perl")
    if not perl or subprocess.run([perl, "-MMail::DKIM", "-e1"], capture_output=True, check=False).returncode:
        raise unittest.SkipTest("Perl's module Mail::DKIM is not installed")
    return Implementation("Mail::DKIM", [perl, FOLDER / "oracles" / "mail_dkim_oracle.pl"])


class Implementation:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended at {json.dumps(request)[:2000]}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)
