"""The engine role: judge, timers, fallback drainer, synthetic fire.

Each runs under its own lease or claims rows, so a second engine process may stand by.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from wanghuo.alarms import store as alarms
from wanghuo.clock import Clock, WallClock
from wanghuo.compose.house import dsn
from wanghuo.compose.policies import alarm_policy, kept_policy
from wanghuo.devices import store as devices
from wanghuo.engines.lease import Lease
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.engines.timers import Timer, TimerLoop
from wanghuo.facts.entry import Entry, TimerEntry
from wanghuo.gateways.canary import Canary
from wanghuo.gateways.store import put_quarantine
from wanghuo.identity import derived
from wanghuo.notices.feed import Judge, packed_entry
from wanghuo.premises.model import TEST_ORIGIN, TEST_POINT, TEST_SENDER
from wanghuo.settings import Settings
from wanghuo.signals import store as signals
from wanghuo.signals.feed import FallbackDrainer

ENGINE_ROLE = "wanghuo_engine"
POOL_SIZE_MAX = 8


async def engine(settings: Settings) -> int:
    """Work until cancelled."""
    clock = WallClock()
    owner = f"engine-{os.getpid()}"
    role_dsn = dsn(settings, ENGINE_ROLE)
    stream = await Stream.connect(settings.nats_url, name="engine")
    database = await Database.open(
        role_dsn, size_min=2, size_max=POOL_SIZE_MAX, name="engine", plan_once=True
    )
    policy = alarm_policy(settings)
    async with database.transaction() as tx:
        await alarms.keep_policy(tx, kept_policy(settings, clock.now_utc()))

    async def put_aside(tx: Transaction, entry: Entry, reason: str) -> None:
        packed, at = packed_entry(entry)
        await put_quarantine(tx, "judge", "", reason, packed, entry.id, at)

    def lone(name: str, work: Callable[[], Awaitable[None]]) -> Awaitable[None]:
        return Lease(database, clock, name, owner).keep(work)

    async def placed() -> bool:
        async with database.transaction("*") as tx:
            return bool(await devices.points(tx, [TEST_ORIGIN]))

    canary = Canary(
        settings.host,
        settings.gb26875_port,
        sender=TEST_SENDER,
        point=TEST_POINT,
        period_s=settings.synthetic_fire_period_s,
        clock=clock,
        placed=placed,
    )
    works: list[Awaitable[None]] = [
        Judge(database, policy, clock, owner=owner, set_aside=put_aside).run(),
        TimerLoop(database, clock, fire_timers(clock)).run(),
        FallbackDrainer(database, stream, clock, put_quarantine).run(),
    ]
    if settings.synthetic_fire_period_s:
        works.append(lone("canary", canary.run))
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(_whole(work))
    finally:
        await stream.close()
        await database.close()
    return 0


async def _whole(work: Awaitable[None]) -> None:
    await work


def fire_timers(clock: Clock) -> Callable[[Transaction, Sequence[Timer]], Awaitable[None]]:
    """What timers do when they fall due: they become entries of the fire log, judged in turn."""

    async def fire(tx: Transaction, due: Sequence[Timer]) -> None:
        now = clock.now_utc()
        entries = [
            Entry(
                id=derived("entry", "timer", timer.id),
                at=now,
                body=TimerEntry(
                    timer_id=timer.id,
                    kind=timer.kind,
                    subject=timer.subject,
                    due_at=timer.due_at,
                    note=timer.note,
                ),
            )
            for timer in due
        ]
        await signals.append(tx, entries)

    return fire
