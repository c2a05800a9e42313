"""Hearing NOTIFY: one connection per process, which comes back by itself.

A notification may be lost while the connection is away, so it only ever wakes somebody who then
looks into a table; and whoever waits gives a longest time to wait. To lose no wake-up in between:
take a ticket, look into the table, then wait with that ticket.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import asyncpg
import structlog

from wanghuo.clock import Clock
from wanghuo.engines import presence
from wanghuo.engines.ending import end
from wanghuo.engines.postgres import DOWN, SqlError

RETRY_PAUSE_S = 0.2
WAITS: tuple[type[BaseException], ...] = (*DOWN, SqlError)
CONNECT_TIMEOUT_S = 5.0

_log = structlog.get_logger("engines.listen")


class Listener:
    """Listens to `channels` as long as it is entered: `async with Listener(…) as listener`.

    present: as whom it is seen to be alive meanwhile (presence.py); "" as nobody.
    """

    def __init__(
        self, dsn: str, channels: Sequence[str], clock: Clock, *, present: str = ""
    ) -> None:
        self._dsn = dsn
        self._present = present
        self._clock = clock
        self._heard = dict.fromkeys(channels, 0)
        self._wakers: dict[str, set[asyncio.Future[None]]] = {c: set() for c in channels}
        self._keeper: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin; the first connection is waited for briefly, not for ever."""
        self._keeper = asyncio.create_task(self._keep())
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self._ready.wait()
        except asyncio.CancelledError:  # then nobody will leave what was never entered
            self._keeper.cancel()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        if self._keeper is not None:
            await end(self._keeper)

    def ticket(self, channel: str) -> int:
        """How often the channel was heard until now."""
        return self._heard[channel]

    async def wait(self, channel: str, ticket: int, timeout_s: float) -> bool:
        """Return once the channel was heard after `ticket`, or False after `timeout_s`."""
        if self._heard[channel] != ticket:
            return True
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wakers[channel].add(waker)
        try:
            async with asyncio.timeout(timeout_s):  # wait_for of 3.11 may swallow a cancel
                await waker
        except TimeoutError:
            return False
        finally:
            self._wakers[channel].discard(waker)
        return True

    def _hear(self, _connection: object, _pid: int, channel: str, _payload: object) -> None:
        self._heard[channel] += 1
        for waker in self._wakers[channel]:
            if not waker.done():
                waker.set_result(None)

    async def _keep(self) -> None:
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_S)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _c, gone=gone: gone.set())
                if self._present:
                    await connection.execute(presence.ATTEND, self._present)
                for channel in self._heard:
                    await connection.add_listener(channel, self._hear)
                self._ready.set()
                for channel in self._heard:  # something may have been said while we were away
                    self._hear(None, 0, channel, None)
                await gone.wait()
                _log.info("listener_lost_its_connection")
            except WAITS as error:
                _log.debug("listener_waits", why=repr(error))
            finally:
                if connection is not None:
                    connection.terminate()
            await self._clock.sleep(RETRY_PAUSE_S)
