"""Every question the premises store asks the database, by name, with a sentence.

Columns stand in the order of the records in model.py, so that a row is a record.
"""

# ruff: noqa: S608 - only our own column names are put together, values are always $n

TABLES: dict[str, tuple[str, ...]] = {
    "town": ("code", "name", "short", "lon", "lat"),
    "village": ("code", "town_code", "name", "kind", "lon", "lat"),
    "unit": ("id", "name", "credit_code", "town_code"),
    "place": (
        "id", "unit_id", "name", "category", "address", "town_code", "village_code", "building",
        "lon", "lat", "datum", "people", "sleeping", "hazards", "profile", "test",
    ),
    "contact": (
        "id", "owner_kind", "owner_id", "town_code", "name", "role", "phone", "verified",
        "sequence", "duty",
    ),
    "station": (
        "id", "level", "keeper", "name", "town_code", "village_code", "lon", "lat", "crew",
        "on_duty",
    ),
    "water": ("id", "kind", "name", "town_code", "lon", "lat", "flow_l_per_s"),
    "entrance": ("id", "place_id", "town_code", "name", "lon", "lat", "width_m", "note"),
    "camera": (
        "id", "name", "kind", "town_code", "place_id", "lon", "lat", "height_m", "bearing_deg",
        "tilt_deg", "fov_deg", "snapshot_url", "login", "gb_id",
    ),
    "roster": (
        "id", "station_id", "town_code", "contact_id", "name", "hours", "valid_from",
        "valid_until",
    ),
}  # fmt: skip


def columns(table: str, prefix: str = "") -> str:
    """The columns of a table for a SELECT, each with `prefix` before it."""
    return ", ".join(f"{prefix}{name}" for name in TABLES[table])


# Places by id, in any order.
PLACES = f"SELECT {columns('place')} FROM premises.place WHERE id = ANY ($1)"

# Places that stand in one of these buildings.

# Units by id.
UNITS = f"SELECT {columns('unit')} FROM premises.unit WHERE id = ANY ($1)"

# Contacts of several owners, who is called first first; $1 kinds and $2 ids belong together.
CONTACTS = f"""
    SELECT {columns("contact", "c.")} FROM premises.contact c
    JOIN unnest($1::text[], $2::text[]) AS owner (kind, id)
        ON c.owner_kind = owner.kind AND c.owner_id = owner.id
    ORDER BY c.owner_kind, c.owner_id, c.sequence, c.id
"""

# Further addresses of these contacts.
ADDRESSES = """
    SELECT contact_id, channel, address FROM premises.contact_address WHERE contact_id = ANY ($1)
"""

# Take them away, and put those that are not empty.
PUT_ADDRESSES = """
    WITH given AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[])
            AS g (contact_id, channel, address, verified)
    ), gone AS (
        DELETE FROM premises.contact_address a USING given g
        WHERE a.contact_id = g.contact_id AND a.channel = g.channel AND g.address = ''
    )
    INSERT INTO premises.contact_address (contact_id, channel, address, verified)
    SELECT contact_id, channel, address, verified FROM given WHERE address <> ''
    ON CONFLICT (contact_id, channel) DO UPDATE SET address = excluded.address,
        verified = excluded.verified
"""

# The border instead of the one before.
PUT_OUTLINE = """
    INSERT INTO premises.outline (rings) VALUES ($1)
    ON CONFLICT (only_one) DO UPDATE SET rings = excluded.rings
"""

STATIONS = f"SELECT {columns('station')} FROM premises.station ORDER BY id"
TOWNS = f"SELECT {columns('town')} FROM premises.town ORDER BY code"
VILLAGES = f"SELECT {columns('village')} FROM premises.village ORDER BY code"

# Water inside a box of degrees: west, east, south, north.
WATER_IN_BOX = f"""
    SELECT {columns("water")} FROM premises.water
    WHERE lon BETWEEN $1 AND $2 AND lat BETWEEN $3 AND $4
"""

ENTRANCES_OF = f"""
    SELECT {columns("entrance")} FROM premises.entrance WHERE place_id = $1 ORDER BY id
"""

# A camera by its id or by its number of GB/T 28181.
CAMERA = f"""
    SELECT {columns("camera")} FROM premises.camera
    WHERE id = $1 OR (gb_id <> '' AND gb_id = $1) ORDER BY id <> $1 LIMIT 1
"""

