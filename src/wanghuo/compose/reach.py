"""How a command finds the engines: those of the running house, or its own for the while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wanghuo.clock import WallClock
from wanghuo.compose import secrets
from wanghuo.compose.house import config_path, dsn, engines, owner_dsn
from wanghuo.engines.migrate import migrate
from wanghuo.engines.postgres import DOWN, Database
from wanghuo.errors import Refused
from wanghuo.settings import Settings, load

READER = "wanghuo_engine"


@asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[Settings]:
    """Settings with engines that answer; the schema is current."""
    running = await running_house(settings)
    if running is not None:
        yield running
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with engines(secrets.completed(settings, WallClock())) as started:
        await migrate(owner_dsn(started), started.migrations_dir)
        yield started


async def running_house(settings: Settings) -> Settings | None:
    """The settings of the house that runs in this data folder, or None."""
    if settings.postgres_dsn:
        return settings
    path = config_path(settings)
    if not path.exists():
        return None
    found = load(path)
    try:
        database = await Database.open(dsn(found, READER), size_max=1, name="reach")
    except DOWN:
        return None
    await database.close()
    return found


async def required(settings: Settings) -> Settings:
    """The settings of the running house. Raises Refused with the remedy if there is none."""
    found = await running_house(settings)
    if found is None:
        raise Refused(f"no house runs in {settings.data_dir}; start one with `wanghuo up`")
    return found
