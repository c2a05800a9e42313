"""The questions that a judgement asks the database, and the claims of the caller.

A judgement asks two, each answered as JSON in one row. Two round trips load everything about a
batch of entries, whatever its size. Columns are named as the fields of the records that the answers
become.
"""

from typing import Final

# Who spoke, and which incidents and shelves the entries name.
# $1 origins, $2 senders, $3 notice ids, $4 incident numbers, $5 shelf ids, $6 incident ids
NAMED: Final = """
SELECT json_build_object(
    'points', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT d.origin, d.sender, d.kind AS sensor, d.place_id, d.town_code, d.id AS device_id,
            d.location
        FROM devices.device d WHERE d.origin = ANY ($1::text[])) r),
    'senders', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT s.sender, s.place_id, s.town_code
        FROM devices.sender s WHERE s.sender = ANY ($2::text[])) r),
    'incident_ids', (SELECT coalesce(json_agg(r.id), '[]') FROM (
        SELECT n.incident_id AS id FROM notices.notice n WHERE n.id = ANY ($3::text[])
        UNION SELECT i.id FROM incidents.incident i WHERE i.number = ANY ($4::text[])
        UNION SELECT i.id FROM incidents.incident i WHERE i.id = ANY ($6::text[])) r),
    'shelves', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT s.id, s.kind, s.origin, s.place_id, s.town_code, s.author_id, s.author_name,
            s.reason, s.from_at, s.until_at, s.ended_at, s.drill
        FROM alarms.shelf s WHERE s.id = ANY ($5::text[])) r)
)::text
"""

