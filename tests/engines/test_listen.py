"""A listener hears, comes back after its connection was cut, and never waits for ever."""

import asyncio

from wanghuo.clock import WallClock
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import Database

_CUT = """
SELECT count(*) FROM (
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE query LIKE 'LISTEN%' AND datname = current_database()
) cut
"""


async def test_what_is_said_between_ticket_and_wait_is_heard(database: Database) -> None:
    async with (
        Listener(database.dsn, ("inbox", "timers"), WallClock()) as listener,
        database.connection() as c,
    ):
        ticket = listener.ticket("inbox")
        await c.execute("NOTIFY inbox")
        assert await listener.wait("inbox", ticket, 5)
        assert not await listener.wait("timers", listener.ticket("timers"), 0.05)


async def test_a_cut_connection_is_made_anew_and_wakes_everyone(database: Database) -> None:
    async with (
        Listener(database.dsn, ("inbox",), WallClock()) as listener,
        database.connection() as c,
    ):
        ticket = listener.ticket("inbox")
        assert await c.fetchval(_CUT) == 1
        assert await listener.wait("inbox", ticket, 5), "it may have missed something"
        ticket = listener.ticket("inbox")
        async with asyncio.timeout(5):
            await c.execute("NOTIFY inbox")
            assert await listener.wait("inbox", ticket, 5)
