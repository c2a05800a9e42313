"""How long a fire took to reach its people: frame sent → each notice handed over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from benchmarks.figures import Spread, spread_ms
from benchmarks.fires import Fire
from benchmarks.ledger import TOLD_FIRST
from benchmarks.sink import Sink

# The notices that the first judgement planned: later rounds and escalations are other notices.
_PLANNED = """
SELECT a.origin, i.level_peak, n.id, n.role, n.channel,
       extract(epoch FROM n.sent_at - n.planned_at)::float8 AS sent_after_s
FROM alarms.alarm a
JOIN incidents.incident i ON i.id = a.incident_id
JOIN notices.notice n ON n.incident_id = i.id
WHERE a.origin = ANY ($1::text[]) AND n.round = 1
  AND n.planned_at < i.opened_at + interval '1 s' AND n.due_at < i.opened_at + interval '1 s'
"""


@dataclass
class Telling:
    """all_s: frame → the last notice of the level was handed over, per fire.

    first_s: the same for the unit's contacts and the micro station alone. webhook: as received
    by the bench; other channels: as the product wrote down.
    """

    all_s: list[float] = field(default_factory=list)
    first_s: list[float] = field(default_factory=list)
    without_unit: int = 0
    without_micro_station: int = 0
    not_handed_over: int = 0
    levels: set[int] = field(default_factory=set)
    notices: int = 0

    @property
    def all(self) -> Spread:
        """The distribution over fires."""
        return spread_ms(self.all_s)

    @property
    def first(self) -> Spread:
        """The distribution for the two who are told first."""
        return spread_ms(self.first_s)


async def telling(dsn: str, fires: Sequence[Fire], sink: Sink) -> Telling:
    """Read the plans of these fires and hold them against what the receiver saw."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(_PLANNED, [fire.point.origin for fire in fires])
    finally:
        await connection.close()
    by_origin: dict[str, list[asyncpg.Record]] = {}
    for row in rows:
        by_origin.setdefault(row["origin"], []).append(row)
    received, made = sink.first_at_s(), Telling()
    for fire in fires:
        _one(fire, by_origin.get(fire.point.origin, []), received, made)
    return made


def _one(
    fire: Fire, rows: Sequence[asyncpg.Record], received: dict[str, float], made: Telling
) -> None:
    took: dict[str, float | None] = {}
    roles: dict[str, list[str]] = {}
    for row in rows:
        made.notices += 1
        made.levels.add(row["level_peak"])
        at_s = received.get(row["id"]) if row["channel"] == "webhook" else _written(fire, row)
        took[row["id"]] = None if at_s is None else at_s - fire.first_sent_s
        roles.setdefault(row["role"], []).append(row["id"])
    made.without_unit += "unit" not in roles
    made.without_micro_station += "micro_station" not in roles
    done = [value for value in took.values() if value is not None]
    made.not_handed_over += len(took) - len(done)
    if len(done) == len(took) and done:
        made.all_s.append(max(done))
        first = [took[n] for role in TOLD_FIRST for n in roles.get(role, [])]
        made.first_s.append(max((value for value in first if value is not None), default=max(done)))


def _written(fire: Fire, row: asyncpg.Record) -> float | None:
    """planned_at is the time at which the frame was received: within a network's breath of it."""
    after_s = row["sent_after_s"]
    return None if after_s is None else fire.first_sent_s + float(after_s)
