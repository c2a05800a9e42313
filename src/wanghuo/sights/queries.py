"""Every question the sights store asks the database, by name, with a sentence."""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

from typing import Final

# Open incidents that lack the weather of their level or of this hour. One without a position, such
# as a lookout's cone, has the weather of its town.
# $1 now, $2 the source's period in seconds, $3 retry after seconds, $4 how many
WEATHER_DUE: Final = """
SELECT i.id, i.town_code, i.level, coalesce(i.lon, t.lon) AS lon, coalesce(i.lat, t.lat) AS lat
FROM incidents.incident i
LEFT JOIN premises.town t ON t.code = i.town_code
LEFT JOIN LATERAL (
    SELECT w.level, w.taken_at, w.trouble FROM sights.weather w
    WHERE w.incident_id = i.id ORDER BY w.taken_at DESC, w.id LIMIT 1) w ON true
WHERE i.state <> 'closed' AND NOT i.test AND coalesce(i.lon, t.lon) IS NOT NULL
    AND (w.level IS DISTINCT FROM i.level
        OR w.taken_at < $1::timestamptz
            - make_interval(secs => CASE WHEN w.trouble = '' THEN $2::float8 ELSE $3::float8 END))
ORDER BY i.opened_at DESC LIMIT $4
"""

PUT_WEATHER: Final = """
INSERT INTO sights.weather (id, incident_id, town_code, level, taken_at, source, period_s, trouble,
    observed_at, station, lon, lat, wind_from_deg, wind_m_s, temperature_c, humidity_percent,
    rain_mm)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int2[], $5::timestamptz[], $6::text[],
    $7::float8[], $8::text[], $9::timestamptz[], $10::text[], $11::float8[], $12::float8[],
    $13::float8[], $14::float8[], $15::float8[], $16::float8[], $17::float8[])
ON CONFLICT (id) DO NOTHING
"""

# The weather beside an incident, newest first.
WEATHER_OF: Final = """
SELECT incident_id, town_code, level, taken_at, source, period_s, trouble, observed_at, station,
    lon, lat, wind_from_deg, wind_m_s, temperature_c, humidity_percent, rain_mm
FROM sights.weather WHERE incident_id = $1 ORDER BY taken_at DESC, id LIMIT $2
"""

# What an incident is, for doors that stand beside it.
INCIDENT: Final = """
SELECT id, number, town_code, place_id, level, state, lon, lat FROM incidents.incident
WHERE number = $1
"""

PUT_PICTURE: Final = """
INSERT INTO sights.picture (id, incident_id, town_code, origin, camera_id, by_whom, taken_at,
    received_at, media_type, size_bytes, width, height, sha256, lon, lat, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (id) DO NOTHING RETURNING id
"""
_PICTURE: Final = """id, incident_id, town_code, origin, camera_id, by_whom, taken_at, received_at,
    media_type, size_bytes, width, height, sha256, lon, lat, note"""

# The pictures beside an incident, newest first.
PICTURES_OF: Final = f"""
SELECT {_PICTURE} FROM sights.picture WHERE incident_id = $1
ORDER BY received_at DESC, id LIMIT $2
"""
PICTURE: Final = f"SELECT {_PICTURE} FROM sights.picture WHERE id = $1"
PICTURES_BESIDE: Final = "SELECT count(*) FROM sights.picture WHERE incident_id = $1"

LOOKS_OF: Final = """
SELECT incident_id, camera_id, level, town_code, at, tries, picture_id, trouble
FROM sights.look WHERE incident_id = $1
"""
CAMERA_NAMES: Final = "SELECT id, name FROM premises.camera WHERE id = ANY ($1::text[])"

