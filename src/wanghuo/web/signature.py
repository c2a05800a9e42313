"""How a message is signed between this house and the outside, both ways.

Header `X-Wanghuo-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256(secret, "<t>.<body>")>`: the time
stands under the signature, so that an old message cannot be played again.
"""

import hashlib
import hmac
from typing import Final

HEADER: Final = "X-Wanghuo-Signature"
AGE_MAX_S: Final = 300


def signed(secret: str, body: bytes, now_unix_s: int) -> str:
    """The header's value for `body`."""
    return f"t={now_unix_s},v1={_mac(secret, body, str(now_unix_s))}"


def verified(secret: str, body: bytes, header: str, now_unix_s: int) -> bool:
    """Whether `header` was made for `body` with `secret`, at most AGE_MAX_S seconds from now."""
    fields = dict(part.strip().partition("=")[::2] for part in header.split(","))
    stamp, mac = fields.get("t", ""), fields.get("v1", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):  # noqa: PLR2004 - seconds
        return False
    if abs(now_unix_s - int(stamp)) > AGE_MAX_S:
        return False
    return hmac.compare_digest(_mac(secret, body, stamp), mac)


def _mac(secret: str, body: bytes, stamp: str) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
