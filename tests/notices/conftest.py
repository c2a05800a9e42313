"""More than one database for a test: to replay into, or to judge the same log differently."""

import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from tests.conftest import TEMPLATE
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.postgres import Database

Fresh = Callable[[], Awaitable[Database]]
_count = itertools.count()


@pytest.fixture
async def fresh(postgres: EmbeddedPostgres) -> AsyncIterator[Fresh]:
    """A maker of more databases, each migrated and empty."""
    owner = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    opened: list[Database] = []
    names: list[str] = []

    async def make() -> Database:
        names.append(f"fresh_{os.getpid()}_{next(_count)}")
        await owner.execute(f"CREATE DATABASE {names[-1]} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        opened.append(await Database.open(postgres.dsn("wanghuo_engine", names[-1])))
        return opened[-1]

    yield make
    for database in opened:
        await database.close()
    for name in names:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await owner.close()
