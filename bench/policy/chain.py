#!/usr/bin/env python3
"""What the decisions of a receiver cost per recipient, and what its memory of millions takes.

No sockets, no bytes, no cryptography: bench/policy/chain_cost.cc calls receivers as virtual time does. Compared is CPU
time, since that is what the machine's other work disturbs least; caches are disturbed all the same.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
import result_page  # noqa: E402

PROFILES = ["gmail", "qq", "yahoo", "outlook", "exchange-online", "postgrey-site"]
TARGETS = {10_000: 0.4, 1_000_000: 1.0}  # CPU microseconds per recipient, nobody judged
MEMORY_TARGET_MB = 2_000
HOW = [("unjudged", 1), ("unjudged", 10), ("judged", 1)]  # recipients per message


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "release", help="a release build")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--messages", type=int, default=1_000_000, help="of each run")
    parser.add_argument("--remembered", type=int, default=10_000_000, help="senders, and recipients, to remember")
    parser.add_argument("--profiles", default=",".join(PROFILES))
    parser.add_argument("--memory-profiles", default="gmail,qq,postgrey-site")
    parser.add_argument("--out", help="write the page here as well")
    return parser.parse_args()


def measured(options, *args):
    done = subprocess.run([str(pathlib.Path(options.build) / "chain_cost"), *map(str, args)], capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"chain_cost {args} failed: {done.stderr.strip() or done.returncode}")
    return json.loads(done.stdout)


def times(options, profiles):
    """(profile, identities, judged, per message) → runs."""
    cases = [(profile, identities, *how) for identities in TARGETS for profile in profiles for how in HOW]
    figures = {case: [] for case in cases}
    for _ in range(options.rounds):
        for profile, identities, judged, per_message in cases:
            ran = measured(options, "time", profile, identities, judged, per_message, options.messages // per_message)
            figures[profile, identities, judged, per_message].append(ran)
    return figures


def render(figures, memory, options):
    facts = {**result_page.machine_facts(ROOT),
             "load": f"{os.getloadavg()[0]:.1f} processes wanted to run at the end; {options.rounds} runs of each in turn"}
    lines = ["# Decisions of receivers: what they cost, what they remember", "",
             *[f"- {name}: {value}" for name, value in facts.items()], "", "Repeat it from the root of the tree with", "",
             "```", "cmake --preset release && ninja -C build/release chain_cost",
             f"python3 bench/policy/chain.py --rounds {options.rounds} --messages {options.messages} "
             f"--remembered {options.remembered}", "```", "",
             "CPU microseconds per recipient, median [min–max] of the runs, of all that a receiver does from connect to the",
             "answer to DATA (ten messages per connection; no sockets, no bytes). The last column adds SPF, DKIM and DMARC",
             "as virtual time judges them: asked of the world's DNS, and remembered.", ""]
    for identities, target in TARGETS.items():
        lines += [f"{identities:,} recipients and {max(identities // 100, 100):,} senders are known; the target is "
                  f"{target:g} µs where nobody is judged.", "",
                  "| profile | a message each | ten recipients per message | judged | accepted |", "|---|---:|---:|---:|---:|"]
        for profile in options.profiles.split(","):
            cells = [figures[profile, identities, *how] for how in HOW]
            spreads = [result_page.spread([run["us_per_recipient"] for run in runs], ".2f") for runs in cells]
            lines.append(f"| {profile} | " + " | ".join(spreads) + f" | {cells[0][0]['accepted']:.0%} |")
        lines.append("")
    lines += ["A receiver gives its rate limits 1.2 GB and its histories of senders 0.6 GB at most; beyond that a new one",
              "takes the place of one that was not heard of for long.", "",
              f"Memory after one message each from {options.remembered:,} senders to a thousand recipients, and from a",
              f"thousand senders to {options.remembered:,} recipients, in MB; the target is {MEMORY_TARGET_MB:,}.", "",
              "| profile | senders | recipients |", "|---|---:|---:|"]
    for profile, (senders, recipients) in memory.items():
        lines.append(f"| {profile} | {senders['resident_mb']:,.0f} | {recipients['resident_mb']:,.0f} |")
    return "\n".join(lines) + "\n"


def main():
    options = parse_arguments()
    profiles = options.profiles.split(",")
    figures = times(options, profiles)
    memory = {profile: [measured(options, "memory", profile, what, options.remembered)
                        for what in ("senders", "recipients")] for profile in options.memory_profiles.split(",")}
    page = render(figures, memory, options)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
