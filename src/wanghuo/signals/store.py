"""The tables of signals: fire log, inbox, last state, totals. Only this room writes them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wanghuo.engines.postgres import Row, Transaction
from wanghuo.engines.together import Part
from wanghuo.facts.entry import AnswerEntry, Entry, SignalEntry, decode, encode
from wanghuo.facts.signal import Signal
from wanghuo.signals.routine import Last


class Logged(msgspec.Struct, frozen=True):
    """An entry with its place in the fire log."""

    seq: int
    entry: Entry


# New rows get their seq in the order of the arrays; known ids are left as they are.
_APPEND = """
WITH told AS (SELECT pg_notify('inbox', '')),
logged AS (
    INSERT INTO signals.fire_log (entry_id, at, entry)
    SELECT id, at, entry
    FROM unnest($1::text[], $2::timestamptz[], $3::bytea[]) WITH ORDINALITY AS e (id, at, entry, n)
    ORDER BY n
    ON CONFLICT (entry_id) DO NOTHING
    RETURNING seq, entry_id
), queued AS (
    INSERT INTO signals.inbox (seq, notice_id)
    SELECT l.seq, a.notice_id FROM logged l
    JOIN unnest($1::text[], $4::text[]) AS a (id, notice_id) ON a.id = l.entry_id
    RETURNING seq
)
SELECT (SELECT count(*) FROM queued), (SELECT count(*) FROM told)
"""

_CLAIM = """
WITH taken AS (
    DELETE FROM signals.inbox
    WHERE seq IN (SELECT seq FROM signals.inbox ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING seq
)
SELECT f.seq, f.entry FROM taken JOIN signals.fire_log f USING (seq) ORDER BY f.seq
"""

_COUNT_SOME = """
UPDATE signals.total t SET signals = t.signals + c.signals
FROM unnest($1::text[], $2::bigint[]) AS c (lane, signals) WHERE t.lane = c.lane
"""
_COUNT = "UPDATE signals.total SET signals = signals + $2 WHERE lane = $1"

_FIRES = """
SELECT entry FROM signals.fire_log WHERE at = ANY (ARRAY(
    SELECT unnest(ARRAY[a.first_at, a.last_at]) FROM (
        SELECT first_at, last_at FROM alarms.alarm
        WHERE origin = $1 AND last_at >= $2 AND last_at < $3 ORDER BY last_at DESC LIMIT $4) a
)) ORDER BY seq
"""

_UPSERT_LAST = """
INSERT INTO signals.last (origin, at, kind, quantity, value, unit, status, text)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::float8[],
                     $6::text[], $7::int[], $8::text[])
ON CONFLICT (origin) DO UPDATE SET
    at = excluded.at, kind = excluded.kind, quantity = excluded.quantity, value = excluded.value,
    unit = excluded.unit, status = excluded.status, text = excluded.text
WHERE signals.last.at <= excluded.at
"""


async def append(tx: Transaction, entries: Sequence[Entry]) -> int:
    """Write entries to the fire log and the inbox and wake the judge; how many were new.

    Idempotent by entry id: what is known already is left alone.
    """
    return int(
        await tx.fetchval(
            _APPEND,
            [entry.id for entry in entries],
            [entry.at for entry in entries],
            [encode(entry) for entry in entries],
            [e.body.notice_id if isinstance(e.body, AnswerEntry) else None for e in entries],
        )
    )


async def claim(tx: Transaction, limit: int) -> list[Logged]:
    """Take the oldest unjudged entries out of the inbox, in order.

    They are back in the inbox if the transaction rolls back.
    """
    rows = await tx.fetch(_CLAIM, limit)
    return [Logged(row["seq"], decode(row["entry"])) for row in rows]


def counting_fires(logged: Sequence[Logged]) -> Part:
    """Add the signals among these entries to the total of the fire lane."""
    signals = sum(isinstance(one.entry.body, SignalEntry) for one in logged)
    return Part(_COUNT_SOME, [("fire", signals)] if signals else [])


async def inbox_size(tx: Transaction) -> int:
    """How many entries wait to be judged."""
    return int(await tx.fetchval("SELECT count(*) FROM signals.inbox"))


async def totals(tx: Transaction) -> dict[str, int]:
    """Signals ever taken, by lane: `fire` (those judged) and `routine`."""
    rows = await tx.fetch("SELECT lane, signals FROM signals.total")
    return {row["lane"]: row["signals"] for row in rows}


async def count_routine(tx: Transaction, signals: int) -> None:
    """Add to the total of the routine lane."""
    await tx.execute(_COUNT, "routine", signals)


async def upsert_last(tx: Transaction, rows: Sequence[Last]) -> None:
    """Replace the last states of these points where these are newer. Each origin once."""
    ordered = sorted(rows, key=lambda row: row.origin)  # one order for all, so no deadlock
    columns = [[getattr(row, field) for row in ordered] for field in Last.__struct_fields__]
    await tx.execute(_UPSERT_LAST, *columns)


async def last_of(tx: Transaction, origins: Sequence[str]) -> dict[str, Last]:
    """The last states of these points; points never heard of are missing."""
    rows = await tx.fetch(
        "SELECT origin, at, kind, quantity, value, unit, status, text"
        " FROM signals.last WHERE origin = ANY ($1::text[])",
        list(origins),
    )
    return {row["origin"]: Last(*row.values()) for row in rows}


async def fires_of(
    tx: Transaction, origin: str, since: datetime, until: datetime, limit: int
) -> list[Signal]:
    """The first and the last word of each alarm of a point in [since, until), oldest first.

    The log is found by the times that the alarms keep: it has no index of points, which would cost
    every fire a write. limit: alarms.
    """
    rows = await tx.fetch(_FIRES, origin, since, until, limit)
    said = [entry.body.signal for entry in map(_entry, rows) if isinstance(entry.body, SignalEntry)]
    return [signal for signal in said if signal.origin() == origin]


def _entry(row: Row) -> Entry:
    return decode(row["entry"])
