"""Facts reach the stream in order and once, whatever is killed in between."""

import asyncio

import asyncpg
import msgspec
import pytest

from tests.signals.makers import NOON
from wanghuo.clock import WallClock
from wanghuo.engines import outbox
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import FACTS, Stream
from wanghuo.facts.fact import Fact


def a_fact(number: int) -> Fact:
    return Fact(id=f"f{number}", topic="incident", at=NOON, town_code="1", body={"n": number})


async def facts_in(stream: Stream, count: int) -> list[Fact]:
    found = []
    async for message in stream.follow(FACTS, after=0):
        if message is None:
            break
        found.append(msgspec.json.decode(message.payload, type=Fact))
        if len(found) == count:
            break
    return found


async def test_facts_arrive_in_the_order_of_their_rows(
    database: Database, nats_stream: Stream
) -> None:
    relay = outbox.OutboxRelay(database, nats_stream, WallClock())
    async with database.transaction() as tx:
        await outbox.put(tx, [a_fact(n) for n in range(300)])
    while await relay.publish_some():
        pass
    assert await facts_in(nats_stream, 300) == [a_fact(n) for n in range(300)]


async def test_a_relay_that_died_before_marking_publishes_nothing_twice(
    database: Database, nats_stream: Stream
) -> None:
    relay = outbox.OutboxRelay(database, nats_stream, WallClock())
    async with database.transaction() as tx:
        await outbox.put(tx, [a_fact(n) for n in range(5)])
    await relay.publish_some()
    async with database.connection() as connection:  # as if the mark had been lost
        await connection.execute("UPDATE engines.outbox SET published_at = NULL")
    async with database.transaction() as tx:
        await outbox.put(tx, [a_fact(4), a_fact(5)])
    await relay.publish_some()
    assert await facts_in(nats_stream, 7) == [a_fact(n) for n in range(6)]


async def test_the_relay_wakes_by_itself(database: Database, nats_stream: Stream) -> None:
    relay = asyncio.create_task(outbox.OutboxRelay(database, nats_stream, WallClock()).run())
    async with database.transaction() as tx:
        await outbox.put(tx, [a_fact(1)])
    async with asyncio.timeout(10):
        assert await facts_in(nats_stream, 1) == [a_fact(1)]
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)


async def test_a_fact_of_a_rolled_back_transaction_is_never_told(
    database: Database, nats_stream: Stream
) -> None:
    relay = outbox.OutboxRelay(database, nats_stream, WallClock())
    with pytest.raises(asyncpg.DivisionByZeroError):
        await _put_and_fail(database)
    assert await relay.publish_some() == 0


async def _put_and_fail(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.put(tx, [a_fact(1)])
        await tx.execute("SELECT 1/0")
