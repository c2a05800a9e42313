"""The small city with one fire at P1, served with its judge, its page built."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from tests.notices.city import settle
from tests.notices.makers import NOON, TOWN, a_point, sensed, the_policy_by_day
from tests.responder.phones import SECRET, Town
from tests.web.makers import open_site
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways.weather import Weatherman
from wanghuo.notices.feed import Judge
from wanghuo.responder import routes as responder_routes
from wanghuo.sights.weather import Observation
from wanghuo.signals import store as signals

HOME = Path(__file__).resolve().parents[2]
PLACE = "宏达塑料 1 号注塑车间"
BURNS_FOR_S = 94.0
# id, kind, name, metres east and north of the fire, flow, why it is out of order
WATER = [
    ("W1", "hydrant", "厂区东侧消火栓", 76, 0, 18.0, None),
    ("W2", "hydrant", "新浦大道消火栓", -20, -177, 25.0, None),
    ("W3", "intake", "六塘江取水口", -60, 201, None, None),
    ("W4", "hydrant", "兴业路消火栓", -250, -215, 25.0, None),
    ("W5", "tank", "消防水池", 270, 200, 60.0, None),
    ("W6", "hydrant", "西门消火栓", 30, 0, 30.0, "无水压"),
]
DEGREE_EAST_M, DEGREE_NORTH_M = 96_006.0, 111_195.0  # at 30.3 degrees north


class Blowing:
    """A weather source that always says the same."""

    name = "file"

    async def observe(self, lon: float, lat: float, now: datetime) -> Observation:
        assert (round(lon), round(lat)) == (121, 30)
        return Observation(now, wind_from_deg=45.0, wind_m_s=4.0)


@pytest.fixture
async def town(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Town]:
    """One incident at F1: the unit, micro station M1 and the desk are told."""
    await settle(database)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE premises.place SET name = $1, address = '兴业路 88 号',"
            " hazards = 'PP 粒料 14 t、液压油' WHERE id = 'P1'",
            PLACE,
        )
        await tx.executemany(
            "INSERT INTO premises.water (id, kind, name, town_code, lon, lat, flow_l_per_s,"
            " out_of_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                (
                    key,
                    kind,
                    name,
                    TOWN,
                    121.25 + east_m / DEGREE_EAST_M,
                    30.30 + north_m / DEGREE_NORTH_M,
                    flow,
                    why,
                )
                for key, kind, name, east_m, north_m, flow, why in WATER
            ],
        )
        await tx.execute(
            "INSERT INTO premises.entrance (id, place_id, town_code, name, lon, lat, width_m, note)"
            " VALUES ('E1', 'P1', $1, '东大门', 121.2504, 30.3001, 4.5, '消防车可进')",
            TOWN,
        )
    opened = open_site(
        database, web_database, nats_stream, tmp_path, routers=[responder_routes.router]
    )
    async with opened as site:
        site.house.settings = msgspec.structs.replace(site.house.settings, page_secret=SECRET)
        judge = Judge(database, the_policy_by_day(), WallClock())
        async with database.transaction() as tx:
            after_s = (WallClock().now_utc() - NOON).total_seconds() - BURNS_FOR_S
            await signals.append(tx, [sensed(a_point(1), after_s)])
        await judge.judge_once()
        await Weatherman(database, Blowing(), WallClock(), period_s=3600.0).work_once()
        working = asyncio.ensure_future(judge.run())
        yield Town(site)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
