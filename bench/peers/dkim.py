#!/usr/bin/env python3
"""DKIM beside others: signing and verifying one message of 5 KB with mailrig, OpenDKIM's library and dkimpy, in turn.

Compared is CPU time for each message, since that is what the machine's other work disturbs least. RSA with 2048 bits,
relaxed/relaxed. mailrig keeps its parsed keys between messages, as its signers and receivers do; OpenDKIM's library
takes the key as text with every message and offers no other way; dkimpy parses both keys every time.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import result_page

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
SIZE = 5_000


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mailrig", default=ROOT / "build" / "release" / "mailrig", help="the binary")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each, in turn")
    parser.add_argument("--seconds", type=float, default=2, help="of each run")
    parser.add_argument("--out", help="write the page here as well")
    return parser.parse_args()


def message():
    """As long as mailrig's own and with the same fields."""
    header = ("From: Shop <orders@shop.example>\r\nTo: Customer <customer@mailbox.example>\r\n"
              "Subject: Your order 4711 is on its way\r\nDate: Mon, 21 Sep 2026 13:33:20 +0000\r\n"
              "Message-ID: <4711.1790000000@shop.example>\r\nList-Unsubscribe: <https://shop.example/unsubscribe/4711>\r\n"
              "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n")
    line = "your order has been packed and is on its way, thank you for buying with us;\r\n"
    text = header + line * (SIZE // len(line) + 1)
    return (text[:SIZE - 4].rstrip("\r\n").ljust(SIZE - 2, "x") + "\r\n").encode()


def output_of(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr.strip() or done.returncode}")
    return done.stdout


def system_python():
    for python in (sys.executable, "/usr/bin/python3"):
        if os.path.exists(python) and not subprocess.run([python, "-I", "-c", "import dkim"], capture_output=True,
                                                         check=False).returncode:
            return python
    sys.exit("dkimpy is not installed: apt-get install python3-dkim")


def build_opendkim_rate(folder):
    flags = output_of("pkg-config", "--cflags", "--libs", "opendkim").split()
    program = folder / "opendkim_rate"
    output_of("c++", "-std=c++20", "-O2", HERE / "opendkim_rate.cc", "-o", program, *flags)
    return program


def sides(folder, options):
    """Name → what measures once: CPU microseconds to sign and to verify."""
    (folder / "message").write_bytes(message())
    output_of("openssl", "genrsa", "-traditional", "-out", folder / "key.pem", "2048")
    public = output_of("openssl", "rsa", "-in", folder / "key.pem", "-pubout")
    record = "v=DKIM1; k=rsa; p=" + "".join(public.split("\n")[1:-2])
    others = [folder / "message", folder / "key.pem", record, options.seconds]
    opendkim = build_opendkim_rate(folder)
    python = system_python()

    def mailrig():
        cpu = json.loads(output_of(options.mailrig, "dkim", "bench", "--size", f"{SIZE}B", "--format", "json",
                                   "--duration", f"{round(options.seconds * 1000)}ms"))["cpu_us"]
        return {"sign_us": cpu["total"], "verify_us": cpu["verify"], "raw_sign_us": cpu["sign"],
                "raw_verify_us": cpu["raw_verify"]}

    return {"mailrig": mailrig,
            "OpenDKIM": lambda: json.loads(output_of(opendkim, *others)),
            "dkimpy": lambda: json.loads(output_of(python, "-I", HERE / "dkimpy_rate.py", *others))}


def render(figures, options):
    raw = {"sign_us": "raw_sign_us", "verify_us": "raw_verify_us"}
    rows = dict(figures)
    rows["OpenSSL alone"] = [{key: run[raw[key]] for key in raw} for run in figures["mailrig"]]
    facts = {**result_page.machine_facts(ROOT),
             "versions": f"OpenDKIM {output_of('pkg-config', '--modversion', 'opendkim').strip()}, "
                         f"{output_of('openssl', 'version').strip()}",
             "load": f"{os.getloadavg()[0]:.1f} processes wanted to run at the end; {options.rounds} runs of each in turn"}
    lines = ["# DKIM: signing and verifying beside others", "", *[f"- {name}: {value}" for name, value in facts.items()],
             "", "Repeat it from the root of the tree with", "", "```",
             f"python3 bench/peers/dkim.py --rounds {options.rounds} --seconds {options.seconds:g}", "```", "",
             f"CPU microseconds for one message of {SIZE:,} bytes, RSA-2048, relaxed/relaxed; median [min–max] of the runs.",
             "mailrig keeps parsed keys between messages, as its signers and receivers do. OpenDKIM's library takes the",
             "key as text with every message, and dkimpy parses it every time.", "",
             "| | sign | verify | sign, times mailrig's | verify, times mailrig's |", "|---|---:|---:|---:|---:|"]
    for name, runs in rows.items():
        cells = [result_page.spread([run[key] for run in runs], ",.1f") for key in raw]
        for key in raw:
            cells.append(result_page.spread([run[key] / mine[key] for run, mine in zip(runs, figures["mailrig"])], ".2f"))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="mailrig-bench-") as name:
        measures = sides(pathlib.Path(name), options)
        figures = {side: [] for side in measures}
        for _ in range(options.rounds):
            for side, measure in measures.items():
                figures[side].append(measure())
    page = render(figures, options)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
