"""A database migrated step by step, with data in between, has the schema of a fresh one."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import MIGRATIONS, Dsn
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres, binary
from wanghuo.engines.migrate import migrate, migrations_in
from wanghuo.errors import Refused


async def schema_of(dsn: str) -> str:
    child = await asyncio.create_subprocess_exec(
        binary("pg_dump"), "--schema-only", "--restrict-key=same", "-d", dsn,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await child.communicate()
    assert child.returncode == 0
    return said.decode()


async def test_migrated_schema_equals_fresh_schema(postgres: EmbeddedPostgres, dsn: Dsn) -> None:
    connection = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    await connection.execute("CREATE DATABASE stepwise")
    stepwise = postgres.dsn(OWNER, "stepwise")
    for known in migrations_in(MIGRATIONS):
        names = await migrate(stepwise, MIGRATIONS, up_to=known.version)
        assert names == [f"{known.version:04d}_{known.name}"]
        await _put_a_row_in_the_ledger(stepwise)
    assert await schema_of(stepwise) == await schema_of(dsn(OWNER))
    await connection.execute("DROP DATABASE stepwise")
    await connection.close()


async def _put_a_row_in_the_ledger(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO engines.position VALUES ('step', 1)"
        " ON CONFLICT (name) DO UPDATE SET position = engines.position.position + 1"
    )
    await connection.close()


async def test_running_again_does_nothing(dsn: Dsn) -> None:
    assert await migrate(dsn(OWNER), MIGRATIONS) == []


async def test_several_may_start_at_once(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(postgres.dsn(OWNER, "postgres"))
    await connection.execute("CREATE DATABASE raced")
    raced = postgres.dsn(OWNER, "raced")
    names = await asyncio.gather(*(migrate(raced, MIGRATIONS) for _ in range(3)))
    assert sum(map(len, names)) == len(migrations_in(MIGRATIONS))
    await connection.execute("DROP DATABASE raced")
    await connection.close()


async def test_a_file_changed_after_it_ran_is_refused(dsn: Dsn, tmp_path: Path) -> None:
    for path in MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / sorted(p.name for p in MIGRATIONS.glob("*.sql"))[2]).write_text("SELECT 1;")
    with pytest.raises(Refused, match="0003"):
        await migrate(dsn(OWNER), tmp_path)


async def test_a_failing_file_leaves_nothing_behind(dsn: Dsn, tmp_path: Path) -> None:
    for path in MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    following = max(one.version for one in migrations_in(MIGRATIONS)) + 1
    broken = tmp_path / f"{following:04d}_engines_broken.sql"
    broken.write_text("CREATE TABLE engines.half (x int); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(dsn(OWNER), tmp_path)
    connection = await asyncpg.connect(dsn(OWNER))
    assert await connection.fetchval("SELECT to_regclass('engines.half')") is None
    await connection.close()


@pytest.mark.parametrize("names", [["0001_a_b.sql", "0001_a_c.sql"], ["one.sql"]])
def test_doubles_and_strange_names_are_refused(names: list[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(Refused):
        migrations_in(tmp_path)
