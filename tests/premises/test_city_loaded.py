"""The whole city in PostgreSQL: counts, searches, what each role sees, the simulator's file."""

import gzip
import json
import random
import stat
from pathlib import Path

import pytest

from tests.premises.conftest import load
from wanghuo.devices import model as devices_model
from wanghuo.devices import store as devices_store
from wanghuo.engines.postgres import Database
from wanghuo.place import near_distance_m
from wanghuo.premises import map_columns, store
from wanghuo.premises.categories import load as load_categories
from wanghuo.premises.city_whole import City
from wanghuo.premises.model import (
    TEST_OPERATOR_ID,
    TEST_ORIGIN,
    TEST_PLACE_ID,
    TEST_UNIT_ID,
    OwnerKind,
)
from wanghuo.premises.search import pattern
from wanghuo.settings import Settings

pytestmark = pytest.mark.city

SCOPED_TABLES = (
    "premises.unit", "premises.place", "premises.contact", "premises.station", "premises.water",
    "devices.device", "devices.sender",
)  # fmt: skip


async def searched(database: Database, words: str, **more: str) -> list[str]:
    wanted = {"town": "", "category": "", "after": "", "device": "", "phone": "", **more}
    async with database.transaction() as tx:
        found = await store.search(tx, pattern=pattern(words), size=500, **wanted)
    return [place.id for place in found]


async def test_the_counts_leave_out_the_synthetic_fire(city_database: Database) -> None:
    async with city_database.transaction() as tx:
        counts = await store.counts(tx) | await devices_store.counts(tx)
        synthetic = await store.place(tx, TEST_PLACE_ID)
        point = await devices_store.points(tx, [TEST_ORIGIN])
    assert (counts["places"], counts["devices"], counts["stations"]) == (52_000, 296_400, 2_309)
    assert (counts["towns"], counts["villages"], counts["operators"]) == (19, 406, 12)
    assert synthetic.test
    assert point[TEST_ORIGIN].place_id == TEST_PLACE_ID
    assert devices_model.TEST_OPERATOR_ID == TEST_OPERATOR_ID


async def test_loading_again_changes_nothing(city_database: Database, city: City) -> None:
    async with city_database.transaction() as tx:
        before = await store.counts(tx) | await devices_store.counts(tx)
    await load(city_database, city)
    async with city_database.transaction() as tx:
        assert await store.counts(tx) | await devices_store.counts(tx) == before


async def test_what_is_read_is_what_was_generated(city_database: Database, city: City) -> None:
    rng = random.Random(5)
    places = {place.id: place for place in rng.sample(city.places, 200)}
    async with city_database.transaction() as tx:
        assert await store.places(tx, places) == places
        assert await store.stations(tx) == sorted(city.stations, key=lambda s: s.id)
        assert await store.towns(tx) == city.towns
        owners = [(OwnerKind.UNIT.value, place.unit_id) for place in places.values()]
        contacts = await store.contacts_of(tx, owners)
    assert set(contacts) == set(owners)
    assert all([c.sequence for c in found] == [1, 2] for found in contacts.values())


async def test_a_place_is_found_by_any_part_of_its_name(
    city_database: Database, city: City
) -> None:
    wanted = {place.id for place in city.places if "宏达打火机" in place.name}
    assert wanted
    assert set(await searched(city_database, "宏达打火机")) >= wanted
    some = city.places[777]
    assert some.id in await searched(city_database, some.name, town=some.town_code)
    assert await searched(city_database, "100%_没有") == []


async def test_a_place_is_found_by_a_device_and_by_a_telephone_number(
    city_database: Database, city: City
) -> None:
    device = next(city.devices())
    assert await searched(city_database, device.id, device=device.id) == [device.place_id]
    contact = city.contacts[0]
    found = await searched(city_database, contact.phone, phone=contact.phone)
    assert found == [place.id for place in city.places if place.unit_id == contact.owner_id]


