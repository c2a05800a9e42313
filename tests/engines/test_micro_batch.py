"""A batch waits briefly while little comes and longer under load; each record is answered for."""

import asyncio

import msgspec

from wanghuo.clock import WallClock
from wanghuo.engines.micro_batch import BUSY_WINDOW_S, QUIET_WINDOW_S, MicroBatch
from wanghuo.engines.stream import ROUTINE, Stream


async def put_some(batch: MicroBatch[int], count: int) -> None:
    """Put records and wait until each is known to be stored."""
    told: list[asyncio.Future[bool]] = []
    for number in range(count):
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        assert batch.put(number, 8, stored.set_result)
        told.append(stored)
    assert all(await asyncio.gather(*told))


async def test_the_window_follows_the_load(nats_stream: Stream) -> None:
    batch = MicroBatch[int](nats_stream, "routine", msgspec.msgpack.encode, WallClock())
    assert batch.window_s == QUIET_WINDOW_S
    await put_some(batch, 1)
    assert batch.window_s == QUIET_WINDOW_S
    await put_some(batch, 200)
    assert batch.window_s == BUSY_WINDOW_S
    await put_some(batch, 1)
    assert batch.window_s == QUIET_WINDOW_S


async def test_records_of_one_window_are_one_message(nats_stream: Stream) -> None:
    _, before = await nats_stream.extent(ROUTINE)
    batch = MicroBatch[int](nats_stream, "routine", msgspec.msgpack.encode, WallClock())
    await put_some(batch, 500)
    _, after = await nats_stream.extent(ROUTINE)
    assert after == before + 1
