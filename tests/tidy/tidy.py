#!/usr/bin/env python3
"""Holds the tree against the rules of the house: tidy.py [ROOT]. Prints one line per fault; exit 1 when there is one.

The rules, and where they are written down:
- includes follow the arrows of the top CMakeLists.txt (DEPENDS lines, taken transitively); fakes never include sim
- only the drivers know Asio: fakes/net, sim/live, sim/rig, sim/app
- tests mirror sources: tests/fakes/a/b_test.cc (or b_more_test.cc) tests fakes/a/b.cc or b.h; every folder has tests
- decisions read no clock and no unkeyed chance: those calls belong to the drivers
- headers open with a comment that says what they are for; no file outgrows a head
"""
import pathlib
import re
import sys

DRIVERS = ("fakes/net", "sim/live", "sim/rig", "sim/app")
LINES_MAX = 600
BANNED = {
    r"\b(system_clock|steady_clock|high_resolution_clock)::now\b": "reads a clock",
    r"\b(gettimeofday|clock_gettime|std::time|time)\s*\(\s*(NULL|nullptr|0|&)": "reads a clock",
    r"\bstd::random_device\b": "draws chance that no seed repeats",
    r"\b(std::)?s?rand\s*\(": "draws chance that no seed repeats",
    r"\bstd::hash\b": "hashes differently on other machines; use stable_hash",
    r"\bstd::views\b|#include <ranges>": "does not build with clang 14",
}
# The run's own stamp (started, ended, wall_seconds) and the rig's self-measurement are no decisions; neither is what
# the benchmarks measure.
CLOCKS_ALLOWED = (*DRIVERS, "sim/benchmark")


def declared_arrows(cmake_text):
    """Folder name → (path, set of folder names it may include), transitively closed."""
    direct, paths = {}, {}
    for match in re.finditer(r"mailrig_library\((\S+)([^)]*)\)", cmake_text):
        path, rest = match.groups()
        name = path.rsplit("/", 1)[1]
        depends = re.search(r"DEPENDS\s+((?:[a-z_]+\s*)*)", rest)
        direct[name] = set(depends.group(1).split()) if depends else set()
        paths[name] = path
    closed = {}
    for name in direct:
        reached, open_ends = set(), [name]
        while open_ends:
            for depend in direct.get(open_ends.pop(), ()):
                if depend not in reached:
                    reached.add(depend)
                    open_ends.append(depend)
        closed[name] = reached
    return paths, closed


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def faults_of_source(path, text, paths, closed):
    folder = path.rsplit("/", 1)[0]
    name = folder.rsplit("/", 1)[1]
    code = strip_comments(text)
    for number, line in enumerate(code.split("\n"), 1):
        include = re.match(r'\s*#include [<"]([^>"]+)[>"]', line)
        if include:
            target = include.group(1)
            if folder.startswith("fakes") and target.startswith("sim/"):
                yield f"{path}:{number}: fakes never include sim ({target})"
            elif target.startswith(("fakes/", "sim/")):
                owner = target.rsplit("/", 1)[0].rsplit("/", 1)[1]
                if owner != name and owner not in closed.get(name, ()):
                    yield f"{path}:{number}: {name} does not depend on {owner} in CMakeLists.txt ({target})"
            if target.startswith("boost/asio") and not folder.startswith(DRIVERS):
                yield f"{path}:{number}: only the drivers know Asio ({target})"
        for pattern, why in BANNED.items():
            if re.search(pattern, line) and not ("clock" in why and folder.startswith(CLOCKS_ALLOWED)):
                yield f"{path}:{number}: {why}: {line.strip()}"
    lines = text.count("\n")
    if lines > LINES_MAX:
        yield f"{path}: {lines} lines; is there a seam?"
    if path.endswith(".h") and not text.startswith("//"):
        yield f"{path}: opens without saying what it is for"
    if folder not in paths.values():
        yield f"{path}: its folder has no mailrig_library in CMakeLists.txt"


def mirrored(root, source):
    """a/b_c is a test of a/b_c or, where it needs several files, of a/b."""
    while not ((root / (source + ".cc")).exists() or (root / (source + ".h")).exists()):
        if "_" not in source.rsplit("/", 1)[1]:
            return False
        source = source.rsplit("_", 1)[0]
    return True


def faults(root):
    root = pathlib.Path(root)
    paths, closed = declared_arrows((root / "CMakeLists.txt").read_text())
    folders = {}
    for area in ("fakes", "sim"):
        for file in sorted((root / area).rglob("*")):
            if file.suffix not in (".cc", ".h"):
                continue
            path = file.relative_to(root).as_posix()
            folders.setdefault(path.rsplit("/", 1)[0], []).append(path)
            yield from faults_of_source(path, file.read_text(), paths, closed)
    for area in ("fakes", "sim"):
        for test in sorted((root / "tests" / area).rglob("*_test.cc")):
            path = test.relative_to(root).as_posix()
            if not mirrored(root, path.removeprefix("tests/").removesuffix("_test.cc")):
                yield f"{path}: no source of its folder is called that"
    for folder, sources in folders.items():
        if any(s.endswith(".cc") for s in sources) and not list((root / "tests" / folder).glob("*_test.*")):
            yield f"{folder}: has no tests in tests/{folder}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    found = list(faults(root))
    print("\n".join(found) if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
