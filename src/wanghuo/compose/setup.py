"""The first start: the city, the register, the people, the credentials file, the twin's world."""

from pathlib import Path
from typing import cast

import structlog

from wanghuo.access import store as access
from wanghuo.access.credentials import file_text
from wanghuo.clock import WallClock
from wanghuo.compose.house import dsn
from wanghuo.devices import store as devices
from wanghuo.engines.postgres import Database, Row, Transaction
from wanghuo.premises import categories, synthetic
from wanghuo.premises import feed as premises_feed
from wanghuo.premises import store as premises
from wanghuo.premises.city_whole import generate
from wanghuo.premises.world import WORLD_FILE
from wanghuo.principal import Role
from wanghuo.settings import DEMO_CITY, NO_CITY, Settings

CREDENTIALS_FILE = "credentials.toml"

_log = structlog.get_logger("compose.setup")


async def setup(settings: Settings) -> int:
    """Fill an empty house; a filled one is left as it is."""
    clock = WallClock()
    database = await Database.open(dsn(settings, "wanghuo_engine"), size_max=2, name="setup")
    try:
        async with database.transaction("*") as tx:
            if settings.city != NO_CITY and not await premises.city_is_loaded(tx):
                _log.info("loading_city", city=settings.city)
                await _load_city(tx, settings)
        async with database.transaction("*") as tx:
            await _first_people(tx, settings, clock)
    finally:
        await database.close()
    return 0


async def _load_city(tx: Transaction, settings: Settings) -> None:
    """The demo city by its seed or a real one from a folder, and the synthetic fire's place."""
    if settings.city == DEMO_CITY:
        city = generate(settings.seed)
        await premises.load_city(tx, city)
        await devices.load_register(tx, city.operators, city.senders(), city.devices())
        test = synthetic.records(city.towns[0])
        await premises.add_synthetic(tx, test)
        await devices.add_synthetic(tx, test.sender, test.device)
    else:
        register = cast("premises_feed.Register", devices)
        known = categories.load(settings.policy_dir)
        for report in await premises_feed.load_folder(register, tx, known, Path(settings.city)):
            _log.info("loaded", kind=report.kind, rows=report.rows)


async def _first_people(tx: Transaction, settings: Settings, clock: WallClock) -> None:
    """People, tokens and operator keys; their file is on disk before the transaction commits."""
    towns = await premises.towns(tx)
    operators = {o.name: (o.id, o.town_code) for o in await devices.operators(tx)}
    example = await devices.example_transmitter(tx)
    town_code = towns[0].code if towns else ""
    organisations = {
        Role.STATION_CREW: min((s.id for s in await premises.stations(tx)), default=""),
        Role.UNIT_HEAD: (await premises.place(tx, example["place_id"])).unit_id if example else "",
    }
    made = await access.first_start(
        tx, clock.now_utc(), town=town_code, operators=operators, organisations=organisations
    )
    if made is None:
        return
    keys = dict(made.operator_keys.values())
    await devices.set_operator_keys(tx, keys)
    left_alone = example["place_id"] if example else ""
    await premises.write_world(tx, settings.data_dir / WORLD_FILE, keys, without_place=left_alone)
    text = file_text(made, {"gb26875": _example(example)} if example else {})
    access.keep_private(settings.data_dir / CREDENTIALS_FILE, text)
    _log.info("first_start", credentials=str(settings.data_dir / CREDENTIALS_FILE))


def _example(row: Row) -> dict[str, str | int | list[str] | list[dict[str, str | int]]]:
    """A registered transmitter to try with; two smoke points of one panel system."""
    points = [origin.rpartition("/")[2].split(".") for origin in row["origins"][:2]]
    return {
        "place_id": row["place_id"],
        "category": row["category"],
        "source": row["sender"].partition(":")[2],
        "system_type": int(points[0][0]),
        "system_address": int(points[0][1]),
        "points": [
            {"component_type": int(component), "component_address": address}
            for _, _, component, address in points
        ],
    }