async def test_water_near_is_the_nearest_of_all(city_database: Database, city: City) -> None:
    rng = random.Random(6)
    for place in rng.sample(city.places, 20):
        async with city_database.transaction() as tx:
            found = await store.water_near(tx, place.at, limit=4, within_m=2000.0)
        every = sorted(
            (near_distance_m(place.lon, place.lat, w.lon, w.lat), w.id) for w in city.water
        )
        wanted = [water_id for away_m, water_id in every if away_m <= 2000.0][:4]
        assert [water.id for water, _ in found] == wanted


async def test_row_level_security_agrees_with_a_plain_predicate(
    city_database: Database, city_web_database: Database, city: City
) -> None:
    """Random sets of towns: wanghuo_web sees exactly the rows whose town is in the set."""
    rng = random.Random(8)
    codes = [town.code for town in city.towns]
    scopes = [rng.sample(codes, rng.randint(0, 6)) for _ in range(12)] + [["'; --"], ["33028"]]
    for scope in scopes:
        for table in SCOPED_TABLES:
            async with city_web_database.transaction(",".join(scope)) as tx:
                seen = await tx.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - listed above
            async with city_database.transaction() as tx:
                wanted = await tx.fetchval(
                    f"SELECT count(*) FROM {table} WHERE town_code = ANY ($1)",  # noqa: S608 - listed above
                    scope,
                )
            assert seen == wanted, (table, scope)


async def test_without_a_scope_the_web_sees_nothing_and_with_a_star_everything(
    city_web_database: Database,
) -> None:
    async with city_web_database.transaction() as tx:
        assert (await store.counts(tx))["places"] == 0
    async with city_web_database.transaction("*") as tx:
        assert (await store.counts(tx))["places"] == 52_000


async def test_the_map_holds_every_place_in_a_small_answer(city_database: Database) -> None:
    async with city_database.transaction() as tx:
        rows, towns = await store.place_columns(tx), await store.towns(tx)
    packed = map_columns.pack(rows, load_categories(Settings().policy_dir), towns, '"x"')
    columns = json.loads(packed.plain)
    assert {len(columns[name]) for name in ("ids", "lon", "lat", "category", "town")} == {52_000}
    assert len(columns["categories"]) == 14
    assert TEST_PLACE_ID not in columns["ids"]
    assert len(packed.gzipped) < 1_000_000


async def test_the_world_file_tells_every_sender_once(
    city_database: Database, city: City, tmp_path: Path
) -> None:
    path = tmp_path / "world.jsonl.gz"
    silent = city.places[0].id
    async with city_database.transaction() as tx:
        count = await store.write_world(tx, path, {"cx01": "secret"}, without_place=silent)
    head, *lines = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    assert head["format"] == "wanghuo-world"
    assert head["operators"] == [{"id": "cx01", "key": "secret"}]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(lines) == count == len({line["sender"] for line in lines})
    wanted = {
        d.origin: d.kind for d in city.devices() if not d.out_of_service and d.place_id != silent
    }
    told = {
        f"{line['sender']}/{point['point']}" if point["point"] else line["sender"]: point["kind"]
        for line in lines
        for point in line["points"]
    }
    assert told == wanted
    assert {line["transport"] for line in lines} == {
        "gb26875", "mqtt", "http", "ctwing", "onenet", "iotda"
    }  # fmt: skip


async def test_there_is_a_transmitter_to_try_with(city_database: Database) -> None:
    async with city_database.transaction() as tx:
        example = await devices_store.example_transmitter(tx)
    assert example is not None
    assert example["sender"].startswith("gb26875:")
    assert len(example["origins"]) >= 2


async def test_the_synthetic_unit_is_in_no_export(city_database: Database) -> None:
    async with city_database.transaction() as tx:
        contacts = await store.exported(tx, "contacts")
        places = await store.exported(tx, "places")
    assert len(places) == 52_000
    assert not any(row["owner_id"] == TEST_UNIT_ID for row in contacts)
