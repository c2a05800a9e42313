"""The caller on real PostgreSQL: claims, sends, records; a crash in between is told as such."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.notices.city import Desk, settle
from tests.notices.makers import a_point, a_site, answer, sensed
from tests.waiting import until
from wanghuo.clock import HandClock, WallClock
from wanghuo.compose import claims
from wanghuo.engines import presence
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import Database
from wanghuo.facts.entry import AnswerKind
from wanghuo.notices import store
from wanghuo.notices.feed import ATTEMPTS_MAX, CLAIM_S, Caller
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.notices.store import Claimant
from wanghuo.signals import store as signals


class Telephone:
    """A channel of the test's own. before: what happens before the receiver has a notice."""

    def __init__(
        self, name: str = "webhook", before: Callable[[Handed], object] | None = None
    ) -> None:
        self.name = name
        self.received: list[Handed] = []
        self._before = before

    async def send(self, notice: Handed) -> Sent:
        if self._before is not None:
            result = self._before(notice)
            if isinstance(result, asyncio.Event):
                await result.wait()
        self.received.append(notice)
        return Sent(NoticeState.SENT, "taken")


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    made = Desk(database)
    await made.hear(sensed(a_point(1)))
    return made


async def notice_rows(desk: Desk, channel: str = "webhook") -> list[tuple[object, ...]]:
    rows = await desk.rows(
        "SELECT state, attempts, repeat_of_unknown, outcome FROM notices.notice"
        " WHERE channel = $1 ORDER BY id",
        channel,
    )
    return [tuple(row.values()) for row in rows]


async def test_what_is_due_is_sent_once_and_recorded(desk: Desk) -> None:
    phone = Telephone()
    caller = Caller(desk.database, [phone], desk.clock, owner="a")
    assert await caller.call_once("webhook") == 2
    assert await caller.call_once("webhook") == 0
    assert {n.role for n in phone.received} == {"unit", "micro_station"}
    assert await notice_rows(desk) == [("sent", 1, False, "taken")] * 2
    one = phone.received[0]
    assert one.place["name"] == "Hongda P1"
    assert (one.number, one.message.level, one.message.confirmed) == ("20260601-XP-0001", 1, False)


async def test_a_crash_between_claim_and_record_is_one_repeat_that_says_so(desk: Desk) -> None:
    dead = Caller(desk.database, [Telephone()], desk.clock, owner="dead")
    claimed = await dead.claim({"webhook": 9})
    assert [n.repeat_of_unknown for n in claimed] == [False, False]
    phone = Telephone()
    alive = Caller(desk.database, [phone], desk.clock, owner="alive")
    assert await alive.call_once("webhook") == 0, "the dead one's claim still holds"
    await desk.clock.turn(CLAIM_S + 1)
    assert await alive.call_once("webhook") == 2
    assert [n.repeat_of_unknown for n in phone.received] == [True, True]
    assert await alive.call_once("webhook") == 0
    assert await notice_rows(desk) == [("sent", 2, True, "taken")] * 2


async def test_a_record_that_comes_after_its_claim_ran_out_changes_nothing(desk: Desk) -> None:
    gate = asyncio.Event()
    slow = Caller(desk.database, [Telephone(before=lambda _n: gate)], desk.clock, owner="slow")
    sending = asyncio.ensure_future(slow.call_once("webhook"))
    reads = "SELECT count(*) AS n FROM notices.notice WHERE claimed_by = 'slow'"
    for _ in range(500):
        if (await desk.one(reads))["n"] == 2:
            break
        await asyncio.sleep(0.01)
    await desk.clock.turn(CLAIM_S + 1)
    assert (
        await Caller(desk.database, [Telephone()], desk.clock, owner="quick").call_once("webhook")
        == 2
    )
    gate.set()
    await sending
    assert await notice_rows(desk) == [("sent", 2, True, "taken")] * 2


async def test_a_call_that_goes_on_keeps_its_claim_and_learns_that_it_may_stop(desk: Desk) -> None:
    caller = Caller(desk.database, [Telephone()], desk.clock, owner="long")
    unit = next(n for n in await caller.claim({"webhook": 9}) if n.role == "unit")
    other = Caller(desk.database, [Telephone()], desk.clock, owner="other")
    long, stranger = (Claimant(owner, timedelta(seconds=CLAIM_S)) for owner in ("long", "other"))

    async def renewed(who: Claimant) -> set[str]:
        async with desk.database.connection() as connection:
            return await store.renew(connection, [unit.id], who, desk.clock.now_utc())

    await desk.clock.turn(CLAIM_S - 1)
    assert await renewed(long) == set()
    await desk.clock.turn(CLAIM_S - 1)
    assert unit.id not in {n.id for n in await other.claim({"webhook": 9})}
    await desk.hear(answer(unit.id, AnswerKind.CANNOT, 40))
    assert await renewed(long) == set(), "its own answer ends no call"
    await desk.rows("UPDATE notices.notice SET state = 'stopped' RETURNING id")
    assert await renewed(long) == {unit.id}
    assert await renewed(stranger) == set()


