"""The two accepting sides: how each is started, and how each proves that it accepted every message."""
import ctypes
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

from programs import BenchError

START_S = 30
STOP_S = 30
HOST = "127.0.0.1"


class Server:
    """One server process, started for one run at a free port. Use as a context manager: it never outlives the run."""

    name = None

    def __init__(self, messages, words, environment=None):
        self.messages = messages
        self.output = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def wait_until_ready(self):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise BenchError(f"{self.name} ended before it listened: {self.said()}")
            if greets(self.port):
                return
            time.sleep(0.02)
        raise BenchError(f"{self.name} did not greet within {START_S} s: try again when the machine is less busy")

    def cpu_seconds(self):
        """What all its threads have used so far, to the nanosecond; a child process would escape this clock."""
        self._must_be_alone()
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(self.process.pid, ctypes.byref(clock)) != 0:
            raise BenchError(f"{self.name} ended during the load: {self.said()}")
        return time.clock_gettime(clock.value)

    def said(self):
        self.output.seek(0)
        return self.output.read().strip() or "it printed nothing"

    def check_all_accepted(self):
        """Ends the server. Raises unless it counted exactly the messages that were sent."""
        raise NotImplementedError

    def _must_be_alone(self):
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as children:
                if children.read().strip():
                    raise BenchError(f"{self.name} started child processes, whose CPU time would go uncounted: "
                                     "measure a version that does not")
        except FileNotFoundError:
            pass  # a kernel without CONFIG_PROC_CHILDREN; neither server is known to fork

    def _ended_in_time(self):
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            return None


class SmtpSink(Server):
    """Counts with -M, which ends it at a given message. Its running counter (-c) would write to the terminal once per
    message, which would be charged to it as CPU time."""

    name = "smtp-sink"

    def __init__(self, messages, postfix):
        self.port = free_port()
        # The load must leave it waiting for exactly one more message.
        words = [postfix.path("smtp-sink"), "-4", "-m", "1024", "-M", str(messages + 1)]
        # As root it insists on a user to become.
        words += ["-u", "nobody"] if os.geteuid() == 0 else []
        super().__init__(messages, [*words, f"{HOST}:{self.port}", "1024"], postfix.environment)

    def check_all_accepted(self):
        if self.process.poll() is not None:
            raise BenchError(f"smtp-sink ended before the load did: {self.said()}")
        deliver_one(self.port)
        if self._ended_in_time() != 0:
            raise BenchError(f"smtp-sink counted fewer than {self.messages:,} messages, though smtp-source saw all of "
                             "them accepted: the figures of this run would be wrong; try again")


class Mailrig(Server):
    """Counts by itself and says so when it is stopped."""

    name = "mailrig"

    def __init__(self, messages, binary):
        self.port = free_port()
        super().__init__(messages, [binary, "serve", "--isp", "sink", "--smtp", f"{HOST}:{self.port}",
                                    "--dns", f"{HOST}:0", "--quiet"])

    def check_all_accepted(self):
        self.process.send_signal(signal.SIGINT)
        if self._ended_in_time() is None:
            raise BenchError(f"mailrig did not end within {STOP_S} s of being interrupted")
        counted = re.search(r"^sink +(\d+) recipients accepted, (\d+) refused$", self.said(), re.MULTILINE)
        if counted is None:
            raise BenchError(f"mailrig ended without its closing line of counts; it said: {self.said()}")
        accepted, refused = map(int, counted.groups())
        if (accepted, refused) != (self.messages, 0):
            raise BenchError(f"mailrig accepted {accepted:,} and refused {refused:,} of {self.messages:,} messages: "
                             "the figures of this run would be wrong; look at the sink profile")


def free_port():
    """A port of its own for every run keeps the closed connections of the run before (TIME_WAIT) out of the way."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def greets(port):
    """Opens a session, reads the greeting and says goodbye, so that no half-open session is left behind."""
    try:
        with socket.create_connection((HOST, port), timeout=START_S) as session:
            greeting = session.recv(1024)
            session.sendall(b"QUIT\r\n")
            while session.recv(1024):
                pass
            return greeting.startswith(b"220")
    except OSError:
        return False


def deliver_one(port):
    """One message by hand. Errors are for the caller to notice: the sink ends without an answer to the last dot."""
    try:
        with socket.create_connection((HOST, port), timeout=STOP_S) as session:
            replies = session.makefile("rb")
            replies.readline()
            for command in ("HELO client.example", "MAIL FROM:<>", "RCPT TO:<to@sink.example>", "DATA"):
                session.sendall(command.encode() + b"\r\n")
                replies.readline()
            session.sendall(b"Subject: the last one\r\n\r\n.\r\n")
            replies.readline()
    except OSError:
        pass
