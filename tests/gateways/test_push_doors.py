"""Carrier pushes over HTTP: proved, kept, answered 200; the unreadable goes before a person."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.gateways.access_peers import HandIntake, KnownKeys

from wanghuo.clock import WallClock
from wanghuo.gateways import cloud_push
from wanghuo.protocols import carriers_signature
from wanghuo.settings import Settings
from wanghuo.web.app import make_app
from wanghuo.web.house import House

SECRET, TOKEN = "a-long-secret-path", "onenet-token"
LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "cn_fire_iot_payloads.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
DOORS = {"CTWing": "ctwing", "OceanConnect": "iotda", "HTTP push": "vendor"}


@pytest.fixture
def intake() -> HandIntake:
    return HandIntake()


@pytest.fixture
async def client(intake: HandIntake) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(intake, Settings(push_secret=SECRET, onenet_token=TOKEN)) as opened:
        yield opened


def asking(intake: HandIntake, settings: Settings) -> httpx.AsyncClient:
    house = House(
        database=cast("Any", None),
        clock=WallClock(),
        settings=settings,
        stream=cast("Any", None),
        doorkeeper=KnownKeys(),
        intake=intake,
    )
    app = make_app(house, [cloud_push.router])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t")


async def test_every_real_payload_is_answered_200_and_nothing_is_lost(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    for line in LINES:
        door = next(name for word, name in DOORS.items() if word in line["channel"])
        answer = await client.post(f"/push/{door}/{SECRET}", json=line["payload"])
        assert answer.status_code == 200
    assert [q[1] for q in intake.quarantined] == ["no_device"]
    assert len(intake.entries) == 9
    kinds = [signal.kind.value for signal in intake.signals()]
    assert kinds.count("fire") == 5
    assert len(intake.records) > 60


async def test_a_repeated_push_is_the_same_entry(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    for _ in range(3):
        await client.post(f"/push/vendor/{SECRET}", json=LINES[28]["payload"])
    assert len({entry.id for entry in intake.entries}) == 1


async def test_the_answer_waits_for_the_fire_log(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    intake.holding = True
    asking = asyncio.ensure_future(client.post(f"/push/vendor/{SECRET}", json=LINES[28]["payload"]))
    await intake.until(lambda: intake.entries)
    assert not asking.done()
    intake.release()
    assert (await asking).status_code == 200


async def test_a_wrong_secret_finds_nothing(client: httpx.AsyncClient, intake: HandIntake) -> None:
    for path in ("ctwing/x", "iotda/x", "onenet/x", "vendor/x"):
        assert (await client.post(f"/push/{path}", json={})).status_code == 404
    assert intake.quarantined == []


async def test_onenet_is_believed_by_its_signature_only(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    message = '{"type":1, "dev_id":7,"ds_id":"3407_0_6046","at":1466133706841,"value":1}'
    right = carriers_signature.onenet(TOKEN, "n", message)
    for signature, status in ((right, 200), ("wrong", 403)):
        body = f'{{"msg":{message},"nonce":"n","msg_signature":"{signature}"}}'
        answer = await client.post(f"/push/onenet/{SECRET}", content=body)
        assert answer.status_code == status
    assert [s.sender for s in intake.signals()] == ["onenet:7"]
    assert intake.quarantined[0][1] == "bad_signature"


async def test_iotda_is_believed_by_its_signature_where_a_token_is_set(intake: HandIntake) -> None:
    body = {"notifyType": "deviceDataChanged", "deviceId": "d1", "service": {"data": {"smoke": 1}}}
    right = carriers_signature.sorted_hash(TOKEN, "1700000000", "n", "sha256")
    settings = Settings(push_secret=SECRET, iotda_token=TOKEN)
    async with asking(intake, settings) as client:
        for headers, status in (
            ({"timestamp": "1700000000", "nonce": "n", "signature": right}, 200),
            ({"timestamp": "1700000001", "nonce": "n", "signature": right}, 403),
            ({}, 403),
        ):
            answer = await client.post(f"/push/iotda/{SECRET}", json=body, headers=headers)
            assert answer.status_code == status
    assert len(intake.entries) + len(intake.records) == 1


async def test_onenet_may_test_the_address(client: httpx.AsyncClient) -> None:
    signature = carriers_signature.onenet(TOKEN, "n", "hello")
    params = {"msg": "hello", "nonce": "n", "signature": signature}
    assert (await client.get(f"/push/onenet/{SECRET}", params=params)).text == "hello"
    params["msg"] = "other"
    assert (await client.get(f"/push/onenet/{SECRET}", params=params)).status_code == 403


async def test_engines_that_are_down_make_the_carrier_come_again(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    intake.down = True
    for body in (LINES[28]["payload"], LINES[20]["payload"], {"garbage": 1}):
        assert (await client.post(f"/push/vendor/{SECRET}", json=body)).status_code == 503
