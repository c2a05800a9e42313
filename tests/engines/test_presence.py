"""Who holds its lock is alive; who is gone has lost it."""

import asyncio

from wanghuo.clock import WallClock
from wanghuo.engines import presence
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import Database


async def absent(database: Database, *owners: str) -> list[str]:
    async with database.connection() as connection:
        return await presence.absent(connection, owners)


async def test_a_listener_is_present_until_it_hangs_up(database: Database) -> None:
    async with Listener(database.dsn, ("x",), WallClock(), present="one"):
        assert await absent(database, "one", "other") == ["other"]
        async with Listener(database.dsn, ("x",), WallClock(), present="one"):
            assert await absent(database, "one") == [], "two connections of one owner get along"
    async with asyncio.timeout(10):
        while await absent(database, "one") == []:  # noqa: ASYNC110 - the server hears it hang up
            await asyncio.sleep(0.01)


async def test_a_listener_without_a_name_is_nobody(database: Database) -> None:
    async with Listener(database.dsn, ("x",), WallClock()):
        assert await absent(database, "", "one") == ["", "one"]
