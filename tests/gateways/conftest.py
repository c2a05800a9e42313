"""A gateway on a free port, with a real register behind it and an intake that records."""

import tomllib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.gateways.gb26875_peers import OPEN, RecordingIntake

from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.protocols.gb26875_vendor import profiles

POLICY = Path(__file__).parents[2] / "policy" / "vendors.toml"
PROFILES = profiles(tomllib.loads(POLICY.read_text(encoding="utf-8")))


@pytest.fixture
async def gateway_database(dsn: Callable[[str], str]) -> AsyncIterator[Database]:
    """The test's database as the role wanghuo_gateway; opened lazily, as gateways do."""
    opened = await Database.open(dsn("wanghuo_gateway"), size_min=0, size_max=3)
    yield opened
    opened.abort()


@pytest.fixture
async def intake() -> RecordingIntake:
    return RecordingIntake()


@pytest.fixture
async def door(
    dsn: Callable[[str], str], gateway_database: Database, intake: RecordingIntake
) -> AsyncIterator[Gb26875Door]:
    """An open gateway."""
    made = Gb26875Door(
        intake=intake,
        database=gateway_database,
        dsn=dsn("wanghuo_gateway"),
        profiles=PROFILES,
        clock=WallClock(),
    )
    await made.open("127.0.0.1", 0)
    yield made
    while OPEN:
        await OPEN.pop().hang_up()
    intake.fires_open.set()
    intake.make_room()
    await made.close()
