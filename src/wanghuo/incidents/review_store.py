"""What is asked to look back: false warnings by point, the load of the desk, versions of policy."""

from datetime import datetime
from typing import Final

import msgspec

from wanghuo.engines.postgres import Transaction
from wanghuo.incidents import load, nuisance

# Every point with a false warning in a span.
# $1 since, $2 until, $3 town or '', $4 operator or '', $5 now
_NUISANCE: Final = """
WITH closed AS MATERIALIZED (
    SELECT i.id, i.cause, i.opened_at FROM incidents.incident i
    WHERE i.disposition = 'nuisance' AND NOT i.test AND NOT i.drill
        AND i.opened_at >= $1 AND i.opened_at < $2 AND ($3 = '' OR i.town_code = $3)
), spoke AS (
    SELECT a.origin, max(a.device_id) AS device_id, max(a.sensor) AS sensor,
        max(a.place_id) AS place_id, count(DISTINCT c.id) AS incidents,
        sum(a.repeats + 1) AS warnings, max(a.last_at) AS last_at
    FROM closed c JOIN alarms.alarm a ON a.incident_id = c.id
    WHERE a.alarm_type = 'fire' GROUP BY a.origin
), why AS (
    SELECT origin, json_object_agg(cause, n) AS causes FROM (
        SELECT a.origin, c.cause, count(DISTINCT c.id) AS n
        FROM closed c JOIN alarms.alarm a ON a.incident_id = c.id
        WHERE a.alarm_type = 'fire' GROUP BY a.origin, c.cause) per GROUP BY origin
)
SELECT coalesce(json_agg(r), '[]')::text FROM (
    SELECT s.origin, s.device_id, s.sensor, coalesce(d.location, '') AS location, s.place_id,
        coalesce(p.name, '') AS place_name, coalesce(t.name, '') AS town_name,
        coalesce(d.operator_id, '') AS operator_id, coalesce(o.name, '') AS operator_name,
        s.incidents, s.warnings, s.last_at, w.causes,
        (SELECT max(h.until_at) FROM alarms.shelf h WHERE h.origin = s.origin
            AND h.ended_at IS NULL AND h.until_at > $5) AS shelved_until
    FROM spoke s JOIN why w USING (origin)
    LEFT JOIN devices.device d ON d.id = s.device_id
    LEFT JOIN devices.operator o ON o.id = d.operator_id
    LEFT JOIN premises.place p ON p.id = s.place_id
    LEFT JOIN premises.town t ON t.code = p.town_code
    WHERE $4 = '' OR d.operator_id = $4) r
"""

# $1 since, $2 now, $3 signals from which a point chatters, $4 stale before, $5 how many points
_LOAD: Final = """
SELECT json_build_object(
    'opened', (SELECT coalesce(json_agg(json_build_object('at', i.opened_at,
            'acknowledged_at', i.desk_acknowledged_at, 'by', i.desk_acknowledged_by)), '[]')
        FROM incidents.incident i
        WHERE i.opened_at >= $1 AND i.opened_at <= $2 AND NOT i.test),
    'chattering', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT a.origin, a.sensor, a.place_id, coalesce(p.name, '') AS place_name, a.first_at,
            a.last_at, a.repeats + 1 AS signals
        FROM incidents.incident i JOIN alarms.alarm a ON a.incident_id = i.id
        LEFT JOIN premises.place p ON p.id = a.place_id
        WHERE i.opened_at >= $1 AND i.opened_at <= $2 AND NOT i.test AND a.repeats + 1 >= $3
        ORDER BY a.repeats DESC, a.origin LIMIT $5) r),
    'stale', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT a.origin, a.sensor, a.place_id, coalesce(p.name, '') AS place_name, a.first_at,
            a.last_at, a.repeats + 1 AS signals
        FROM alarms.alarm a LEFT JOIN premises.place p ON p.id = a.place_id
        WHERE a.state <> 'normal' AND a.first_at < $4
        ORDER BY a.first_at, a.origin LIMIT $5) r)
)::text
"""


async def nuisance_points(
    tx: Transaction, span: tuple[datetime, datetime], *, town: str, operator: str, now: datetime
) -> list[nuisance.Point]:
    """Every point of the asker's towns with a false warning in the span, in no order."""
    return _points.decode(await tx.fetchval(_NUISANCE, *span, town, operator, now))


async def load_asked(tx: Transaction, since: datetime, now: datetime) -> load.Asked:
    """What the desk had to look at since then."""
    stale = now - load.STALE_AFTER
    found = await tx.fetchval(_LOAD, since, now, load.CHATTERS_AT, stale, load.LISTED_MAX)
    return _load.decode(found)


_points: Final = msgspec.json.Decoder(list[nuisance.Point])
_load: Final = msgspec.json.Decoder(load.Asked)
