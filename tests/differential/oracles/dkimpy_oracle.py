"""dkimpy for tests/differential, in the lines of auth_driver.cc: sign and verify."""
import base64
import json
import sys

import dkim


def sign(request):
    message = base64.b64decode(request["message"])
    key = request["pem"].encode()
    if request["algorithm"] == "ed25519-sha256":
        der = base64.b64decode("".join(request["pem"].split("\n")[1:-2]))
        key = base64.b64encode(der[-32:])
    field = dkim.sign(message, request["selector"].encode(), request["domain"].encode(), key,
                      canonicalize=(request["header"].encode(), request["body"].encode()),
                      signature_algorithm=request["algorithm"].encode(),
                      include_headers=[name.encode() for name in request["fields"]],
                      length="limit" in request)
    return {"message": base64.b64encode(field + message).decode()}


def verify(request):
    keys = request["keys"]

    def lookup(name, timeout=5):  # pylint: disable=unused-argument
        name = name.decode() if isinstance(name, bytes) else name
        return keys[name.rstrip(".")].encode() if name.rstrip(".") in keys else None

    try:
        good = dkim.DKIM(base64.b64decode(request["message"])).verify(dnsfunc=lookup)
        return {"result": "pass" if good else "fail", "reason": ""}
    except Exception as fault:  # pylint: disable=broad-except
        return {"result": "fail", "reason": repr(fault)}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(sign(asked) if asked["do"] == "sign" else verify(asked)), flush=True)
