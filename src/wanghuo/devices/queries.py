"""Whether devices live: one rule in SQL, for the figures and for the lists that they open to."""

# ruff: noqa: S608 - only our own expressions are put together, values are always $n

from typing import Final

# A point lives if it spoke, or its transmitter did for it, and neither is known to be offline.
# d: the device, h: its own health, s: its sender's.
ONLINE: Final = (
    "coalesce(h.state, s.state, 'offline') <> 'offline' AND coalesce(s.state, '') <> 'offline'"
)
HEALTH: Final = """
    LEFT JOIN devices.health h ON h.origin = d.origin
    LEFT JOIN (
        SELECT c.sender, o.state FROM devices.sender c JOIN devices.health o ON o.origin = c.sender
    ) s ON s.sender = d.sender AND d.sender <> d.origin
"""

# The same for a page, which needs few rows and looks them up: OFFSET 0 keeps it from reading all.
HEALTH_OF_EACH: Final = """
    LEFT JOIN LATERAL (
        SELECT o.state FROM devices.health o WHERE o.origin = d.origin OFFSET 0
    ) h ON true
    LEFT JOIN LATERAL (
        SELECT o.state FROM devices.sender c JOIN devices.health o ON o.origin = c.sender
        WHERE c.sender = d.sender AND d.sender <> d.origin OFFSET 0
    ) s ON true
"""

# A town's rows cannot be told from a city's when this is planned, so it would look up 600,000 rows
# one by one, on every core; three passes over the tables cost a third of that, on one.
BY_PASSES: Final = """
SELECT set_config(name, value, true) FROM (VALUES ('enable_nestloop', 'off'),
    ('enable_mergejoin', 'off'), ('enable_sort', 'off'), ('work_mem', '64MB'),
    ('max_parallel_workers_per_gather', '0')) AS settings (name, value)
"""

# $1 the operator that is never counted
ONLINE_FIGURES: Final = f"""
WITH living AS MATERIALIZED (
    SELECT d.town_code, d.operator_id, d.place_id, count(*) AS devices,
        count(*) FILTER (WHERE coalesce(h.state, s.state) IS NOT NULL) AS heard,
        count(*) FILTER (WHERE {ONLINE}) AS online
    FROM devices.device d {HEALTH}
    WHERE NOT d.out_of_service AND d.operator_id <> $1
    GROUP BY d.town_code, d.operator_id, d.place_id
), covered AS (
    SELECT DISTINCT place_id FROM living WHERE online > 0
), by_place AS (
    SELECT p.town_code, count(*) AS places, count(c.place_id) AS covered
    FROM premises.place p LEFT JOIN covered c ON c.place_id = p.id
    WHERE NOT p.test GROUP BY p.town_code
), by_town AS (
    SELECT town_code, sum(devices) AS devices, sum(heard) AS heard, sum(online) AS online
    FROM living GROUP BY town_code
), by_operator AS (
    SELECT operator_id, sum(devices) AS devices, sum(heard) AS heard, sum(online) AS online
    FROM living GROUP BY operator_id
)
SELECT json_build_object(
    'towns', (SELECT coalesce(json_agg(json_build_object('code', town_code,
            'name', coalesce(t.name, town_code), 'places', coalesce(p.places, 0),
            'covered', coalesce(p.covered, 0), 'devices', coalesce(b.devices, 0),
            'heard', coalesce(b.heard, 0), 'online', coalesce(b.online, 0))), '[]')
        FROM by_place p FULL JOIN by_town b USING (town_code)
        LEFT JOIN premises.town t ON t.code = town_code),
    'operators', (SELECT coalesce(json_agg(json_build_object('id', b.operator_id,
            'name', coalesce(o.name, b.operator_id), 'devices', b.devices, 'heard', b.heard,
            'online', b.online)), '[]')
        FROM by_operator b LEFT JOIN devices.operator o ON o.id = b.operator_id)
)::text
"""

# {columns} of d. $1 place or '', $2 sender or '', $3 after this id, $4 how many, $5 the operator
# that is left out, $6 operator or '', $7 town or '', $8 null or whether online: then in service
PAGE: Final = f"""
SELECT {{columns}} FROM devices.device d {HEALTH_OF_EACH}
WHERE d.id > $3 AND d.operator_id <> $5 AND ($1 = '' OR d.place_id = $1)
    AND ($2 = '' OR d.sender = $2) AND ($6 = '' OR d.operator_id = $6)
    AND ($7 = '' OR d.town_code = $7)
    AND ($8::bool IS NULL OR (NOT d.out_of_service AND ({ONLINE}) = $8))
ORDER BY d.id LIMIT $4
"""

# The fences around a row are opaque to the planner: it expects a dozen rows where there are
# 300,000, and would read and sort them all for each page. In the order of the ids a page reads a
# page's rows. Not for the points of one place or sender, which an index finds at once; those have a
# statement of their own, so that no plan that is kept for one serves the other.
IN_ORDER: Final = """
SELECT set_config(name, 'off', true)
FROM (VALUES ('enable_sort'), ('enable_seqscan'), ('enable_bitmapscan')) AS settings (name)
"""
PAGE_IN_ORDER: Final = f"/* in order */ {PAGE}"

# $1 after this id, $2 how many, $3 town or '', $4 covered or not or null, $5 the operator that is
# left out. To be asked IN_ORDER.
PLACES: Final = f"""
SELECT p.id, p.name, p.category, p.address, p.town_code, n.devices, n.online
FROM premises.place p CROSS JOIN LATERAL (
    SELECT count(*) AS devices, count(*) FILTER (WHERE {ONLINE}) AS online
    FROM devices.device d {HEALTH_OF_EACH}
    WHERE d.place_id = p.id AND NOT d.out_of_service AND d.operator_id <> $5 OFFSET 0
) n
WHERE p.id > $1 AND NOT p.test AND ($3 = '' OR p.town_code = $3)
    AND ($4::bool IS NULL OR (n.online > 0) = $4)
ORDER BY p.id LIMIT $2
"""
