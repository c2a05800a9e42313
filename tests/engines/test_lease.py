"""One owner at a time; a lost one is replaced; a returned one at once."""

import asyncio
from functools import partial

import pytest

from tests.waiting import until
from wanghuo.clock import WallClock
from wanghuo.engines import lease
from wanghuo.engines.lease import Lease
from wanghuo.engines.postgres import Database
from wanghuo.errors import Refused


async def test_a_held_lease_is_not_given_to_another_until_it_ends(database: Database) -> None:
    async with database.connection() as c:
        assert await lease.take(c, "judge", "a", 0.3)
        assert not await lease.take(c, "judge", "b", 0.3)
        assert await lease.take(c, "judge", "a", 0.3), "its owner may renew"
        await lease.hold(c, "judge", "a")
        await c.execute("UPDATE engines.lease SET expires_at = expires_at - interval '1 s'")
        with pytest.raises(Refused):
            await lease.hold(c, "judge", "a")
        assert await lease.take(c, "judge", "b", 0.3)
        await lease.give_back(c, "judge", "b")
        assert await lease.take(c, "judge", "a", 0.3)


async def test_work_moves_to_the_next_owner_when_the_first_goes(database: Database) -> None:
    at_work: list[str] = []
    moved = asyncio.Event()

    def work_of(owner: str) -> Lease:
        return Lease(database, WallClock(), "judge", owner, lease_s=0.6)

    async def work(owner: str) -> None:
        at_work.append(owner)
        if len(at_work) == 2:
            moved.set()
        await asyncio.Event().wait()

    owners = {o: asyncio.create_task(work_of(o).keep(partial(work, o))) for o in ("a", "b")}
    await until(lambda: bool(at_work))
    owners[at_work[0]].cancel()
    await asyncio.wait_for(moved.wait(), 5)
    assert sorted(at_work) == ["a", "b"]
    for task in owners.values():
        task.cancel()
    await asyncio.gather(*owners.values(), return_exceptions=True)


async def test_a_stolen_lease_stops_the_work(database: Database) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    keeping = asyncio.create_task(
        Lease(database, WallClock(), "judge", "a", lease_s=0.6).keep(work)
    )
    async with asyncio.timeout(5):
        await began.wait()
        async with database.connection() as c:
            await c.execute(
                "UPDATE engines.lease SET owner = 'b', expires_at = now() + interval '9 s'"
            )
        await stopped.wait()
    assert stopped.is_set()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_an_error_of_the_work_is_not_swallowed(database: Database) -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Lease(database, WallClock(), "judge", "a").keep(work)
