"""Ids derive from causes, so a retry collides instead of doubling; secrets come from here too."""

import base64
import hashlib
import secrets
from typing import NewType

PlaceId = NewType("PlaceId", str)
DeviceId = NewType("DeviceId", str)
AlarmId = NewType("AlarmId", str)
IncidentId = NewType("IncidentId", str)
PartyId = NewType("PartyId", str)
NoticeId = NewType("NoticeId", str)
TimerId = NewType("TimerId", str)

ID_SIZE_CHARS = 24


def derived(kind: str, *causes: str | int | bytes) -> str:
    """The id of the `kind` that these causes bring about: 24 hex digits, always the same."""
    digest = hashlib.blake2b(digest_size=ID_SIZE_CHARS // 2, person=kind.encode()[:16])
    for cause in causes:
        part = cause if isinstance(cause, bytes) else str(cause).encode()
        digest.update(len(part).to_bytes(4, "little") + part)
    return digest.hexdigest()


def new_secret(size_bytes: int = 24) -> str:
    """A token nobody can guess: url-safe text of `size_bytes` random bytes."""
    return secrets.token_urlsafe(size_bytes)


def new_bytes(size_bytes: int) -> bytes:
    """Random bytes, for a nonce."""
    return secrets.token_bytes(size_bytes)


def new_key_text(size_bytes: int) -> str:
    """Random bytes as Base32, for what people read, type or scan. size_bytes: a multiple of 5."""
    return base64.b32encode(secrets.token_bytes(size_bytes)).decode("ascii")
