"""Timers fire once, soon after they are due, and outlive whoever set them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from wanghuo.clock import HandClock, WallClock
from wanghuo.engines import timers, together
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.timers import Timer, TimerLoop

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
_NOTE = "INSERT INTO engines.position VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET position = 99"


def a_timer(number: int, due_at: datetime) -> Timer:
    return Timer(id=f"t{number}", kind="escalate", subject="incident-1", due_at=due_at)


async def put(tx: Transaction, some: Sequence[Timer]) -> None:
    await together.run(tx, [timers.putting(some)], wakes=[timers.CHANNEL])


async def note(tx: Transaction, due: Sequence[Timer]) -> None:
    """The effect of these tests: one row a timer, 99 if it came twice."""
    for timer in due:
        await tx.execute(_NOTE, timer.id)


async def noted(database: Database) -> dict[str, int]:
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT name, position FROM engines.position")
    return {row["name"]: row["position"] for row in rows}


async def test_only_what_is_due_fires_and_only_once(database: Database) -> None:
    clock = HandClock(NOON)
    loop = TimerLoop(database, clock, note)
    async with database.transaction() as tx:
        await put(tx, [a_timer(n, NOON + timedelta(seconds=n)) for n in range(4)])
    assert await loop.fire_due() == 1
    await clock.turn(2)
    assert await loop.fire_due() == 2
    assert await loop.fire_due() == 0
    assert await noted(database) == {"t0": 1, "t1": 1, "t2": 1}


async def test_setting_again_changes_nothing_and_a_cancelled_one_never_fires(
    database: Database,
) -> None:
    loop = TimerLoop(database, HandClock(NOON), note)
    async with database.transaction() as tx:
        await put(tx, [a_timer(1, NOON), a_timer(2, NOON)])
        await put(tx, [a_timer(1, NOON + timedelta(days=1))])
        await together.run(tx, [timers.cancelling(["t2", "unknown"])])
        assert await timers.pending(tx, "incident-1") == [a_timer(1, NOON)]
    await loop.fire_due()
    assert await noted(database) == {"t1": 1}


async def test_effects_that_fail_leave_the_timer_due(database: Database) -> None:
    async def fail(tx: Transaction, due: Sequence[Timer]) -> None:
        await note(tx, due)
        raise ZeroDivisionError

    async with database.transaction() as tx:
        await put(tx, [a_timer(1, NOON)])
    with pytest.raises(ZeroDivisionError):
        await TimerLoop(database, HandClock(NOON), fail).fire_due()
    assert await noted(database) == {}
    assert await TimerLoop(database, HandClock(NOON), note).fire_due() == 1


async def test_two_loops_fire_each_timer_once_and_a_restart_finds_the_rest(
    database: Database,
) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await put(tx, [a_timer(n, now) for n in range(300)])
    loops = [TimerLoop(database, WallClock(), note) for _ in range(2)]
    await asyncio.gather(*(loop.fire_due() for loop in loops))
    again = TimerLoop(database, WallClock(), note)  # the first two are gone, the rows are not
    while await again.fire_due():
        pass
    assert await noted(database) == {f"t{n}": 1 for n in range(300)}


async def test_a_running_loop_wakes_for_a_timer_set_while_it_sleeps(database: Database) -> None:
    fired: asyncio.Queue[float] = asyncio.Queue()

    async def measure(_tx: Transaction, due: Sequence[Timer]) -> None:
        for timer in due:
            fired.put_nowait((datetime.now(UTC) - timer.due_at).total_seconds())

    running = asyncio.create_task(TimerLoop(database, WallClock(), measure).run())
    async with database.transaction() as tx:
        now = datetime.now(UTC)
        await put(tx, [a_timer(n, now + timedelta(milliseconds=60 * n)) for n in range(6)])
    async with asyncio.timeout(4):
        late = [await fired.get() for _ in range(6)]
    assert min(late) >= 0, "a timer never fires early"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
