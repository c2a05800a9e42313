"""The questions that lists, pages and the desk ask about incidents; answers come as JSON."""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

from typing import Final

from wanghuo.incidents.model import Incident

_INCIDENT: Final = ", ".join(f"i.{name}" for name in Incident.__struct_fields__)
_BESIDE: Final = f"""
    SELECT {_INCIDENT}, coalesce(p.address, '') AS address, coalesce(p.people, 0) AS people,
        coalesce(t.name, '') AS town_name,
        (SELECT coalesce(json_agg(json_build_object('role', n.role, 'name', n.name,
            'state', n.state, 'planned_at', n.planned_at) ORDER BY n.planned_at, n.id), '[]')
         FROM notices.party n WHERE n.incident_id = i.id) AS parties
"""
# Each looked up by its key, for a planner that knows little of a fenced table reads all of it.
_KNOWN: Final = """
    LEFT JOIN LATERAL (
        SELECT address, people FROM premises.place WHERE id = i.place_id OFFSET 0) p ON true
    LEFT JOIN LATERAL (
        SELECT name FROM premises.town WHERE code = i.town_code OFFSET 0) t ON true
"""
_LISTED: Final = f"{_BESIDE} FROM incidents.incident i {_KNOWN}"

# What figures count: never the synthetic fire, a drill, or what turned out to be either.
COUNTED: Final = "NOT i.test AND NOT i.drill AND i.disposition NOT IN ('test', 'drill')"
FIRE: Final = "i.disposition IN ('fire', 'fire_damaging')"

# A page of incidents, and what stands beside each of them. listing.py puts {where} and {size}
# in.
LIST: Final = f"""
WITH page AS MATERIALIZED (
    SELECT i.* FROM incidents.incident i WHERE {{where}}
    ORDER BY i.opened_at DESC, i.id DESC LIMIT {{size}})
SELECT coalesce(json_agg(r ORDER BY r.opened_at DESC, r.id DESC), '[]')::text FROM (
    {_BESIDE} FROM page i {_KNOWN}) r
"""
# From newest to oldest, until a page is full: for conditions that no index knows and that a planner
# therefore believes to be rare.
WALK: Final = """
SELECT set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true)
"""

# $1 a pattern, $2 how many
PLACES_LIKE: Final = """
SELECT id FROM premises.place WHERE name ILIKE $1 OR search ILIKE $1 LIMIT $2
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
SELECT coalesce(json_agg(json_build_object('incident_id', i.id, 'town_code', p.town_code,
    'role', p.role,
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

# $1 the day's beginning. Everything is told of the incidents that the day opened, so that each
# figure is a part of the one before it.
TODAY: Final = f"""
WITH today AS MATERIALIZED (
    SELECT i.id, i.level_peak, {FIRE} AS fire FROM incidents.incident i
    WHERE i.opened_at >= $1 AND {COUNTED}
)
SELECT json_build_object(
    'warnings', (SELECT coalesce(sum(a.repeats + 1), 0) FROM alarms.alarm a
        JOIN today t ON t.id = a.incident_id),
    'incidents', count(*), 'f2', count(*) FILTER (WHERE level_peak >= 2),
    'f3', count(*) FILTER (WHERE level_peak >= 3), 'fires', count(*) FILTER (WHERE fire))::text
FROM today
"""
_BY_DAY: Final = f"""
    (SELECT coalesce(json_agg(json_build_array(day, n)), '[]') FROM (
        SELECT ((i.opened_at AT TIME ZONE 'UTC') + $5::interval)::date AS day, count(*) AS n
        FROM incidents.incident i
        WHERE i.opened_at >= {{since}} AND i.opened_at < {{until}} AND {COUNTED} GROUP BY 1) d)
"""

# $1 and $2 the span, $3 and $4 the span before it, $5 how far the city's clock is ahead
BY_DAY: Final = f"""
SELECT json_build_object('days', {_BY_DAY.format(since="$1", until="$2")},
    'before', {_BY_DAY.format(since="$3", until="$4")})::text
"""

# In a town without any this reads what the whole city has: not to be asked at every look.
FIRST: Final = f"""
SELECT i.opened_at FROM incidents.incident i WHERE {COUNTED} ORDER BY i.opened_at LIMIT 1
"""

# $1 how many
LAST_FIRES: Final = f"""
SELECT coalesce(json_agg(f), '[]')::text FROM (
    SELECT i.number, i.level_peak, i.place_name, coalesce(t.name, '') AS town_name, i.opened_at,
        i.closed_at, i.disposition, i.cause,
        (SELECT min(p.handled_at) FROM notices.party p WHERE p.incident_id = i.id) AS handled_at
    FROM incidents.incident i LEFT JOIN premises.town t ON t.code = i.town_code
    WHERE {FIRE} AND NOT i.test AND NOT i.drill ORDER BY i.opened_at DESC LIMIT $1) f
"""

# $1 place, $2 since, $3 how far the city's clock is ahead
MONTHS_OF_PLACE: Final = f"""
SELECT coalesce(json_agg(m), '[]')::text FROM (
    SELECT to_char((i.opened_at AT TIME ZONE 'UTC') + $3::interval, 'YYYY-MM') AS month,
        count(*) AS incidents, count(*) FILTER (WHERE {FIRE}) AS fires
    FROM incidents.incident i
    WHERE i.place_id = $1 AND i.opened_at >= $2 AND {COUNTED} GROUP BY 1) m
"""

# $1 origin, $2 how many
ALARMS_OF_POINT: Final = """
SELECT a.origin, a.device_id, a.sensor, a.alarm_type, a.state, a.shelved, a.first_at, a.last_at,
    a.repeats, a.text, coalesce(i.number, '') AS number, i.level_peak,
    coalesce(i.disposition, '') AS disposition, coalesce(i.cause, '') AS cause
FROM alarms.alarm a LEFT JOIN incidents.incident i ON i.id = a.incident_id
WHERE a.origin = $1 ORDER BY a.last_at DESC LIMIT $2
"""
