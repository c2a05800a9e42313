"""The webhook against a real HTTP server of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from tests.notices.makers import NOON
from wanghuo.channels.webhook import Links, Webhook
from wanghuo.clock import HandClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.notices.model import Handed, Message, NoticeState, SendFailed
from wanghuo.settings import WebhookSettings
from wanghuo.web import page_link, signature

SECRET = "a shared secret"


def a_notice(**changed: object) -> Handed:
    params = {
        "sensor": "smoke", "spot": "kitchen", "what": "incident.sensor_fire", "place": "宏达塑料",
        "town": "新浦镇", "address": "", "number": "20260601-XP-0001", "people": 62,
        "certainty": "not_confirmed", "drill": "",
    }  # fmt: skip
    made = Handed(
        id="N1",
        party_id="P1",
        incident_id="I1",
        number="20260601-XP-0001",
        town_code="330282105",
        role="unit",
        recipient="王国强",
        address="13800000001",
        channel="webhook",
        purpose="alarm",
        round=1,
        message=Message("message.alarm.occupant", params, 1, confirmed=False),
        repeat_of_unknown=False,
        attempts=1,
        planned_at=NOON,
        opened_at=NOON,
        test=False,
        drill=False,
        place={"name": "宏达塑料", "lon": 121.25, "lat": 30.3},
    )
    return msgspec.structs.replace(made, **changed)


class Receiver:
    """Answers every POST with `status`; "hang" takes the request and never answers."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            self.heads.append(head)
            self.bodies.append(await reader.readexactly(length))
            if self.status == "hang":
                await reader.read()
            else:
                answer = (
                    f"HTTP/1.1 {self.status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
                )
                writer.write(answer.encode())
                await writer.drain()
        finally:
            writer.close()

    def header(self, name: str) -> str:
        lines = self.heads[-1].decode().split("\r\n")
        found = [line.partition(":")[2].strip() for line in lines if line.lower().startswith(name)]
        return found[0]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
async def http() -> AsyncIterator[OutboundHttp]:
    made = OutboundHttp(timeout_s=2)
    yield made
    await made.close()


def a_webhook(http: OutboundHttp, port: int, timeout_s: float = 2.0) -> Webhook:
    url = f"http://127.0.0.1:{port}/notices" if port else ""
    settings = WebhookSettings(url=url, secret=SECRET, timeout_s=timeout_s)
    links = Links("http://here", SECRET, timedelta(hours=24))
    return Webhook(settings, http, HandClock(NOON), links)


async def test_a_notice_is_posted_signed_with_everything_a_voice_needs(
    receiver: Receiver, http: OutboundHttp
) -> None:
    sent = await a_webhook(http, receiver.port).send(a_notice())
    assert (sent.state, sent.outcome) == (NoticeState.SENT, "http_200")
    (body,) = receiver.bodies
    said = msgspec.json.decode(body)
    assert said["notice_id"] == "N1"
    assert (said["role"], said["recipient"], said["address"]) == ("unit", "王国强", "13800000001")
    assert (said["level"], said["confirmed"], said["repeat_of_unknown"]) == (1, False, False)
    assert said["answer_url"] == "http://here/api/v1/answers"
    opened = said["page_url"].removeprefix("http://here/r/")
    assert page_link.notice_of(SECRET, opened, NOON + timedelta(hours=24)) == "N1"
    assert said["message"]["zh"].startswith("新浦镇宏达塑料：kitchen烟感报警，单点。请立即查看。")
    assert "not yet confirmed" in said["message"]["en"]
    assert said["place"]["lon"] == 121.25
    header = receiver.header("x-wanghuo-signature:")
    assert signature.verified(SECRET, body, header, int(NOON.timestamp()))
    assert not signature.verified("another", body, header, int(NOON.timestamp()))
    assert not signature.verified(SECRET, body + b" ", header, int(NOON.timestamp()))
    late = NOON + timedelta(minutes=10)
    assert not signature.verified(SECRET, body, header, int(late.timestamp()))
    assert receiver.header("idempotency-key:") == "N1"


async def test_a_drill_is_said_first(receiver: Receiver, http: OutboundHttp) -> None:
    notice = a_notice()
    params = {**notice.message.params, "drill": "drill"}
    message = msgspec.structs.replace(notice.message, params=params)
    await a_webhook(http, receiver.port).send(a_notice(message=message, drill=True))
    said = msgspec.json.decode(receiver.bodies[0])
    assert said["message"]["zh"].startswith("【演练】")
    assert said["message"]["en"].startswith("DRILL.")


@pytest.mark.parametrize("status", ["400 Bad Request", "429 Too Many", "500 Error", "302 Found"])
async def test_a_refusal_is_a_failure_that_is_known(
    status: str, receiver: Receiver, http: OutboundHttp
) -> None:
    receiver.status = status
    with pytest.raises(SendFailed, match=f"http_{status[:3]}") as failed:
        await a_webhook(http, receiver.port).send(a_notice())
    assert not failed.value.unknown


async def test_no_answer_is_a_failure_that_may_have_arrived(
    receiver: Receiver, http: OutboundHttp
) -> None:
    receiver.status = "hang"
    with pytest.raises(SendFailed) as failed:
        await a_webhook(http, receiver.port, timeout_s=0.2).send(a_notice())
    assert failed.value.unknown
    assert receiver.bodies


async def test_nobody_listening_is_a_failure(http: OutboundHttp) -> None:
    with pytest.raises(SendFailed):
        await a_webhook(http, 1).send(a_notice())


async def test_a_channel_that_is_switched_off_says_so(http: OutboundHttp) -> None:
    with pytest.raises(SendFailed, match="webhook_off") as failed:
        await a_webhook(http, 0).send(a_notice())
    assert not failed.value.unknown