# Which cameras should be asked now: those of the place, those near, those that saw it.
# $1 lowest level, $2 and $3 how near in degrees north and east, $4 cameras an incident,
# $5 tries, $6 not tried since, $7 how many
LOOK_DUE: Final = """
SELECT i.id, i.number, i.town_code, i.level::int AS level, c.id AS camera_id, c.snapshot_url,
    c.login, coalesce(l.tries, 0) AS tries
FROM incidents.incident i
CROSS JOIN LATERAL (
    SELECT c.id, c.snapshot_url, c.login FROM premises.camera c
    WHERE c.snapshot_url <> '' AND (
        (c.place_id <> '' AND c.place_id = i.place_id)
        OR (c.lat BETWEEN i.lat - $2 AND i.lat + $2 AND c.lon BETWEEN i.lon - $3 AND i.lon + $3)
        OR c.id IN (SELECT s.camera_id FROM alarms.alarm a JOIN sights.sighting s
            ON s.sender = a.sender AND a.origin = s.sender || '/' || s.point
            WHERE a.incident_id = i.id))
    ORDER BY c.place_id = '' OR c.place_id <> i.place_id,
        (c.lat - coalesce(i.lat, c.lat)) ^ 2 + (c.lon - coalesce(i.lon, c.lon)) ^ 2, c.id
    LIMIT $4) c
LEFT JOIN sights.look l
    ON l.incident_id = i.id AND l.camera_id = c.id AND l.level = i.level
WHERE i.state <> 'closed' AND NOT i.test AND i.level >= $1
    AND (l.at IS NULL OR (l.picture_id = '' AND l.tries < $5 AND l.at < $6::timestamptz))
ORDER BY i.level DESC, i.opened_at DESC, c.id LIMIT $7
"""
PUT_LOOK: Final = """
INSERT INTO sights.look (incident_id, camera_id, level, town_code, at, tries, picture_id, trouble)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (incident_id, camera_id, level) DO UPDATE SET at = excluded.at, tries = excluded.tries,
    picture_id = excluded.picture_id, trouble = excluded.trouble
"""

# A lookout's picture belongs to the incident that its sighting became.
ADOPT_PICTURES: Final = """
UPDATE sights.picture p SET incident_id = i.id, town_code = i.town_code
FROM sights.sighting s
JOIN alarms.alarm a ON a.sender = s.sender AND a.origin = s.sender || '/' || s.point
JOIN incidents.incident i ON i.id = a.incident_id
WHERE p.incident_id = '' AND p.origin = 'lookout' AND p.id = s.id
    AND p.received_at > $1::timestamptz
RETURNING i.number, i.town_code, p.id
"""

# Pictures whose time is over; their files go with the last of them.
EXPIRE_PICTURES: Final = """
DELETE FROM sights.picture WHERE id IN (
    SELECT id FROM sights.picture WHERE received_at < $1 ORDER BY received_at LIMIT $2)
RETURNING sha256, media_type
"""
FILES_NEEDED: Final = "SELECT sha256 FROM sights.picture WHERE sha256 = ANY ($1::text[])"

PUT_SIGHTING: Final = """
INSERT INTO sights.sighting (id, camera_id, town_code, at, seen, confidence, bearing_deg, tilt_deg,
    sender, point, place_id, lon, lat, error_m, how, with_camera, cone)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (id) DO NOTHING
"""

# What other lookouts saw since $1, newest first: the newest ray of each.
RAYS_SINCE: Final = """
SELECT DISTINCT ON (s.camera_id) s.camera_id, s.bearing_deg, c.lon, c.lat, s.seen
FROM sights.sighting s JOIN premises.camera c ON c.id = s.camera_id
WHERE s.at >= $1 AND s.bearing_deg IS NOT NULL AND s.camera_id <> $2
ORDER BY s.camera_id, s.at DESC
"""

# What lookouts saw of an incident: through the alarms that their signals became.
SIGHTINGS_OF: Final = """
SELECT DISTINCT s.id, s.camera_id, c.name AS camera, c.lon AS camera_lon, c.lat AS camera_lat, s.at,
    s.seen, s.confidence, s.bearing_deg, s.tilt_deg, s.lon, s.lat, s.error_m, s.how, s.with_camera,
    s.cone
FROM alarms.alarm a
JOIN sights.sighting s ON s.sender = a.sender AND a.origin = s.sender || '/' || s.point
LEFT JOIN premises.camera c ON c.id = s.camera_id
WHERE a.incident_id = $1 AND s.at BETWEEN a.first_at - interval '1 minute'
    AND a.last_at + interval '1 minute'
ORDER BY s.at DESC, s.id LIMIT 50
"""