# Everything about the places and incidents concerned.
# $1 place ids, $2 incident ids, $3 senders, $4 origins, $5 days, $6 earliest last_at of a
# neighbour, $7 earliest nuisance, $8 a neighbour's distance in degrees of
# latitude, $9 the same of longitude. LATERAL with OFFSET 0 looks each key up in its index: without
# it a planner with old statistics reads the whole city for every judgement (0.4 s instead of 5 ms).
SCENE: Final = """
WITH near AS MATERIALIZED (
    SELECT p.id, p.building, p.lat, p.lon FROM premises.place p WHERE p.id = ANY ($1::text[])
), live AS MATERIALIZED (
    SELECT a.* FROM unnest($1::text[]) AS k (key) CROSS JOIN LATERAL (
        SELECT id, incident_id FROM alarms.alarm
        WHERE place_id = k.key AND state <> 'normal' OFFSET 0) a
    UNION SELECT a.* FROM unnest($4::text[]) AS k (key) CROSS JOIN LATERAL (
        SELECT id, incident_id FROM alarms.alarm
        WHERE origin = k.key AND state <> 'normal' OFFSET 0) a
    UNION SELECT a.* FROM unnest($3::text[]) AS k (key) CROSS JOIN LATERAL (
        SELECT id, incident_id FROM alarms.alarm
        WHERE sender = k.key AND state <> 'normal' OFFSET 0) a
), inc AS MATERIALIZED (
    SELECT id FROM incidents.incident WHERE id = ANY ($2::text[])
    UNION SELECT i.id FROM unnest($1::text[]) AS k (key) CROSS JOIN LATERAL (
        SELECT id FROM incidents.incident
        WHERE place_id = k.key AND state <> 'closed' OFFSET 0) i
    UNION SELECT i.id FROM near JOIN incidents.incident i
        ON i.building = near.building AND i.building <> '' AND i.state <> 'closed'
        WHERE i.last_at >= $6
    UNION SELECT i.id FROM near JOIN incidents.incident i
        ON i.lat BETWEEN near.lat - $8 AND near.lat + $8
        AND i.lon BETWEEN near.lon - $9 AND near.lon + $9 AND i.state <> 'closed'
        WHERE i.last_at >= $6
    UNION SELECT id FROM incidents.incident
        WHERE state <> 'closed' AND place_id = '' AND place_name = ANY ($3::text[])
    UNION SELECT incident_id FROM live WHERE incident_id <> ''
), incs AS MATERIALIZED (
    SELECT i.* FROM inc CROSS JOIN LATERAL (
        SELECT * FROM incidents.incident WHERE id = inc.id OFFSET 0) i
), part AS MATERIALIZED (
    SELECT p.* FROM inc CROSS JOIN LATERAL (
        SELECT * FROM notices.party WHERE incident_id = inc.id OFFSET 0) p
), wanted AS MATERIALIZED (
    SELECT unnest($1::text[]) AS id UNION SELECT place_id FROM incs
), site AS MATERIALIZED (
    SELECT p.id, p.name, p.category, p.unit_id, p.address, p.town_code, t.name AS town_name,
        t.short AS town_short, p.building, p.lon, p.lat, p.people, p.sleeping, p.profile, p.test
    FROM wanted CROSS JOIN LATERAL (
        SELECT * FROM premises.place WHERE id = wanted.id OFFSET 0) p
    JOIN premises.town t ON t.code = p.town_code
)
SELECT json_build_object(
    'sites', (SELECT coalesce(json_agg(r), '[]') FROM site r),
    'incidents', (SELECT coalesce(json_agg(r), '[]') FROM incs r),
    'evidence', (SELECT coalesce(json_agg(r ORDER BY r.incident_id, r.line), '[]')
        FROM inc CROSS JOIN LATERAL (
            SELECT * FROM incidents.evidence WHERE incident_id = inc.id OFFSET 0) r),
    'tails', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT t.* FROM inc CROSS JOIN LATERAL (
            SELECT incident_id, line, digest FROM incidents.timeline
            WHERE incident_id = inc.id ORDER BY line DESC LIMIT 1) t) r),
    'parties', (SELECT coalesce(json_agg(r), '[]') FROM part r),
    'notices', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT n.id, n.party_id, n.incident_id, n.number, n.town_code, n.role, n.contact_id,
            n.recipient, n.address, n.channel, n.purpose, n.round, n.message, n.planned_at,
            n.due_at, n.answered_at, n.acknowledged_at, n.state = 'stopped' AS stopped
        FROM inc CROSS JOIN LATERAL (
            SELECT * FROM notices.notice WHERE incident_id = inc.id OFFSET 0) n) r),
    'alarms', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT a.id, a.origin, a.sender, a.alarm_type AS type, a.sensor, a.device_id,
            CASE WHEN a.place_id = '' THEN '?' || a.sender ELSE a.place_id END AS place_key,
            a.town_code, a.incident_id, a.state, a.first_at, a.last_at, a.repeats, a.last_digest,
            a.shelved, a.text
        FROM (
            SELECT id FROM live
            UNION SELECT l.id FROM inc CROSS JOIN LATERAL (
                SELECT id FROM alarms.alarm WHERE incident_id = inc.id OFFSET 0) l) ids
        CROSS JOIN LATERAL (SELECT * FROM alarms.alarm WHERE id = ids.id OFFSET 0) a) r),
    'held', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT d.origin, d.sender, d.kind AS sensor, d.place_id, d.town_code, d.id AS device_id,
            d.location
        FROM live JOIN alarms.alarm a USING (id) JOIN devices.device d ON d.origin = a.origin
        WHERE live.incident_id = '') r),
    'shelves', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT s.id, s.kind, s.origin, s.place_id, s.town_code, s.author_id, s.author_name,
            s.reason, s.from_at, s.until_at, s.ended_at, s.drill
        FROM alarms.shelf s WHERE s.ended_at IS NULL
            AND (s.origin = ANY ($4::text[]) OR s.place_id = ANY ($1::text[]))) r),
    'contacts', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT unit_id FROM site UNION SELECT owner_id FROM part WHERE role = 'unit') u
        CROSS JOIN LATERAL (SELECT * FROM premises.contact
            WHERE owner_kind = 'unit' AND owner_id = u.unit_id OFFSET 0) r),
    'nuisances', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT i.place_id, json_agg(i.closed_at) AS times FROM incidents.incident i
        WHERE i.disposition = 'nuisance' AND i.place_id = ANY ($1::text[]) AND i.closed_at >= $7
        GROUP BY i.place_id) r),
    'counters', (SELECT coalesce(json_agg(r), '[]') FROM incidents.counter r
        WHERE r.day = ANY ($5::date[])),
    'runaways', (SELECT coalesce(json_agg(r), '[]') FROM alarms.runaway r
        WHERE r.origin = ANY ($4::text[]))
)::text
"""

