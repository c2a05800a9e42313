"""Many set-based writes as one statement: one round trip instead of one a table.

Each part is an INSERT or UPDATE over `unnest($1::…[], …)` and its rows. All parts are sent every
time, those without rows with empty arrays, so that there is one prepared statement and one plan.
Parts must not depend on each other's effects: PostgreSQL runs them on one snapshot, in any order;
foreign keys are checked at the end of the statement.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from wanghuo.engines.postgres import Transaction

_SLOT = re.compile(r"\$(\d+)")


class Part(msgspec.Struct, frozen=True):
    """One write. rows: tuples in the order of its slots."""

    query: str
    rows: Sequence[Sequence[Any]]


async def run(tx: Transaction, parts: Sequence[Part], *, wakes: Sequence[str] = ()) -> None:
    """Write every part. wakes: channels to NOTIFY with the commit."""
    if not any(part.rows for part in parts):
        return
    columns: list[Any] = []
    for part in parts:
        nothing: list[list[Any]] = [[]] * _slots(part.query)
        columns += zip(*part.rows, strict=True) if part.rows else nothing
    await tx.execute(_statement(tuple(part.query for part in parts)), *columns, list(wakes))


def _slots(query: str) -> int:
    return max(int(slot) for slot in _SLOT.findall(query))


@cache
def _statement(queries: tuple[str, ...]) -> str:
    """The parts as WITH clauses, their slots numbered on from one to the next."""
    clauses, used = [], 0
    for number, query in enumerate(queries):
        moved = _SLOT.sub(lambda slot, by=used: f"${int(slot[1]) + by}", query)  # type: ignore[misc]  # mypy knows no defaults in a lambda
        clauses.append(f"part_{number} AS ({moved} RETURNING 1)")
        used += _slots(query)
    told = f"SELECT pg_notify(channel, '') FROM unnest(${used + 1}::text[]) AS w (channel)"  # noqa: S608 - a slot's number
    return f"WITH {', '.join(clauses)} {told}"
