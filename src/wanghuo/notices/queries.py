"""The long statements of notices/store.py: what a judgement asks, what the caller claims.

Two round trips load everything about a batch of entries, whatever its size. Columns are named as
the fields of the records that the answers become. Below them: what store.py writes.
"""

from typing import Final

# Who spoke, and which incidents and shelves the entries name.
# $1 origins, $2 senders, $3 notice ids, $4 incident numbers, $5 shelf ids, $6 incident ids
# $7 contact ids
NAMED: Final = """
SELECT json_build_object(
    'points', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT d.origin, d.sender, d.kind AS sensor, d.place_id, d.town_code, d.id AS device_id,
            d.location, d.operator_id
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
        FROM alarms.shelf s WHERE s.id = ANY ($5::text[])) r),
    'call_tests', (SELECT coalesce(json_agg(r), '[]') FROM notices.call_test r
        WHERE r.id = ANY ($3::text[])),
    'asked_contacts', (SELECT coalesce(json_agg(r), '[]') FROM premises.contact r
        WHERE r.id = ANY ($7::text[]))
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
        t.short AS town_short, p.building, p.lon, p.lat, p.people, p.sleeping, p.profile, p.test,
        p.village_code,
        (SELECT coalesce(json_agg(json_build_array(v.level, r.station_id, r.travel_s, r.road_m,
            CASE WHEN r.by_line THEN 'straight_line' ELSE 'road' END)
            ORDER BY v.level, r.rank), '[]')
         FROM dispatch.travel v, unnest(v.station_ids, v.travel_s, v.road_m, v.by_line)
            WITH ORDINALITY AS r (station_id, travel_s, road_m, by_line, rank)
         WHERE v.place_id = p.id) AS travel
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
            d.location, d.operator_id
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
        WHERE r.origin = ANY ($4::text[])),
    'away', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT id AS party_id, owner_id AS station_id, number, told_at FROM notices.party
        WHERE crew IN ('acknowledged', 'turned_out', 'arrived', 'handled') AND told_at >= $12) r),
    'positions', (SELECT coalesce(json_agg(r), '[]') FROM notices.position r
        WHERE r.at >= $10 OR r.station_id = ANY ($11::text[]))
)::text
"""

# Everything that is told but not judged by: stations and who answers there.
HELP: Final = """
SELECT json_build_object(
    'stations', (SELECT coalesce(json_agg(r), '[]') FROM premises.station r),
    'towns', (SELECT coalesce(json_agg(r), '[]') FROM premises.town r),
    'contacts', (SELECT coalesce(json_agg(r), '[]') FROM premises.contact r
        WHERE r.owner_kind <> 'unit'),
    'rosters', (SELECT coalesce(json_agg(r), '[]') FROM premises.roster r)
)::text
"""

# Everything that a replay must make again, byte for byte, in one fixed order.
DIGESTED: Final = (
    "SELECT * FROM incidents.incident ORDER BY id",
    "SELECT * FROM incidents.evidence ORDER BY incident_id, line",
    "SELECT * FROM incidents.timeline ORDER BY incident_id, line",
    "SELECT * FROM notices.party ORDER BY id",
    "SELECT * FROM notices.position ORDER BY station_id",
)

SAVE_PARTIES: Final = """
INSERT INTO notices.party (id, incident_id, number, town_code, role, owner_id, name, at_level,
    reason, shortfall, state, planned_at, acknowledged_at, answer, distance_m, sequence, crew,
    told_at, turned_out_at, arrived_at, handled_at, returned_at, released_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::int2[], $9::jsonb[], $10::jsonb[], $11::text[], $12::timestamptz[],
    $13::timestamptz[], $14::text[], $15::int[], $16::bigint[], $17::text[], $18::timestamptz[],
    $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::timestamptz[],
    $23::timestamptz[])
ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, acknowledged_at = excluded.acknowledged_at, answer = excluded.answer,
    shortfall = excluded.shortfall, sequence = excluded.sequence, crew = excluded.crew,
    told_at = excluded.told_at, turned_out_at = excluded.turned_out_at,
    arrived_at = excluded.arrived_at, handled_at = excluded.handled_at,
    returned_at = excluded.returned_at, released_at = excluded.released_at
"""

SAVE_POSITIONS: Final = """
INSERT INTO notices.position (station_id, town_code, lon, lat, at)
SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::timestamptz[])
ON CONFLICT (station_id) DO UPDATE SET
    town_code = excluded.town_code, lon = excluded.lon, lat = excluded.lat, at = excluded.at
"""