# Places inside a box of degrees: west, east, south, north. A place of tests is nobody's fire.
PLACES_IN_BOX = """
    SELECT id, town_code, lon, lat FROM premises.place
    WHERE lon BETWEEN $1 AND $2 AND lat BETWEEN $3 AND $4 AND NOT test
"""

# Entrances live in the town of their place; after a place moved they move too.
ENTRANCES_FOLLOW_PLACES = """
    UPDATE premises.entrance e SET town_code = p.town_code FROM premises.place p
    WHERE e.place_id = p.id AND p.unit_id = ANY ($1) AND e.town_code <> p.town_code
"""

# Which of these water sources cannot be used, and why.
WATER_OUT_OF_ORDER = """
    SELECT id, out_of_order FROM premises.water WHERE id = ANY ($1) AND out_of_order IS NOT NULL
"""

# What the map draws of every place.
PLACE_COLUMNS = """
    SELECT id, lon, lat, category, town_code, sleeping FROM premises.place
    WHERE NOT test ORDER BY id
"""

# A page of places: $1 LIKE pattern, $2 town or '', $3 category or '', $4 id after, $5 size,
# $6 device words or '', $7 digits of a telephone number or ''.
SEARCH = f"""
    SELECT {columns("place", "p.")} FROM premises.place p
    WHERE NOT p.test AND p.id > $4
        AND ($2 = '' OR p.town_code = $2) AND ($3 = '' OR p.category = $3)
        AND (p.search LIKE $1
            OR ($6 <> '' AND p.id IN
                (SELECT place_id FROM devices.device WHERE id = $6 OR origin = $6 OR sender = $6))
            OR ($7 <> '' AND p.unit_id IN
                (SELECT owner_id FROM premises.contact
                 WHERE owner_kind = 'unit' AND phone LIKE '%' || $7 || '%')))
    ORDER BY p.id LIMIT $5
"""

COUNTS = """
    SELECT (SELECT count(*) FROM premises.place WHERE NOT test) AS places,
        (SELECT count(*) FROM premises.station) AS stations,
        (SELECT count(*) FROM premises.town) AS towns,
        (SELECT count(*) FROM premises.village) AS villages,
        (SELECT count(*) FROM premises.unit WHERE id <> $1) AS units,
        (SELECT count(*) FROM premises.water) AS water
"""

# What the simulator needs: every point with its place, the points of one sender together.
WORLD = """
    SELECT d.sender, d.profile, d.operator_id, d.place_id, p.category, p.lon, p.lat,
        d.origin, d.kind
    FROM devices.device d JOIN premises.place p ON p.id = d.place_id
    WHERE NOT p.test AND NOT d.out_of_service AND p.id <> $1
    ORDER BY d.sender, d.id
"""

# One number that changes whenever a place does: the newest transaction and how many there are.
PLACES_VERSION = """
    SELECT coalesce(max(xmin::text::bigint), 0)::text || '-' || count(*) FROM premises.place
"""

# What hangs in a place, with the last state of each; a point is offline with its transmitter.
DEVICES_AT = """
    SELECT d.id, d.origin, d.sender, d.kind, d.operator_id, o.name AS operator_name, d.location,
        d.installed_on, d.out_of_service, h.last_seen_at,
        CASE WHEN s.state = 'offline' THEN s.state ELSE coalesce(h.state, '') END AS state
    FROM devices.device d
    LEFT JOIN devices.health h ON h.origin = d.origin
    LEFT JOIN devices.health s ON s.origin = d.sender
    LEFT JOIN devices.operator o ON o.id = d.operator_id
    WHERE d.place_id = $1 ORDER BY d.id
"""

OPEN_INCIDENTS_AT = """
    SELECT number, level, state, opened_at FROM incidents.incident
    WHERE place_id = $1 AND state <> 'closed' ORDER BY opened_at
"""

# What rows of contacts may belong to: $1 unit ids, $2 station ids.
OWNERS = """
    SELECT 'unit' AS kind, id, town_code FROM premises.unit WHERE id = ANY ($1)
    UNION ALL SELECT 'station', id, town_code FROM premises.station WHERE id = ANY ($2)
    UNION ALL SELECT 'town', code, code FROM premises.town
"""

