"""The clerk role: reads the routine lane, keeps last states, health and history.

Beside it, receipts that did not come are asked for, and recordings that are old enough let go.

A process of its own that steps back for every other one (`NICENESS`): however much of the city
reports in, judging and telling have the processor first. What waits, waits in the stream.
"""

import asyncio
import os
from collections.abc import Callable, Sequence

import msgspec

from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.feed import Clearing, Poller
from wanghuo.clock import WallClock
from wanghuo.compose.gateway import vendor_profiles
from wanghuo.compose.house import dsn
from wanghuo.compose.reach import READER
from wanghuo.devices import store as devices
from wanghuo.engines.lease import Lease
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.signal import Signal
from wanghuo.gateways.store import put_quarantine
from wanghuo.protocols.gb26875_signals import signals_of_packet
from wanghuo.protocols.gb26875_vendor import STANDARD
from wanghuo.settings import Settings
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
        health_put=devices.upsert_health,
        quarantine_put=put_quarantine,
        archive=Archive(settings.data_dir / "history"),
    )
    http = OutboundHttp(timeout_s=settings.aliyun.timeout_s)
    owner = f"clerk-{os.getpid()}"
    poller = Poller(database, Aliyun(settings.aliyun, http, clock), settings.aliyun.sms_url, clock)
    clearing = Clearing(database, settings.data_dir / "recordings", clock)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(Lease(database, clock, "routine", owner).keep(routine.run))
            group.create_task(Lease(database, clock, "clearing", owner).keep(clearing.run))
            if settings.sms.template_code:
                group.create_task(Lease(database, clock, "poller", owner).keep(poller.run))
    finally:
        await http.close()
        await stream.close()
        await database.close()
    return 0


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