PLAN: Final = """
INSERT INTO notices.notice (id, party_id, incident_id, number, town_code, role, contact_id,
    recipient, address, channel, purpose, round, message, planned_at, due_at, answered_at,
    acknowledged_at, outcome, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::jsonb[],
    $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::text[],
    $19::text[])
"""

# A late `delivered` moves nothing that has gone further; a stop moves nothing that is over.
ANSWER: Final = """
UPDATE notices.notice n SET
    state = CASE
        WHEN a.state = 'delivered' AND n.state NOT IN ('planned', 'sending', 'sent') THEN n.state
        WHEN a.state = 'stopped' AND n.state IN ('failed', 'answered', 'acknowledged') THEN n.state
        ELSE a.state END,
    answered_at = a.answered_at, acknowledged_at = a.acknowledged_at,
    outcome = CASE WHEN a.answer = '' THEN n.outcome ELSE a.answer END
FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[])
    AS a (id, state, answered_at, acknowledged_at, answer)
WHERE n.id = a.id
"""

# The caller takes what is due. $1 channels, $2 how many of each, $3 now, $4 who, $5 until when.
# An address of the contact's own for this channel stands before the telephone number.
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
SELECT t.id, t.party_id, t.incident_id, t.number, t.town_code, t.role, t.recipient, t.channel,
    t.purpose, t.round, t.message, t.repeat_of_unknown, t.attempts, t.planned_at, t.contact_id,
    coalesce(i.opened_at, t.planned_at) AS opened_at, coalesce(i.test, false) AS test,
    coalesce(i.drill, false) AS drill, coalesce(y.owner_id, '') AS owner_id,
    coalesce(o.own ->> t.channel, CASE WHEN t.channel = 'email' THEN '' ELSE t.address END)
        AS address,
    coalesce(o.own, '{}'::jsonb) AS addresses,
    jsonb_build_object('id', coalesce(i.place_id, ''), 'name', coalesce(i.place_name, ''),
        'address', coalesce(p.address, ''),
        'category', coalesce(i.category, ''), 'town_code', t.town_code,
        'lon', i.lon, 'lat', i.lat) AS place
FROM taken t LEFT JOIN incidents.incident i ON i.id = t.incident_id
LEFT JOIN premises.place p ON p.id = i.place_id
LEFT JOIN notices.party y ON y.id = t.party_id
LEFT JOIN LATERAL (SELECT jsonb_object_agg(a.channel, a.address) AS own
    FROM premises.contact_address a WHERE a.contact_id = t.contact_id) o ON true
ORDER BY t.due_at, t.id
"""
RENEW: Final = """
UPDATE notices.notice SET claimed_until = $3 WHERE id = ANY ($1::text[]) AND claimed_by = $2
RETURNING id, state
"""

IS_WANTED: Final = """
SELECT NOT EXISTS (
    SELECT FROM notices.notice n WHERE n.id = $1 AND (n.state <> 'sending' OR EXISTS (
        SELECT FROM signals.inbox a JOIN notices.notice m ON m.id = a.notice_id
        WHERE m.party_id = n.party_id)))
"""

# Only the claimer may say what became of its claim; an answer that came first stays.
RECORD: Final = """
UPDATE notices.notice n SET
    state = CASE WHEN n.state = 'sending' THEN o.state ELSE n.state END,
    sent_at = coalesce(n.sent_at, o.sent_at),
    outcome = CASE WHEN n.state = 'sending' THEN o.outcome ELSE n.outcome END,
    due_at = coalesce(o.due_at, n.due_at),
    repeat_of_unknown = n.repeat_of_unknown OR o.unknown,
    claimed_by = '', claimed_until = NULL
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bool[])
    AS o (id, state, outcome, sent_at, due_at, unknown)
WHERE n.id = o.id AND n.claimed_by = $1
RETURNING n.id, n.state
"""

NOTICE_OF_119: Final = """
SELECT n.id FROM incidents.incident i JOIN notices.notice n ON n.incident_id = i.id
WHERE i.number = $1 AND n.role = 'cad_119' AND ($2 = '' OR n.id = $2)
ORDER BY n.planned_at, n.id LIMIT 1
"""

POSITION: Final = """
SELECT station_id, town_code, lon, lat, at FROM notices.position WHERE station_id = $1
"""

SAVE_CALL_TESTS: Final = """
INSERT INTO notices.call_test (id, contact_id, town_code, month, asked_by, planned_at, answered_at,
    answer)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
    $7::timestamptz[], $8::text[])