async def test_a_failure_is_tried_again_later_and_later_and_then_given_up(desk: Desk) -> None:
    def refuse(_notice: Handed) -> None:
        raise SendFailed("http_500", unknown=False)

    caller = Caller(desk.database, [Telephone(before=refuse)], desk.clock, owner="a")
    tries = 0
    for _ in range(40):
        tries += await caller.call_once("webhook")
        await desk.clock.turn(1)
    assert tries == 2 * ATTEMPTS_MAX
    assert await notice_rows(desk) == [("failed", ATTEMPTS_MAX, False, "http_500")] * 2


async def test_a_record_worth_keeping_is_tried_until_its_channel_lets_it_go(desk: Desk) -> None:
    until = desk.clock.now_utc() + timedelta(minutes=5)

    def refuse(_notice: Handed) -> None:
        raise SendFailed("away", unknown=False, lasting=desk.clock.now_utc() < until)

    caller = Caller(desk.database, [Telephone(before=refuse)], desk.clock, owner="a")
    pauses_s, since_s = [], 0
    for _ in range(400):
        since_s += 1
        if await caller.call_once("webhook"):
            pauses_s.append(since_s)
            since_s = 0
        await desk.clock.turn(1)
    assert pauses_s[:5] == [1, 1, 2, 4, 8]
    assert set(pauses_s[5:]) == {16}
    rows = await notice_rows(desk)
    assert {row[0] for row in rows} == {"failed"}
    assert rows[0][1] == len(pauses_s) > 20


async def test_a_try_that_may_have_arrived_makes_the_next_one_a_repeat(desk: Desk) -> None:
    seen: list[bool] = []

    def time_out_once(notice: Handed) -> None:
        seen.append(notice.repeat_of_unknown)
        if notice.attempts == 1:
            raise SendFailed("ReadTimeout", unknown=True)

    caller = Caller(desk.database, [Telephone(before=time_out_once)], desk.clock, owner="a")
    await caller.call_once("webhook")
    await desk.clock.turn(2)
    await caller.call_once("webhook")
    assert seen == [False, False, True, True]


async def test_a_channel_that_breaks_is_a_failure_and_not_the_callers_end(desk: Desk) -> None:
    def break_down(_notice: Handed) -> None:
        raise ZeroDivisionError

    caller = Caller(desk.database, [Telephone(before=break_down)], desk.clock, owner="a")
    assert await caller.call_once("webhook") == 2
    assert {row[0] for row in await notice_rows(desk)} == {"planned"}


async def test_an_answer_that_overtakes_the_record_stays(desk: Desk) -> None:
    caller = Caller(desk.database, [Telephone()], desk.clock, owner="a")
    (claimed, *_others) = [n for n in await caller.claim({"webhook": 9}) if n.role == "unit"]
    await desk.hear(answer(claimed.id, AnswerKind.LOOKING, 1))
    await caller._carry(Telephone(), claimed)
    row = await desk.one(
        "SELECT state, outcome, sent_at IS NOT NULL AS sent FROM notices.notice WHERE id = $1",
        claimed.id,
    )
    assert tuple(row.values()) == ("acknowledged", "looking", True)


async def test_a_stopped_notice_is_not_sent(desk: Desk) -> None:
    unit = await desk.one("SELECT id FROM notices.notice WHERE role = 'unit'")
    await desk.turn(20)
    await desk.hear(answer(unit["id"], AnswerKind.LOOKING, 21))
    phone = Telephone()
    await Caller(desk.database, [phone], desk.clock, owner="a").call_once("webhook")
    assert "unit" not in {notice.role for notice in phone.received}
    states = await desk.rows("SELECT state FROM notices.notice WHERE role = 'unit' ORDER BY state")
    assert [row["state"] for row in states] == ["acknowledged", "stopped"]


async def test_a_call_that_ends_after_another_was_recorded_is_recorded_too(desk: Desk) -> None:
    second = asyncio.Event()
    phone = Telephone(before=lambda notice: second if notice.role == "unit" else None)
    caller = Caller(desk.database, [phone], desk.clock, owner="a")
    calling = asyncio.ensure_future(caller.call_once("webhook"))
    states: list[object] = []
    while "sent" not in states:
        states = [row[0] for row in await notice_rows(desk)]
    second.set()
    await calling
    assert [row[0] for row in await notice_rows(desk)] == ["sent", "sent"]


