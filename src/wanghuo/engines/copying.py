"""Tables from one database into another, as they are: binary COPY on both sides, streamed."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg

QUEUE_MAX = 64  # pieces on their way


async def copy_tables(source_dsn: str, target_dsn: str, tables: Sequence[str]) -> None:
    """Copy `schema.table` names in order. The target's tables are empty and look the same."""
    source = await asyncpg.connect(source_dsn)
    target = await asyncpg.connect(target_dsn)
    try:
        for table in tables:
            await _copy(source, target, table)
    finally:
        await source.close()
        await target.close()


async def _copy(source: asyncpg.Connection, target: asyncpg.Connection, table: str) -> None:
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_MAX)
    schema, _, name = table.partition(".")

    async def read() -> None:
        await source.copy_from_table(name, schema_name=schema, output=pieces.put, format="binary")
        await pieces.put(None)

    async def arriving() -> AsyncIterator[bytes]:
        while (piece := await pieces.get()) is not None:
            yield piece

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        group.create_task(
            target.copy_to_table(name, schema_name=schema, source=arriving(), format="binary")
        )


async def fresh_database(server_dsn: str, name: str) -> None:
    """Create the database `name` anew; one of that name is dropped. For the owner only."""
    connection = await asyncpg.connect(server_dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def drop_database(server_dsn: str, name: str) -> None:
    """Drop the database `name` if there is one."""
    connection = await asyncpg.connect(server_dsn)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()
