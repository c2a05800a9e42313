"""Crews in real tables: who is out is known across incidents, and a replay makes it again."""

import random

import pytest

from tests.notices.city import Desk, settle
from tests.notices.conftest import Fresh
from tests.notices.makers import (
    NOON,
    TOWN,
    a_point,
    action,
    an_entry,
    answer,
    sensed,
    the_policy,
)
from wanghuo.engines.postgres import Database
from wanghuo.facts.entry import ActionKind, AnswerKind, PositionEntry
from wanghuo.notices.feed import digest, replay

A = AnswerKind
MICRO = """
SELECT p.owner_id, p.crew, p.reason FROM notices.party p JOIN incidents.incident i
    ON i.id = p.incident_id WHERE p.role = 'micro_station' AND i.place_id = $1 ORDER BY p.owner_id
"""
NOTICE = "SELECT id FROM notices.notice WHERE role = $1 AND number = $2 ORDER BY id LIMIT 1"


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    return Desk(database, batch=1)


async def number(desk: Desk, place: str = "P1") -> str:
    row = await desk.one("SELECT number FROM incidents.incident WHERE place_id = $1", place)
    return str(row["number"])


async def says(desk: Desk, kind: AnswerKind, at_s: float, role: str = "micro_station") -> None:
    notice = (await desk.one(NOTICE, role, await number(desk)))["id"]
    await desk.hear(answer(notice, kind, at_s, by="crew"))


async def test_a_crew_that_is_out_is_known_to_a_judgement_far_away(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    await says(desk, A.TURNED_OUT, 10)
    await desk.hear(sensed(a_point(1, "P2"), 60))
    (other,) = await desk.rows(MICRO, "P2")
    assert other["owner_id"] == "M2"
    assert other["reason"]["params"]["busy"] == await number(desk)
    await says(desk, A.HANDLED, 100)
    await says(desk, A.RETURNED, 120)
    second = await number(desk, "P2")
    await desk.hear(action(ActionKind.CLOSE, 150, second, disposition="unknown"))
    await desk.hear(sensed(a_point(1, "P2"), 200))
    assert [row["owner_id"] for row in await desk.rows(MICRO, "P2")] == ["M1", "M2"]
    (first,) = await desk.rows(
        "SELECT crew, turned_out_at, arrived_at, handled_at, returned_at, told_at"
        " FROM notices.party WHERE owner_id = 'M1' AND number = $1",
        await number(desk),
    )
    crew, *times, told_at = first.values()
    assert crew == "returned"
    assert [(at - told_at).total_seconds() for at in times] == [10, 100, 100, 120]


async def test_roads_rosters_and_positions_decide_in_the_tables_too(desk: Desk) -> None:
    async with desk.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO dispatch.travel VALUES"
            " ('P1', 'micro', '{M3,M2}', '{250,300}', '{2100,2600}', '{false,false}', 'g')"
        )
        await tx.execute(
            "INSERT INTO premises.roster (id, station_id, town_code, name, hours)"
            " VALUES ('R1', 'M3', $1, '陈立', '6,7 00:00-24:00')",
            TOWN,
        )
    await desk.hear(sensed(a_point(1)))
    (found,) = await desk.rows(MICRO, "P1")
    assert found["owner_id"] == "M2", "M3 is nearer and has nobody on duty on a Monday"
    params = found["reason"]["params"]
    assert (params["pick"], params["why"]) == ("reason.by_road", "shortfall.is_off_duty")
    seen = PositionEntry("M1", 121.2601, 30.3, NOON)
    await desk.hear(an_entry(seen, 30))
    await desk.hear(sensed(a_point(1, "P2"), 60))
    (near,) = await desk.rows(MICRO, "P2")
    assert (near["owner_id"], near["reason"]["key"]) == ("M1", "reason.moving")


async def test_a_replay_makes_crews_clocks_and_positions_again_byte_for_byte(fresh: Fresh) -> None:
    """Rule 10 with everything that is new: the same rows whatever the batches were."""
    rng = random.Random(11)
    desk = Desk(await fresh(), batch=5)
    await settle(desk.database)
    for n in range(60):
        at_s = float(n * 9)
        place = rng.choice(("P1", "P2", "P3"))
        await desk.hear(sensed(a_point(rng.randint(1, 3), place), at_s))
        rows = await desk.rows("SELECT id FROM notices.notice ORDER BY id")
        kind = rng.choice([k for k in A if k is not A.DELIVERED])
        await desk.hear(answer(rng.choice(rows)["id"], kind, at_s + 1, by="crew"))
        seen = PositionEntry(rng.choice(("M1", "B2")), 121.25 + rng.random() / 50, 30.3, NOON)
        await desk.hear(an_entry(seen, at_s + 2))
        if n % 7 == 6:
            wanted = rng.choice(await desk.rows("SELECT number FROM incidents.incident"))
            kinds = (ActionKind.CLOSE, ActionKind.REOPEN, ActionKind.ALARM_LEVEL)
            act = action(
                rng.choice(kinds), at_s + 3, wanted["number"], disposition="unknown", level=2
            )
            await desk.hear(act)
    states = {row["crew"] for row in await desk.rows("SELECT DISTINCT crew FROM notices.party")}
    assert {"acknowledged", "returned", "stood_down"} <= states
    first = await digest(desk.database)
    copy = await fresh()
    await settle(copy)
    await replay(desk.database, copy, the_policy(), desk.clock)
    assert await digest(copy) == first
    async with copy.transaction() as tx:
        await tx.execute("UPDATE notices.party SET crew = 'told' WHERE crew = 'returned'")
    assert await digest(copy) != first, "the digest would see a change"
