"""Real engines for every test: one PostgreSQL and one NATS per run, one database per test."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import nats
import nats.js.errors
import pytest

from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.migrate import migrate
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import STREAMS, Stream

MIGRATIONS = Path(__file__).parents[1] / "migrations"
TEMPLATE = "template_wanghuo"
MEMORY_FREE_MIN_BYTES = 4 * 1024**3

Dsn = Callable[[str], str]


def engines_base() -> str | None:
    """Where engines of tests keep their files: in memory where there is room, else the usual."""
    memory = Path("/dev/shm")  # noqa: S108 — a fresh folder of mode 0700 is made in it
    if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_FREE_MIN_BYTES:
        return str(memory)
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the embedded engines, so that nobody can forget to."""
    for item in items:
        if "engines_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.engines)


@pytest.fixture(scope="session")
def engines_folder() -> Iterator[Path]:
    """A short folder of this run, because socket paths are short."""
    with tempfile.TemporaryDirectory(prefix="wh", dir=engines_base()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
async def postgres(engines_folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    """The PostgreSQL of this run, with a migrated template database."""
    server = EmbeddedPostgres(
        engines_folder / "pg", settings={"fsync": "off", "max_connections": "100"}
    )
    await server.start()
    try:
        connection = await asyncpg.connect(server.dsn(OWNER))
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        await connection.close()
        await migrate(server.dsn(OWNER, TEMPLATE), MIGRATIONS)
        yield server
    finally:
        await server.stop()


_count = itertools.count()


@pytest.fixture
async def dsn(postgres: EmbeddedPostgres) -> AsyncIterator[Dsn]:
    """`dsn(role)` of a fresh, migrated, empty database of this test alone."""
    name = f"test_{os.getpid()}_{next(_count)}"
    connection = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield lambda role: postgres.dsn(role, name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def database(dsn: Dsn) -> AsyncIterator[Database]:
    """A freshly migrated, empty database, as the role wanghuo_engine."""
    opened = await Database.open(dsn("wanghuo_engine"))
    yield opened
    await asyncio.wait_for(opened.close(), 10)


@pytest.fixture
async def web_database(dsn: Dsn) -> AsyncIterator[Database]:
    """The same database as `database`, as the role wanghuo_web: row-level security holds."""
    opened = await Database.open(dsn("wanghuo_web"))
    yield opened
    await asyncio.wait_for(opened.close(), 10)


@pytest.fixture(scope="session")
async def nats_server(engines_folder: Path) -> AsyncIterator[EmbeddedNats]:
    """The NATS of this run."""
    server = EmbeddedNats(engines_folder / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def nats_stream(nats_server: EmbeddedNats) -> AsyncIterator[Stream]:
    """A connected Stream whose streams are empty and have no consumers."""
    client = await nats.connect(nats_server.url)
    for config in STREAMS:
        try:
            await client.jetstream().delete_stream(config.name or "")
        except nats.js.errors.NotFoundError:
            continue
    await client.close()
    stream = await Stream.connect(nats_server.url)
    await stream.ensure()
    yield stream
    await stream.close()