ON CONFLICT (id) DO UPDATE SET answered_at = excluded.answered_at, answer = excluded.answer
"""

# Everybody with a number: tested in a month or not. $1 month, $2 town or '', $3 after (contact id),
# $4 how many.
CALL_TESTS: Final = """
SELECT c.id, c.owner_kind, c.owner_id, c.town_code, c.name, c.phone, c.verified,
    t.planned_at, t.answered_at, coalesce(t.answer, '') AS answer,
    coalesce(t.asked_by, '') AS asked_by
FROM premises.contact c LEFT JOIN LATERAL (
    SELECT min(planned_at) AS planned_at, min(answered_at) AS answered_at, max(answer) AS answer,
        max(asked_by) AS asked_by
    FROM notices.call_test WHERE contact_id = c.id AND month = $1) t ON true
WHERE c.phone <> '' AND ($2 = '' OR c.town_code = $2) AND c.id > $3
ORDER BY c.id LIMIT $4
"""

# Who is due in a month: $1 month, $2 kinds of owners, $3 how many. Nobody whose party has an open
# incident at F2 or above.
CALL_TESTS_DUE: Final = """
SELECT c.id FROM premises.contact c
WHERE c.phone <> '' AND c.owner_kind = ANY ($2::text[])
    AND NOT EXISTS (SELECT FROM notices.call_test t WHERE t.contact_id = c.id AND t.month = $1)
    AND NOT EXISTS (SELECT FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
        WHERE p.owner_id = c.owner_id AND i.state <> 'closed' AND i.level >= 2)
ORDER BY c.id LIMIT $3
"""
BUSY_OWNER: Final = """
SELECT EXISTS (SELECT FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
    WHERE p.owner_id = $1 AND i.state <> 'closed' AND i.level >= 2)
"""

# Who was called in each of these months and never answered. $1 months, $2 the last call before,
# $3 and not before.
NEVER_ANSWERED: Final = """
SELECT contact_id FROM notices.call_test WHERE month = ANY ($1::text[])
GROUP BY contact_id
HAVING count(DISTINCT month) = cardinality($1::text[]) AND bool_and(answered_at IS NULL)
    AND max(planned_at) < $2 AND max(planned_at) >= $3
ORDER BY contact_id
"""

HOLD: Final = """
SELECT id, state FROM notices.notice WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE
"""

# What a provider says later. Nothing that a person answered, and nothing that is being sent this
# moment, is touched; what may be tried again waits for $4.
# $1 notice ids, $2 delivered, $3 in which words, $4 when again, $5 now
HEAR: Final = """
UPDATE notices.notice n SET
    state = CASE WHEN h.delivered THEN 'delivered'
        WHEN h.again_at IS NOT NULL AND n.attempts < 4 THEN 'planned' ELSE 'failed' END,
    due_at = CASE WHEN NOT h.delivered AND n.attempts < 4 THEN coalesce(h.again_at, n.due_at)
        ELSE n.due_at END,
    outcome = h.outcome, sent_at = coalesce(n.sent_at, $5)
FROM (SELECT DISTINCT ON (id) * FROM unnest($1::text[], $2::bool[], $3::text[], $4::timestamptz[])
    AS h (id, delivered, outcome, again_at) ORDER BY id, delivered DESC) h
WHERE n.id = h.id AND (n.state = 'sent' OR (n.state IN ('planned', 'failed') AND h.delivered))
RETURNING n.id, n.number, n.party_id, n.town_code, n.role, n.recipient, n.channel, n.purpose,
    n.round, n.state, n.outcome, n.planned_at, n.attempts, n.repeat_of_unknown
"""

CLAIMANTS: Final = "SELECT DISTINCT claimed_by FROM notices.notice WHERE state = 'sending'"
# What these owners had claimed may be claimed now. $1 owners, $2 now
FREE: Final = """
WITH freed AS (
    UPDATE notices.notice SET claimed_until = $2 - interval '1 ms'
    WHERE state = 'sending' AND claimed_by = ANY ($1::text[]) AND claimed_until >= $2 RETURNING id
)
SELECT count(*), pg_notify('notices', ''), pg_notify('calls', '') FROM freed
"""
