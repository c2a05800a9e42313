"""Hearing NOTIFY: one connection per process and database, which comes back by itself.

One, because PostgreSQL wakes every listening connection at every NOTIFY, whatever it listens to. A
fire has five of them; with nine ears instead of four its backends woke a quarter more often.

A notification may be lost while the connection is away, so it only ever wakes somebody who then
looks into a table; and whoever waits gives a longest time to wait. To lose no wake-up in between:
take a ticket, look into the table, then wait with that ticket.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self
from weakref import WeakKeyDictionary

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
        self._clock = clock
        self.present = present
        self.heard = dict.fromkeys(channels, 0)
        self.ready = asyncio.Event()
        self._wakers: dict[str, set[asyncio.Future[None]]] = {c: set() for c in channels}

    async def __aenter__(self) -> Self:
        """Begin; the first connection is waited for briefly, not for ever."""
        ear = _Ear.of(self._dsn, self._clock)
        ear.join(self)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await self.ready.wait()
        except asyncio.CancelledError:  # then nobody will leave what was never entered
            await ear.leave(self)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more; the last one hangs up."""
        await _Ear.of(self._dsn, self._clock).leave(self)

    def ticket(self, channel: str) -> int:
        """How often the channel was heard until now."""
        return self.heard[channel]

    async def wait(self, channel: str, ticket: int, timeout_s: float) -> bool:
        """Return once the channel was heard after `ticket`, or False after `timeout_s`."""
        if self.heard[channel] != ticket:
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

    def hear(self, channel: str) -> None:
        """The channel was told, or may have been while nobody listened."""
        self.heard[channel] += 1
        for waker in self._wakers[channel]:
            if not waker.done():
                waker.set_result(None)


class _Ear:
    """The listening connection of this process to one database, as long as anybody listens."""

    def __init__(self, dsn: str, clock: Clock) -> None:
        self._dsn = dsn
        self._clock = clock
        self._listeners: dict[Listener, None] = {}
        self._greeted: set[Listener] = set()  # on the connection of now
        self._channels: set[str] = set()  # that it listens to
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @classmethod
    def of(cls, dsn: str, clock: Clock) -> "_Ear":
        """The one of this loop and database."""
        ears = _EARS.setdefault(asyncio.get_running_loop(), {})
        return ears.setdefault(dsn, cls(dsn, clock))

    def join(self, listener: Listener) -> None:
        """Listen for it, too."""
        self._listeners[listener] = None
        self._changed.set()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def leave(self, listener: Listener) -> None:
        """Listen for it no more."""
        self._listeners.pop(listener, None)
        self._changed.set()
        if not self._listeners and self._keeper is not None:
            keeper, self._keeper = self._keeper, None
            await end(keeper)

    def _hear(self, _connection: object, _pid: int, channel: str, _payload: object) -> None:
        for listener in self._listeners:
            if channel in listener.heard:
                listener.hear(channel)

    async def _keep(self) -> None:
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await asyncpg.connect(self._dsn, timeout=CONNECT_TIMEOUT_S)
                connection.add_termination_listener(lambda _connection: self._changed.set())
                self._greeted, self._channels = set(), set()
                while not connection.is_closed():
                    self._changed.clear()
                    await self._greet(connection)
                    await self._changed.wait()
                _log.info("listener_lost_its_connection")
            except WAITS as error:
                _log.debug("listener_waits", why=repr(error))
            finally:
                if connection is not None:
                    connection.terminate()
            await self._clock.sleep(RETRY_PAUSE_S)

    async def _greet(self, connection: asyncpg.Connection) -> None:
        """Let the connection follow who has come and who has gone."""
        for gone in self._greeted - self._listeners.keys():
            self._greeted.discard(gone)
            if gone.present:
                await connection.execute(presence.LEAVE, gone.present)
        for come in [one for one in self._listeners if one not in self._greeted]:
            if come.present:
                await connection.execute(presence.ATTEND, come.present)
            for channel in come.heard.keys() - self._channels:
                await connection.add_listener(channel, self._hear)
                self._channels.add(channel)
            self._greeted.add(come)
            come.ready.set()
            for channel in come.heard:  # something may have been said while we were away
                come.hear(channel)


_EARS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Ear]]] = WeakKeyDictionary()
