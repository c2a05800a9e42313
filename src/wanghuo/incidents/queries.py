"""The questions that lists, pages and the desk ask about incidents; answers come as JSON."""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

from typing import Final

from wanghuo.incidents.model import Incident

_INCIDENT: Final = ", ".join(f"i.{name}" for name in Incident.__struct_fields__)
_LISTED: Final = f"""
    SELECT {_INCIDENT}, coalesce(p.address, '') AS address, coalesce(p.people, 0) AS people,
        coalesce(t.name, '') AS town_name,
        (SELECT coalesce(json_agg(json_build_object('role', n.role, 'name', n.name,
            'state', n.state, 'planned_at', n.planned_at) ORDER BY n.planned_at, n.id), '[]')
         FROM notices.party n WHERE n.incident_id = i.id) AS parties
    FROM incidents.incident i
    LEFT JOIN premises.place p ON p.id = i.place_id
    LEFT JOIN premises.town t ON t.code = i.town_code
"""

# $1 place id, $2 open or not or null, $3 since, $4 town, $5 level, $6 pattern, $7 and $8 the last
# row of the page before, $9 how many, $10 synthetic fires too
LIST: Final = f"""
SELECT coalesce(json_agg(r), '[]')::text FROM (
    {_LISTED}
    WHERE ($1 = '' OR i.place_id = $1)
        AND ($2::bool IS NULL OR (i.state <> 'closed') = $2)
        AND ($3::timestamptz IS NULL OR i.opened_at >= $3)
        AND ($4 = '' OR i.town_code = $4)
        AND ($5::int IS NULL OR i.level = $5)
        AND ($6 = '' OR i.place_name ILIKE $6 OR i.number ILIKE $6)
        AND ($7::timestamptz IS NULL OR (i.opened_at, i.id) < ($7, $8))
        AND ($10 OR NOT i.test)
    ORDER BY i.opened_at DESC, i.id DESC LIMIT $9) r
"""

# $1 number
ONE: Final = f"""
SELECT json_build_object(
    'incident', (SELECT to_json(r) FROM ({_LISTED} WHERE i.number = $1) r),
    'evidence', (SELECT coalesce(json_agg(e ORDER BY e.line), '[]') FROM incidents.evidence e
        JOIN incidents.incident i ON i.id = e.incident_id WHERE i.number = $1),
    'timeline', (SELECT coalesce(json_agg(t ORDER BY t.line), '[]') FROM incidents.timeline t
        JOIN incidents.incident i ON i.id = t.incident_id WHERE i.number = $1),
    'parties', (SELECT coalesce(json_agg(p ORDER BY p.planned_at, p.at_level, p.role, p.id), '[]')
        FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
        WHERE i.number = $1),
    'notices', (SELECT coalesce(json_agg(n ORDER BY n.planned_at, n.role, n.round, n.id), '[]')
        FROM notices.notice n JOIN incidents.incident i ON i.id = n.incident_id
        WHERE i.number = $1),
    'alarms', (SELECT coalesce(json_agg(a ORDER BY a.first_at, a.id), '[]')
        FROM alarms.alarm a JOIN incidents.incident i ON i.id = a.incident_id
        WHERE i.number = $1)
)::text
"""

# $1 lon, $2 lat, $3 how many
STATIONS_NEAR: Final = """
SELECT id, level, name, lon, lat, crew, on_duty FROM premises.station
ORDER BY (lon - $1) ^ 2 * cos(radians($2)) ^ 2 + (lat - $2) ^ 2, id LIMIT $3
"""

# $1 the day's beginning, $2 the beginning of the first load window, $3 now
DESK: Final = """
SELECT json_build_object(
    'handled_today', (SELECT count(*) FROM incidents.incident
        WHERE closed_at >= $1 AND NOT test),
    'fires_today', (SELECT count(*) FROM incidents.incident
        WHERE closed_at >= $1 AND NOT test AND disposition IN ('fire', 'fire_damaging')),
    'incidents_open', (SELECT count(*) FROM incidents.incident
        WHERE state <> 'closed' AND NOT test),
    'opened', (SELECT coalesce(json_agg(opened_at), '[]') FROM incidents.incident
        WHERE opened_at >= $2 AND NOT test),
    'canary', (SELECT to_json(c) FROM (
        SELECT n.sent_at AS at, extract(epoch FROM n.sent_at - i.opened_at)::float8 AS took_s
        FROM incidents.incident i JOIN notices.notice n ON n.incident_id = i.id
        WHERE i.test AND n.role = 'operator_desk' AND n.sent_at IS NOT NULL
            AND i.opened_at > $3::timestamptz - interval '1 day'
        ORDER BY i.opened_at DESC LIMIT 1) c),
    'troubles_open', (SELECT count(*) FROM devices.health WHERE state IN ('fault', 'shielded')),
    'heard', (SELECT count(*) FROM devices.health),
    'offline', (SELECT count(*) FROM devices.health WHERE state = 'offline'),
    'delay_s', (SELECT coalesce(extract(epoch FROM $3::timestamptz - min(f.at)), 0)::float8
        FROM signals.inbox b JOIN signals.fire_log f USING (seq))
)::text
"""
COUNT_OPEN: Final = "SELECT count(*) FROM incidents.incident WHERE state <> 'closed' AND NOT test"

# What the clocks of crews go by: $1 told from, $2 told before, $3 town or '', $4 drills too, $5
# whether a clock begins with a level.
CREWS: Final = """
SELECT coalesce(json_agg(json_build_object('town_code', p.town_code, 'role', p.role,
    'level', p.at_level, 'told_at', p.told_at, 'acknowledged_at', p.acknowledged_at,
    'turned_out_at', p.turned_out_at, 'arrived_at', p.arrived_at, 'handled_at', p.handled_at,
    'returned_at', p.returned_at, 'released_at', p.released_at,
    'raised', CASE WHEN $5 THEN (
        SELECT coalesce(json_agg(json_build_array(t.at, t.sentence -> 'params' -> 'to_level')
            ORDER BY t.line), '[]')
        FROM incidents.timeline t WHERE t.incident_id = i.id AND t.what = 'raised')
        ELSE '[]' END)), '[]')::text
FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
WHERE p.crew <> '' AND p.told_at >= $1 AND p.told_at < $2 AND ($3 = '' OR p.town_code = $3)
    AND NOT i.test AND ($4 OR NOT i.drill)
"""