# Contacts live in the town of their unit; after a unit moved they move too.
CONTACTS_FOLLOW_UNITS = """
    UPDATE premises.contact c SET town_code = u.town_code FROM premises.unit u
    WHERE c.owner_kind = 'unit' AND c.owner_id = u.id AND u.id = ANY ($1)
        AND c.town_code <> u.town_code
"""

SET_SEARCH = """
    UPDATE premises.place p SET search = fresh.search
    FROM unnest($1::text[], $2::text[]) AS fresh (id, search)
    WHERE p.id = fresh.id AND p.search <> fresh.search
"""

# The columns of import_tables, in their order, as they would be imported again.
EXPORTS = {
    "towns": "SELECT code, name, short, lon, lat, 'WGS-84' FROM premises.town ORDER BY code",
    "villages": "SELECT code, town_code, name, kind, lon, lat, 'WGS-84'"
    " FROM premises.village ORDER BY code",
    "operators": "SELECT id, name, town_code FROM devices.operator ORDER BY id",
    "places": """
        SELECT p.id, p.name, p.category, p.address, p.town_code, p.village_code, p.lon, p.lat,
            'WGS-84', p.building, p.people, p.sleeping, p.hazards, p.profile, u.id, u.name,
            u.credit_code
        FROM premises.place p JOIN premises.unit u ON u.id = p.unit_id
        WHERE NOT p.test ORDER BY p.id
    """,
    "devices": """
        SELECT d.id, d.place_id, d.kind, d.sender, substr(d.origin, length(d.sender) + 2),
            d.operator_id, d.location, d.profile, d.installed_on, d.out_of_service
        FROM devices.device d JOIN premises.place p ON p.id = d.place_id
        WHERE NOT p.test ORDER BY d.id
    """,
    "contacts": """
        SELECT c.id, c.owner_kind, c.owner_id, c.name, c.role, c.phone, c.verified, c.sequence,
            c.duty, coalesce(a.own ->> 'email', ''), coalesce(a.own ->> 'wecom', ''),
            coalesce(a.own ->> 'dingtalk', ''), coalesce(a.own ->> 'feishu', '')
        FROM premises.contact c
        LEFT JOIN (SELECT contact_id, jsonb_object_agg(channel, address) AS own
            FROM premises.contact_address GROUP BY contact_id) a ON a.contact_id = c.id
        WHERE c.owner_id <> $1 ORDER BY c.id
    """,
    "stations": """
        SELECT id, level, keeper, name, town_code, village_code, lon, lat, 'WGS-84', crew, on_duty
        FROM premises.station ORDER BY id
    """,
    "water": """
        SELECT id, kind, name, town_code, lon, lat, 'WGS-84', flow_l_per_s
        FROM premises.water ORDER BY id
    """,
    "entrances": """
        SELECT id, place_id, name, lon, lat, 'WGS-84', width_m, note
        FROM premises.entrance ORDER BY id
    """,
    "cameras": """
        SELECT id, name, kind, town_code, place_id, lon, lat, 'WGS-84', height_m, bearing_deg,
            tilt_deg, fov_deg, snapshot_url, login, gb_id
        FROM premises.camera ORDER BY id
    """,
    "rosters": """
        SELECT id, station_id, contact_id, name, hours, valid_from, valid_until
        FROM premises.roster ORDER BY id
    """,
}

# Shifts of a station ('' any) in a town ('' any), after an id, so many.
ROSTERS = f"""
    SELECT {columns("roster")} FROM premises.roster
    WHERE ($1 = '' OR station_id = $1) AND ($2 = '' OR town_code = $2) AND id > $3
    ORDER BY id LIMIT $4
"""

# Which contact belongs to which station: $1 contact ids.
CONTACTS_OF_STATIONS = """
    SELECT id, owner_id FROM premises.contact WHERE owner_kind = 'station' AND id = ANY ($1)
"""

VERIFY = """
    UPDATE premises.contact c SET verified = true FROM unnest($1::text[]) AS v (id)
    WHERE c.id = v.id AND NOT c.verified
"""
UNVERIFY = """
    UPDATE premises.contact SET verified = false WHERE id = ANY ($1) AND verified RETURNING id
"""
