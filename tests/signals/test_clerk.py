"""The routine lane reaches states, health, totals and history exactly once, whatever dies."""

import asyncio
import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.signals.makers import NOON, a_record
from tests.signals.test_intake import quarantine_put
from wanghuo.clock import WallClock
from wanghuo.devices.health_store import health_of, upsert_health
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import ROUTINE, Stream
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals import store
from wanghuo.signals.archive import Archive
from wanghuo.signals.feed import RoutineConsumer
from wanghuo.signals.history import Asked, history
from wanghuo.signals.model import RoutineRecord
from wanghuo.signals.routine import pack

CLOCK = WallClock()


def decode(record: RoutineRecord) -> Sequence[Signal]:
    return [msgspec.msgpack.decode(record.payload, type=Signal)]


async def total(database: Database) -> int:
    async with database.connection() as c:
        return (await store.totals(c))["routine"]


async def work_until(
    database: Database, stream: Stream, count: int, archive: Archive | None = None
) -> None:
    """Run a clerk until the total is `count`, then kill it in its tracks."""
    clerk = RoutineConsumer(
        database, stream, CLOCK, decode=decode, health_put=upsert_health,
        quarantine_put=quarantine_put, archive=archive,
    )  # fmt: skip
    running = asyncio.create_task(clerk.run())
    async with asyncio.timeout(15):
        while await total(database) < count:
            await asyncio.wait({running}, timeout=0.02)
            assert not running.done(), running.result()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def send(stream: Stream, numbers: range, kind: SignalKind = SignalKind.READING) -> None:
    for first in range(numbers.start, numbers.stop, 50):
        batch = [a_record(n, kind) for n in range(first, min(first + 50, numbers.stop))]
        await stream.publish("routine.0", pack(batch))


async def test_states_health_and_totals_follow_the_lane(
    database: Database, nats_stream: Stream
) -> None:
    await send(nats_stream, range(200))
    await send(nats_stream, range(200, 201), SignalKind.FAULT)
    await work_until(database, nats_stream, 201)
    origin = "gb26875:0000000000c8/1.1.40.0a000200"
    async with database.connection() as c:
        assert await c.fetchval("SELECT count(*) FROM signals.last") == 201
        assert await c.fetchval("SELECT count(*) FROM devices.health") == 402
        assert (await health_of(c, [origin]))[origin].state == "fault"
        assert (await store.last_of(c, [origin]))[origin].kind == "fault"
    await send(nats_stream, range(1200, 1201), SignalKind.HEARTBEAT)  # the same point, alive
    await work_until(database, nats_stream, 202)
    async with database.connection() as c:
        alive = (await health_of(c, [origin]))[origin]
    assert alive.state == "fault", "being alive does not mend a fault"
    assert alive.last_seen_at > NOON


async def test_a_killed_clerk_counts_nothing_twice_and_leaves_nothing_out(
    database: Database, nats_stream: Stream, tmp_path: Path
) -> None:
    await send(nats_stream, range(300))
    await work_until(database, nats_stream, 300, Archive(tmp_path))  # archives nothing yet
    await send(nats_stream, range(300, 500))
    await work_until(database, nats_stream, 500, Archive(tmp_path, rows_max=100))
    await send(nats_stream, range(500, 600))
    archive = Archive(tmp_path, rows_max=1)
    await work_until(database, nats_stream, 600, archive)
    assert await total(database) == 600
    archive.flush()
    sender = a_record(7).sender
    found = history(tmp_path, Asked(f"{sender}/1.1.40.0a000200", NOON, NOON.replace(hour=23)))
    assert len(found) == 1
    files = [path.stem.split("-") for path in tmp_path.glob("day=*/*.parquet")]
    spans = sorted((int(first), int(last)) for first, last in files)
    assert spans[0][0] == 1, "the archive read from its own position, behind the clerk's"
    assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(spans))


async def test_what_cannot_be_read_goes_to_quarantine_and_stops_nothing(
    database: Database, nats_stream: Stream
) -> None:
    await nats_stream.publish("routine.0", b"\xc1 no batch")
    broken = msgspec.structs.replace(a_record(1), payload=b"\xc1 no signal")
    await nats_stream.publish("routine.0", pack([broken, a_record(2)]))
    await work_until(database, nats_stream, 1)
    async with database.connection() as c:
        rows = await c.fetch("SELECT raw, reason FROM gateways.quarantine ORDER BY raw")
    assert [tuple(row.values()) for row in rows] == [
        (b"\xc1 no batch", "bad_batch"),
        (b"\xc1 no signal", "undecodable"),
    ]


async def test_a_stream_that_began_anew_is_read_from_its_beginning(
    database: Database, nats_stream: Stream
) -> None:
    async with database.connection() as c:
        await c.execute("INSERT INTO engines.position VALUES ('clerk', 5000)")
    await send(nats_stream, range(10))
    assert (await nats_stream.extent(ROUTINE))[1] == 1
    await work_until(database, nats_stream, 10)
    assert await total(database) == 10


async def test_a_clerk_that_was_replaced_unawares_writes_nothing(
    database: Database, nats_stream: Stream
) -> None:
    clerk = RoutineConsumer(
        database, nats_stream, CLOCK, decode=decode, health_put=upsert_health,
        quarantine_put=quarantine_put,
    )  # fmt: skip
    running = asyncio.create_task(clerk.run())
    await send(nats_stream, range(50))
    async with asyncio.timeout(15):
        while await total(database) < 50:
            await asyncio.wait({running}, timeout=0.02)
        async with database.connection() as c:  # a successor went on meanwhile
            await c.execute("UPDATE engines.position SET position = 99 WHERE name = 'clerk'")
        await send(nats_stream, range(50, 60))
        await running
    assert await total(database) == 50
