"""Tells whether a message is hookswitch's (Standard Webhooks). Python 3.9 or later, standard library only.

Try it:  HOOK_SECRET=whsec_… python3 verify.py "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$WEBHOOK_SIGNATURE" < body
"""

import base64
import hmac
import os
import sys
import time


def verify(body: bytes, headers, secret: str, tolerance_secs: int = 300) -> None:
    """Raises ValueError, which says why, unless the message is authentic. `headers` has lower-case names; `body` is as it
    came, before anything parsed it; `secret` is the hook's, as `whsec_…`."""
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not headers.get(name):
            raise ValueError(f"the header {name} is missing")
    sent_at = headers["webhook-timestamp"]
    if not sent_at.isdecimal():
        raise ValueError("webhook-timestamp is not a number of seconds")
    age = int(time.time()) - int(sent_at)
    if abs(age) > tolerance_secs:
        raise ValueError(f"the message is {age} s old: a replay, or one of the clocks is wrong")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    # Several, separated by spaces, while the secret is being changed.
    if not any(hmac.compare_digest(expected, given.encode()) for given in headers["webhook-signature"].split()):
        raise ValueError("no signature fits: another secret, or the body was changed")


if __name__ == "__main__":
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    try:
        verify(sys.stdin.buffer.read(), dict(zip(names, sys.argv[1:])), os.environ["HOOK_SECRET"])
    except ValueError as why:
        sys.exit(f"refused: {why}")
    print("ok")
