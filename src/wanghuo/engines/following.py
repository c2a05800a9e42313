"""Readers of a stream whose effects and position commit together: done exactly once.

Messages are read once, in order, for all readers. Each sums up in memory and, when it is due,
writes its sum and its position in one transaction. Killed anywhere, the next process reads again
from behind the position and comes to the same sum. What all readers have behind them is purged.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol

import structlog

from wanghuo.clock import Clock
from wanghuo.engines import position
from wanghuo.engines.postgres import DOWN, Database, Transaction
from wanghuo.engines.pulling import Message
from wanghuo.engines.stream import Stream
from wanghuo.errors import Refused, Unavailable

BATCH = 16  # messages of up to half a megabyte
RETRY_PAUSE_S = 0.5
PURGE_PERIOD_S = 20.0
WAITS: tuple[type[BaseException], ...] = (*DOWN, Unavailable)

_log = structlog.get_logger("engines.following")


class Postponed(Exception):
    """The reader could not write now and will be due again; the others go on."""


class Reader(Protocol):
    """One who reads along. name: of its position in engines.position, never changed."""

    name: str

    def begin(self, position: int) -> None:
        """Everything up to `position` is done; forget every sum."""
        ...

    def take(self, message: Message) -> None:
        """Add a message to the sum. Must not fail: put aside what cannot be read."""
        ...

    def due(self, now_s: float) -> bool:
        """Whether the sum shall be written now."""
        ...

    async def write(self, tx: Transaction) -> None:
        """Write the sum; called again with the same sum if the transaction fails.

        Raises Postponed if it is this reader's own trouble.
        """
        ...

    def written(self, now_s: float) -> None:
        """The sum is durable: begin a new one."""
        ...


class Following:
    """Follows the stream `name` for its readers. Run one at a time (see engines.lease)."""

    def __init__(
        self,
        database: Database,
        stream: Stream,
        clock: Clock,
        name: str,
        readers: Sequence[Reader],
    ) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock
        self._name = name
        self._readers = readers
        self._done: dict[str, int] = {}
        self._taken = self._purged = 0

    @property
    def taken(self) -> int:
        """The sequence of the newest message that was read."""
        return self._taken

    async def run(self) -> None:
        """Follow until cancelled. What is not written is read again next time.

        Returns when somebody else has moved a position: this one lost its lease unawares.
        """
        try:
            await self._follow()
        except Refused as error:
            _log.error("reader_replaced", stream=self._name, why=str(error))

    async def _follow(self) -> None:
        await self._patiently(self._begin)
        purged_s = self._clock.monotonic_s()
        async with aclosing(self._stream.follow(self._name, self._taken, batch=BATCH)) as messages:
            async for message in messages:
                if message is not None:
                    self._take(message)
                now_s = self._clock.monotonic_s()
                for reader in self._readers:
                    if self._done[reader.name] < self._taken and reader.due(now_s):
                        await self._patiently(partial(self._write, reader))
                if now_s - purged_s >= PURGE_PERIOD_S:
                    purged_s = now_s
                    await self._purge()

    def _take(self, message: Message) -> None:
        self._taken = message.sequence
        for reader in self._readers:
            if message.sequence > self._done[reader.name]:
                reader.take(message)

    async def _begin(self) -> None:
        _, last = await self._stream.extent(self._name)
        async with self._database.transaction() as tx:
            for reader in self._readers:
                done = await position.reached(tx, reader.name)
                if done > last:  # the stream's folder was lost: its numbers begin again
                    _log.error("stream_began_anew", stream=self._name, was=done, last=last)
                    done = 0
                    await position.forget(tx, reader.name)
                self._done[reader.name] = done
        for reader in self._readers:
            reader.begin(self._done[reader.name])
        self._taken = self._purged = min(self._done.values())

    async def _write(self, reader: Reader) -> None:
        try:
            async with self._database.transaction() as tx:
                await reader.write(tx)
                await position.advance(tx, reader.name, self._done[reader.name], self._taken)
        except Postponed as error:
            _log.error("reader_postponed", reader=reader.name, why=str(error))
            return
        self._done[reader.name] = self._taken
        reader.written(self._clock.monotonic_s())

    async def _purge(self) -> None:
        behind = min(self._done.values())
        if behind == self._purged:
            return
        try:
            await self._stream.purge(self._name, behind)
            self._purged = behind
        except Unavailable as error:
            _log.info("purge_waits", stream=self._name, why=str(error))

    async def _patiently(self, act: Callable[[], Awaitable[None]]) -> None:
        """Try until it succeeds; meanwhile nothing is read, and the stream keeps it."""
        while True:
            try:
                await act()
            except WAITS as error:
                _log.info("following_waits", stream=self._name, why=repr(error))
                await self._clock.sleep(RETRY_PAUSE_S)
            else:
                return
