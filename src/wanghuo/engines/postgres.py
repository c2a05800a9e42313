"""The door to PostgreSQL: a pool, transactions scoped to towns and organisation, JSON by msgspec.

Only this package imports the driver. Wings say `Transaction` and `Row` and write plain SQL.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, Self

import asyncpg
import msgspec

from wanghuo.principal import ORGANISATION_MARK

STATEMENT_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 5.0
JSONB_VERSION = b"\x01"  # the first byte of jsonb on the wire

# Planning one judgement took 6 ms each time; and a plan made while a table was empty would read all
# of it for ever, so reading whole tables and hashing them is ruled out where an index serves.
BY_INDEX = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

# What "the database does not answer" looks like, whatever the reason.
DOWN: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what the driver says when the server died between two statements
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalServerError,
    asyncpg.ReadOnlySQLTransactionError,
)
SET_SCOPE = "SELECT set_config('app.towns', $1, true), set_config('app.organisation', $2, true)"
SqlError = asyncpg.PostgresError  # the database answered: no


class Row(Protocol):
    """One row of an answer: by column name or by position."""

    def __getitem__(self, key: str | int) -> Any: ...  # noqa: ANN401 — as wide as SQL is

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401
        """The column's value, or `default` if there is no such column."""
        ...

    def keys(self) -> Iterable[str]:
        """The column names in order."""
        ...

    def values(self) -> Iterable[Any]:
        """The values in order."""
        ...

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names with values."""
        ...


class Transaction(Protocol):
    """A database connection inside a transaction. Arguments stand for $1, $2 and so on."""

    async def execute(self, query: str, *args: Any) -> str:  # noqa: ANN401
        """Run it; the answer is the command tag, e.g. `INSERT 0 3`."""
        ...

    async def executemany(self, command: str, args: Iterable[Sequence[Any]]) -> None:
        """Run it once per row of arguments, in one round trip."""
        ...

    async def fetch(self, query: str, *args: Any) -> list[Row]:  # noqa: ANN401
        """Every row."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Row | None:  # noqa: ANN401
        """The first row, or None."""
        ...

    async def fetchval(self, query: str, *args: Any) -> Any:  # noqa: ANN401
        """The first column of the first row, or None."""
        ...

    async def copy_records_to_table(
        self,
        table_name: str,
        *,
        records: Iterable[Sequence[Any]],
        columns: Sequence[str] | None = None,
        schema_name: str | None = None,
    ) -> str:
        """Bulk insert by COPY."""
        ...

    def cursor(self, query: str, *args: Any) -> Any:  # noqa: ANN401
        """Rows one by one, for answers too large to hold."""
        ...

    def transaction(self) -> "Opened":
        """A transaction; inside one, a savepoint."""
        ...


class Opened(AbstractAsyncContextManager[None], Protocol):
    """A transaction of the driver: as a block, or step by step."""

    async def start(self) -> None:
        """BEGIN."""
        ...

    async def commit(self) -> None:
        """COMMIT."""
        ...

    async def rollback(self) -> None:
        """ROLLBACK."""
        ...


async def prepare(connection: asyncpg.Connection) -> None:
    """Give a fresh connection the JSON codec; for pools and for single connections."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: JSONB_VERSION + msgspec.json.encode(value),
        decoder=lambda packed: msgspec.json.decode(packed[1:]),
    )


async def _nothing_to_reset(_connection: asyncpg.Connection) -> None:
    """Settings are local to transactions, so a returned connection needs no round trip."""


class Database:
    """A pool of connections as one role."""

    def __init__(self, pool: asyncpg.Pool, dsn: str) -> None:
        self._pool = pool
        self.dsn = dsn

    @classmethod
    async def open(  # noqa: PLR0913 — each is a setting of the pool
        cls,
        dsn: str,
        size_min: int = 1,
        size_max: int = 8,
        *,
        statement_timeout_s: float = STATEMENT_TIMEOUT_S,
        name: str = "wanghuo",
        plan_once: bool = False,
    ) -> Self:
        """Connect. name: what pg_stat_activity shows. Raises DOWN errors if nobody answers.

        plan_once: plan a statement once per connection, never for its arguments, always by index
        (BY_INDEX); for few, fixed statements that touch few rows of tables that only grow.
        """
        pool = await asyncpg.create_pool(
            dsn,
            min_size=size_min,
            max_size=size_max,
            init=prepare,
            reset=_nothing_to_reset,
            timeout=CONNECT_TIMEOUT_S,
            max_inactive_connection_lifetime=0.0,
            server_settings={
                "application_name": name,
                "statement_timeout": str(int(statement_timeout_s * 1000)),
                "timezone": "UTC",
                "jit": "off",
                **(BY_INDEX if plan_once else {}),
            },
        )
        return cls(pool, dsn)

    async def close(self) -> None:
        """Wait for the running statements, then hang up."""
        await self._pool.close()

    def abort(self) -> None:
        """Hang up at once."""
        self._pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Transaction]:
        """A connection without a transaction: each statement commits by itself.

        Whoever is cancelled inside (a timeout, too) hangs up: the driver would wait until the
        server has heard of it, and a server that stands still never does.
        """
        async with self._pool.acquire() as connection:
            try:
                yield connection
            except BaseException as error:
                if _is_interrupted(error):
                    connection.terminate()
                raise

    @asynccontextmanager
    async def transaction(self, scope: str | None = None) -> AsyncIterator[Transaction]:
        """A transaction; it commits at the end of the block and rolls back on an error.

        scope: what row-level security compares with, Principal.scope(): town codes joined by
        commas or `*` for all, then `|kind:id` for an organisation; None sets nothing, which shows
        the role wanghuo_web no row.
        """
        async with self.connection() as connection:
            open_one = connection.transaction()
            await open_one.start()
            try:
                if scope is not None:
                    await connection.execute(SET_SCOPE, *_fences(scope))
                yield connection
            except BaseException as error:
                if not _is_interrupted(error):  # else hanging up rolls back
                    await open_one.rollback()
                raise
            else:
                await open_one.commit()


def _fences(scope: str) -> tuple[str, str]:
    """The towns and the organisation of a scope."""
    towns, _, organisation = scope.partition(ORGANISATION_MARK)
    return towns, organisation


def _is_interrupted(error: BaseException) -> bool:
    """Whether a statement may still be on its way: cancelled, timed out, or the process ends."""
    return isinstance(error, TimeoutError) or not isinstance(error, Exception)
