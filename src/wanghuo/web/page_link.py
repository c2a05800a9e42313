"""The responder's page is opened by a signed, expiring link: who holds it need not sign in.

A token is `<notice id>.<expiry>.<mac>`: expiry in unix seconds as hex, mac the first 128 bits of
HMAC-SHA256(secret, "page:<notice id>.<expiry>") as url-safe base64. It is 56 characters, short
enough for a text message, and opens the page of one notice of one house.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Final

from wanghuo.errors import Unauthenticated

MAC_SIZE_BYTES: Final = 16
PATH: Final = "/r/"
_SHAPE: Final = re.compile(
    r"([0-9a-zA-Z_-]{1,64})\.([0-9a-f]{1,10})\.([0-9a-zA-Z_-]{22})", re.ASCII
)


class LinkRefused(Unauthenticated):
    """The link does not open a page: forged, expired, or another house's."""

    def __init__(self, reason: str, message: str, zh: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.zh = zh


def token(secret: str, notice_id: str, from_at: datetime, valid: timedelta) -> str:
    """The token of a notice, good until `from_at` + `valid`; the same for every repeat."""
    expiry = f"{int((from_at + valid).timestamp()):x}"
    return f"{notice_id}.{expiry}.{_mac(secret, notice_id, expiry)}"


def url(public_url: str, made: str) -> str:
    """Where a person opens the page. public_url: this house as phones reach it."""
    return public_url.rstrip("/") + PATH + made


def notice_of(secret: str, given: str, now: datetime) -> str:
    """The notice that a token opens. Raises LinkRefused."""
    shape = _SHAPE.fullmatch(given)
    if shape is None or not secret:
        raise forged()
    notice_id, expiry, mac = shape.groups()
    if not hmac.compare_digest(_mac(secret, notice_id, expiry), mac):
        raise forged()
    if int(expiry, 16) < now.timestamp():
        raise LinkRefused("expired", "this link has expired", "链接已过期")
    return notice_id


def forged() -> LinkRefused:
    """The refusal of a link that this house did not make, or whose notice it does not have."""
    return LinkRefused("unknown", "this house did not make this link", "链接无效")


def _mac(secret: str, notice_id: str, expiry: str) -> str:
    said = f"page:{notice_id}.{expiry}".encode()
    digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()[:MAC_SIZE_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
