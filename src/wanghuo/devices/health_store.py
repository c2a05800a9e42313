"""The last states of points: what they said, and who has fallen silent."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from wanghuo.devices.model import SILENT, Health
from wanghuo.devices.supervision import LISTENING_BREAK, Moments
from wanghuo.engines.postgres import Transaction

SILENT_BATCH: Final = 5_000  # rows in one transaction

# A later word about a point replaces an earlier one, never the other way round. '' (SEEN_ALIVE)
# says nothing but that it lives: what was known before its silence holds again.
UPSERT_HEALTH: Final = """
    INSERT INTO devices.health AS h (origin, last_seen_at, state, detail)
    SELECT DISTINCT ON (fresh.origin) fresh.origin, fresh.last_seen_at,
        CASE WHEN fresh.state <> '' THEN fresh.state
            WHEN known.state IS NULL THEN 'normal'
            WHEN known.state = 'offline' THEN coalesce(nullif(known.state_before, ''), 'normal')
            ELSE known.state END,
        CASE WHEN fresh.state <> '' THEN fresh.detail
            WHEN known.state = 'offline' THEN known.detail_before
            ELSE coalesce(known.detail, '') END
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[])
        AS fresh (origin, last_seen_at, state, detail)
    LEFT JOIN devices.health known ON known.origin = fresh.origin
    ORDER BY fresh.origin, fresh.last_seen_at DESC
    ON CONFLICT (origin) DO UPDATE SET last_seen_at = excluded.last_seen_at,
        state = excluded.state, detail = excluded.detail,
        state_before = CASE WHEN excluded.state = 'offline' THEN h.state_before ELSE '' END,
        detail_before = CASE WHEN excluded.state = 'offline' THEN h.detail_before ELSE '' END
    WHERE h.last_seen_at <= excluded.last_seen_at
"""

# $1 now, $2 how long a break may be: since when this house listens without one.
LISTENS: Final = """
    INSERT INTO devices.listening AS l (since, last_at) VALUES ($1, $1)
    ON CONFLICT (only_one) DO UPDATE SET last_at = $1,
        since = CASE WHEN l.last_at < $1 - $2::interval THEN $1 ELSE l.since END
    RETURNING since
"""

# $1 transports, $2 before when each was last heard, $3 the same for all others, $4 how many,
# $5 the detail. A slash divides a point from its transmitter; only access:OPERATOR/DEVICE has one
# of its own. Who spoke while this was looked up is left alone.
FALL_SILENT: Final = """
    UPDATE devices.health h SET state = 'offline', detail = $5,
        state_before = h.state, detail_before = h.detail
    FROM (
        SELECT o.origin, coalesce(t.moment, $3) AS moment FROM devices.health o
        LEFT JOIN unnest($1::text[], $2::timestamptz[]) AS t (transport, moment)
            ON t.transport = split_part(o.origin, ':', 1)
        WHERE o.state <> 'offline' AND o.last_seen_at < coalesce(t.moment, $3)
            AND (o.origin NOT LIKE '%/%'
                OR o.origin LIKE 'access:%' AND o.origin NOT LIKE '%/%/%')
        LIMIT $4
    ) silent
    WHERE h.origin = silent.origin AND h.state <> 'offline' AND h.last_seen_at < silent.moment
"""


async def health_of(tx: Transaction, origins: Iterable[str]) -> dict[str, Health]:
    """The last state of these points; points that never spoke are left out."""
    found = await tx.fetch(
        "SELECT origin, last_seen_at, state, detail FROM devices.health WHERE origin = ANY ($1)",
        list(origins),
    )
    return {row["origin"]: Health(*row.values()) for row in found}


async def upsert_health(tx: Transaction, rows: Iterable[Health]) -> None:
    """Put last states in bulk; an older word never replaces a later one."""
    given = list(rows)
    await tx.execute(
        UPSERT_HEALTH,
        [row.origin for row in given],
        [row.last_seen_at for row in given],
        [row.state for row in given],
        [row.detail for row in given],
    )


async def listens(tx: Transaction, now: datetime) -> datetime:
    """Note that this house listens now; since when it does without a break."""
    since: datetime = await tx.fetchval(LISTENS, now, LISTENING_BREAK)
    return since


async def fall_silent(tx: Transaction, moments: Moments) -> int:
    """Count as offline who was last heard before its transport's moment; how many now.

    At most SILENT_BATCH: ask again until it is fewer.
    """
    named = moments.transport
    told = await tx.execute(
        FALL_SILENT, list(named), list(named.values()), moments.others, SILENT_BATCH, SILENT
    )
    return int(told.rsplit(" ", 1)[-1])