# Everything that is told but not judged by: stations and who answers there.
HELP: Final = """
SELECT json_build_object(
    'stations', (SELECT coalesce(json_agg(r), '[]') FROM premises.station r),
    'towns', (SELECT coalesce(json_agg(r), '[]') FROM premises.town r),
    'contacts', (SELECT coalesce(json_agg(r), '[]') FROM premises.contact r
        WHERE r.owner_kind <> 'unit')
)::text
"""

# Everything that a replay must make again, byte for byte, in one fixed order.
DIGESTED: Final = (
    "SELECT * FROM incidents.incident ORDER BY id",
    "SELECT * FROM incidents.evidence ORDER BY incident_id, line",
    "SELECT * FROM incidents.timeline ORDER BY incident_id, line",
    "SELECT * FROM notices.party ORDER BY id",
)

# A party whose answer waits to be judged is left alone: it may have acknowledged a moment ago.
CLAIM: Final = """
WITH due AS (
    SELECT d.id, d.state FROM unnest($1::text[], $2::int[]) AS c (channel, room)
    CROSS JOIN LATERAL (
        SELECT n.id, n.state FROM notices.notice n
        WHERE n.channel = c.channel AND n.due_at <= $3
            AND (n.state = 'planned' OR (n.state = 'sending' AND n.claimed_until < $3))
            AND NOT EXISTS (
                SELECT FROM signals.inbox a JOIN notices.notice m ON m.id = a.notice_id
                WHERE m.party_id = n.party_id)
        ORDER BY n.due_at, n.id LIMIT c.room FOR UPDATE SKIP LOCKED) d
), taken AS (
    UPDATE notices.notice n SET
        state = 'sending', claimed_by = $4, claimed_until = $5, attempts = n.attempts + 1,
        repeat_of_unknown = n.repeat_of_unknown OR due.state = 'sending'
    FROM due WHERE n.id = due.id
    RETURNING n.*
)
SELECT t.id, t.party_id, t.incident_id, t.number, t.town_code, t.role, t.recipient, t.address,
    t.channel, t.purpose, t.round, t.message, t.repeat_of_unknown, t.attempts, t.planned_at,
    i.opened_at, i.test, i.drill,
    jsonb_build_object('id', i.place_id, 'name', i.place_name, 'address', coalesce(p.address, ''),
        'category', i.category, 'town_code', i.town_code, 'lon', i.lon, 'lat', i.lat) AS place
FROM taken t JOIN incidents.incident i ON i.id = t.incident_id
LEFT JOIN premises.place p ON p.id = i.place_id
ORDER BY t.due_at, t.id
"""
CLAIMANTS: Final = "SELECT DISTINCT claimed_by FROM notices.notice WHERE state = 'sending'"
# What these owners had claimed may be claimed now. $1 owners, $2 now
FREE: Final = """
WITH freed AS (
    UPDATE notices.notice SET claimed_until = $2 - interval '1 ms'
    WHERE state = 'sending' AND claimed_by = ANY ($1::text[]) AND claimed_until >= $2 RETURNING id
)
SELECT count(*), pg_notify('notices', '') FROM freed
"""