async def test_a_dead_channel_delays_no_other(desk: Desk) -> None:
    never = asyncio.Event()
    stuck, phone = Telephone("webhook", lambda _n: never), Telephone("cockpit")
    clock = HandClock(desk.clock.now_utc())
    caller = asyncio.ensure_future(Caller(desk.database, [stuck, phone], clock, owner="a").run())
    try:
        await until(lambda: len(phone.received) == 1)
        assert not stuck.received
    finally:
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)


async def test_a_running_caller_is_woken_by_the_judge(database: Database) -> None:
    await settle(database)
    desk, phone = Desk(database), Telephone()
    desk.clock = HandClock(WallClock().now_utc())
    caller = asyncio.ensure_future(Caller(database, [phone], WallClock(), owner="a").run())
    try:
        await desk.hear(sensed(a_point(1)))
        await until(lambda: len(phone.received) == 2, 5.0)
    finally:
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
    assert {n.role for n in phone.received} == {"unit", "micro_station"}


async def test_the_synthetic_fire_that_reaches_the_desk_is_a_fact_with_its_time(
    database: Database,
) -> None:
    await settle(database, [a_site(test=True)], [a_point(1)])
    desk = Desk(database)
    await desk.hear(sensed(a_point(1)))
    await desk.clock.turn(1.5)
    await Caller(database, [Telephone("cockpit")], desk.clock, owner="a").call_once("cockpit")
    fact = await desk.one("SELECT town_code, body FROM engines.outbox WHERE topic = 'canary'")
    assert fact["town_code"] == ""
    assert fact["body"]["took_s"] == 1.5


async def test_each_outcome_is_a_fact_for_the_incidents_page(desk: Desk) -> None:
    await Caller(desk.database, [Telephone()], desk.clock, owner="a").call_once("webhook")
    facts = await desk.rows("SELECT body FROM engines.outbox WHERE topic = 'notice'")
    assert {f["body"]["state"] for f in facts} == {"sent"}
    assert {f["body"]["number"] for f in facts} == {"20260601-XP-0001"}


async def test_what_a_dead_caller_claimed_is_sent_again_at_once(desk: Desk) -> None:
    async with Listener(desk.database.dsn, ("x",), WallClock(), present="living"):
        claimed = {
            owner: await Caller(desk.database, [Telephone()], desk.clock, owner=owner).claim(
                {"webhook": 1}
            )
            for owner in ("living", "dead")
        }
        async with asyncio.timeout(10), desk.database.connection() as connection:
            while not await presence.is_settled(connection):  # noqa: ASYNC110 - PostgreSQL's age
                await asyncio.sleep(0.05)
        await claims.free(desk.database, desk.clock)
        phone = Telephone()
        assert await Caller(desk.database, [phone], desk.clock, owner="new").call_once("webhook")
    assert [n.id for n in phone.received] == [claimed["dead"][0].id]
    assert phone.received[0].repeat_of_unknown


async def test_a_claimed_call_is_unwanted_once_anybody_of_the_party_has_answered(
    desk: Desk,
) -> None:
    caller = Caller(desk.database, [Telephone()], desk.clock, owner="a")
    claimed = {n.role: n.id for n in await caller.claim({"webhook": 9})}

    async def wanted() -> dict[str, bool]:
        async with desk.database.connection() as connection:
            return {
                role: await store.is_wanted(connection, notice_id)
                for role, notice_id in claimed.items()
            }

    assert await wanted() == dict.fromkeys(claimed, True)
    async with desk.database.transaction() as tx:
        await signals.append(tx, [answer(claimed["unit"], AnswerKind.LOOKING, 5)])
        assert await store.is_wanted(tx, "a call test")
    assert await wanted() == {"unit": False, "micro_station": True}, "before it is judged"
    await desk.judge_all()
    assert not (await wanted())["unit"]


async def test_nobody_is_called_while_their_answer_waits_to_be_judged(desk: Desk) -> None:
    """The judge may be dead; the caller does not ring a party that acknowledged a moment ago."""
    rows = await desk.rows("SELECT id FROM notices.notice WHERE role = 'unit'")
    async with desk.database.transaction() as tx:
        await signals.append(tx, [answer(rows[0]["id"], AnswerKind.LOOKING, 5)])
    caller = Caller(desk.database, [Telephone()], desk.clock, owner="a")
    assert {n.role for n in await caller.claim({"webhook": 9})} == {"micro_station"}
    await desk.judge_all()
    assert await caller.claim({"webhook": 9}) == []
