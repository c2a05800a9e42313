"""The oracle: what devices were promised, held against what the database and the receiver know."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from benchmarks.fires import Fire
from benchmarks.sink import Sink
from benchmarks.waiting import until_asked

_UNFINISHED = """
SELECT id, state FROM notices.notice WHERE state IN ('planned', 'sending') AND due_at <= $1
"""
# Timers and the synthetic fire go on: what came just now may wait.
_UNJUDGED = """
SELECT count(*) FROM signals.inbox JOIN signals.fire_log USING (seq)
WHERE at < now() - interval '30 s'
"""
TOLD_FIRST = ("unit", "micro_station")
EXAMPLES = 5
RESTART_PATIENCE_S = 60.0
HOME_PATIENCE_S = 60.0


@dataclass
class Verdicts:
    """Each list holds what is wrong; all empty is what we want."""

    confirmed: int = 0
    not_confirmed: list[str] = field(default_factory=list)
    alarms_missing: list[str] = field(default_factory=list)
    alarms_doubled: list[str] = field(default_factory=list)
    nobody_told: list[str] = field(default_factory=list)
    notices: int = 0
    notices_unfinished: list[str] = field(default_factory=list)
    failed_without_outcome: list[str] = field(default_factory=list)
    planned_twice: list[str] = field(default_factory=list)
    sent_but_not_received: list[str] = field(default_factory=list)
    received_twice: list[str] = field(default_factory=list)
    marked_repeats: int = 0
    unjudged: int = 0

    def violations(self) -> dict[str, list[str]]:
        """What is wrong, by name."""
        found = {
            name: value for name, value in vars(self).items() if isinstance(value, list) and value
        }
        if self.unjudged:
            found["unjudged"] = [f"{self.unjudged} entries are still in the inbox"]
        return found

    def told(self) -> str:
        """The figures as text, with the first examples of what is wrong."""
        lines = [
            f"fires confirmed {self.confirmed}",
            f"notices {self.notices}, repeats marked as such {self.marked_repeats}",
        ]
        for name, value in vars(self).items():
            if isinstance(value, list):
                shown = f": {', '.join(value[:EXAMPLES])}" if value else ""
                lines.append(f"  {name.replace('_', ' ')}: {len(value)}{shown}")
        lines.append(f"  unjudged: {self.unjudged}")
        return "\n".join(lines)


async def drain(dsn: str, patience_s: float) -> None:
    """Wait until everything that is due now was judged and told, or patience ends."""
    connection = await connected(dsn)
    try:
        now = await connection.fetchval("SELECT now()")

        async def drained() -> bool:
            inbox = await connection.fetchval("SELECT count(*) FROM signals.inbox")
            due = await connection.fetch(_UNFINISHED, now)
            return not inbox and not due

        await until_asked(drained, patience_s)
    finally:
        await connection.close()


async def connected(dsn: str) -> asyncpg.Connection:
    """A connection, as soon as the server is back from the last kill."""
    found: list[asyncpg.Connection] = []

    async def answers() -> bool:
        try:
            found.append(await asyncpg.connect(dsn))
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    assert await until_asked(answers, RESTART_PATIENCE_S), "PostgreSQL did not come back"
    return found[0]


async def audit(dsn: str, fires: Sequence[Fire], sink: Sink | None) -> Verdicts:
    """Hold promises against state. Call it after `drain`."""
    origins = [fire.point.origin for fire in fires if fire.confirmed_s is not None]
    made = Verdicts(confirmed=len(origins))
    made.not_confirmed = [
        f"{f.point.origin} sent {f.sent}x from {f.first_sent_s:.1f} s, denied {f.denied}x"
        for f in fires
        if f.confirmed_s is None
    ]
    connection = await asyncpg.connect(dsn)
    try:
        await _brought_home(connection, origins)
        await _alarms(connection, origins, made)
        await _notices(connection, made)
        if sink is not None:
            await _received(connection, sink, made)
    finally:
        await connection.close()
    return made


async def _brought_home(connection: asyncpg.Connection, origins: list[str]) -> None:
    """Wait until every confirmed fire has an alarm, or patience ends.

    What was confirmed through the fallback stream comes home some time after the database is back;
    until then the inbox is empty and the fire is not lost.
    """

    async def all_home() -> bool:
        return not await connection.fetchval(
            "SELECT count(*) FROM unnest($1::text[]) AS o (origin) WHERE NOT EXISTS"
            " (SELECT FROM alarms.alarm a WHERE a.origin = o.origin)",
            origins,
        )

    await until_asked(all_home, HOME_PATIENCE_S)


async def _alarms(connection: asyncpg.Connection, origins: list[str], made: Verdicts) -> None:
    rows = await connection.fetch(
        "SELECT origin, incident_id FROM alarms.alarm WHERE origin = ANY ($1::text[])", origins
    )
    count = Counter(row["origin"] for row in rows)
    made.alarms_missing = [origin for origin in origins if not count[origin]]
    made.alarms_doubled = [origin for origin in origins if count[origin] > 1]
    rows = await connection.fetch(
        "SELECT a.origin, role FROM alarms.alarm a"
        " LEFT JOIN notices.party p ON p.incident_id = a.incident_id AND p.role = ANY ($2::text[])"
        " WHERE a.origin = ANY ($1::text[])",
        origins,
        list(TOLD_FIRST),
    )
    roles: dict[str, set[str]] = {}
    for row in rows:
        roles.setdefault(row["origin"], set()).add(row["role"] or "")
    made.nobody_told = [o for o, held in roles.items() if not held >= set(TOLD_FIRST)]
    made.unjudged = await connection.fetchval(_UNJUDGED)


async def _notices(connection: asyncpg.Connection, made: Verdicts) -> None:
    made.notices = await connection.fetchval("SELECT count(*) FROM notices.notice")
    lately = await connection.fetchval("SELECT now() - interval '30 s'")
    rows = await connection.fetch(_UNFINISHED, lately)
    made.notices_unfinished = [f"{row['id']} {row['state']}" for row in rows]
    rows = await connection.fetch(
        "SELECT id FROM notices.notice WHERE state = 'failed' AND outcome = ''"
    )
    made.failed_without_outcome = [row["id"] for row in rows]
    rows = await connection.fetch(
        "SELECT min(id) AS id FROM notices.notice"
        " GROUP BY party_id, contact_id, channel, purpose, round HAVING count(*) > 1"
    )
    made.planned_twice = [row["id"] for row in rows]


async def _received(connection: asyncpg.Connection, sink: Sink, made: Verdicts) -> None:
    rows = await connection.fetch(
        "SELECT id FROM notices.notice WHERE channel = 'webhook' AND sent_at IS NOT NULL"
    )
    seen = sink.first_at_s()
    made.sent_but_not_received = [row["id"] for row in rows if row["id"] not in seen]
    made.received_twice = sink.doubles()
    made.marked_repeats = sink.repeats()
