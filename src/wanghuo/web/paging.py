"""Lists page by an opaque cursor: the sort key of the last row shown, never an offset."""

import base64
import binascii
import json
from typing import Annotated

from fastapi import Query

from wanghuo.errors import Invalid

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
CURSOR_SIZE_MAX_CHARS = 512

Cursor = Annotated[
    str,
    Query(description="`next` of the page before; empty for the first.", max_length=512),
]
PageSize = Annotated[int, Query(alias="limit", ge=1, le=PAGE_SIZE_MAX, description="Rows a page.")]


def cursor_after(*key: str | int) -> str:
    """The cursor that continues after the row with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str, size: int) -> list[str | int]:
    """The sort key in `cursor`, `size` parts. Raises Invalid for a cursor we did not make."""
    remedy = "use `next` of the page before as it is"
    if len(cursor) > CURSOR_SIZE_MAX_CHARS:
        raise Invalid("cursor", "too long", remedy)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Invalid("cursor", "not a cursor of this list", remedy) from error
    whole = isinstance(key, list) and len(key) == size
    if not whole or not all(isinstance(part, str) or type(part) is int for part in key):
        raise Invalid("cursor", "not a cursor of this list", remedy)
    return list(key)
