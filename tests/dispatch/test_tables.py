"""The ranking in real tables: made once, made again when something changed, scoped by town."""

import pytest

from tests.dispatch.makers import a_graph, at, the_policy, the_square
from wanghuo.clock import WallClock
from wanghuo.dispatch import feed, store
from wanghuo.dispatch.router import Router
from wanghuo.engines.postgres import Database, Row

HERE, THERE = "330282101", "330282102"
CLOCK = WallClock()


@pytest.fixture
async def town(database: Database) -> Database:
    """Three places in two towns, four stations of two levels, on the square and off it."""
    async with database.transaction("*") as tx:
        for number, code in enumerate((HERE, THERE)):
            await tx.execute(
                "INSERT INTO premises.town VALUES ($1, $1, $2, 121, 30)", code, f"T{number}"
            )
            await tx.execute(
                "INSERT INTO premises.unit (id, name, town_code) VALUES ($1, $1, $1)", code
            )
        for key, code, where in (
            ("P1", HERE, at(20, 5)), ("P2", HERE, at(220, 180)), ("P3", THERE, at(0, 4000)),
        ):  # fmt: skip
            await tx.execute(
                "INSERT INTO premises.place (id, unit_id, name, category, town_code, lon, lat)"
                " VALUES ($1, $2, $1, 'rental', $2, $3, $4)",
                key, code, where.lon, where.lat,
            )  # fmt: skip
        for key, level, where in (
            ("S1", "micro", at(100, 0)), ("S2", "micro", at(100, 200)),
            ("S3", "micro", at(390, 0)), ("B1", "brigade", at(0, 100)),
        ):  # fmt: skip
            await tx.execute(
                "INSERT INTO premises.station (id, level, keeper, name, town_code, lon, lat)"
                " VALUES ($1, $2, 'village', $1, $3, $4, $5)",
                key, level, HERE, where.lon, where.lat,
            )  # fmt: skip
    return database


async def ranks(database: Database) -> list[Row]:
    async with database.transaction("*") as tx:
        return await tx.fetch("SELECT *, xmin FROM dispatch.travel ORDER BY place_id, level")


def router(**more: object) -> Router:
    return Router(a_graph(the_square(**more)), the_policy())


async def test_a_ranking_is_made_once_and_told(town: Database) -> None:
    heard: list[tuple[str, int, int]] = []
    report = await feed.rank(
        town, CLOCK, router(), the_policy(), told=lambda *said: heard.append(said)
    )
    assert (report.changed, report.places, report.stations, report.pairs) == (True, 3, 4, 12)
    assert (report.ranks, report.by_straight_line, report.places_far_from_road) == (12, 4, 1)
    assert heard[-1] == ("places", 3, 3)
    rows = await ranks(town)
    first = [(r["place_id"], r["station_ids"][0], r["by_line"][0]) for r in rows]
    assert first == [
        ("P1", "B1", False), ("P1", "S1", False), ("P2", "B1", False), ("P2", "S2", False),
        ("P3", "B1", True), ("P3", "S2", True),
    ]  # fmt: skip
    again = await feed.rank(town, CLOCK, router(), the_policy())
    assert not again.changed
    assert again.ranks == 12
    assert await ranks(town) == rows


async def test_what_did_not_change_is_not_written_again(town: Database) -> None:
    await feed.rank(town, CLOCK, router(), the_policy())
    before = {(r["place_id"], r["level"]): r["xmin"] for r in await ranks(town)}
    async with town.transaction("*") as tx:
        await tx.execute("UPDATE premises.station SET lat = lat + 0.001 WHERE id = 'S3'")
    report = await feed.rank(town, CLOCK, router(), the_policy())
    assert report.changed
    changed = [
        r["level"] for r in await ranks(town) if before[r["place_id"], r["level"]] != r["xmin"]
    ]
    assert changed == ["micro"] * 3, "nothing of the brigade has changed"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM premises.place WHERE id = 'P2'",
        "DELETE FROM premises.station WHERE id = 'S2'",
    ],
)
async def test_what_is_gone_is_ranked_no_more(town: Database, change: str) -> None:
    await feed.rank(town, CLOCK, router(), the_policy())
    async with town.transaction("*") as tx:
        await tx.execute(change)
    await feed.rank(town, CLOCK, router(), the_policy())
    gone = change[-3:-1]
    rows = await ranks(town)
    assert rows
    assert not [r for r in rows if gone in {r["place_id"], *r["station_ids"]}]
    assert {len(r["station_ids"]) for r in rows if r["level"] == "micro"} <= {2, 3}


async def test_another_graph_ranks_anew_and_is_named(town: Database) -> None:
    plain, slow = router(), router(signals=[2])
    await feed.rank(town, CLOCK, plain, the_policy())
    assert (await feed.rank(town, CLOCK, slow, the_policy())).changed
    assert {r["graph_version"] for r in await ranks(town)} == {slow.graph.version}
    assert (await feed.rank(town, CLOCK, None, the_policy())).by_straight_line == 12
    assert {r["graph_version"] for r in await ranks(town)} == {""}
    assert (await feed.rank(town, CLOCK, None, the_policy(), again=True)).changed


async def test_a_ranking_is_seen_where_its_place_is_seen(
    town: Database, web_database: Database
) -> None:
    await feed.rank(town, CLOCK, router(), the_policy())
    for scope, seen in (
        (HERE, {"P1", "P2"}),
        (THERE, {"P3"}),
        ("", set()),
        ("*", {"P1", "P2", "P3"}),
    ):
        async with web_database.transaction(scope) as tx:
            rows = await tx.fetch("SELECT place_id FROM dispatch.travel")
            assert {row["place_id"] for row in rows} == seen
    async with town.transaction("*") as tx:
        last = await store.ranking(tx)
    assert last is not None
    assert last["report"]["pairs"] == 12
