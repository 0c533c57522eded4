"""A business server for hookswitch: refuses calls to `blocked`, sends those to `support` to `bob`, prints events.
Python 3.11 or later, standard library only.

Start it:  HOOK_SECRET=whsec_… PORT=9000 python3 receiver.py
"""

import base64
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["HOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECS = 300


def is_authentic(headers, body: bytes) -> bool:
    """Standard Webhooks: a fresh timestamp, and among the signatures one of `id.timestamp.body` with our key."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE_SECS:
        return False
    signed = f"{headers.get('webhook-id')}.{sent_at}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(KEY, signed, "sha256"))
    signatures = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, given.encode()) for given in signatures)


def verdict(call) -> dict:
    """Whether a call may ring, and where. Your own rules go here; the caller waits for them."""
    match call["target_user"]:
        case "blocked":
            return {"error_code": 403, "message": "nobody may call this user"}
        case "support":
            return {"error_code": 0, "target_user": "bob"}
        case _:
            return {"error_code": 0}


def on_event(kind: str, data) -> None:
    """What becomes of calls and users. An event may come twice, then with the same `webhook-id`."""
    print(kind, json.dumps(data), flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps the connection

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_authentic(self.headers, body):
            return self.answer(401)
        message = json.loads(body)
        if message["type"] == "call.request":
            return self.answer(200, verdict(message["data"]))
        on_event(message["type"], message["data"])
        self.answer(200)

    def answer(self, status: int, value: dict | None = None) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Events are printed; requests are not."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
