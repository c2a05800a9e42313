"""The signature of webhooks and answers, as the contract describes it. Pure.

`X-Wanghuo-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.
"""

import hmac
from hashlib import sha256

HEADER = "X-Wanghuo-Signature"
AGE_MAX_S = 300


def sign(secret: str, at_s: int, body: bytes) -> str:
    """The value of the header."""
    code = hmac.new(secret.encode(), f"{at_s}.".encode() + body, sha256).hexdigest()
    return f"t={at_s},v1={code}"


def is_right(secret: str, header: str, now_s: int, body: bytes) -> bool:
    """Whether the body comes from who knows the secret, and just now."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdigit() and len(at) < 12):  # noqa: PLR2004 - seconds since 1970
        return False
    right = sign(secret, int(at), body).partition("v1=")[2]
    fresh = abs(now_s - int(at)) <= AGE_MAX_S
    return fresh and hmac.compare_digest(parts.get("v1", "").encode(), right.encode())
