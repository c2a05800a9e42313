"""Emptying a work-queue stream into the database: a message leaves when its effects are committed.

A message may come twice, so what is written must be idempotent.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError, Transaction
from wanghuo.engines.pulling import Message, Pull
from wanghuo.engines.stream import Stream
from wanghuo.errors import Unavailable

BATCH = 200
WAIT_S = 1.0
PAUSE_S = 0.3
REFUSED_PAUSE_S = 30.0
ACK_WAIT_S = 10.0
WAITS: tuple[type[BaseException], ...] = (*DOWN, Unavailable)

_log = structlog.get_logger("engines.draining")

Keep = Callable[[Transaction, Sequence[Message]], Awaitable[None]]


class Draining:
    """Drains the stream `name`. keep: writes the effects of messages in one transaction."""

    def __init__(
        self, database: Database, stream: Stream, clock: Clock, name: str, keep: Keep
    ) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock
        self._name = name
        self._keep = keep

    async def run(self) -> None:
        """Drain for ever, waiting while either engine is away; end it by cancelling."""
        pull: Pull | None = None
        while True:
            try:
                pull = pull or await self._stream.pull(self._name, "drainer", ack_wait_s=ACK_WAIT_S)
                found = await pull.fetch(BATCH, WAIT_S)
                if found:
                    await self._drain(found)
            except WAITS as error:
                _log.info("draining_waits", stream=self._name, why=repr(error))
                pull = None
                await self._clock.sleep(PAUSE_S)

    async def _drain_singly(self, found: Sequence[Message], error: SqlError) -> None:
        """One of them is not storable: it must not keep the others; it stays, loudly."""
        if len(found) == 1:
            _log.error("message_not_drained", stream=self._name, why=str(error))
            await found[0].later(REFUSED_PAUSE_S)
            return
        for message in found:
            await self._drain([message])

    async def _drain(self, found: Sequence[Message]) -> None:
        try:
            async with self._database.transaction() as tx:
                await self._keep(tx, found)
        except DOWN:
            for message in found:
                await message.later(PAUSE_S)
            raise
        except SqlError as error:
            await self._drain_singly(found, error)
            return
        for message in found:
            await message.ack()
        _log.info("drained", stream=self._name, messages=len(found))
