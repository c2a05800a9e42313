"""Many writes in one statement: all of them or none, each with as many rows as it has."""

import pytest

from wanghuo.engines import together
from wanghuo.engines.postgres import Database, SqlError
from wanghuo.engines.together import Part

UNIT = (
    "INSERT INTO premises.unit (id, name, town_code)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::text[])"
)
TIMER = (
    "INSERT INTO engines.timer (id, kind, subject, due_at)"
    " SELECT id, kind, id, now() FROM unnest($1::text[], $2::text[]) AS t (id, kind)"
)


async def counts(database: Database) -> tuple[int, int]:
    async with database.transaction() as tx:
        units = await tx.fetchval("SELECT count(*) FROM premises.unit")
        return units, await tx.fetchval("SELECT count(*) FROM engines.timer")


@pytest.mark.parametrize(("units", "timers"), [(0, 0), (2, 0), (0, 3), (2, 3)])
async def test_each_part_writes_its_own_rows(database: Database, units: int, timers: int) -> None:
    parts = (
        Part(UNIT, [(f"u{n}", "name", "t") for n in range(units)]),
        Part(TIMER, [(f"t{n}", "kind") for n in range(timers)]),
    )
    async with database.transaction() as tx:
        await together.run(tx, parts, wakes=["timers"])
    assert await counts(database) == (units, timers)


async def test_one_part_that_fails_takes_all_with_it(database: Database) -> None:
    parts = (Part(UNIT, [("u", "name", "t")]), Part(TIMER, [("t", "kind"), ("t", "kind")]))
    with pytest.raises(SqlError):
        async with database.transaction() as tx:
            await together.run(tx, parts)
    assert await counts(database) == (0, 0)
