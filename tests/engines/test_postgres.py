"""The pool, the transactions and the towns that they are scoped to."""

import pytest

from wanghuo.engines.postgres import Database


async def test_a_transaction_commits_at_the_end_of_its_block(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO engines.position VALUES ('x', 7)")
    async with database.connection() as other:
        assert await other.fetchval("SELECT position FROM engines.position") == 7


async def test_an_error_rolls_the_transaction_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await _insert_and_fail(database)
    async with database.connection() as other:
        assert await other.fetchval("SELECT count(*) FROM engines.position") == 0


async def _insert_and_fail(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO engines.position VALUES ('x', 7)")
        raise ZeroDivisionError


async def test_json_goes_in_and_out_as_python_values(database: Database) -> None:
    told = {"望火": [1, 2.5, None, True, {"a": "b"}]}
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT $1::jsonb", told) == told
        assert await connection.fetchval("SELECT $1::jsonb[]", [told, told]) == [told, told]


async def test_towns_show_their_own_rows_and_no_setting_shows_none(
    database: Database, web_database: Database
) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO premises.unit (id, name, town_code) VALUES ('a','甲','1'), ('b','乙','2')"
        )
    seen = {}
    for towns in (None, "", "1", "1,2", "*", "9"):
        async with web_database.transaction(towns) as tx:
            rows = await tx.fetch("SELECT id FROM premises.unit ORDER BY id")
            seen[towns] = [row["id"] for row in rows]
    assert seen == {None: [], "": [], "1": ["a"], "1,2": ["a", "b"], "*": ["a", "b"], "9": []}


async def test_towns_of_one_transaction_do_not_leak_into_the_next(web_database: Database) -> None:
    async with web_database.transaction("*") as tx:
        assert await tx.fetchval("SELECT current_setting('app.towns', true)") == "*"
    async with web_database.transaction() as tx:
        assert await tx.fetchval("SELECT current_setting('app.towns', true)") in {None, ""}
