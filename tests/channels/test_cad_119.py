"""119's machine link over real sockets: told once, heard once, whoever is down in between."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.channels.cad_house import (
    NUMBER,
    SECRET,
    Linked,
    heard,
    lines,
    linked,
    machine_policy,
    party,
    served,
)
from tests.channels.test_webhook import a_notice
from tests.notices.city import Desk, settle
from tests.notices.conftest import Fresh, fresh  # noqa: F401 - a fixture
from tests.notices.makers import NOON, a_point, action, sensed
from tests.ports import free_port
from tests.waiting import until
from wanghuo.channels.cad_119 import Cad119, sequence_of
from wanghuo.clock import WallClock
from wanghuo.compose.policies import alarm_policy
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.entry import ActionKind
from wanghuo.notices.feed import Caller, digest, replay
from wanghuo.notices.model import SendFailed
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Message, Reason
from wanghuo.settings import Cad119Settings, Settings
from wanghuo.simulator.cad_peer import CadPeer
from wanghuo.web import signature


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Linked]:
    """The city and a 119 that accepts."""
    peer = CadPeer(SECRET, WallClock())
    async with (
        served(peer.app) as port,
        linked(database, web_database, nats_stream, tmp_path, peer, port) as made,
    ):
        yield made


async def knock(house: Linked, body: bytes, secret: str = SECRET) -> Any:
    now_s = int(WallClock().now_utc().timestamp())
    headers = {signature.HEADER: signature.signed(secret, body, now_s)} if secret else {}
    return await house.site.client().post("/api/v1/cad119/messages", content=body, headers=headers)


def delivered(page: dict[str, Any]) -> dict[str, Any]:
    """The notice that 119 got."""
    return next(one for one in page["notices"] if one["party_role"] == "cad_119")


async def tell(house: Linked, message: Message) -> None:
    assert (await knock(house, cad_119.written(message))).status_code == 200


async def test_a_confirmed_fire_is_with_119_and_its_word_acknowledges_119_alone(
    house: Linked,
) -> None:
    await house.burn()
    await house.eventually(lambda page: party(page)["state"] == "acknowledged")
    page = await house.page()
    states = {one["role"]: one["state"] for one in page["parties"]}
    assert states.pop("cad_119") == "acknowledged"
    assert set(states.values()) == {"told"}
    assert lines(page, "answered") == [f"119 (119) answered: accepted (119-{NUMBER})"]
    (notice,) = [one for one in page["notices"] if one["party_role"] == "cad_119"]
    assert (notice["channel"], notice["state"]) == ("cad_119", "acknowledged")
    (message,) = house.peer.taken
    report = message.report  # type: ignore[union-attr]  # a notification
    assert message.incident == NUMBER
    assert (report.level, report.confirmed, report.people) == (3, True, 62)
    assert report.place.wgs84 == cad_119.Degrees(121.25, 30.3)
    assert report.place.gcj02 != report.place.wgs84
    assert (report.category.en, report.callback.phone) == ("industry", "0574-119")
    assert report.sensed.en == "A person confirmed fire"
    assert (report.drill, report.test) == (False, False)


async def test_what_119_does_is_told_in_the_timeline_and_moves_the_incident(
    house: Linked,
) -> None:
    await house.burn()
    await heard(house.peer)
    for kind, more in (
        (cad_119.Dispatched, {"units": ["周巷中队", "二车"]}),
        (cad_119.OnScene, {}),
        (cad_119.Update, {"note": "请打开南门"}),
        (cad_119.Closed, {"result": "已扑灭"}),
    ):
        assert await house.peer.say(NUMBER, kind, **more) == 200
    page = await house.judged_all()
    assert lines(page, "answered")[1:] == [
        "119 (119) answered: turned out (周巷中队 二车)",
        "119 (119) answered: on site",
        "119 (119) answered: dealt with (已扑灭)",
    ]
    assert lines(page, "note") == ["Note (119 119 接警席): 请打开南门"]
    assert (page["state"], party(page)["answer"]) == ("on_site", "handled")
    assert page["timeline_broken_at"] is None


async def test_what_is_rejected_is_seen_with_its_reason_and_somebody_else_is_told(
    house: Linked,
) -> None:
    house.peer.reject, house.peer.note = Reason.BAD_ADDRESS, "没有这条路"
    await house.burn()
    await house.eventually(lambda page: party(page)["state"] == "failed")
    page = await house.page()
    assert lines(page, "answered") == [
        "119 (119) rejected it: the address is not known (没有这条路)"
    ]
    shortfall = party(page)["shortfall"]
    assert shortfall["zh"] == "119 不受理：地址无法识别（没有这条路）"
    assert party(page)["answer"] == "rejected"
    assert lines(page, "stands_in") == [
        "119 (119) has not acknowledged; told city duty officer instead: 市值班"
    ]
    assert party(page, "city_duty")["state"] == "told"


async def test_119_may_change_its_mind_both_ways(house: Linked) -> None:
    house.peer.reject = Reason.NOT_OURS
    await house.burn()
    await heard(house.peer)
    await house.peer.say(NUMBER, cad_119.Accepted)
    page = await house.judged_all()
    assert (party(page)["state"], party(page)["shortfall"]) == ("acknowledged", None)
    await house.peer.say(NUMBER, cad_119.Rejected, reason="duplicate")
    page = await house.judged_all()
    assert (party(page)["state"], party(page)["acknowledged_at"]) == ("failed", None)
    assert party(page)["shortfall"]["en"] == "119 rejected it: reported already"


async def test_doubled_late_and_swapped_messages_change_nothing(house: Linked) -> None:
    await house.burn()
    await heard(house.peer)
    said = house.peer.made
    early = said(NUMBER, cad_119.Rejected, reason="too_old")
    on_scene = said(NUMBER, cad_119.OnScene)
    note = said(NUMBER, cad_119.Update, note="两车到场")
    for message in (on_scene, note):
        await tell(house, message)
    before = await house.judged_all()
    kept = await house.kept()
    for message in (on_scene, note, on_scene):
        await tell(house, message)
    assert await house.kept() == kept, "the same message is the same entry"
    await tell(house, early)
    await tell(house, msgspec.structs.replace(early, id="another"))
    assert await house.kept() == kept + 2, "what is late is kept, and moves nothing"
    assert await house.judged_all() == before


async def test_a_replay_of_the_log_makes_the_same_again(
    house: Linked,
    fresh: Fresh,  # noqa: F811 - the fixture
) -> None:
    house.peer.reject = Reason.OTHER
    await house.burn()
    await heard(house.peer)
    late = house.peer.made(NUMBER, cad_119.Accepted)
    await house.peer.say(NUMBER, cad_119.Dispatched, units=["一队"])
    await tell(house, late)
    await house.peer.say(NUMBER, cad_119.Closed)
    await house.judged_all()
    target = await fresh()
    await settle(target)
    assert await replay(house.site.owner, target, house.policy, WallClock()) == await house.kept()
    assert await digest(house.site.owner) == await digest(target)


async def test_a_forged_or_unreadable_message_is_refused_and_leaves_nothing(
    house: Linked,
) -> None:
    await house.burn()
    await heard(house.peer)
    await house.judged_all()
    kept = await house.kept()
    body = cad_119.written(house.peer.made(NUMBER, cad_119.Closed))
    for secret in ("", "a guess", "the webhook's secret"):
        assert (await knock(house, body, secret)).status_code == 401
    unknown = body.replace(NUMBER.encode(), b"20260601-XP-0009")
    assert (await knock(house, unknown)).status_code == 404
    others = (await house.page())["notices"]
    unit = next(one["id"] for one in others if one["party_role"] == "unit").encode()
    own = house.peer.cases[NUMBER].notice_id.encode()
    assert (await knock(house, body.replace(b'"notice_id":"' + own, b'"notice_id":"' + unit))
    ).status_code == 404, "119 speaks for nobody else"  # fmt: skip
    for wrong in (b"", b"{}", b"\xff", body.replace(b"closed", b"opened")):
        answer = await knock(house, wrong)
        assert answer.status_code == 422
        assert answer.json()["remedy_en"]
        assert answer.json()["detail_zh"] != answer.json()["detail_en"]
    notification = cad_119.written(house.peer.taken[0])
    assert (await knock(house, notification)).status_code == 422
    assert await house.kept() == kept


async def test_a_forged_notification_is_refused_by_the_peer(house: Linked) -> None:
    stranger = CadPeer("another secret", WallClock())
    async with served(stranger.app) as port:
        settings = house.site.house.settings.cad_119
        assert settings.url
        client = house.site.client()
        await house.burn()
        await heard(house.peer)
        body = cad_119.written(house.peer.taken[0])
        now_s = int(WallClock().now_utc().timestamp())
        headers = {signature.HEADER: signature.signed(SECRET, body, now_s)}
        answer = await client.post(
            f"http://127.0.0.1:{port}/notifications", content=body, headers=headers
        )
    await stranger.close()
    assert (answer.status_code, stranger.cases) == (401, {})


async def test_a_level_that_rises_is_an_update_of_the_same_case(house: Linked) -> None:
    await house.burn()
    await heard(house.peer)
    await house.act("people-inside", reason="two on the second floor")
    await until(lambda: len(house.peer.taken) == 2, 10.0)
    first, second = house.peer.taken
    assert isinstance(second, cad_119.Update)
    assert second.report is not None
    assert (second.report.level, second.incident) == (4, first.incident)
    assert second.sequence > first.sequence
    assert len(house.peer.cases) == 1
    assert [kind for _, kind, _ in house.peer.answered] == ["accepted"]


async def test_a_peer_that_is_down_gets_the_record_once_when_it_is_back(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> None:
    peer, port = CadPeer(SECRET, WallClock()), free_port()
    async with linked(database, web_database, nats_stream, tmp_path, peer, port) as house:
        await house.burn()
        tried = "SELECT attempts FROM notices.notice WHERE role = 'cad_119'"

        async def attempts() -> int:
            async with database.transaction() as tx:
                return int(await tx.fetchval(tried))

        await house.eventually(
            lambda page: any("ConnectError" in one["outcome"] for one in page["notices"])
        )
        peer.down = True
        async with served(peer.app, port):
            await until(lambda: peer.posts >= 1, 10.0)
            assert peer.taken == []
            peer.down = False
            await house.eventually(lambda page: party(page)["state"] == "acknowledged")
            assert await attempts() >= 3
            assert [one.incident for one in peer.taken] == [NUMBER]
            assert [one.report.repeat_of_unknown for one in peer.taken] == [True]  # type: ignore[union-attr]  # notifications


class LosesAnswers:
    """An application whose first answers are lost on the way back, although it did its work."""

    def __init__(self, app: Any, losses: int) -> None:
        self._app = app
        self.losses = losses

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.losses <= 0:
            await self._app(scope, receive, send)
            return
        self.losses -= 1

        async def nowhere(_event: Any) -> None:
            return

        await self._app(scope, receive, nowhere)
        await send({"type": "http.response.start", "status": 502, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def test_an_answer_that_is_lost_on_the_way_makes_no_second_case(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> None:
    peer = CadPeer(SECRET, WallClock())
    async with (
        served(LosesAnswers(peer.app, 2)) as port,
        linked(database, web_database, nats_stream, tmp_path, peer, port) as house,
    ):
        peer.silent = True  # it was told thrice before it says a word
        await house.burn()
        await until(lambda: peer.posts >= 3, 10.0)
        await house.eventually(lambda page: delivered(page)["state"] == "delivered")
        await peer.say(NUMBER, cad_119.Accepted)
        page = await house.judged_all()
    assert len(peer.taken) == len(peer.cases) == 1
    assert (delivered(page)["attempts"], party(page)["state"]) == (3, "acknowledged")


async def test_a_hasty_peer_plays_a_whole_turn_out(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> None:
    peer = CadPeer(SECRET, WallClock(), haste=50_000.0)
    async with (
        served(peer.app) as port,
        linked(database, web_database, nats_stream, tmp_path, peer, port) as house,
    ):
        await house.burn()
        await heard(peer, 4)
        page = await house.judged_all()
    kinds = ["accepted", "dispatched", "on_scene", "closed"]
    assert peer.answered == [(NUMBER, kind, 200) for kind in kinds]
    assert (page["state"], party(page)["answer"]) == ("on_site", "handled")


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/notifications"])
async def test_a_link_that_is_off_or_dead_fails_as_such(url: str) -> None:
    http = OutboundHttp(timeout_s=1.0)
    settings = Cad119Settings(url=url, secret=SECRET)
    channel = Cad119(settings, http, WallClock(), "http://here/api/v1/cad119/messages")
    now = WallClock().now_utc()
    notice = a_notice(role="cad_119", channel="cad_119", planned_at=now, opened_at=now)
    with pytest.raises(SendFailed) as failed:
        await channel.send(notice)
    old = now - timedelta(hours=2)
    with pytest.raises(SendFailed) as too_old:
        await channel.send(a_notice(role="cad_119", planned_at=old, opened_at=old))
    await http.close()
    assert failed.value.lasting == failed.value.unknown == bool(url)
    assert not too_old.value.lasting


def test_later_messages_have_larger_numbers() -> None:
    made = [
        a_notice(planned_at=NOON),
        a_notice(planned_at=NOON, purpose="update"),
        a_notice(planned_at=NOON, purpose="update", round=2),
        a_notice(planned_at=NOON + timedelta(milliseconds=1)),
        a_notice(planned_at=NOON + timedelta(minutes=2), round=2),
        a_notice(planned_at=NOON + timedelta(days=365), round=60),
    ]
    numbers = [sequence_of(notice) for notice in made]
    assert numbers == sorted(set(numbers))
    assert 1 <= numbers[0] <= numbers[-1] <= cad_119.SEQUENCE_MAX


async def test_ten_minutes_away_the_city_is_called_and_the_record_follows_once(
    database: Database,
) -> None:
    """On a clock turned by hand: 119's machine is away for 600 s."""
    await settle(database)
    desk, port = Desk(database, machine_policy()), free_port()
    peer, http = CadPeer(SECRET, desk.clock), OutboundHttp(timeout_s=2.0)
    peer.silent = True
    settings = Cad119Settings(url=f"http://127.0.0.1:{port}/notifications", secret=SECRET)
    channel = Cad119(settings, http, desk.clock, "http://here/api/v1/cad119/messages")
    caller = Caller(database, [channel], desk.clock, owner="caller")
    await desk.hear(sensed(a_point(1)))
    await desk.hear(action(ActionKind.CONFIRM, 0, NUMBER, reason="flames"))
    for second in range(600):
        await caller.call_once("cad_119")
        await desk.turn(1)
        assert second < 60 or "city_duty" in await desk.roles()
    async with served(peer.app, port):
        for _ in range(17):
            await caller.call_once("cad_119")
            await desk.clock.turn(1)
        states = await desk.rows("SELECT state, id FROM notices.notice WHERE role = 'cad_119'")
        assert {row["state"] for row in states} == {"delivered"}
        assert sorted(message.id for message in peer.taken) == sorted(row["id"] for row in states)
        assert peer.posts == len(peer.taken)
        assert list(peer.cases) == [NUMBER]
    await http.close()
    await peer.close()


def test_the_machine_link_is_one_more_way_to_119_and_never_the_only_one() -> None:
    linked = Cad119Settings(url="http://119.example/", secret="s" * 20)
    assert alarm_policy(Settings()).channels_of("cad_119") == ("webhook",)
    assert alarm_policy(Settings(cad_119=linked)).channels_of("cad_119") == ("cad_119", "webhook")
    assert alarm_policy(Settings(cad_119=linked)).channels_of("unit") == ("webhook",)


async def test_the_end_of_an_incident_is_told_to_119_as_closed(house: Linked) -> None:
    await house.burn()
    await heard(house.peer)
    closed = await house.act("close", disposition="nuisance", cause="cooking")
    assert closed["state"] == "closed"
    await house.eventually(lambda _page: len(house.peer.taken) > 1)
    first, last = house.peer.taken
    assert isinstance(last, cad_119.Closed)
    assert (last.incident, last.sequence > first.sequence) == (NUMBER, True)
    assert "误报（烹饪）" in last.result
    assert "All clear at Hongda P1" in last.result
