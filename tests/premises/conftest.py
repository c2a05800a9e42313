"""The whole demo city, generated and loaded once for all tests that need it."""

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.conftest import TEMPLATE
from wanghuo.devices import store as devices_store
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.postgres import Database
from wanghuo.premises import store, synthetic
from wanghuo.premises.city_whole import City, generate

SEED = 7


@pytest.fixture(scope="session")
def city() -> City:
    """The city of seed 7."""
    return generate(SEED)


async def load(database: Database, city: City) -> None:
    """What `wanghuo up` does on its first start."""
    made = synthetic.records(city.towns[0])
    async with database.transaction() as tx:
        await store.load_city(tx, city)
        await devices_store.load_register(tx, city.operators, city.senders(), city.devices())
        await store.add_synthetic(tx, made)
        await devices_store.add_synthetic(tx, made.sender, made.device)


@pytest.fixture(scope="session")
async def city_dsn(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The name of a database that is there for the whole run."""
    name = f"city_{os.getpid()}"
    connection = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    yield name
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture(scope="session")
async def city_database(
    postgres: EmbeddedPostgres, city_dsn: str, city: City
) -> AsyncIterator[Database]:
    """The whole city in PostgreSQL, as wanghuo_engine. Tests read it and change nothing."""
    database = await Database.open(postgres.dsn("wanghuo_engine", city_dsn))
    await load(database, city)
    yield database
    await asyncio.wait_for(database.close(), 10)


@pytest.fixture(scope="session")
async def city_web_database(
    postgres: EmbeddedPostgres, city_dsn: str, city_database: Database
) -> AsyncIterator[Database]:
    """The same database as wanghuo_web: row-level security holds."""
    assert city_database is not None
    database = await Database.open(postgres.dsn("wanghuo_web", city_dsn))
    yield database
    await asyncio.wait_for(database.close(), 10)
