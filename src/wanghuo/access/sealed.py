"""What must be read again but by nobody else: sealed under a secret of the house (AES-256-GCM).

Sealed text is `v1:` and base64 of nonce and ciphertext. It opens only for whom it was sealed, so
that no row's secret does another's work. Text without the mark is from before sealing.
"""

import base64
import binascii
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wanghuo.identity import new_bytes

MARK: Final = "v1:"
NONCE_SIZE_BYTES: Final = 12


class Unreadable(ValueError):
    """Sealed under another secret, for somebody else, or changed since."""


def sealed(text: str, house_secret: str, whose: str) -> str:
    """The text, for the house that knows `house_secret` only. whose: a person's id."""
    assert house_secret, "a house always has one (compose/secrets.py)"
    nonce = new_bytes(NONCE_SIZE_BYTES)
    closed = AESGCM(_key(house_secret)).encrypt(nonce, text.encode(), whose.encode())
    return MARK + base64.b64encode(nonce + closed).decode("ascii")


def opened(kept: str, house_secret: str, whose: str) -> str:
    """What was sealed. Raises Unreadable."""
    if not kept.startswith(MARK):
        return kept
    try:
        raw = base64.b64decode(kept.removeprefix(MARK), validate=True)
        nonce, closed = raw[:NONCE_SIZE_BYTES], raw[NONCE_SIZE_BYTES:]
        return AESGCM(_key(house_secret)).decrypt(nonce, closed, whose.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Unreadable("sealed under another secret, or changed") from error


def _key(house_secret: str) -> bytes:
    return sha256(b"second factor\0" + house_secret.encode()).digest()
