"""Text messages: sent signed and once, their fate on the page, limits kept, faults told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.channels.provider_house import Texting, texting, the_budgets, told_by
from tests.channels.test_webhook import a_notice
from tests.notices.makers import NOON
from wanghuo.channels import sms_text
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.budget import free_at
from wanghuo.channels.feed import Poller
from wanghuo.clock import HandClock, WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.notices.model import SendFailed
from wanghuo.simulator.aliyun_peer import sms_row

UNIT = "13800000001"


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Texting]:
    policy = told_by({"unit": ("sms",)})
    async with texting(database, web_database, nats_stream, tmp_path, policy) as made:
        yield made


async def test_a_message_is_sent_signed_and_its_receipt_is_on_the_page(house: Texting) -> None:
    house.aliyun.fates[UNIT] = ("DELIVERED", "")
    await house.burn()
    notice = await house.eventually("sms", lambda one: one["state"] == "delivered")
    assert notice["said"] == {
        "zh": "短信已送达：手机已收到",
        "en": "SMS delivered: on the phone",
    }
    assert house.aliyun.refused == []
    (asked,) = house.aliyun.taken
    assert (asked.number, asked.params["SignName"]) == (UNIT, "望火")
    words = msgspec.json.decode(asked.params["TemplateParam"])
    assert words["kind"] == "火警"
    assert words["place"] == "Hongda P1"
    assert max(map(len, words.values())) <= 35


async def test_a_message_that_does_not_arrive_says_why_in_words(house: Texting) -> None:
    house.aliyun.fates[UNIT] = ("MOBILE_NOT_ON_SERVICE", "")
    await house.burn()
    notice = await house.eventually("sms", lambda one: one["state"] == "failed")
    assert notice["said"]["zh"] == "短信未送达：号码停机、空号、关机或不在服务区"
    assert notice["outcome"] == "MOBILE_NOT_ON_SERVICE"
    facts = await house.rows("SELECT body FROM engines.outbox WHERE topic = 'notice'")
    assert any(fact["body"]["state"] == "failed" for fact in facts), "the live page hears it too"


async def test_a_second_message_within_the_minute_waits_and_says_so(house: Texting) -> None:
    """One person answers for both places."""
    same = "UPDATE premises.contact SET phone = $1 WHERE owner_kind = 'unit' RETURNING id"
    assert await house.rows(same, "13800000001")
    await house.burn(place="P1")
    await house.eventually("sms", lambda one: one["state"] == "sent")
    await house.burn(place="P2")
    notice = await house.eventually("sms", lambda one: one["outcome"] == "limit_minute")
    assert notice["state"] == "planned"
    assert notice["said"]["zh"].startswith("短信待发：同一号码一分钟内只能发一次")
    (row,) = await house.rows(
        "SELECT due_at - planned_at AS pause FROM notices.notice WHERE outcome = 'limit_minute'"
    )
    assert timedelta(seconds=30) < row["pause"] < timedelta(seconds=61)
    assert len(house.aliyun.taken) == 1, "the provider was not even asked"
    assert house.aliyun.refused == []


@pytest.mark.parametrize(("fault", "outcome"), [("500", "http_500"), ("half", "http_200")])
async def test_a_provider_that_stumbles_is_asked_again(
    house: Texting, fault: str, outcome: str
) -> None:
    """The first try may be out, so the provider's own limit of a minute holds for the second."""
    house.aliyun.faults.append(fault)
    await house.burn()
    notice = await house.eventually("sms", lambda one: one["outcome"] in {outcome, "limit_minute"})
    assert notice["repeat_of_unknown"]
    assert notice["state"] == "planned"


async def test_a_provider_that_says_nothing_may_have_heard(house: Texting) -> None:
    house.aliyun.faults.append("hang")
    with pytest.raises(SendFailed, match="no_response") as failed:
        await house.channels["sms"].send(a_notice(channel="sms"))
    assert failed.value.unknown


async def test_a_wrong_key_is_final_and_told_in_words(house: Texting) -> None:
    house.aliyun.secret = "another"
    await house.burn()
    notice = await house.eventually("sms", lambda one: one["state"] == "failed")
    assert notice["said"]["zh"] == "短信未送达：密钥不正确"
    assert notice["attempts"] == 1


