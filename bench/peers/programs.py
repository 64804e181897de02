"""Finds Postfix's smtp-source and smtp-sink: on PATH, unpacked by mailrig earlier, or downloaded now.

Nothing is installed: Debian's package starts a mail server when it is installed, so it is only unpacked into the
user's cache and its programs are run from there.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WANTED = ("smtp-source", "smtp-sink")


class BenchError(Exception):
    """What went wrong and what helps, in words for the person at the terminal."""


class Postfix:
    """The two load programs and the environment that they need."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = environment

    def path(self, name):
        return str(self.folder / name)

    def version(self):
        try:
            asked = subprocess.run([self.path("postconf"), "-dh", "mail_version"], env=self.environment,
                                   capture_output=True, text=True, check=False)
        except OSError:
            return "of unknown version"
        return asked.stdout.strip() or "of unknown version"


def find_postfix():
    postfix = _installed() or _unpacked_earlier() or _download()
    _must_start(postfix)
    return postfix


def _installed():
    # Administrators' folders are not on everybody's PATH.
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = [shutil.which(name, path=places) for name in WANTED]
    if not all(found):
        return None
    folders = {pathlib.Path(path).parent for path in found}
    return Postfix(folders.pop(), dict(os.environ)) if len(folders) == 1 else None


def _cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "mailrig"


def _unpacked_earlier():
    for name in ("postfix", "faketime+postfix", "bench/postfix"):
        root = _cache() / name
        if all((root / "usr/sbin" / program).is_file() for program in WANTED):
            return _unpacked(root)
    return None


def _unpacked(root):
    libraries = [root / "usr/lib/postfix", *sorted(root.glob("usr/lib/*-linux-gnu"))]
    given = os.environ.get("LD_LIBRARY_PATH")
    search = [str(folder) for folder in libraries] + ([given] if given else [])
    return Postfix(root / "usr/sbin", {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(search)})


def _download():
    target = _cache() / "bench/postfix"
    print(f"downloading Debian's postfix package (once; into {target})", file=sys.stderr)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        _run(["apt-get", "download", "--quiet", "postfix"], scratch)
        (package,) = pathlib.Path(scratch).glob("postfix_*.deb")
        _run(["dpkg-deb", "-x", str(package), "root"], scratch)
        # Renamed only when complete, so that an interrupted download is never mistaken for a finished one.
        (pathlib.Path(scratch) / "root").rename(target)
    return _unpacked(target)


def _run(words, folder):
    remedy = "install Postfix's smtp-source and smtp-sink yourself, or run `apt-get update` and try again"
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BenchError(f"{words[0]} is not on this machine, so postfix cannot be fetched: {remedy}") from None
    if done.returncode != 0:
        raise BenchError(f"`{' '.join(words)}` failed: {done.stderr.strip()}\n{remedy}")


def _must_start(postfix):
    """Both programs print their usage when called bare; a missing library shows here rather than in mid-run."""
    for name in WANTED:
        bare = subprocess.run([postfix.path(name)], env=postfix.environment, capture_output=True, text=True,
                              check=False)
        if "usage" not in bare.stderr:
            raise BenchError(f"{postfix.path(name)} does not start: {bare.stderr.strip()}\n"
                             "install the library that it names, or Debian's postfix package")
