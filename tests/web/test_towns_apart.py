"""What belongs to one town never leaves by any door for somebody of another town."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from tests.web.makers import HERE, THERE, Site, open_site, routers_of_the_product
from tests.web.test_all_doors import STREAMS
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.stream import Stream

MARKS = {HERE: "本镇标记", THERE: "外镇标记"}
KINDS = ("places", "devices", "contacts", "stations", "rosters", "entrances", "cameras")

# $1 town, $2 its mark, $3 what makes the ids
ROWS = """
INSERT INTO premises.unit (id, name, town_code) VALUES ('unit' || $3, $2, $1);
INSERT INTO premises.place (id, unit_id, name, category, town_code, lon, lat, search)
    VALUES ('place' || $3, 'unit' || $3, $2, 'rental', $1, 121, 30, $2);
INSERT INTO premises.contact (id, owner_kind, owner_id, town_code, name, role, phone)
    VALUES ('contact' || $3, 'unit', 'unit' || $3, $1, $2, 'duty', '13800000000');
INSERT INTO premises.station (id, level, keeper, name, town_code, lon, lat)
    VALUES ('station' || $3, 'micro', 'village', $2, $1, 121, 30);
INSERT INTO premises.roster (id, station_id, town_code, name, hours)
    VALUES ('roster' || $3, 'station' || $3, $1, $2, '1 00:00-24:00');
INSERT INTO premises.water (id, kind, name, town_code, lon, lat)
    VALUES ('water' || $3, 'hydrant', $2, $1, 121, 30);
INSERT INTO devices.device (id, origin, sender, place_id, town_code, kind, operator_id,
    location) VALUES ('device' || $3, 'gb26875:' || $3, 'gb26875:' || $3, 'place' || $3, $1,
    'smoke', 'op1', $2);
INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code,
    level, level_peak, state, profile, policy_version, opened_at, last_at, log_odds_milli,
    sentence, lon, lat) VALUES ('incident' || $3, 'number' || $3, 'place' || $3, $2,
    'rental', $1, 1, 1, 'open', 'validated', '1', now(), now(), 0,
    jsonb_build_object('key', $2::text, 'params', jsonb_build_object()), 121, 30);
INSERT INTO premises.entrance (id, place_id, town_code, name, lon, lat)
    VALUES ('entrance' || $3, 'place' || $3, $1, $2, 121, 30);
INSERT INTO premises.camera (id, name, kind, town_code, lon, lat)
    VALUES ('camera' || $3, $2, 'fixed', $1, 121, 30);
INSERT INTO sights.weather (id, incident_id, town_code, level, taken_at, source, period_s, station,
    observed_at) VALUES ('weather' || $3, 'incident' || $3, $1, 1, now(), 'file', 600, $2, now());
INSERT INTO sights.picture (id, incident_id, town_code, origin, camera_id, by_whom, taken_at,
    received_at, media_type, size_bytes, width, height, sha256) VALUES ('picture' || $3,
    'incident' || $3, $1, 'desk', 'camera' || $3, $2, now(), now(), 'image/png', 1, 1, 1, 'no');
INSERT INTO incidents.evidence (incident_id, line, at, what, weight_milli, floor,
    sentence, entry_id) VALUES ('incident' || $3, 1, now(), $2, 1, 1,
    jsonb_build_object('key', $2::text, 'params', jsonb_build_object('t', $1::text)), 'e');
INSERT INTO notices.party (id, incident_id, number, town_code, role, name, at_level,
    reason, state, planned_at) VALUES ('party' || $3, 'incident' || $3, 'number' || $3, $1,
    'unit', $2, 1, jsonb_build_object('key', 'k', 'params', jsonb_build_object()), 'told',
    now());
INSERT INTO premises.contact_address (contact_id, channel, address)
    SELECT 'contact' || $3, 'email', $2 || '@example.org' WHERE $1::text <> '';
INSERT INTO channels.recording (id, notice_id, town_code, at, path, sha256, seconds, keep_until)
    VALUES ('recording' || $3, 'notice' || $3, $1, now(), $2, $2, 1, now());
INSERT INTO alarms.shelf (id, kind, origin, town_code, author_id, author_name, reason,
    from_at, until_at) VALUES ('shelf' || $3, 'shelf', 'o' || $3, $1, 'p', $2, $2, now(),
    now() + interval '1 hour')
"""


async def fill(tx: Transaction, town: str, tag: str) -> None:
    """One of everything in a town, each carrying the town's mark. tag: makes the ids."""
    mark = MARKS[town]
    await tx.execute(
        "INSERT INTO premises.town VALUES ($1, $2, $3, 121, 30)", town, f"镇{tag}", f"T{tag}"
    )
    for statement in ROWS.split(";"):
        await tx.execute(statement, town, mark, tag)


