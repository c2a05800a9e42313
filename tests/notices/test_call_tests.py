"""A number is called as a test: verified by an answer, unverified after two failed months."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.notices.city import Desk, settle
from tests.notices.makers import a_phone, a_point, action, answer, sensed, the_policy
from tests.web.makers import Site, open_site
from wanghuo.access import store as access
from wanghuo.clock import HandClock
from wanghuo.compose.call_tests import CallTests, months_until
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.entry import ActionKind, AnswerKind
from wanghuo.notices import routes
from wanghuo.notices.feed import Caller, digest
from wanghuo.notices.model import Handed, NoticeState, Sent

VERIFIED = "SELECT verified FROM premises.contact WHERE id = $1"
NOTICE = "SELECT * FROM notices.notice WHERE purpose = 'test'"
WHO = "C-station-M1-1"


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    made = Desk(database)
    async with database.transaction() as tx:
        await tx.execute("UPDATE premises.contact SET verified = false WHERE id = $1", WHO)
    return made


class Ear:
    """A channel that keeps what it was given."""

    name = "webhook"

    def __init__(self) -> None:
        self.heard: list[Handed] = []

    async def send(self, notice: Handed) -> Sent:
        self.heard.append(notice)
        return Sent(NoticeState.SENT)


async def test_whoever_answers_the_test_is_verified(desk: Desk) -> None:
    await desk.hear(action(ActionKind.CALL_TEST, 0, contact_id=WHO))
    notice = await desk.one(NOTICE)
    assert (notice["role"], notice["incident_id"]) == ("micro_station", "")
    assert notice["address"] == a_phone("M1")
    ear = Ear()
    caller = Caller(desk.database, [ear], desk.clock, owner="c")
    assert await caller.call_once("webhook") == 1
    assert (ear.heard[0].purpose, ear.heard[0].test, ear.heard[0].drill) == ("test", False, False)
    assert not (await desk.one(VERIFIED, WHO))["verified"]
    await desk.hear(answer(notice["id"], AnswerKind.DELIVERED, 5))
    assert not (await desk.one(VERIFIED, WHO))["verified"], "a machine's receipt proves nothing"
    await desk.hear(answer(notice["id"], AnswerKind.ACCEPTED, 9))
    assert (await desk.one(VERIFIED, WHO))["verified"]
    assert not await desk.rows("SELECT 1 FROM incidents.incident")


async def test_a_test_and_its_answer_in_one_batch_are_the_same(desk: Desk) -> None:
    asked = action(ActionKind.CALL_TEST, 0, contact_id=WHO)
    await desk.hear(asked)
    notice = (await desk.one(NOTICE))["id"]
    await desk.hear(
        asked, answer(notice, AnswerKind.LOOKING, 3), answer(notice, AnswerKind.FIRE, 4)
    )
    test = await desk.one("SELECT answer FROM notices.call_test")
    assert test["answer"] == "looking", "the first answer counts"
    assert len(await digest(desk.database)) == 64


def clerk(desk: Desk, at: datetime, **changed: object) -> CallTests:
    policy = the_policy()
    tests = replace(policy.call_tests, on=True, **changed)
    return CallTests(desk.database, replace(policy, call_tests=tests), HandClock(at))


MORNING = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # 10:00 in the city


async def test_the_clerk_plans_by_day_a_few_at_a_time_and_each_number_once_a_month(
    desk: Desk,
) -> None:
    assert await clerk(desk, MORNING - timedelta(hours=3)).plan_once() == 0, "people sleep"
    everybody = await desk.rows(
        "SELECT id FROM premises.contact WHERE owner_kind <> 'unit' AND phone <> ''"
    )
    planned = 0
    for minute in range(10):
        found = await clerk(desk, MORNING + timedelta(minutes=minute), at_once_max=4).plan_once()
        assert found <= 4
        planned += found
        await desk.judge_all()
    assert planned == len(everybody)
    assert await clerk(desk, MORNING + timedelta(days=31)).plan_once() > 0, "the month after"


async def test_nobody_is_tested_whose_party_has_a_fire_at_f2(desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)), sensed(a_point(2), 10))
    while await clerk(desk, MORNING).plan_once():
        await desk.judge_all()
    tested = {
        row["contact_id"] for row in await desk.rows("SELECT contact_id FROM notices.call_test")
    }
    assert tested
    assert not tested & {"C-station-M1-1", "C-station-B1-1", "C-station-W1-1"}


async def test_two_failed_months_unverify_with_a_line_in_the_audit_trail(desk: Desk) -> None:
    who = "C-station-M2-1"
    for month, day in ((5, "2026-05-04"), (6, "2026-06-01")):
        async with desk.database.transaction() as tx:
            await tx.execute(
                "INSERT INTO notices.call_test VALUES ($1, $2, 't', $3, 'clerk', $4)",
                f"T{month}", who, f"2026-{month:02d}", datetime.fromisoformat(f"{day}T02:00:00Z"),
            )  # fmt: skip
    assert await clerk(desk, MORNING + timedelta(minutes=30)).count_failed() == [], "may answer yet"
    assert await clerk(desk, MORNING + timedelta(hours=2)).count_failed() == [who]
    assert not (await desk.one(VERIFIED, who))["verified"]
    assert await clerk(desk, MORNING + timedelta(hours=2)).count_failed() == []
    line = await desk.one("SELECT act, subject FROM access.audit")
    assert tuple(line.values()) == ("contact.unverified", who)


def test_months_are_counted_over_the_year() -> None:
    assert months_until(datetime(2026, 1, 5, tzinfo=UTC), 3) == ["2025-11", "2025-12", "2026-01"]


@pytest.fixture
async def site(
    desk: Desk, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    doors = [routes.router, routes.verification_router(access.audit)]
    async with open_site(desk.database, web_database, nats_stream, tmp_path, routers=doors) as made:
        yield made


async def test_the_desk_tests_a_number_and_sees_what_came_of_it(site: Site, desk: Desk) -> None:
    client = site.client("city_duty")
    asked = await client.post(f"/api/v1/contacts/{WHO}/verification")
    assert asked.status_code == 200, asked.text
    await desk.judge_all()

    async def state() -> str:
        page = (await client.get("/api/v1/call-tests", params={"limit": 500})).json()
        return str(next(one for one in page["items"] if one["id"] == WHO)["state"])

    assert await state() == "waiting"
    now = site.house.clock.now_utc()
    entry = replace(answer((await desk.one(NOTICE))["id"], AnswerKind.ACCEPTED, 1), at=now)
    await desk.hear(entry)
    assert await state() == "answered"
    other = (await client.get("/api/v1/call-tests", params={"month": "2025-01", "limit": 1})).json()
    assert (other["items"][0]["state"], other["next"] is not None) == ("due", True)
    assert (await client.post("/api/v1/contacts/nobody/verification")).status_code == 404
    wrong = await client.get("/api/v1/call-tests", params={"month": "May"})
    assert wrong.status_code == 422
