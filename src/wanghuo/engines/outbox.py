"""The outbox: facts are written with the state they tell of, and reach the stream soon after.

`put` is part of the wing's own transaction. One OutboxRelay (run under a lease) publishes in the
order of the rows and marks them; killed in between, it publishes again under the same id, which the
stream stores once.
"""

import asyncio
from collections.abc import Sequence

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.engines import together
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import DOWN, Database, Row, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.engines.telemetry import FACTS_PUBLISHED, OUTBOX_WAITING
from wanghuo.engines.together import Part
from wanghuo.errors import Refused, Unavailable
from wanghuo.facts.fact import Fact

CHANNEL = "outbox"
BATCH = 256
WHOLE_MIN = 12  # an atomic batch costs the stream 4 ms, whatever its size; a message 0.4 ms
IDLE_WAIT_S = 1.0
GATHER_S = 0.02  # pages may wait so long; the calls that go out just now may not
RETRY_PAUSE_S = 0.3
KEEP = "1 hour"  # published rows, for whoever looks into a fault
PRUNE_PERIOD_S = 60.0
RELAY_WAITS: tuple[type[BaseException], ...] = (*DOWN, Unavailable)

_PUT = """
INSERT INTO engines.outbox (fact_id, topic, town_code, at, body)
SELECT id, topic, town_code, at, body
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[])
    WITH ORDINALITY AS f (id, topic, town_code, at, body, n)
ORDER BY n
ON CONFLICT (fact_id) DO NOTHING
"""
_NEXT = """
SELECT seq, fact_id, topic, town_code, at, body FROM engines.outbox
WHERE published_at IS NULL ORDER BY seq LIMIT $1
"""
_MARK = "UPDATE engines.outbox SET published_at = now() WHERE seq = ANY ($1::bigint[])"
_PRUNE = "DELETE FROM engines.outbox WHERE published_at < now() - $1::text::interval"

_log = structlog.get_logger("engines.outbox")
_encoder = msgspec.json.Encoder()


async def put(tx: Transaction, facts: Sequence[Fact]) -> None:
    """Keep facts for the stream in this transaction. Idempotent by fact id."""
    await together.run(tx, [putting(facts)], wakes=[CHANNEL])


def putting(facts: Sequence[Fact]) -> Part:
    """The same as one of several writes; whoever runs them wakes CHANNEL."""
    return Part(_PUT, [(fact.id, fact.topic, fact.town_code, fact.at, fact.body) for fact in facts])


class OutboxRelay:
    """Publishes facts on `facts.<topic>`. Run exactly one (see engines.lease)."""

    def __init__(self, database: Database, stream: Stream, clock: Clock) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock
        self._pruned_s = clock.monotonic_s()

    async def run(self) -> None:
        """Publish for ever, woken by NOTIFY; end it by cancelling."""
        async with Listener(self._database.dsn, (CHANNEL,), self._clock) as listener:
            while True:
                try:
                    ticket = listener.ticket(CHANNEL)
                    if await self.publish_some() < BATCH:
                        await listener.wait(CHANNEL, ticket, IDLE_WAIT_S)
                        await self._clock.sleep(GATHER_S)
                    await self._prune()
                except RELAY_WAITS as error:
                    _log.info("relay_waits", why=repr(error))
                    await self._clock.sleep(RETRY_PAUSE_S)

    async def publish_some(self) -> int:
        """Publish the oldest waiting facts in order; how many. Raises Unavailable."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_NEXT, BATCH)
            if not rows:
                OUTBOX_WAITING.set(0)
                return 0
            done = await self._publish(rows)
            await connection.execute(_MARK, done)
        OUTBOX_WAITING.set(len(rows) - len(done))
        if len(done) < len(rows):
            raise Unavailable(f"{len(rows) - len(done)} facts are not in the stream yet")
        return len(rows)

    async def _publish(self, rows: Sequence[Row]) -> list[int]:
        """The seq of those that are in the stream now. Many together if that goes, else singly."""
        if len(rows) < WHOLE_MIN:
            return await self._publish_singly(rows)
        whole = [(f"facts.{row['topic']}", _packed(row), row["fact_id"]) for row in rows]
        try:
            await self._stream.publish_whole(whole)
        except Refused:  # published before, and killed before they were marked
            return await self._publish_singly(rows)
        for row in rows:
            FACTS_PUBLISHED.labels(topic=row["topic"]).inc()
        return [row["seq"] for row in rows]

    async def _publish_singly(self, rows: Sequence[Row]) -> list[int]:
        """All at once on the wire, in order; the seq of those up to the first that failed."""
        answers = await asyncio.gather(
            *(
                self._stream.publish(f"facts.{row['topic']}", _packed(row), row["fact_id"])
                for row in rows
            ),
            return_exceptions=True,
        )
        done = []
        for row, answer in zip(rows, answers, strict=True):
            if isinstance(answer, Unavailable):
                break
            if isinstance(answer, BaseException):
                raise answer
            FACTS_PUBLISHED.labels(topic=row["topic"]).inc()
            done.append(row["seq"])
        return done

    async def _prune(self) -> None:
        if self._clock.monotonic_s() - self._pruned_s > PRUNE_PERIOD_S:
            self._pruned_s = self._clock.monotonic_s()
            async with self._database.connection() as connection:
                await connection.execute(_PRUNE, KEEP)


def _packed(row: Row) -> bytes:
    fact = Fact(
        id=row["fact_id"],
        topic=row["topic"],
        at=row["at"],
        town_code=row["town_code"],
        body=row["body"],
    )
    return _encoder.encode(fact)
