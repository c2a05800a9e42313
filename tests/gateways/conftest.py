"""A gateway on a free port, with a real register behind it and an intake that records."""

import os
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import TEMPLATE
from tests.gateways.gb26875_peers import OPEN, RecordingIntake

from wanghuo.clock import WallClock
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.postgres import Database
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.protocols.gb26875_vendor import profiles
from wanghuo.signals.model import PromptIntake

POLICY = Path(__file__).parents[2] / "policy" / "vendors.toml"
PROFILES = profiles(tomllib.loads(POLICY.read_text(encoding="utf-8")))
ROLE = "wanghuo_gateway"


@pytest.fixture(scope="session")
async def empty_register(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The DSN of one migrated database whose register stays empty: every device is a stranger."""
    name = f"gateways_{os.getpid()}"
    owner = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    await owner.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield postgres.dsn(ROLE, name)
    await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await owner.close()


@pytest.fixture
async def intake() -> RecordingIntake:
    return RecordingIntake()


@asynccontextmanager
async def opened(
    intake: PromptIntake, dsn: str, name: str = "gateway-1"
) -> AsyncIterator[Gb26875Door]:
    """An open gateway; its devices hang up first."""
    database = await Database.open(dsn, size_min=0, size_max=3)
    made = Gb26875Door(
        intake=intake, database=database, dsn=dsn, profiles=PROFILES, clock=WallClock(), name=name
    )
    await made.open("127.0.0.1", 0)
    yield made
    while OPEN:
        await OPEN.pop().hang_up()
    if isinstance(intake, RecordingIntake):
        intake.fires_open.set()
        intake.make_room()
    await made.close()
    database.abort()


@pytest.fixture
async def door(empty_register: str, intake: RecordingIntake) -> AsyncIterator[Gb26875Door]:
    """A gateway to which every device is a stranger."""
    async with opened(intake, empty_register) as made:
        yield made


@pytest.fixture
async def registered_door(
    dsn: Callable[[str], str], intake: RecordingIntake
) -> AsyncIterator[Gb26875Door]:
    """A gateway with the test's own database behind it."""
    async with opened(intake, dsn(ROLE)) as made:
        yield made
