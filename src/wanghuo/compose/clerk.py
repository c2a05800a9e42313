"""The clerk role: routine lane, last states, health, history; looks outside, tests numbers.

Beside it, receipts that did not come are asked for, and recordings that are old enough let go.

A process of its own that steps back for every other one (`NICENESS`): however much of the city
reports in, judging and telling have the processor first. What waits, waits in the stream.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.feed import Clearing, Poller
from wanghuo.clock import Clock, WallClock
from wanghuo.compose.call_tests import CallTests
from wanghuo.compose.gateway import vendor_profiles
from wanghuo.compose.house import dsn
from wanghuo.compose.policies import alarm_policy
from wanghuo.compose.reach import READER
from wanghuo.devices import supervision
from wanghuo.devices.feed import SilenceWatch
from wanghuo.devices.health_store import upsert_health
from wanghuo.engines.lease import Lease
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.signal import Signal
from wanghuo.gateways.cameras import Cameras
from wanghuo.gateways.store import put_quarantine
from wanghuo.gateways.weather import Weatherman, source_of
from wanghuo.protocols.gb26875_signals import signals_of_packet
from wanghuo.protocols.gb26875_vendor import STANDARD
from wanghuo.settings import HOME, Settings
from wanghuo.sights import policy as sights_policy
from wanghuo.signals.archive import Archive
from wanghuo.signals.feed import RoutineConsumer
from wanghuo.signals.model import RecordKind, RoutineRecord
from wanghuo.units import from_unix_us

POOL_SIZE_MAX = 4
NICENESS = 10


async def clerk(settings: Settings) -> int:
    """Work until cancelled."""
    os.nice(NICENESS)
    clock = WallClock()
    stream = await Stream.connect(settings.nats_url, name="clerk")
    database = await Database.open(
        dsn(settings, READER), size_max=POOL_SIZE_MAX, name="clerk", plan_once=True
    )
    routine = RoutineConsumer(
        database,
        stream,
        clock,
        decode=_decoder(settings),
        health_put=upsert_health,
        quarantine_put=put_quarantine,
        archive=Archive(settings.data_dir / "history"),
    )
    owner = f"clerk-{os.getpid()}"
    http = OutboundHttp(timeout_s=settings.weather.timeout_s)
    works = {
        "routine": routine.run,
        "call_tests": CallTests(database, alarm_policy(settings), clock).run,
        "silence": SilenceWatch(
            database, supervision.load(settings.policy_dir, HOME / "policy"), clock
        ).run,
        "clearing": Clearing(database, settings.data_dir / "recordings", clock).run,
        **_receipts(settings, database, http, clock),
        **_outside(settings, database, http, clock),
    }
    try:
        async with asyncio.TaskGroup() as group:
            for name, work in works.items():
                group.create_task(Lease(database, clock, name, owner).keep(work))
    finally:
        await http.close()
        await stream.close()
        await database.close()
    return 0


def _receipts(
    settings: Settings, database: Database, http: OutboundHttp, clock: Clock
) -> dict[str, Callable[[], Awaitable[None]]]:
    """Asking for receipts of text messages that did not come, where text messages are sent."""
    if not settings.sms.template_code:
        return {}
    account = Aliyun(settings.aliyun, http, clock)
    return {"poller": Poller(database, account, settings.aliyun.sms_url, clock).run}


def _outside(
    settings: Settings, database: Database, http: OutboundHttp, clock: Clock
) -> dict[str, Callable[[], Awaitable[None]]]:
    """What is put beside incidents from outside, each under its own lease."""
    cameras = Cameras(database, http, clock, settings, sights_policy.load(settings.policy_dir))
    works: dict[str, Callable[[], Awaitable[None]]] = {"cameras": cameras.run}
    source = source_of(settings, http)
    if source is not None:
        period_s = settings.weather.period_s
        works["weather"] = Weatherman(database, source, clock, period_s=period_s).run
    return works


def _decoder(settings: Settings) -> Callable[[RoutineRecord], Sequence[Signal]]:
    """How a routine record is read: whole frames by their vendor's profile, signals as packed."""
    profiles = vendor_profiles(settings)
    unpacker = msgspec.msgpack.Decoder(Signal)

    def decode(record: RoutineRecord) -> Sequence[Signal]:
        if record.kind is RecordKind.SIGNAL:
            return [unpacker.decode(record.payload)]
        profile = profiles.get(record.profile, STANDARD)
        return signals_of_packet(
            record.payload, record.sender, profile, from_unix_us(record.received_us)
        )

    return decode
