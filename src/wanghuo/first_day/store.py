"""What the first day asks the tables of the wings; it reads and keeps nothing of its own."""

from typing import Final

from wanghuo.engines.postgres import Row, Transaction
from wanghuo.facts.sentences import render
from wanghuo.first_day.steps import NAMED_MAX, Fire, Found, Lacking, Words
from wanghuo.premises.model import TEST_OPERATOR_ID, TEST_UNIT_ID

# $1 the synthetic fire's operator, $2 its unit.
COUNTS: Final = """
    SELECT (SELECT count(*) FROM premises.town) AS towns,
        (SELECT count(*) FROM premises.village) AS villages,
        EXISTS (SELECT FROM premises.outline) AS has_outline,
        (SELECT count(*) FROM premises.station) AS stations,
        (SELECT count(*) FROM premises.place WHERE NOT test) AS places,
        (SELECT count(*) FROM premises.contact WHERE phone <> '' AND owner_id <> $2) AS contacts,
        (SELECT count(*) FROM premises.contact WHERE phone <> '' AND owner_kind = 'city')
            AS city_contacts,
        (SELECT count(*) FROM access.person WHERE active AND password_hash <> ''
            AND role IN ('city_duty', 'town_office')) AS duty_people,
        (SELECT count(*) FROM access.person WHERE active AND factor_on
            AND role = 'admin') AS admins_with_factor,
        (SELECT count(*) FROM devices.operator WHERE id <> $1) AS operators,
        (SELECT count(*) FROM devices.operator WHERE id <> $1 AND key_digest IS NOT NULL)
            AS operators_with_key,
        (SELECT count(*) FROM devices.device WHERE operator_id <> $1) AS devices,
        (SELECT count(*) FROM devices.device d JOIN (
            SELECT origin FROM devices.health UNION SELECT origin FROM incidents.evidence
        ) heard ON heard.origin = d.origin WHERE d.operator_id <> $1) AS devices_seen
"""

# Each: how many lack it and the names of the first $1; $2 the synthetic fire's unit.
TOWNS_WITHOUT_STATION: Final = """
    SELECT count(*) OVER () AS count, name FROM premises.town t
    WHERE NOT EXISTS (SELECT FROM premises.station s WHERE s.town_code = t.code)
    ORDER BY code LIMIT $1
"""
UNITS_WITHOUT_PHONE: Final = """
    SELECT count(*) OVER () AS count, name FROM premises.unit u
    WHERE id <> $2 AND EXISTS (SELECT FROM premises.place p WHERE p.unit_id = u.id)
        AND NOT EXISTS (SELECT FROM premises.contact c
            WHERE c.owner_kind = 'unit' AND c.owner_id = u.id AND c.phone <> '')
    ORDER BY id LIMIT $1
"""
STATIONS_WITHOUT_PHONE: Final = """
    SELECT count(*) OVER () AS count, name FROM premises.station s
    WHERE NOT EXISTS (SELECT FROM premises.contact c
            WHERE c.owner_kind = 'station' AND c.owner_id = s.id AND c.phone <> '')
    ORDER BY id LIMIT $1
"""
PLACES_WITHOUT_DEVICE: Final = """
    SELECT count(*) OVER () AS count, name FROM premises.place p
    WHERE NOT test AND NOT EXISTS (SELECT FROM devices.device d WHERE d.place_id = p.id)
    ORDER BY id LIMIT $1
"""

# The last drill. A notice has left unless its state says that it is on its way or never will.
LAST_FIRE: Final = """
    SELECT i.id, i.number, i.place_id, i.place_name, i.level_peak AS level, i.opened_at,
        i.desk_acknowledged_at AS seen_at, i.closed_at,
        (SELECT count(*) FROM notices.notice n WHERE n.incident_id = i.id
            AND n.sent_at IS NOT NULL AND n.state <> 'failed') AS told
    FROM incidents.incident i WHERE i.drill AND NOT i.test
    ORDER BY i.opened_at DESC LIMIT 1
"""

# Who could not be told about it, with the sentence that says why; $1 the incident's id.
UNTOLD: Final = """
    SELECT name, shortfall FROM notices.party
    WHERE incident_id = $1 AND shortfall IS NOT NULL AND acknowledged_at IS NULL ORDER BY role, name
"""


async def found(tx: Transaction) -> Found:
    """Everything that the steps are judged by, within the transaction's towns."""
    counts = await tx.fetchrow(COUNTS, TEST_OPERATOR_ID, TEST_UNIT_ID)
    assert counts is not None
    return Found(
        **dict(counts.items()),
        towns_without_station=_lacking(await tx.fetch(TOWNS_WITHOUT_STATION, NAMED_MAX)),
        units_without_phone=_lacking(await tx.fetch(UNITS_WITHOUT_PHONE, NAMED_MAX, TEST_UNIT_ID)),
        stations_without_phone=_lacking(await tx.fetch(STATIONS_WITHOUT_PHONE, NAMED_MAX)),
        places_without_device=_lacking(await tx.fetch(PLACES_WITHOUT_DEVICE, NAMED_MAX)),
        fire=await _last_fire(tx),
    )


async def _last_fire(tx: Transaction) -> Fire | None:
    row = await tx.fetchrow(LAST_FIRE)
    if row is None:
        return None
    said = dict(row.items())
    untold = []
    for party in await tx.fetch(UNTOLD, said.pop("id")):
        why = render(party["shortfall"]["key"], party["shortfall"]["params"])
        untold.append(Words(f"{party['name']}：{why['zh']}", f"{party['name']}: {why['en']}"))
    return Fire(**said, untold=untold)


def _lacking(rows: list[Row]) -> Lacking:
    return Lacking(rows[0]["count"], [row["name"] for row in rows]) if rows else Lacking()
