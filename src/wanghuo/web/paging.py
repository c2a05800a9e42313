"""Lists page by an opaque cursor: the sort key of the last row shown, never an offset."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated

from fastapi import Query

from wanghuo.errors import Invalid

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
CURSOR_SIZE_MAX_CHARS = 512
REMEDY = "use `next` of the page before as it is"

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
    if len(cursor) > CURSOR_SIZE_MAX_CHARS:
        raise Invalid("cursor", "too long", REMEDY)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Invalid("cursor", "not a cursor of this list", REMEDY) from error
    whole = isinstance(key, list) and len(key) == size
    if not whole or not all(isinstance(part, str) or type(part) is int for part in key):
        raise Invalid("cursor", "not a cursor of this list", REMEDY)
    return list(key)


def after_moment(cursor: str) -> tuple[datetime, str] | None:
    """(time, id) of the last row before a page of a list by time; None for its first page.

    Raises Invalid for a cursor we did not make, a time without its zone among them.
    """
    if not cursor:
        return None
    at, row_id = key_of(cursor, 2)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError as error:
        raise Invalid("cursor", "not a cursor of this list", REMEDY) from error
    if moment.tzinfo is None:
        raise Invalid("cursor", "not a cursor of this list", REMEDY)
    return moment, str(row_id)
