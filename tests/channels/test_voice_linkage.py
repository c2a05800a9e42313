"""Telephones and the judge: a key acknowledges its own party, and ringing stops when it should."""

import asyncio

import msgspec
import pytest

from tests.channels.phones import Habit, Phones
from tests.notices.city import Desk, settle
from tests.notices.makers import a_point, sensed, the_policy
from tests.waiting import until
from wanghuo.alarms.policy import Policy
from wanghuo.channels.sip import Line
from wanghuo.channels.speech import Speech
from wanghuo.channels.switched_off import SwitchedOff
from wanghuo.channels.voice import Voice
from wanghuo.clock import WallClock
from wanghuo.compose.voice import keep_answer
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.entry import AnswerKind
from wanghuo.gateways.store import put_quarantine
from wanghuo.notices.feed import Caller
from wanghuo.settings import VoiceSettings
from wanghuo.signals.feed import FallbackDrainer

UNIT, UNIT_NEXT, STATION, STATION_NEXT = "701", "702", "801", "802"


def by_telephone() -> Policy:
    channels = msgspec.structs.replace(the_policy().channels, default="voice")
    return msgspec.structs.replace(the_policy(), channels=channels)


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE premises.contact SET phone ="
            " CASE owner_kind WHEN 'unit' THEN '70' ELSE '80' END || sequence"
        )
    return Desk(database, by_telephone())


@pytest.fixture
def voice(
    trunk: VoiceSettings, line: Line, speech: Speech, desk: Desk, nats_stream: Stream
) -> Voice:
    patient = msgspec.structs.replace(trunk, ring_timeout_s=30.0)
    return Voice(
        patient, line, speech, WallClock(), keep_answer(desk.database, nats_stream, desk.clock)
    )


async def parties(desk: Desk) -> dict[str, str]:
    rows = await desk.rows("SELECT role, state FROM notices.party")
    return {row["role"]: row["state"] for row in rows}


async def test_pressing_one_acknowledges_only_that_party(
    desk: Desk, voice: Voice, phones: Phones
) -> None:
    phones.habits = {UNIT: Habit(press="1"), STATION: Habit(486)}
    await desk.hear(sensed(a_point(1)))
    await Caller(desk.database, [voice], desk.clock, owner="a").call_once("voice")
    await desk.judge_all()
    states = await parties(desk)
    assert (states["unit"], states["micro_station"]) == ("acknowledged", "told")
    notices = await desk.rows(
        "SELECT role, state, outcome, attempts FROM notices.notice"
        " WHERE channel = 'voice' AND attempts > 0 ORDER BY role"
    )
    assert [tuple(row.values()) for row in notices] == [
        ("micro_station", "planned", "busy_486", 1),
        ("unit", "acknowledged", "fire", 1),
    ]
    logged = await desk.one("SELECT count(*) AS n FROM signals.fire_log")
    assert logged["n"] == 2, "the smoke and one key"


async def test_the_first_contact_stops_ringing_when_the_second_acknowledges(
    desk: Desk, voice: Voice, phones: Phones
) -> None:
    phones.habits = {UNIT: Habit(0), UNIT_NEXT: Habit(press="2"), STATION: Habit(press="1")}
    calling = asyncio.ensure_future(Caller(desk.database, [voice], WallClock(), owner="a").run())
    try:
        await desk.hear(sensed(a_point(1)))
        await until(lambda: bool(phones.of(UNIT)))
        await desk.turn(20)
        await until(lambda: bool(phones.of(UNIT_NEXT)) and phones.of(UNIT_NEXT)[0].ended)
        assert not phones.of(UNIT)[0].cancelled, "both rang at the same time"
        await desk.judge_all()
        assert (await parties(desk))["unit"] == "acknowledged"
        await until(lambda: phones.of(UNIT)[0].cancelled, 5.0)
    finally:
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
    assert len(phones.of(UNIT)) == 1


async def test_a_key_pressed_while_the_database_is_away_comes_home_once(
    desk: Desk, nats_stream: Stream
) -> None:
    await desk.hear(sensed(a_point(1)))
    caller = Caller(desk.database, [SwitchedOff("voice")], desk.clock, owner="a")
    notice = next(n for n in await caller.claim({"voice": 9}) if n.role == "unit")
    nowhere = await Database.open(
        "postgresql://nobody@127.0.0.1:1/none", size_min=0, size_max=1, name="away"
    )
    try:
        keep = keep_answer(nowhere, nats_stream, desk.clock)
        await keep(notice, AnswerKind.LOOKING)
        await keep(notice, AnswerKind.LOOKING)
    finally:
        await nowhere.close()
    drainer = FallbackDrainer(desk.database, nats_stream, WallClock(), put_quarantine)
    draining = asyncio.ensure_future(drainer.run())
    try:
        async with asyncio.timeout(10):
            while (await parties(desk))["unit"] != "acknowledged":
                await desk.judge_all()
    finally:
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
    logged = await desk.one("SELECT count(*) AS n FROM signals.fire_log")
    assert logged["n"] == 2, "the smoke and one key"


async def test_a_policy_that_calls_without_a_telephone_is_seen_to_fail(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)))
    caller = Caller(desk.database, [SwitchedOff("voice")], desk.clock, owner="a")
    assert await caller.call_once("voice") == 2
    rows = await desk.rows("SELECT DISTINCT outcome FROM notices.notice WHERE channel = 'voice'")
    assert [row["outcome"] for row in rows] == ["voice_off"]
