"""The access standard over HTTP: per-record results, nothing answered before it is durable."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from tests.gateways.access_peers import KEY, HandIntake, KnownKeys

from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways import access_http
from wanghuo.gateways.store import put_quarantine
from wanghuo.settings import Settings
from wanghuo.signals.feed import SignalIntake
from wanghuo.web.app import make_app
from wanghuo.web.house import House

PATH = "/api/v1/access/signals"
AT = "2026-11-22T08:00:00Z"


def record(kind: str = "heartbeat", device: str = "D-1", **more: object) -> dict[str, Any]:
    return {"device": device, "kind": kind, "at": AT, **more}


def house(intake: Any) -> House:
    return House(
        database=cast("Any", None),
        clock=WallClock(),
        settings=Settings(),
        stream=cast("Any", None),
        doorkeeper=KnownKeys(),
        intake=intake,
    )


@pytest.fixture
def intake() -> HandIntake:
    return HandIntake()


@pytest.fixture
async def client(intake: HandIntake) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(house(intake), [access_http.router])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://t",
        headers={"Authorization": f"Bearer {KEY}"},
    ) as opened:
        yield opened


async def test_a_batch_is_taken_record_by_record(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    batch = [record("fire"), record(), record("nonsense"), record("fire", device="a/b")]
    answer = await client.post(PATH, json={"records": batch})
    said = answer.json()
    assert answer.status_code == 200
    assert said["accepted"] == 2
    assert [one["ok"] for one in said["results"]] == [True, True, False, False]
    assert said["results"][2]["error"]["field"] == "kind"
    assert "之一" in said["results"][2]["error"]["zh"]
    assert [s.sender for s in intake.signals()] == ["access:op1/D-1"]
    assert len(intake.records) == 1
    assert intake.quarantined[0][1] == "bad_record"


async def test_the_answer_waits_until_everything_is_durable(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    intake.holding = True
    asking = asyncio.ensure_future(client.post(PATH, json={"records": [record("fire"), record()]}))
    await intake.until(lambda: intake.entries and intake.records)
    assert not asking.done()
    intake.release()
    assert (await asking).status_code == 200


async def test_engines_that_are_down_ask_for_the_batch_again(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    intake.down = True
    for kind in ("fire", "heartbeat"):
        answer = await client.post(PATH, json={"records": [record(kind)]})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]


async def test_the_same_batch_again_makes_the_same_entries(
    client: httpx.AsyncClient, intake: HandIntake
) -> None:
    body = {"records": [record("fire")]}
    for _ in range(2):
        await client.post(PATH, json=body, headers={"Idempotency-Key": "k1"})
    await client.post(PATH, json=body, headers={"Idempotency-Key": "k2"})
    ids = [entry.id for entry in intake.entries]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"{}", 422), (b'{"records":[]}', 200), (b'{"records":3}', 422)],
)
async def test_a_body_that_is_no_batch_is_a_problem_in_both_languages(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await client.post(PATH, content=body)
    assert answer.status_code == status
    if status != 200:
        assert answer.json()["field"] == "records"
        assert "请求体" in answer.json()["detail_zh"]


async def test_more_than_5000_records_are_too_many(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={"records": [{}] * 5001})
    assert answer.status_code == 422
    assert "5000" in answer.json()["detail_en"]


async def test_an_unknown_key_is_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.post(PATH, json={}, headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401


async def test_the_contract_is_in_openapi(client: httpx.AsyncClient) -> None:
    said = (await client.get("/api/openapi.json")).json()["paths"][PATH]["post"]
    schema = said["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["records"]["maxItems"] == 5000
    assert (
        "results" in said["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    )


async def test_a_batch_is_in_the_engines_when_it_is_answered(
    dsn: Any, database: Database, nats_stream: Stream
) -> None:
    real = SignalIntake(dsn("wanghuo_web"), nats_stream, WallClock(), put_quarantine)
    await real.start()
    app = make_app(house(real), [access_http.router])
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = json.dumps(
        {
            "records": [record("fire", device=f"D-{n}") for n in range(50)]
            + [record(device=f"D-{n}") for n in range(200)]
        }
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://t", headers=headers
    ) as client:
        for _ in range(2):
            assert (await client.post(PATH, content=body)).json()["accepted"] == 250
    await real.stop()
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM signals.fire_log") == 50
