"""The audit trail's chain: each line's digest covers the line before it.

Changing, dropping or swapping a line breaks every digest after it. Dropping the newest lines breaks
none: so the head (count and last digest) is shown by every check and export, to be kept elsewhere.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

START = b""


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """`value` as the database gives it back: fractions become text, times RFC 3339."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def digest_of(before: bytes, at: datetime, words: tuple[str, ...], detail: dict[str, Any]) -> bytes:
    """The digest of a line. words: person_id, role, act, subject. detail: already `plain`."""
    line = [at.astimezone(UTC).isoformat(timespec="microseconds"), *words, detail]
    return hashlib.sha256(before + msgspec.json.encode(line, order="deterministic")).digest()
