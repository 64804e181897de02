#!/usr/bin/env python3
"""Accepting mail, side by side: Postfix's smtp-source sends to Postfix's smtp-sink and to mailrig in turn."""
import argparse
import dataclasses
import datetime
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

from load_run import Case, run_once
from programs import BenchError, find_postfix
from result_page import machine_facts, render
from servers import Mailrig, SmtpSink

ROOT = pathlib.Path(__file__).resolve().parents[2]

# So many messages that a run takes a few seconds on two cores. Those of the cases with fresh connections stay below
# the number of ephemeral ports.
CASES = [
    Case("1k-1", 1024, 1, False, 15_000),
    Case("1k-10", 1024, 10, False, 60_000),
    Case("1k-50", 1024, 50, False, 60_000),
    Case("1k-fresh-10", 1024, 10, True, 18_000),
    Case("1k-fresh-50", 1024, 50, True, 18_000),
    Case("5k-50", 5 * 1024, 50, False, 50_000),
    Case("50k-50", 50 * 1024, 50, False, 12_000),
]
BUSY = 0.05


def main():
    options = parse_arguments()
    try:
        page = measure(options)
        print(page, end="")
        if options.out:
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(page, encoding="utf-8")
    except (BenchError, OSError) as error:
        print(f"{pathlib.Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="cases: " + ", ".join(case.name for case in CASES) + "\n"
               "  SIZE-SESSIONS with connections reused, SIZE-fresh-SESSIONS with a new connection per message\n\n"
               "example:\n  python3 bench/peers/accepting.py --runs 5 --cases 1k-10,1k-50 --out results/accepting.md")
    parser.add_argument("--runs", type=positive, default=5, metavar="N", help="pairs of runs per case (default: 5)")
    parser.add_argument("--messages", type=positive, metavar="N",
                        help="messages per run (default: of each case, so that a run takes a few seconds)")
    parser.add_argument("--cases", type=chosen_cases, default=CASES, metavar="NAME,…", help="default: all")
    parser.add_argument("--mailrig", type=pathlib.Path, default=ROOT / "build/release/mailrig", metavar="BINARY",
                        help="default: build/release/mailrig")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE.md", help="also write the page there")
    return parser.parse_args()


def positive(text):
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def chosen_cases(text):
    known = {case.name: case for case in CASES}
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"there is no case {name!r}; choose from {', '.join(known)}")
    return [known[name] for name in names]


def measure(options):
    postfix = find_postfix()
    facts = {**machine_facts(ROOT), "mailrig": describe_mailrig(options.mailrig), "Postfix": postfix.version(),
             "runs": f"{options.runs} per case and side, alternating"}
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that a build in the meantime does not change what is measured.
        binary = shutil.copy2(options.mailrig, folder)
        sides = {SmtpSink.name: lambda messages: SmtpSink(messages, postfix),
                 Mailrig.name: lambda messages: Mailrig(messages, binary)}
        results = [(case, alternate(case, options.runs, sides, postfix))
                   for case in (with_messages(case, options.messages) for case in options.cases)]
    command = shlex.join(["python3", str(pathlib.Path(__file__).resolve().relative_to(ROOT)), *sys.argv[1:]])
    return render("Accepting mail: mailrig beside smtp-sink", facts, command, results)


def with_messages(case, messages):
    return case if messages is None else dataclasses.replace(case, messages=messages)


def alternate(case, runs, sides, postfix):
    """A, B, A, B, …: whatever else the machine does then meets both sides alike."""
    figures = {name: [] for name in sides}
    for run in range(1, runs + 1):
        for name, start in sides.items():
            measured = run_once(case, start(case.messages), postfix)
            figures[name].append(measured)
            busy = f"  (other processes used {measured.others:.0%} of the machine)" if measured.others > BUSY else ""
            print(f"{case.name:<12} run {run}/{runs}  {name:<10} {measured.rate:>8,.0f} messages/s  "
                  f"{measured.accepting_cpu:.4f} CPU s per 1,000{busy}", file=sys.stderr)
    return figures


def describe_mailrig(binary):
    try:
        asked = subprocess.run([binary.resolve(), "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise BenchError(f"{binary} cannot be run ({error.strerror}): build it with `cmake --preset release && "
                         "ninja -C build/release mailrig`, or name one with --mailrig") from None
    built = datetime.datetime.fromtimestamp(binary.stat().st_mtime, datetime.timezone.utc)
    version = asked.stdout.strip().removeprefix("mailrig ") or "of unknown version"
    return f"{version}, built {built:%Y-%m-%d %H:%M} UTC"


if __name__ == "__main__":
    sys.exit(main())
