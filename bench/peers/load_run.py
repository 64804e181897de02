"""One run: a fresh server, one smtp-source at it, and what both cost."""
import dataclasses
import os
import select
import subprocess
import time

from programs import BenchError
from servers import HOST

LOAD_S = 600
CLOSING_S = 0.2


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    body_bytes: int
    sessions: int
    fresh: bool  # a new connection for every message
    messages: int

    def describe(self):
        connections = "a new connection per message" if self.fresh else "connections reused"
        sessions = "1 session" if self.sessions == 1 else f"{self.sessions} sessions"
        return f"{self.body_bytes // 1024} KB, {sessions}, {connections}"


@dataclasses.dataclass(frozen=True)
class Figures:
    accepting_cpu: float  # CPU seconds per 1,000 messages
    source_cpu: float  # likewise
    rate: float  # messages per second
    others: float  # share of the machine that other processes used meanwhile


def run_once(case, server, postfix):
    """Loads the server, which is ended by this. A run that lost a message raises and gives no figures."""
    with server:
        server.wait_until_ready()
        cpu_before, busy_before = server.cpu_seconds(), machine_busy_seconds()
        wall, source_cpu = send_load(case, server.port, postfix)
        busy = machine_busy_seconds() - busy_before
        time.sleep(CLOSING_S)  # the server may still be closing the last sessions
        accepting_cpu = server.cpu_seconds() - cpu_before
        server.check_all_accepted()
    others = max(0.0, busy - accepting_cpu - source_cpu) / (wall * os.cpu_count())
    thousands = case.messages / 1000
    return Figures(accepting_cpu / thousands, source_cpu / thousands, case.messages / wall, others)


def send_load(case, port, postfix):
    """Wall and CPU seconds of one smtp-source, which ends with an error at the first message that is not accepted."""
    words = [postfix.path("smtp-source"), "-4", "-s", str(case.sessions), "-m", str(case.messages),
             "-l", str(case.body_bytes), "-M", "source.example", "-f", "from@source.example", "-t", "to@sink.example"]
    words += [] if case.fresh else ["-d"]
    started = time.perf_counter()
    with subprocess.Popen([*words, f"{HOST}:{port}"], env=postfix.environment, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as source:
        usage, ended = wait_for_end(source, LOAD_S)
        complaint = source.stderr.read().strip()
    if source.returncode != 0:
        raise BenchError(f"smtp-source failed in case {case.name}: {complaint or f'status {source.returncode}'}\n"
                         "nothing is reported for a run that lost messages; "
                         "if addresses ran out, try fewer with --messages")
    return ended - started, usage.ru_utime + usage.ru_stime


def wait_for_end(process, timeout_s):
    """The resources that the process used, and when it ended; polling in steps would blur the time."""
    descriptor = os.pidfd_open(process.pid)
    ended_in_time, _, _ = select.select([descriptor], [], [], timeout_s)
    ended = time.perf_counter()
    os.close(descriptor)
    if not ended_in_time:
        process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if not ended_in_time:
        raise BenchError(f"smtp-source was not done after {timeout_s} s: use fewer --messages or a less busy machine")
    return usage, ended


def machine_busy_seconds():
    """CPU seconds that the whole machine has worked since it started."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