@pytest.fixture
async def two_towns(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    routers = routers_of_the_product()
    async with database.transaction("*") as tx:
        for tag, town in enumerate((HERE, THERE)):
            await fill(tx, town, str(tag))
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as site:
        yield site


def readings(site: Site) -> list[str]:
    """Every path that reads, pointed at the other town wherever a path takes an id."""
    found = set()
    for context in iter_route_contexts(site.app.router.routes):
        path = context.path or ""
        if not isinstance(context.original_route, APIRoute) or ("GET", path) in STREAMS:
            continue
        if "GET" in (context.methods or ()) and "/try/" not in path:
            for kind in KINDS:
                found.add(
                    path.replace("{kind}", kind)
                    .replace("{place_id}", "place1")
                    .replace("{device_id}", "device1")
                    .replace("{number}", "number1")
                    .replace("{picture_id}", "picture1")
                    .replace("{notice_id}", "notice1")
                )
    return sorted(found)


@pytest.mark.parametrize("role", ["town_office", "operator"])
async def test_no_reading_door_gives_away_another_town(two_towns: Site, role: str) -> None:
    client = two_towns.client(role)
    own = 0
    for path in readings(two_towns):
        answer = await client.get(path)
        assert answer.status_code < 500, path
        assert MARKS[THERE] not in answer.text, f"{path} gives another town away"
        own += MARKS[HERE] in answer.text
    assert own >= 3, "the town's own things are shown"


async def test_the_city_sees_both_towns(two_towns: Site) -> None:
    client = two_towns.client("city_duty")
    shown = [(await client.get(path)).text for path in readings(two_towns)]
    assert sum(MARKS[HERE] in text for text in shown) >= 3
    assert sum(MARKS[THERE] in text for text in shown) >= 5


async def test_narrowing_by_another_town_widens_nothing(two_towns: Site) -> None:
    client = two_towns.client("town_office")
    for path in ("/api/v1/places", "/api/v1/incidents", "/api/v1/devices"):
        answer = await client.get(path, params={"town": THERE})
        assert MARKS[THERE] not in answer.text
        assert answer.status_code == 200


LISTS = ["places", "incidents", "devices", "coverage"]
NO_ZONE = "WyIyMDI2LTA2LTAxIiwgIngiXQ"  # a time without its zone, and an id
FORGED = ["", "AAAA", "%2e%2e", "WyIwIl0", "W10", "bnVsbA", NO_ZONE]


@pytest.mark.parametrize("role", ["town_office", "unit_head", "station_crew", "operator"])
async def test_a_cursor_of_the_city_or_a_forged_one_opens_nothing(
    two_towns: Site, role: str
) -> None:
    """A cursor says where to go on, never what may be seen."""
    city, asker = two_towns.client("city_duty"), two_towns.client(role)
    taken = 0
    for name in LISTS:
        page = (await city.get(f"/api/v1/{name}", params={"limit": 1})).json()
        for cursor in {page["next"] or "", *FORGED}:
            answer = await asker.get(f"/api/v1/{name}", params={"limit": 500, "cursor": cursor})
            assert answer.status_code in {200, 422}, (name, cursor)
            assert MARKS[THERE] not in answer.text, (name, cursor)
            taken += answer.status_code == 200 and bool(cursor)
    assert taken >= len(LISTS) - 1, "the city's own cursors are cursors"


@pytest.mark.parametrize("role", ["town_office", "unit_head", "station_crew", "operator"])
async def test_a_file_holds_no_more_than_the_list(two_towns: Site, role: str) -> None:
    """Whatever is asked of it: another town, all columns, no filter."""
    asker = two_towns.client(role)
    for name in ("places", "incidents", "devices"):
        for query in ({}, {"town": THERE}, {"place_id": "place1"}, {"q": MARKS[THERE]}):
            asked = {"format": "csv", "lang": "zh", **query}
            answer = await asker.get(f"/api/v1/tables/{name}", params=asked)
            assert answer.status_code in {200, 403, 422}, (name, query, answer.text)
            assert MARKS[THERE] not in answer.text, (name, query)
    for kind in ("places", "devices", "contacts", "stations"):
        assert MARKS[THERE] not in (await asker.get(f"/api/v1/export/{kind}")).text


@pytest.mark.parametrize("act", ["acknowledge", "confirm", "close", "note"])
async def test_nobody_acts_on_an_incident_of_another_town(two_towns: Site, act: str) -> None:
    body = {"reason": "because", "note": "because", "disposition": "unknown"}
    client = two_towns.client("town_office")
    answer = await client.post(f"/api/v1/incidents/number1/{act}", json=body)
    assert answer.status_code == 404
    async with two_towns.owner.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM signals.fire_log") == 0


async def test_nobody_silences_a_place_of_another_town(two_towns: Site) -> None:
    client = two_towns.client("town_office")
    until = (two_towns.house.clock.now_utc() + timedelta(minutes=30)).isoformat()
    shelf = {"origin": "gb26875:1", "reason": "works in the hall", "until": until}
    window = {"place_id": "place1", "reason": "works in the hall", "until": until}
    answers = [
        await client.post("/api/v1/shelves", json=shelf),
        await client.post("/api/v1/test-windows", json=window),
        await client.post("/api/v1/shelves/end", json=shelf),
        await client.post("/api/v1/shelves/end", json=window),
    ]
    assert {answer.status_code for answer in answers} == {404}
    async with two_towns.owner.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM signals.fire_log") == 0
