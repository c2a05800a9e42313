"""The tables of alarms: alarms, shelves, runaway counters, the order of judging."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from wanghuo.alarms.model import UNREGISTERED_MARK, Alarm, Shelf, State
from wanghuo.alarms.policy_page import Kept
from wanghuo.alarms.runaway import Runaway
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.engines.together import Part

# As alarms.model.Shelf; `s` is alarms.shelf.
SHELF_COLUMNS: Final = """
    s.id, s.kind, s.origin, s.place_id, s.town_code, s.author_id, s.author_name, s.reason,
    s.from_at, s.until_at, s.ended_at, s.drill
"""

_SAVE_ALARMS = """
INSERT INTO alarms.alarm (id, origin, sender, alarm_type, sensor, device_id, place_id, town_code,
    incident_id, state, first_at, last_at, repeats, last_digest, shelved, text)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[],
    $13::int[], $14::text[], $15::bool[], $16::text[])
ON CONFLICT (id) DO UPDATE SET
    sensor = excluded.sensor,
    incident_id = excluded.incident_id, state = excluded.state, last_at = excluded.last_at,
    repeats = excluded.repeats, last_digest = excluded.last_digest, shelved = excluded.shelved
"""
_SAVE_SHELVES = """
INSERT INTO alarms.shelf (id, kind, origin, place_id, town_code, author_id, author_name, reason,
    from_at, until_at, ended_at, drill)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::bool[])
ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at
"""
_SAVE_RUNAWAYS = """
INSERT INTO alarms.runaway (origin, recent, spent, spent_at, hinted_at)
SELECT r.origin, r.recent::timestamptz[], r.spent, r.spent_at, r.hinted_at
FROM unnest($1::text[], $2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[])
    AS r (origin, recent, spent, spent_at, hinted_at)
ON CONFLICT (origin) DO UPDATE SET
    recent = excluded.recent, spent = excluded.spent, spent_at = excluded.spent_at,
    hinted_at = excluded.hinted_at
"""
_JUDGED = """
INSERT INTO alarms.judged (judge_no, seq)
SELECT (SELECT coalesce(max(judge_no), 0) FROM alarms.judged) + n, seq
FROM unnest($1::bigint[]) WITH ORDINALITY AS j (seq, n)
"""
JUDGED_CHANNEL: Final = "judged"


def saving_alarms(alarms: Iterable[Alarm]) -> Part:
    """New and changed alarms. Those that become normal go first: a point has one live alarm."""
    rows = sorted(alarms, key=lambda a: (a.state is not State.NORMAL, a.id))
    return Part(_SAVE_ALARMS, [_alarm_row(alarm) for alarm in rows])


def _alarm_row(alarm: Alarm) -> tuple[object, ...]:
    place_id = "" if alarm.place_key.startswith(UNREGISTERED_MARK) else alarm.place_key
    return (
        alarm.id,
        alarm.origin,
        alarm.sender,
        alarm.type.value,
        alarm.sensor.value,
        alarm.device_id,
        place_id,
        alarm.town_code,
        alarm.incident_id,
        alarm.state.value,
        alarm.first_at,
        alarm.last_at,
        alarm.repeats,
        alarm.last_digest,
        alarm.shelved,
        alarm.text,
    )


def saving_shelves(shelves: Iterable[Shelf]) -> Part:
    """New and ended shelves and test windows."""
    return Part(_SAVE_SHELVES, [msgspec.structs.astuple(shelf) for shelf in shelves])


def saving_runaways(runaways: Iterable[Runaway]) -> Part:
    """The counters of points. A list of times travels as text: arrays of arrays have one size."""
    rows = [(r.origin, _times(r.recent), r.spent, r.spent_at, r.hinted_at) for r in runaways]
    return Part(_SAVE_RUNAWAYS, rows)


def _times(times: Iterable[datetime]) -> str:
    return "{" + ",".join(f'"{at.isoformat()}"' for at in times) + "}"


def saving_judged(seqs: Sequence[int]) -> Part:
    """Number fire log rows in the order of judging. Whoever writes it wakes JUDGED_CHANNEL."""
    return Part(_JUDGED, [(seq,) for seq in seqs])


async def is_judged(tx: Transaction, entry_id: str) -> bool:
    """Whether the entry's effects are in the tables."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM signals.fire_log f JOIN alarms.judged j USING (seq)"
            " WHERE f.entry_id = $1)",
            entry_id,
        )
    )


async def judged_log(tx: Transaction, after_no: int, limit: int) -> list[tuple[int, bytes]]:
    """Entries in the order of judging, after a judge_no: (judge_no, packed entry)."""
    rows = await tx.fetch(
        "SELECT j.judge_no, f.entry FROM alarms.judged j JOIN signals.fire_log f USING (seq)"
        " WHERE j.judge_no > $1 ORDER BY j.judge_no LIMIT $2",
        after_no,
        limit,
    )
    return [(row["judge_no"], row["entry"]) for row in rows]


async def live_shelves(tx: Transaction) -> list[Shelf]:
    """The shelves and test windows that have not ended, soonest end first."""
    rows = await tx.fetch(
        f"SELECT {SHELF_COLUMNS} FROM alarms.shelf s"  # noqa: S608 - our own column names
        " WHERE s.ended_at IS NULL ORDER BY s.until_at, s.id"
    )
    return [_shelf(row) for row in rows]


def _shelf(row: Row) -> Shelf:
    fields = Shelf.__struct_fields__
    return msgspec.convert(dict(zip(fields, row.values(), strict=True)), Shelf)


async def shelves_of(
    tx: Transaction, place_id: str, origins: Sequence[str], limit: int
) -> list[Shelf]:
    """The windows of a place ("" for none) and the shelves of these points, newest first."""
    rows = await tx.fetch(
        f"SELECT {SHELF_COLUMNS} FROM alarms.shelf s"  # noqa: S608 - our own column names
        " WHERE (s.place_id <> '' AND s.place_id = $1) OR (s.origin <> '' AND s.origin = ANY ($2))"
        " ORDER BY s.from_at DESC, s.id LIMIT $3",
        place_id,
        list(origins),
        limit,
    )
    return [_shelf(row) for row in rows]


async def live_at(tx: Transaction, place_id: str) -> list[Row]:
    """The points of a place that are not normal, the newest word first."""
    return await tx.fetch(
        "SELECT origin, device_id, sensor, alarm_type, state, shelved, first_at, last_at, repeats,"
        " text FROM alarms.alarm WHERE place_id = $1 AND state <> 'normal' ORDER BY last_at DESC",
        place_id,
    )


async def keep_policy(tx: Transaction, kept: Kept) -> None:
    """Keep the text of the policy that judging begins with, unless it was the last one, too."""
    await tx.execute(
        "INSERT INTO alarms.policy (sha256, version, text, first_at) SELECT $1, $2, $3, $4"
        " WHERE $1 IS DISTINCT FROM"
        " (SELECT sha256 FROM alarms.policy ORDER BY seq DESC LIMIT 1)",
        *msgspec.structs.astuple(kept),
    )


async def policies(tx: Transaction) -> list[Kept]:
    """Every text of the policy that was judged by, oldest first."""
    rows = await tx.fetch("SELECT sha256, version, text, first_at FROM alarms.policy ORDER BY seq")
    return [Kept(*row.values()) for row in rows]


async def is_logged(tx: Transaction, entry_id: str) -> bool:
    """Whether the fire log has the entry: a request that is repeated logs nothing again."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM signals.fire_log WHERE entry_id = $1)", entry_id
        )
    )
