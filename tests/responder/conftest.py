"""The small city with one fire at P1, served with its judge, its page built."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.notices.city import settle
from tests.notices.makers import TOWN, a_point, sensed, the_policy
from tests.responder.phones import SECRET, Town
from tests.web.makers import open_site
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.notices.feed import Judge
from wanghuo.responder import routes as responder_routes
from wanghuo.signals import store as signals

HOME = Path(__file__).resolve().parents[2]
# id, kind, name, metres east of the fire, flow, why it is out of order
WATER = [
    ("W1", "hydrant", "厂区东侧消火栓", 76, 18.0, None),
    ("W2", "hydrant", "新浦大道消火栓", 178, 25.0, None),
    ("W3", "intake", "六塘江取水口", 210, None, None),
    ("W4", "hydrant", "兴业路消火栓", 330, 25.0, None),
    ("W5", "tank", "消防水池", 336, 60.0, None),
    ("W6", "hydrant", "西门消火栓", 30, 30.0, "无水压"),
]
DEGREE_EAST_M = 96_000.0  # at 30.3 degrees north


@pytest.fixture
async def town(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Town]:
    """One incident at F1: the unit, micro station M1 and the desk are told."""
    await settle(database)
    async with database.transaction() as tx:
        await tx.execute("UPDATE premises.place SET hazards = 'PP 粒料 14 t' WHERE id = 'P1'")
        await tx.executemany(
            "INSERT INTO premises.water (id, kind, name, town_code, lon, lat, flow_l_per_s,"
            " out_of_order) VALUES ($1, $2, $3, $4, $5, 30.30, $6, $7)",
            [
                (key, kind, name, TOWN, 121.25 + east_m / DEGREE_EAST_M, flow, why)
                for key, kind, name, east_m, flow, why in WATER
            ],
        )
    opened = open_site(
        database, web_database, nats_stream, tmp_path, routers=[responder_routes.router]
    )
    async with opened as site:
        site.house.settings = msgspec.structs.replace(site.house.settings, page_secret=SECRET)
        judge = Judge(database, the_policy(), WallClock())
        async with database.transaction() as tx:
            await signals.append(tx, [sensed(a_point(1))])
        await judge.judge_once()
        working = asyncio.ensure_future(judge.run())
        yield Town(site)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