async def test_a_contact_without_a_number_is_told_at_once(house: Texting) -> None:
    for address in ("", "desk", "12@evil"):
        with pytest.raises(SendFailed, match="no_address") as failed:
            await house.channels["sms"].send(a_notice(channel="sms", address=address))
        assert failed.value.final
    assert house.aliyun.taken == []


async def test_a_receipt_that_comes_twice_counts_once(house: Texting) -> None:
    await house.burn()
    await house.eventually("sms", lambda one: one["state"] == "sent")
    (asked,) = house.aliyun.taken
    asked.fate = "DELIVERED"
    rows = [sms_row(asked), sms_row(asked)]
    for _ in range(2):
        assert await house.aliyun.push("sms", rows) == '{"code":0,"msg":"接收成功"}'.encode()
    await house.eventually("sms", lambda one: one["state"] == "delivered")
    assert len(await house.rows("SELECT id FROM channels.receipt")) == 1


async def test_what_speaks_of_nothing_of_ours_goes_to_quarantine(house: Texting) -> None:
    await house.burn()
    await house.eventually("sms", lambda one: one["state"] == "sent")
    (asked,) = house.aliyun.taken
    stranger = {**sms_row(asked), "biz_id": "9^9", "out_id": "unknown"}
    other_number = {**sms_row(asked), "phone_number": "13999999999", "success": False}
    for body in ([stranger], [other_number], b"[{}]", b"no json", b"[]"):
        assert b'"code":0' in await house.aliyun.push("sms", body)
    found = await house.rows("SELECT reason FROM gateways.quarantine WHERE door = 'aliyun'")
    assert sorted(row["reason"] for row in found) == [
        "bad_receipt", "bad_receipt", "unknown_receipt", "unknown_receipt",
    ]  # fmt: skip
    assert await house.rows("SELECT id FROM channels.receipt") == []


async def test_a_wrong_secret_finds_no_door(house: Texting) -> None:
    house.aliyun.push_url = f"{house.site.url}/push/aliyun/guess"
    await house.aliyun.push("sms", [])
    assert house.aliyun.pushed == [404]


async def test_a_receipt_that_never_came_is_asked_for(house: Texting, database: Database) -> None:
    await house.burn()
    await house.eventually("sms", lambda one: one["state"] == "sent")
    (asked,) = house.aliyun.taken
    asked.fate = "USER_REJECT"
    clock = HandClock(WallClock().now_utc() + timedelta(minutes=3))
    http = OutboundHttp(timeout_s=2.0)
    settings = house.site.house.settings.aliyun
    poller = Poller(database, Aliyun(settings, http, clock), settings.sms_url, clock)
    assert await poller.poll_once() == 1
    assert await poller.poll_once() == 0, "asked once in five minutes"
    await http.close()
    notice = await house.eventually("sms", lambda one: one["state"] == "failed")
    assert notice["said"]["zh"] == "短信未送达：用户已退订"


def test_limits_are_those_of_the_provider() -> None:
    budget = the_budgets().sms
    at = [NOON - timedelta(minutes=n) for n in (50, 40, 30, 20, 10)]
    assert free_at(budget, [], NOON) == (NOON, "")
    assert free_at(budget, at, NOON) == (NOON + timedelta(minutes=10), "limit_hour")
    last = NOON - timedelta(seconds=20)
    assert free_at(budget, [last], NOON) == (NOON + timedelta(seconds=40), "limit_minute")
    day = [NOON - timedelta(minutes=30 * n + 61) for n in range(40)]
    assert free_at(budget, day, NOON)[1] == "limit_day"


def test_a_long_message_is_told_as_what_it_is_paid_for() -> None:
    assert [sms_text.parts("火" * n) for n in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]


def test_a_parameter_is_cut_and_a_link_is_parted() -> None:
    notice = a_notice()
    message = msgspec.structs.replace(
        notice.message, params={**notice.message.params, "place": "很" * 60 + "\n长"}
    )
    made = sms_text.params(
        msgspec.structs.replace(notice, message=message), "http://h/r/" + "t" * 56, "zh", 35
    )
    assert len(made["place"]) == 35
    assert made["place"].endswith("…")
    assert made["link1"] + made["link2"] == "t" * 56
    assert max(map(len, made.values())) <= 35
