#!/usr/bin/env python3
"""Whether programs that read bounces and replies for a living recognise ours: who refused, and why.

Every refusal that the shipped profiles word is brought about, and the notification about it written as the sender would
get it (bench/classifiers/bounces.cc). Counted are the wordings that were seen somewhere; those that a profile assumes
are nobody's to recognise.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "bench" / "peers"))
import result_page  # noqa: E402
import reasons  # noqa: E402
import sources  # noqa: E402

COMMANDS = {
    "Sisimai": ["perl", str(HERE / "sisimai.pl")],
    "ZoneMTA": ["node", str(HERE / "npm.js"), "zone-mta"],
    "email-bounce-parser": ["node", str(HERE / "npm.js"), "email-bounce-parser"],
}
INSTALL = {
    "Sisimai": "apt-get install libsisimai-perl",
    "ZoneMTA": "npm install --prefix DIR zone-mta, then --node DIR",
    "email-bounce-parser": "npm install --prefix DIR email-bounce-parser, then --node DIR",
}
VERSIONS = {
    "Sisimai": ["perl", "-MSisimai", "-e", "print $Sisimai::VERSION"],
    "ZoneMTA": ["node", "-p", "require('zone-mta/package.json').version"],
    "email-bounce-parser": ["node", "-p", "require('email-bounce-parser/package.json').version"],
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build" / "release", help="a build with bounces")
    parser.add_argument("--node", help="where npm installed zone-mta and email-bounce-parser")
    parser.add_argument("--all", action="store_true", help="print every answer, too")
    parser.add_argument("--out", help="write the page here as well")
    return parser.parse_args()


def output(command, options, **more):
    # Sisimai tries a provider's texts in the order of a hash: "suspected spam" or "suspected spam ip" first.
    environment = {**os.environ, "PERL_HASH_SEED": "0", "PERL_PERTURB_KEYS": "0"}
    if options.node:
        environment["NODE_PATH"] = str(pathlib.Path(options.node).resolve() / "node_modules")
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **more)


def installed(options):
    """{classifier: version}; says what is missing, and how to get it."""
    found = {}
    for name, command in VERSIONS.items():
        try:
            asked = output(command, options)
        except FileNotFoundError:
            asked = None
        if asked is None or asked.returncode != 0:
            print(f"skipped: {name} is not installed ({INSTALL[name]})", file=sys.stderr)
        else:
            found[name] = asked.stdout.strip().removeprefix("v")
    return found


def refusals(options):
    """What `bounces` prints, with whether each wording was seen."""
    build = pathlib.Path(options.build)
    made = output([str(build / "bounces")], options)
    if made.returncode != 0:
        sys.exit(f"{build}/bounces failed: {made.stderr.strip() or made.returncode}")

    def show(name):
        return (ROOT / "fakes" / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")

    by_profile = {}
    for line in made.stdout.splitlines():
        refusal = json.loads(line)
        if refusal["profile"] not in by_profile:
            by_profile[refusal["profile"]] = sources.replies_of(refusal["profile"], show)
        refusal["sourced"] = by_profile[refusal["profile"]][refusal["reply"], refusal["wording"]]
        yield refusal, line


def classify(options, classifiers):
    """The refusals, each with `answers`: {classifier: its own words} and `right`: those who were."""
    made, lines = zip(*refusals(options))
    for refusal in made:
        refusal["answers"] = {}
    for name in classifiers:
        answered = output(COMMANDS[name], options, input="\n".join(lines) + "\n")
        answers = answered.stdout.splitlines()
        if len(answers) != len(made):
            sys.exit(f"{name} failed: {answered.stderr.strip()[-500:]}")
        for refusal, answer in zip(made, answers):
            refusal["answers"][name] = json.loads(answer)
    for refusal in made:
        refusal["right"] = [name for name in classifiers
                            if reasons.is_right(name, refusal["reply"], refusal["answers"][name].get("reason"))]
    return made


def share(part, whole):
    return f"{part}/{whole} ({part / whole:.0%})" if whole else "–"


def counts(made, classifiers):
    """Cells of one row: each classifier, then any of them."""
    right = [share(sum(name in r["right"] for r in made), len(made)) for name in classifiers]
    return [*right, share(sum(bool(r["right"]) for r in made), len(made))]


def table(made, classifiers, first, key):
    lines = [f"| {first} | " + " | ".join(classifiers) + " | any of them |", "|---|" + "---:|" * (len(classifiers) + 1)]
    groups = collections.defaultdict(list)
    for refusal in made:
        groups[key(refusal)].append(refusal)
    for name in sorted(groups):
        lines.append(f"| {name} | " + " | ".join(counts(groups[name], classifiers)) + " |")
    return [*lines, "| **all** | " + " | ".join(counts(made, classifiers)) + " |", ""]


def hosts(made, classifiers):
    """Of the classifiers that say so at all."""
    right = {name: sum(r["answers"][name].get("host") == r["host"] for r in made) for name in classifiers}
    return ", ".join(f"{name} {share(count, len(made))}" for name, count in right.items() if count)


def misses(made):
    lines = ["| profile | reply | on the wire | answers |", "|---|---|---|---|"]
    for refusal in made:
        if refusal["right"]:
            continue
        text = " ".join(refusal["text"].replace("|", "\\|").split())
        answers = ", ".join(str(answer.get("reason")) for answer in refusal["answers"].values())
        lines.append(f"| {refusal['profile']} | {refusal['reply']} | `{text[:100]}` | {answers} |")
    return [*lines, ""]


def render(made, versions):
    classifiers = list(versions)
    seen = [refusal for refusal in made if refusal["sourced"]]
    assumed = [refusal for refusal in made if not refusal["sourced"]]
    facts = {**result_page.machine_facts(ROOT),
             "classifiers": ", ".join(f"{name} {version}" for name, version in versions.items())}
    lines = ["# Refusals and bounces, as programs read them", "",
             *[f"- {name}: {value}" for name, value in facts.items() if name != "machine"], "",
             "Repeat it from the root of the tree with", "", "```",
             "apt-get install libsisimai-perl", "npm install --prefix /tmp/classifiers zone-mta email-bounce-parser",
             "cmake --preset release && ninja -C build/release bounces",
             "python3 bench/classifiers/classify.py --node /tmp/classifiers", "```", "",
             f"{len(made)} refusals of {len({r['profile'] for r in made})} profiles were heard; {len(seen)} were seen "
             f"somewhere as this event,", f"the other {len(assumed)} are assumed in their words or their use. Sisimai and "
             "email-bounce-parser get the notification,", "ZoneMTA the reply. `bench/classifiers/reasons.py` says which "
             "answers are right.", "",
             f"Who refused, read from the notification: {hosts(made, classifiers)}.", "",
             "Why, of what was seen:", "", *table(seen, classifiers, "profile", lambda r: r["profile"]),
             *table(seen, classifiers, "event", lambda r: r["reply"].partition("/")[0]),
             "Of what is assumed: " + ", ".join(
                 f"{name} {cell}" for name, cell in zip([*classifiers, "any"], counts(assumed, classifiers))) + ".", "",
             "Recognised by none:", "", *misses(seen)]
    return "\n".join(lines)


def main():
    options = parse_arguments()
    versions = installed(options)
    if not versions:
        sys.exit("skipped: no classifier is installed")
    made = classify(options, versions)
    if options.all:
        for refusal in made:
            print(json.dumps({key: refusal[key] for key in ("profile", "reply", "phase", "sourced", "text", "answers",
                                                             "right")}, ensure_ascii=False))
    page = render(made, versions)
    print(page)
    if options.out:
        pathlib.Path(options.out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
