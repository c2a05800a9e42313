"""The judge on real PostgreSQL: one transaction from the inbox to planned notices."""

import random

import msgspec
import pytest

from tests.alarms.stories import POINTS, SITES, told
from tests.conftest import Dsn
from tests.notices.city import Desk, settle
from tests.notices.conftest import Fresh
from tests.notices.makers import (
    NOON,
    a_point,
    a_site,
    action,
    answer,
    sensed,
    the_policy,
)
from wanghuo.alarms.model import Point
from wanghuo.clock import HandClock
from wanghuo.engines.lease import take
from wanghuo.engines.postgres import Database, SqlError, Transaction
from wanghuo.errors import Refused
from wanghuo.facts.entry import ActionKind, AnswerKind, Entry
from wanghuo.facts.signal import SensorKind
from wanghuo.notices import feed
from wanghuo.notices.feed import Judge, digest, replay
from wanghuo.signals import store as signals

LEVEL = "SELECT level FROM incidents.incident"
UNIT = "SELECT id FROM notices.notice WHERE role = 'unit' ORDER BY planned_at, id LIMIT 1"


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    return Desk(database)


async def level(desk: Desk) -> int:
    return int((await desk.one(LEVEL))["level"])


async def test_one_smoke_is_an_incident_at_f1_with_its_parties_told(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    incident = await desk.one("SELECT * FROM incidents.incident")
    assert (incident["level"], incident["number"]) == (1, "20260601-XP-0001")
    assert await desk.roles() == {"unit", "micro_station", "operator_desk"}
    notices = await desk.rows("SELECT role, channel, state FROM notices.notice ORDER BY role")
    assert [tuple(n.values()) for n in notices] == [
        ("micro_station", "webhook", "planned"),
        ("operator_desk", "cockpit", "planned"),
        ("unit", "webhook", "planned"),
    ]
    assert not await desk.rows("SELECT 1 FROM signals.inbox")
    fact = await desk.one("SELECT topic, town_code, body FROM engines.outbox")
    assert (fact["topic"], fact["body"]["number"]) == ("incident", "20260601-XP-0001")
    assert fact["body"]["next_action"]["act"] == "acknowledge"
    assert fact["body"]["sentence"]["zh"] == "room 1烟感报警，单点"


async def test_a_fire_grows_from_f1_over_f2_and_f3_to_f4(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    assert await level(desk) == 1
    await desk.hear(sensed(a_point(2), 47))
    assert await level(desk) == 2
    assert {"brigade", "town_workstation"} <= await desk.roles()
    await desk.hear(answer((await desk.one(UNIT))["id"], AnswerKind.FIRE, 60))
    assert await level(desk) == 3
    assert "cad_119" in await desk.roles()
    number = (await desk.one("SELECT number FROM incidents.incident"))["number"]
    await desk.hear(action(ActionKind.PEOPLE_INSIDE, 70, number))
    assert await level(desk) == 4
    assert "next_level" in await desk.roles()
    acked = await desk.one(
        "SELECT state, outcome FROM notices.notice WHERE id = $1", (await desk.one(UNIT))["id"]
    )
    assert tuple(acked.values()) == ("acknowledged", "fire")


async def test_nobody_answering_where_people_sleep_is_f2_after_60_s(database: Database) -> None:
    await settle(database, [a_site(category="rental")], [a_point(1)])
    desk = Desk(database)
    await desk.hear(sensed(a_point(1)))
    await desk.turn(59)
    assert await level(desk) == 1
    await desk.turn(1)
    assert await level(desk) == 2
    line = await desk.one(
        "SELECT sentence FROM incidents.evidence WHERE what = 'unanswered_at_risk'"
    )
    assert line["sentence"]["params"] == {"waited_s": 60}


async def test_silence_calls_the_next_contact_and_then_the_next_station(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    await desk.turn(20)
    called = await desk.rows("SELECT recipient FROM notices.notice WHERE role = 'unit' ORDER BY 1")
    assert [row["recipient"] for row in called] == ["U-P1 1", "U-P1 2"]
    await desk.turn(41)
    stations = await desk.rows(
        "SELECT owner_id, state FROM notices.party WHERE role = 'micro_station' ORDER BY owner_id"
    )
    assert [tuple(row.values()) for row in stations] == [("M1", "escalated"), ("M2", "told")]


async def test_an_acknowledgement_takes_the_partys_timers_away_and_no_others(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    before = await desk.rows("SELECT note FROM engines.timer WHERE fired_at IS NULL")
    await desk.hear(answer((await desk.one(UNIT))["id"], AnswerKind.LOOKING, 5))
    after = await desk.rows("SELECT note FROM engines.timer WHERE fired_at IS NULL")
    party = (await desk.one("SELECT id FROM notices.party WHERE role = 'unit'"))["id"]
    gone = {row["note"] for row in before} - {row["note"] for row in after}
    assert gone == {f"{party} 1"}


async def test_the_direct_profile_tells_all_four_at_once(database: Database) -> None:
    await settle(database)
    desk = Desk(database, the_policy("direct"))
    await desk.hear(sensed(a_point(1)))
    assert await desk.roles() >= {"unit", "micro_station", "brigade", "cad_119"}
    confirmed = await desk.rows("SELECT DISTINCT message ->> 'confirmed' AS c FROM notices.notice")
    assert [row["c"] for row in confirmed] == ["false"]


async def test_a_shelved_point_is_kept_and_told_when_the_shelf_ends(desk: Desk) -> None:
    shelf = action(ActionKind.SHELVE, 0, origin=a_point(1).origin, reason="works")
    await desk.hear(shelf, sensed(a_point(1), 10))
    assert not await desk.rows(LEVEL)
    alarm = await desk.one("SELECT shelved, incident_id FROM alarms.alarm")
    assert tuple(alarm.values()) == (True, "")
    await desk.clock.turn(7200)
    while await desk.timers.fire_due():
        await desk.judge_all()
    assert await level(desk) >= 1
    ended = await desk.one("SELECT ended_at - from_at AS held FROM alarms.shelf")
    assert ended["held"].total_seconds() == 7200


async def test_a_test_window_keeps_a_place_back_and_a_second_place_not(desk: Desk) -> None:
    window = action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="yearly test")
    await desk.hear(window, sensed(a_point(1), 5), sensed(a_point(2), 6))
    assert not await desk.rows(LEVEL)
    await desk.hear(sensed(a_point(1, "P3"), 7))
    assert (await desk.one("SELECT place_id FROM incidents.incident"))["place_id"] == "P3"


async def test_an_unregistered_transmitter_is_shown_to_desk_and_city(desk: Desk) -> None:
    stranger = Point("gb26875:f00/1.1.40.1", "gb26875:f00", SensorKind.SMOKE)
    await desk.hear(sensed(stranger))
    second = Point("gb26875:f00/1.1.40.2", "gb26875:f00", SensorKind.SMOKE)
    await desk.hear(sensed(stranger, 60), sensed(second, 61))
    row = await desk.one("SELECT place_id, place_name, town_code, level FROM incidents.incident")
    assert tuple(row.values()) == ("", "gb26875:f00", "", 2)
    assert await desk.roles() == {"operator_desk", "city_duty"}


async def test_an_entry_that_comes_twice_is_judged_once(desk: Desk) -> None:
    entry = sensed(a_point(1))
    await desk.hear(entry)
    await desk.hear(entry)
    assert len(await desk.rows("SELECT 1 FROM alarms.judged")) == 1
    assert (await desk.one("SELECT repeats FROM alarms.alarm"))["repeats"] == 0


async def test_an_error_that_passes_leaves_the_entry_in_the_inbox(desk: Desk, dsn: Dsn) -> None:
    """Nothing of a judgement is there without all of it, and nothing is set aside for it."""
    async with desk.database.transaction() as tx:
        await signals.append(tx, [sensed(a_point(1))])
    hurried = await Database.open(dsn("wanghuo_engine"), statement_timeout_s=0.3)
    try:
        async with desk.database.transaction() as holder:
            await holder.execute("LOCK TABLE alarms.judged")  # the judgement's last table
            with pytest.raises(SqlError):
                await Judge(hurried, the_policy(), desk.clock).judge_once()
    finally:
        await hurried.close()
    assert not await desk.rows(LEVEL)
    assert len(await desk.rows("SELECT 1 FROM signals.inbox")) == 1
    await desk.judge_all()
    assert await level(desk) == 1


async def test_an_entry_that_breaks_a_rule_is_set_aside_and_those_behind_it_are_judged(
    database: Database,
) -> None:
    await settle(database)
    kept: list[tuple[str, str]] = []

    async def set_aside(_tx: Transaction, entry: Entry, reason: str) -> None:
        kept.append((entry.id, reason))

    evidence = {k: w for k, w in the_policy().evidence.items() if k != "second_point"}
    broken = msgspec.structs.replace(the_policy(), evidence=evidence)
    bad = sensed(a_point(2), 1)
    desk = Desk(database)
    desk.judge = Judge(database, broken, desk.clock, set_aside=set_aside)
    await desk.hear(sensed(a_point(1)), bad, sensed(a_point(1, "P3"), 2))
    assert kept == [(bad.id, "not_judged")]
    assert len(await desk.rows("SELECT 1 FROM incidents.incident")) == 2
    assert len(await desk.rows("SELECT 1 FROM alarms.judged")) == 3
    shown = await desk.one("SELECT body FROM engines.outbox WHERE topic = 'unjudged_fire'")
    assert shown["body"]["entry_id"] == bad.id


async def test_an_entry_that_no_table_takes_is_set_aside_too(desk: Desk) -> None:
    """Text with a zero byte is no text for PostgreSQL; a gateway should have cleaned it."""
    await desk.hear(sensed(a_point(1)))
    number = (await desk.one("SELECT number FROM incidents.incident"))["number"]
    await desk.hear(action(ActionKind.NOTE, 1, number, reason="zero \x00"))
    await desk.hear(sensed(a_point(2), 2))
    assert await level(desk) == 2
    assert len(await desk.rows("SELECT 1 FROM engines.outbox WHERE topic = 'unjudged_fire'")) == 1


async def test_a_judge_without_its_lease_judges_nothing(database: Database) -> None:
    await settle(database)
    async with database.transaction() as tx:
        await signals.append(tx, [sensed(a_point(1))])
        await take(tx, feed.JUDGE, "somebody else", 60)
    judge = Judge(database, the_policy(), HandClock(NOON), owner="me")
    with pytest.raises(Refused):
        await judge._judge(64)
    async with database.transaction() as tx:
        assert await signals.inbox_size(tx) == 1


@pytest.mark.parametrize("seed", range(4))
async def test_batches_of_any_size_and_the_pure_judge_agree(fresh: Fresh, seed: int) -> None:
    """The doors load nothing too little: what a batch sees does not depend on where it begins."""
    tale = told(random.Random(seed).randbytes(4 * 30))
    tale.passing(300)
    scene, found = tale.story.scene, set()
    for batch in (1, 3, 64):
        desk = Desk(await fresh(), batch=batch)
        await settle(desk.database, SITES, POINTS)
        await desk.hear(*tale.story.log)
        found.add(await digest(desk.database))
        rows = await desk.rows("SELECT id, level, log_odds_milli FROM incidents.incident")
        pure = {i.id: (i.level, i.log_odds_milli) for i in scene.incidents.values()}
        assert {r["id"]: (r["level"], r["log_odds_milli"]) for r in rows} == pure
        rows = await desk.rows(
            "SELECT DISTINCT ON (incident_id) incident_id, line, digest"
            " FROM incidents.timeline ORDER BY incident_id, line DESC"
        )
        ends = {k: (t.line, t.digest) for k, t in scene.tails.items()}
        assert {r["incident_id"]: (r["line"], r["digest"]) for r in rows} == ends
        rows = await desk.rows("SELECT id, state FROM notices.party")
        assert {r["id"]: r["state"] for r in rows} == {
            p.id: p.state for p in scene.parties.values()
        }
    assert len(found) == 1


async def test_a_replay_into_an_empty_database_is_byte_identical(fresh: Fresh) -> None:
    """Rule 10 through the doors: the fire log alone gives incidents, ledgers, parties again."""
    tale = told(random.Random(99).randbytes(4 * 60))
    tale.passing(900)
    desk = Desk(await fresh(), batch=7)
    await settle(desk.database, SITES, POINTS)
    await desk.hear(*tale.story.log)
    first = await digest(desk.database)
    copy = await fresh()
    await settle(copy, SITES, POINTS)
    assert await replay(desk.database, copy, the_policy(), desk.clock) == len(tale.story.log)
    assert await digest(copy) == first
    async with copy.transaction() as tx:
        await tx.execute("UPDATE incidents.timeline SET who = 'x' WHERE line = 1")
    assert await digest(copy) != first, "the digest would see a change"
