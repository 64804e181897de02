"""The result as a Markdown page: what was measured, when, on what, and the command that repeats it."""
import datetime
import os
import platform
import statistics
import subprocess


def render(title, facts, command, results):
    """results: list of (case, {side name: [Figures, …]}), both sides with their runs in the order they were made."""
    sides = list(results[0][1])
    lines = [f"# {title}", ""]
    lines += [f"- {name}: {value}" for name, value in {**facts, "other work": other_work(results)}.items()]
    lines += ["", "Repeat it from the root of the tree with", "", "```", command, "```", ""]
    lines += figures_table(results)
    lines += ratio_table(results, *sides)
    return "\n".join(lines) + "\n"


def figures_table(results):
    lines = ["Median [min–max] of the runs. CPU is in seconds per 1,000 messages, user and system together.", "",
             "| case | messages per run | accepting side | CPU, accepting side | CPU, smtp-source | messages/s |",
             "|---|---:|---|---:|---:|---:|"]
    for case, runs in results:
        for side, figures in runs.items():
            lines.append(f"| {case.describe()} | {case.messages:,} | {side} "
                         f"| {spread([run.accepting_cpu for run in figures], '.4f')} "
                         f"| {spread([run.source_cpu for run in figures], '.4f')} "
                         f"| {spread([run.rate for run in figures], ',.0f')} |")
    return [*lines, ""]


def ratio_table(results, peer, ours):
    lines = [f"{ours} / {peer}: the ratio within each pair of neighbouring runs; median [min–max] of the pairs.", "",
             "| case | CPU, accepting side | CPU, smtp-source | messages/s |", "|---|---:|---:|---:|"]
    for case, runs in results:
        pairs = list(zip(runs[ours], runs[peer]))
        ratios = [[getattr(mine, name) / getattr(theirs, name) for mine, theirs in pairs]
                  for name in ("accepting_cpu", "source_cpu", "rate")]
        lines.append(f"| {case.describe()} | " + " | ".join(spread(ratio, ".2f") for ratio in ratios) + " |")
    return lines


def spread(values, form):
    return f"{statistics.median(values):{form}} [{min(values):{form}}–{max(values):{form}}]"


def other_work(results):
    shares = [run.others for _, runs in results for figures in runs.values() for run in figures]
    return (f"other processes used {statistics.median(shares):.0%} [{min(shares):.0%}–{max(shares):.0%}] "
            "of the machine during the runs")


def machine_facts(root):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
                   f"TCP {congestion_control()}",
        "tree": commit(root),
    }


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        names = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    return names[0] if names else platform.machine()


def congestion_control():
    try:
        with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="ascii") as setting:
            return setting.read().strip()
    except OSError:
        return "congestion control unknown"


def commit(root):
    try:
        asked = subprocess.run(["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True,
                               text=True, check=False)
    except FileNotFoundError:
        return "unknown (no git)"
    return asked.stdout.strip() or "unknown (no repository)"
