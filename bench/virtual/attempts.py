#!/usr/bin/env python3
"""How many delivery attempts `mailrig simulate` plays per second of one core, and what memory that takes.

Each case is a scenario of its own, played by the release binary with every policy of the shipped profiles on. Compared
is CPU time (user and system), since that is what the machine's other work disturbs least. What start-up costs is
measured by a run of a hundred messages, and taken off (where longer and longer runs are compared: by a run that writes
to everybody once, so that nobody is new any more); all runs sign with one key, since to make one takes a different time
each time.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
import result_page  # noqa: E402

TWO = ["gmail", "outlook"]
TWENTY = ["gmail", "google-workspace", "outlook", "exchange-online", "yahoo", "icloud", "qq", "exmail", "netease",
          "aliyun", "sina", "sohu", "gmx", "orange", "mailru", "yandex", "comcast", "proofpoint", "barracuda",
          "mimecast"]
TOO_SMALL = ["aliyun", "barracuda"]  # for the warm-up: two thirds of all attempts would be deferred by these two
START_UP_MESSAGES = 100
PEOPLE = 100_000
WARM_UP_SENDERS, WARM_UP_ADDRESSES = 5, 8  # of a platform with a domain for each of five customers


@dataclasses.dataclass
class Run:
    attempts: int
    deliveries: int
    accepted: int
    cpu: float
    rss: int  # octets


@dataclasses.dataclass
class Case:
    name: str
    target: str
    scenario: dict
    counts: list  # messages of each run; None: as many as its schedule has
    start_up: int = START_UP_MESSAGES  # messages of the run that is taken off


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mailrig", default=ROOT / "build" / "release" / "mailrig", help="a release build")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn; the warm-up is played once")
    parser.add_argument("--messages", type=int, default=1_000_000, help="of each run but the warm-up's and the last")
    parser.add_argument("--cases", default="two,twenty,ten,recorded,warm-up,flat")
    parser.add_argument("--full", action="store_true", help="from 10^5 to 10^8 attempts, and not only to 10^7")
    parser.add_argument("--out", help="write the page here as well")
    return parser.parse_args()


def sender(name, number, addresses, key):
    ips = [f"198.18.{number}.{10 + i}" for i in range(addresses)]
    return {"domain": f"{name}.example", "ips": ips, "helo": f"mta.{name}.example", "ptr": f"mta.{name}.example",
            "spf": "v=spf1 " + " ".join(f"ip4:{ip}" for ip in ips) + " -all",
            "dkim": [{"selector": "s1", "key": str(key)}], "dmarc": "v=DMARC1; p=reject"}


def mail(name, recipients=1):
    return {"sender": name, "from": f"News <news@{name}.example>", "envelope_from": f"news@{name}.example",
            "kind": "marketing", "recipients": recipients}


def steady(receivers, rate, key, record="aggregate", recipients=1):
    """A sender that the world knows, at a pace that it is allowed: 10^5 people get mail again and again."""
    known = {**sender("shop", 2, 2, key), "known": {"for": "60d", "daily": "1M"}}
    return {"seed": 3, "start": "2026-03-02T00:00:00Z", "senders": {"shop": known},
            "receivers": {name: {} for name in receivers}, "lists": {"readers": {"count": PEOPLE}},
            "mail": {"news": mail("shop", recipients)},
            "traffic": [{"mail": "news", "list": "readers", "schedule": {"rate": rate}}],
            "record": record, "end": {"drain": "72h"}}


def warm_up(key):
    """5 senders × 8 addresses × 18 receivers × 6,945 copies: five million a day from day 20 on, to a million people."""
    names = [f"shop{i}" for i in range(WARM_UP_SENDERS)]
    schedule = {"warmup": {"start": 40, "growth": 1.312, "for": "30d", "max": 6945}}
    return {"seed": 3, "start": "2026-03-02T00:00:00Z",
            "senders": {name: sender(name, 2 + i, WARM_UP_ADDRESSES, key) for i, name in enumerate(names)},
            "receivers": {name: {} for name in TWENTY if name not in TOO_SMALL}, "lists": {"readers": {"count": "1M"}},
            "mail": {name: mail(name) for name in names},
            "traffic": [{"mail": name, "list": "readers", "schedule": schedule} for name in names],
            "record": "aggregate", "end": {"drain": "72h"}}


def all_cases(options, key):
    decades = [10**power for power in range(5, 9 if options.full else 8)]
    return {
        "two": Case("2 receivers", "1,000,000", steady(TWO, "100k/d", key), [options.messages]),
        "twenty": Case("20 receivers", "1,000,000", steady(TWENTY, "400k/d", key), [options.messages]),
        "ten": Case("2 receivers, ten recipients per message", "—", steady(TWO, "10k/d", key, recipients=10),
                    [options.messages // 10]),
        "recorded": Case("2 receivers, all recorded", "300,000", steady(TWO, "100k/d", key, record="all"),
                         [options.messages]),
        "warm-up": Case("warm-up to 5 million a day", "—", warm_up(key), [None]),
        "flat": Case("2 receivers", "—", steady(TWO, "100k/d", key), [PEOPLE + messages for messages in decades],
                     PEOPLE)}


def play(options, scenario, count, folder):
    for entry in scenario["traffic"]:
        if count is not None:
            entry["schedule"]["count"] = count
    file = folder / "scenario.yaml"
    file.write_text(json.dumps({"name": "bench", **scenario}), encoding="utf-8")  # JSON is YAML
    process = subprocess.Popen([str(options.mailrig), "simulate", str(file), "--quiet", "--out", str(folder / "run")],
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"mailrig simulate ended with {process.returncode}")
    totals = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))["totals"]
    if totals["lost"] or totals["queued"]:
        sys.exit(f"a delivery is not accounted for: {totals}")
    return Run(totals["attempts"], totals["deliveries"], totals["inbox"] + totals["spam"],
               usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def measure(options, folder):
    """case → (start-up, {messages: runs})."""
    key = folder / "key.pem"
    subprocess.run([str(options.mailrig), "dkim", "keygen", "--domain", "shop.example", "--selector", "s1",
                    "--out", str(key)], check=True, stdout=subprocess.DEVNULL)
    cases = all_cases(options, key)
    results = {}
    for name in options.cases.split(","):
        case = cases[name]
        idle = min((play(options, case.scenario, case.start_up, folder) for _ in range(3)), key=lambda run: run.cpu)
        if case.counts == [None]:
            case.scenario = warm_up(key)  # without the count
        runs = {count: [play(options, case.scenario, count, folder)
                        for _ in range(rounds(options, count))]
                for count in case.counts}
        results[name] = (case, idle, runs)
        print(f"{case.name}: {[f'{rate(run, idle):,.0f}/s' for made in runs.values() for run in made]}", file=sys.stderr)
    return results


def rounds(options, count):
    """Short runs differ more than long ones."""
    if count is None or count > 2 * 10**7:
        return 1
    return options.rounds if count > 10**6 else 2 * options.rounds


def rate(run, idle):
    return (run.attempts - idle.attempts) / (run.cpu - idle.cpu)


def rates(results):
    lines = ["| case | attempts per run | attempts/s per core | target | accepted | start-up, CPU s | peak memory, MB |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, (case, idle, runs) in results.items():
        if name == "flat":
            continue
        for made in runs.values():
            lines.append(f"| {case.name} | {made[0].attempts:,} | {result_page.spread([rate(r, idle) for r in made], ',.0f')} "
                         f"| {case.target} | {made[0].accepted / made[0].deliveries:.0%} | {idle.cpu:.2f} "
                         f"| {max(r.rss for r in made) / 1e6:,.0f} |")
    return lines


def warm_up_lines(results):
    if "warm-up" not in results:
        return []
    run = results["warm-up"][2][None][0]
    return ["", f"The warm-up took {run.cpu:.0f} s of CPU time for {run.attempts:,} attempts and {run.rss / 1e6:,.0f} MB; the",
            "targets are 90 s and 1,000 MB."]


def flat_lines(results):
    if "flat" not in results:
        return []
    _, idle, runs = results["flat"]
    lines = ["", "The same 100,000 people and two receivers, in longer and longer runs after one that wrote to each of them once;",
             "the target is that the time per attempt stays within 10 %.", "", "| attempts | ns per attempt | peak memory, MB |", "|---:|---:|---:|"]
    for made in runs.values():
        lines.append(f"| {made[0].attempts - idle.attempts:,} | {result_page.spread([1e9 / rate(r, idle) for r in made], ',.0f')} "
                     f"| {max(r.rss for r in made) / 1e6:,.0f} |")
    return lines


def render(results, options):
    facts = {**result_page.machine_facts(ROOT),
             "load": f"{os.getloadavg()[0]:.1f} processes wanted to run at the end; {options.rounds} runs of each"}
    command = "python3 bench/virtual/attempts.py" + (" --full" if options.full else "")
    lines = ["# Virtual time: attempts per second, and memory", "",
             *[f"- {name}: {value}" for name, value in facts.items()], "", "Repeat it from the root of the tree with", "",
             "```", "cmake --preset release && ninja -C build/release mailrig", command, "```", "",
             "Attempts per second of CPU time, start-up taken off, median [min–max] of the runs. One attempt is one try to",
             "deliver one message to one recipient, whatever comes of it. Everybody is judged by SPF, DKIM and DMARC, and",
             "every policy of the shipped profiles is asked; 10^5 people are written to again and again.", ""]
    return "\n".join(lines + rates(results) + warm_up_lines(results) + flat_lines(results)) + "\n"


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(options, pathlib.Path(folder))
    page = render(results, options)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
