"""pyspf for tests/differential, in the lines of auth_driver.cc: spf."""
import json
import socket
import sys

import spf

zone = {}


def lookup(name, kind, *_args, **_more):
    """What pyspf asks the DNS, out of the request's zone; aliases are followed, as its own resolvers do."""
    labels = [label for label in name.split(".") if label]
    if any(len(label) > 63 for label in labels):
        raise spf.TempError("DNS label too long")
    name = ".".join(labels).lower()
    found = []
    for _hop in range(8):
        kinds = zone.get(name)
        if kinds is None:
            return found
        if kind in kinds:
            return found + [((name, kind), value_of(kind, value)) for value in kinds[kind]]
        if "rcode" in kinds and kinds["rcode"] != "NXDOMAIN":
            raise spf.TempError("DNS " + kinds["rcode"])
        if "CNAME" not in kinds:
            return found
        found.append(((name, "CNAME"), kinds["CNAME"][0]))
        name = kinds["CNAME"][0]
    raise spf.TempError("CNAME loop")


def value_of(kind, value):
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "TXT":
        return tuple(part.encode("latin-1") for part in ([value] if isinstance(value, str) else value))
    return tuple(value) if kind == "MX" else value


spf.DNSLookup = lookup
for line in sys.stdin:
    request = json.loads(line)
    zone = request["zone"]
    query = spf.query(i=request["ip"], s=request["mail_from"], h=request["helo"], timeout=60, querytime=0)
    try:
        result, _code, explanation = query.check()
    except Exception as fault:  # pylint: disable=broad-except
        result, explanation = "crash", repr(fault)
    print(json.dumps({"result": result, "problem": str(explanation)}), flush=True)
