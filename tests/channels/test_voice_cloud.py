"""The cloud's telephone: its keys are answers like those of our own line, once each."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.channels.provider_house import Texting, texting, told_by
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.simulator.aliyun_peer import call_row

UNIT = "13800000001"


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Texting]:
    policy = told_by({"unit": ("voice_cloud",)})
    async with texting(database, web_database, nats_stream, tmp_path, policy) as made:
        yield made


async def test_a_key_confirms_the_fire_and_is_one_answer_however_often_it_comes(
    house: Texting,
) -> None:
    house.aliyun.fates[UNIT] = ("200000", "1")
    await house.burn()
    notice = await house.eventually("voice_cloud", lambda one: one["acknowledged_at"])
    assert notice["said"]["zh"] == "云电话已确认：确认起火"
    (call,) = house.aliyun.taken
    asked = call.params
    assert (asked["CalledShowNumber"], asked["StartCode"]) == ("05740119", "TTS_1")
    keys = [asked[f"MenuKeyMap.{n}.Key"] for n in range(1, 5)]
    assert keys == ["1", "2", "0", "3"]
    assert msgspec.json.decode(asked["StartTtsParams"])["place"] == "Hongda P1"
    for _ in range(2):
        await house.aliyun.push("voice", [call_row(call, "300000", "1")] * 2)
    assert len(await house.rows("SELECT seq FROM signals.fire_log")) == 2, "the fire, one answer"
    (incident,) = await house.rows("SELECT level FROM incidents.incident")
    assert incident["level"] >= 3, "an occupant confirmed the fire"


@pytest.mark.parametrize(
    ("status", "zh"), [("200011", "云电话未送达：停机"), ("200004", "云电话未送达：号码不合法")]
)
async def test_a_call_that_reaches_nobody_says_why(house: Texting, status: str, zh: str) -> None:
    house.aliyun.fates[UNIT] = (status, "")
    await house.burn()
    notice = await house.eventually("voice_cloud", lambda one: one["state"] == "failed")
    assert notice["said"]["zh"] == zh


async def test_a_busy_line_is_called_again_when_the_provider_allows_it(house: Texting) -> None:
    house.aliyun.fates[UNIT] = ("200002", "")
    await house.burn()
    notice = await house.eventually("voice_cloud", lambda one: one["outcome"] == "200002")
    assert notice["state"] == "planned"
    (row,) = await house.rows(
        "SELECT due_at - now() > interval '50 seconds' AS later FROM notices.notice"
        " WHERE channel = 'voice_cloud' AND outcome = '200002'"
    )
    assert row["later"]


async def test_somebody_who_presses_nothing_has_not_answered(house: Texting) -> None:
    house.aliyun.fates[UNIT] = ("200000", "")
    await house.burn()
    notice = await house.eventually("voice_cloud", lambda one: one["state"] == "delivered")
    assert notice["outcome"] == "answered_no_key"
    assert notice["acknowledged_at"] is None


async def test_other_keys_and_unknown_calls_answer_nothing(house: Texting) -> None:
    house.aliyun.fates[UNIT] = ("200000", "9*3")
    await house.burn()
    await house.eventually("voice_cloud", lambda one: one["state"] == "delivered")
    (call,) = house.aliyun.taken
    stranger = {**call_row(call, "300000", "1"), "call_id": "other", "out_id": "unknown"}
    assert b'"code":0' in await house.aliyun.push("voice", [stranger])
    assert len(await house.rows("SELECT seq FROM signals.fire_log")) == 1, "the fire alone"
    (aside,) = await house.rows("SELECT reason FROM gateways.quarantine")
    assert aside["reason"] == "unknown_receipt"
