"""Group commit: many callers, one statement, one fsync; a second at most, and then an honest no.

- Callers that come while a commit is on its way share the next one, so the lane gets wider under
  load instead of slower.
- A caller waits `patience_s` at most. Then it hears Unavailable, which means: not *known* to be
  durable. What is written must therefore be idempotent.
- Once the database was found down, callers hear so at once, while one task goes on knocking.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import asyncpg
import structlog

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.postgres import DOWN, Transaction, prepare
from wanghuo.errors import Unavailable

Item = TypeVar("Item")
Told = Callable[[BaseException | None], None]

BATCH_MAX = 1024  # items in one statement
PATIENCE_S = 1.0
KNOCK_PERIOD_S = 0.2
WRITABLE = "SELECT NOT pg_is_in_recovery()"

_log = structlog.get_logger("engines.group_commit")


@dataclass
class _Waiting(Generic[Item]):
    """One caller. until_s: when it stops waiting."""

    items: Sequence[Item]
    until_s: float
    told: Told


class GroupCommit(Generic[Item]):
    """Writes items through a connection of its own.

    write: stores the items with one autocommitted statement; idempotent. dsn: where to.
    """

    def __init__(
        self,
        dsn: str,
        write: Callable[[Transaction, Sequence[Item]], Awaitable[object]],
        clock: Clock,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._dsn = dsn
        self._write = write
        self._clock = clock
        self._patience_s = patience_s
        self._waiting: list[_Waiting[Item]] = []
        self._lost = asyncio.Event()
        self._connection: asyncpg.Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._worker: asyncio.Task[None] | None = None

    @property
    def up(self) -> bool:
        """Whether the database answered when it was last asked."""
        return self._connection is not None

    async def start(self) -> None:
        """Connect if the database is there, and begin to work either way."""
        await self._knock()
        if self._connection is None:
            self._lost.set()
        self._keeper = asyncio.create_task(self._keep_connected())

    async def stop(self) -> None:
        """Stop working; whoever still waits hears Unavailable."""
        await end(*(task for task in (self._keeper, self._worker) if task is not None))
        self._hang_up()
        self._refuse(self._waiting, "the intake is closing")
        self._waiting = []

    async def put(self, items: Sequence[Item]) -> None:
        """Durable on return. Raises Unavailable when that is not known, after 1 s at most."""
        await awaited(partial(self.put_then, items))

    def put_then(self, items: Sequence[Item], told: Told) -> None:
        """Like `put`, without a task for each caller: told(None) or told(error), once.

        A fire's confirm waits for nothing else, so each turn of the loop that it need not take
        is time won while thousands of routine packets share that loop.
        """
        if self._connection is None:
            told(Unavailable("the database is down"))
            return
        until_s = self._clock.monotonic_s() + self._patience_s
        self._waiting.append(_Waiting(items, until_s, told))
        if self._worker is None:
            self._worker = asyncio.create_task(self._commit_all())

    async def _commit_all(self) -> None:
        """Commit until nobody waits."""
        try:
            while self._waiting and self._connection is not None:
                await self._commit(self._connection, self._take())
        finally:
            self._worker = None

    async def _keep_connected(self) -> None:
        while True:
            await self._lost.wait()
            await self._knock()
            if self._connection is None:
                await self._clock.sleep(KNOCK_PERIOD_S)
            else:
                self._lost.clear()
                _log.info("database_is_back")

    def _take(self) -> list[_Waiting[Item]]:
        """The oldest callers, as many as fit in one statement."""
        size = count = 0
        for waiting in self._waiting:
            size += len(waiting.items)
            if count and size > BATCH_MAX:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _commit(self, connection: asyncpg.Connection, batch: list[_Waiting[Item]]) -> None:
        items = [item for waiting in batch for item in waiting.items]
        left_s = batch[0].until_s - self._clock.monotonic_s()
        try:
            async with asyncio.timeout(max(left_s, 0.001)):
                await self._write(connection, items)
        except asyncio.CancelledError:
            self._refuse(batch, "the intake is closing")
            raise
        except DOWN as error:
            self._give_up(batch, error)
        except asyncpg.PostgresError as error:
            await self._one_by_one(batch, error)
        except Exception as error:  # noqa: BLE001 — whatever it is, callers must hear of it
            self._give_up(batch, error)
        else:
            for waiting in batch:
                _tell(waiting, None)

    async def _one_by_one(self, batch: list[_Waiting[Item]], error: asyncpg.PostgresError) -> None:
        """Something in the batch is not storable: only its own caller shall hear of it."""
        if len(batch) == 1:
            _tell(batch[0], error)
            return
        for waiting in batch:
            if self._connection is None:
                self._refuse([waiting], "the database is down")
            else:
                await self._commit(self._connection, [waiting])

    def _give_up(self, batch: list[_Waiting[Item]], error: BaseException) -> None:
        """The database is down: everyone hears it, and knocking begins."""
        _log.error("database_is_down", error=repr(error))
        self._hang_up()
        self._lost.set()
        waiting, self._waiting = self._waiting, []
        self._refuse([*batch, *waiting], "the database did not commit in time")

    def _refuse(self, callers: Sequence[_Waiting[Item]], why: str) -> None:
        for waiting in callers:
            _tell(waiting, Unavailable(why))

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _knock(self) -> None:
        """Connect, if a database that can be written to answers."""
        connection: asyncpg.Connection | None = None
        try:
            async with asyncio.timeout(self._patience_s):
                connection = await asyncpg.connect(
                    self._dsn, server_settings={"application_name": "intake", "jit": "off"}
                )
                await prepare(connection)
                if await connection.fetchval(WRITABLE):
                    self._connection, connection = connection, None
        except DOWN as error:
            _log.debug("database_does_not_answer", error=repr(error))
        finally:
            if connection is not None:
                connection.terminate()


async def awaited(begin: Callable[[Told], None]) -> None:
    """Begin something that tells by callback, and wait for it. Raises what it tells."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    begin(partial(_settle, done))
    await done


def _settle(done: asyncio.Future[None], error: BaseException | None) -> None:
    if done.done():  # its caller has gone
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _tell(waiting: _Waiting[Item], error: BaseException | None) -> None:
    try:
        waiting.told(error)
    except Exception:  # noqa: BLE001 — one caller's broken answer must not keep another's back
        _log.exception("answer_failed")
