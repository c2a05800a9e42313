"""The twin over real sockets: traffic of every transport, phones that answer, a fire that grows."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.gateways.access_peers import HandIntake, KnownKeys
from tests.simulator.city import Centre, centre, write_world

from wanghuo.clock import WallClock
from wanghuo.errors import Invalid
from wanghuo.gateways import access_http, cloud_push
from wanghuo.gateways.mqtt_door import MqttDoor
from wanghuo.settings import Settings
from wanghuo.simulator import signature, traffic
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.ignite import ignite
from wanghuo.simulator.phones import Phones
from wanghuo.simulator.traffic import Traffic
from wanghuo.web.app import make_app
from wanghuo.web.house import House

SECRET = "hook"


class Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    server = Quiet(
        uvicorn.Config(app, "127.0.0.1", 0, log_config=None, access_log=False, lifespan="off")
    )
    task = asyncio.ensure_future(server.serve())
    async with asyncio.timeout(5):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by no event
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


class City(NamedTuple):
    config: TwinConfig
    intake: HandIntake
    hub: Centre


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    intake = HandIntake()
    house = House(
        database=cast("Any", None),
        clock=WallClock(),
        settings=Settings(push_secret="p"),
        stream=cast("Any", None),
        doorkeeper=KnownKeys(),
        intake=intake,
    )
    app = make_app(house, [access_http.router, cloud_push.router])
    mqtt = MqttDoor(intake, KnownKeys(), WallClock())
    await mqtt.open("127.0.0.1", 0)
    async with served(app) as http_port, centre() as hub:
        config = TwinConfig(
            world=write_world(tmp_path),
            http_port=http_port,
            gb26875_port=hub.port,
            mqtt_port=mqtt.port,
            phones_port=1,
            webhook_secret=SECRET,
            push_secret="p",
            seed=1,
            speed=3000.0,
            transmitters=2,
            devices=5,
        )
        yield City(config, intake, hub)
    await mqtt.close()


async def test_traffic_of_every_transport_is_heard(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traffic, "LASTS_S", (60.0, 300.0))
    player = Traffic(city.config, WallClock())
    playing = asyncio.ensure_future(player.run())

    def senders() -> set[str]:
        spoke = [*city.intake.records, *city.intake.signals()]
        return {one.sender.partition(":")[0] for one in spoke}

    await city.intake.until(lambda: senders() >= {"access", "ctwing", "onenet", "iotda"})
    await city.hub.until(lambda: {f.body[0] for f in city.hub.frames if f.body} >= {2, 3})
    await city.intake.until(
        lambda: {"fire", "cleared"} <= {s.kind.value for s in city.intake.signals()}
    )
    playing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await playing
    assert player.failed == 0
    assert city.intake.quarantined == []


async def test_a_fire_grows_over_the_devices_own_sockets(city: City) -> None:
    told: list[str] = []
    done = await ignite(city.config, WallClock(), "P1", told.append)
    assert done.detectors == len(done.confirm_s) == len(told) - 1
    assert done.detectors >= 4
    fires = [frame for frame in city.hub.frames if frame.body[:1] == b"\x02"]
    assert fires[0].body[9:11] == b"\x02\x00"
    assert "confirmed in" in told[1]


async def test_a_place_without_detectors_cannot_notice(city: City) -> None:
    with pytest.raises(Invalid, match="nowhere"):
        await ignite(city.config, WallClock(), "nowhere")


def notice(port: int, **more: object) -> bytes:
    said = {
        "notice_id": "n1",
        "number": "20261122-XP-0001",
        "role": "cad_119",
        "recipient": "119",
        "answer_url": f"http://127.0.0.1:{port}/answers",
        "place": {"id": "P1", "name": "x"},
    }
    return json.dumps({**said, **more}).encode()


async def test_phones_believe_signed_notices_and_sign_their_answers() -> None:
    answers: list[tuple[str, bytes]] = []
    came = asyncio.Event()

    async def take(request: Request) -> Response:
        body = await request.body()
        answers.append((request.headers[signature.HEADER], body))
        came.set()
        return Response(status_code=503 if len(answers) == 1 else 200)

    clock = WallClock()
    phones = Phones(SECRET, clock, haste=1000.0)
    async with (
        served(Starlette(routes=[Route("/answers", take, methods=["POST"])])) as answer_port,
        served(phones.app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        body = notice(answer_port)
        now_s = int(clock.now_utc().timestamp())
        headers = {signature.HEADER: signature.sign("other", now_s, body)}
        assert (await client.post("/notices", content=body, headers=headers)).status_code == 401
        headers = {signature.HEADER: signature.sign(SECRET, now_s, body)}
        assert (await client.post("/notices", content=body, headers=headers)).status_code == 202
        assert (await client.post("/notices", content=body, headers=headers)).status_code == 202
        async with asyncio.timeout(10):
            while len(answers) < 2:
                came.clear()
                await came.wait()
    await phones.close()
    assert [one.notice_id for one in phones.notices] == ["n1", "n1"]
    header, said = answers[1]
    assert signature.is_right(SECRET, header, int(clock.now_utc().timestamp()), said)
    assert json.loads(said)["answer"] == "accepted"
    assert json.loads(said)["answer_id"] == json.loads(answers[0][1])["answer_id"]


async def test_phones_know_where_it_burns() -> None:
    phones = Phones(SECRET, WallClock(), haste=1000.0)
    async with (
        served(phones.app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        body = b'{"place_id":"P1"}'
        now_s = int(WallClock().now_utc().timestamp())
        headers = {signature.HEADER: signature.sign(SECRET, now_s, body)}
        assert (await client.post("/fires", content=body, headers=headers)).status_code == 204
        assert (await client.post("/fires", content=body)).status_code == 401
    await phones.close()
