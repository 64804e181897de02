"""Which wordings of a profile were seen somewhere, read from the comments behind them."""
import re

ENTRY = re.compile(r"^  ([a-z_]+(?:/[a-z_]+)?):(.*)$")
WORDING = re.compile(r"^      - (.*)$")
# Whose words, code or use as this event are our own choice. Where lines break, and how a host is called, says nothing.
OWN_CHOICE = re.compile(r"\b(?:use|text|code|head|rest|form|which)\b[^;()]*\bassumed|\bis assumed|^assumed")


def is_sourced(comment):
    return comment.startswith("src:") and not OWN_CHOICE.search(comment)


def comment_of(line):
    """Behind the last '   # ': URLs have a '#' without blanks before it."""
    return line.rpartition("# ")[2].strip()


def sourced_wordings(yaml):
    """{(reply, place among its wordings): whether it was seen}."""
    found = {}
    inside = False
    reply = None
    for line in yaml.splitlines():
        if not line.startswith(" "):
            inside = line.startswith("replies:")
            continue
        if not inside:
            continue
        entry, wording = ENTRY.match(line), WORDING.match(line)
        if entry:
            reply, place = entry.group(1), 0
            if not entry.group(2).strip():
                continue
        elif not wording:
            continue  # "any_of:"
        found[reply, place] = is_sourced(comment_of(line))
        place += 1
    return found


def base_of(yaml):
    base = re.search(r"^extends: *([\w-]+)", yaml, re.MULTILINE)
    return base and base.group(1)


def replies_of(name, show):
    """As sourced_wordings, with what a profile takes from the one that it extends; show(name) is a profile's text."""
    yaml = show(name)
    base = base_of(yaml)
    own = sourced_wordings(yaml)
    named = {reply for reply, _ in own}
    inherited = replies_of(base, show) if base else {}
    return {**{key: seen for key, seen in inherited.items() if key[0] not in named}, **own}
