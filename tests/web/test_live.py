"""Facts reach every page of their towns once, in order; nobody waits for a slow one."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import msgspec
import pytest

from tests.web.makers import HERE, THERE, Site, a_fact, publish
from wanghuo.facts.entry import Entry, SignalEntry, encode
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.principal import Principal, Role
from wanghuo.web import live as live_room
from wanghuo.web.live import WAITING_MAX, Page, framed


class Ear:
    """Reads a live stream event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()

    async def event(self) -> tuple[str, str, dict[str, object]]:
        """The next event as (id, name, data); heartbeats are passed over."""
        found = {"id": "", "event": "", "data": ""}
        async with asyncio.timeout(15):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if line == "" and found["event"]:
                    return found["id"], found["event"], msgspec.json.decode(found["data"])
                if name in found:
                    found[name] = value
        raise EOFError("the stream ended")

    async def numbers(self, count: int) -> list[object]:
        """The numbers of the next `count` facts."""
        return [(await self.event())[2]["body"]["n"] for _ in range(count)]  # type: ignore[index] # a fact


@asynccontextmanager
async def listening(site: Site, role: str, after: str = "") -> AsyncIterator[Ear]:
    headers = {"Last_Event_ID": after} if after else {}
    async with site.client(role, **headers).stream("GET", "/api/v1/live") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        yield Ear(answer)


async def test_a_page_hears_the_facts_of_its_towns_and_no_others(site: Site) -> None:
    async with listening(site, "city_duty") as city, listening(site, "town_office") as town:
        assert (await city.event())[1] == (await town.event())[1] == "hello"
        for number, where in enumerate((HERE, THERE, "", HERE)):
            await publish(site.house.stream, a_fact(number, where))
        assert await city.numbers(4) == [0, 1, 2, 3]
        assert await town.numbers(2) == [0, 3]


async def test_a_page_that_was_away_resumes_without_gap_or_double(site: Site) -> None:
    stream = site.house.stream
    async with listening(site, "city_duty") as ear:
        await ear.event()
        await publish(stream, a_fact(0))
        last, _, _ = await ear.event()
    for number in range(1, 6):
        await publish(stream, a_fact(number))
    async with listening(site, "city_duty", last) as ear:
        found = [await ear.event() for _ in range(6)]
        facts = [event for event in found if event[1] == "incident"]
        if len(facts) < 5:  # hello may come first or in between
            facts.append(await ear.event())
        await publish(stream, a_fact(6))
        assert await ear.numbers(1) == [6]
    assert [event[2]["body"] for event in facts[:5]] == [{"n": n} for n in range(1, 6)]
    assert [int(event[0]) for event in facts] == sorted({int(event[0]) for event in facts})


async def test_what_memory_has_forgotten_is_read_from_the_stream(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = site.house.stream
    first = await publish(stream, a_fact(0))
    for number in range(1, 40):
        await publish(stream, a_fact(number, HERE if number % 2 else THERE))
    live = site.app.state.live
    await live.ready(5)
    while live.last < first + 39:
        await site.house.clock.sleep(0.01)
    live._floor = first + 30
    while live._frames and live._frames[0].sequence <= first + 30:
        live._frames.popleft()
    async with listening(site, "town_office", str(first)) as ear:
        numbers: list[object] = []
        while len(numbers) < 20:
            event = await ear.event()
            if event[1] == "incident":
                numbers.append(event[2]["body"]["n"])  # type: ignore[index] # a fact
    assert numbers == list(range(1, 40, 2))
    assert monkeypatch is not None


@pytest.mark.parametrize(("after", "why"), [("999999", "unknown_id")])
async def test_an_id_that_the_stream_does_not_know_means_read_again(
    site: Site, after: str, why: str
) -> None:
    async with listening(site, "city_duty", after) as ear:
        _, name, data = await ear.event()
    assert (name, data) == ("resync", {"why": why})


async def test_an_id_that_the_stream_has_forgotten_means_read_again(site: Site) -> None:
    stream = site.house.stream
    for number in range(5):
        last = await publish(stream, a_fact(number))
    await stream._jetstream.purge_stream("FACTS", keep=1)
    async with listening(site, "city_duty", "1") as ear:
        sequence, name, data = await ear.event()
    assert (name, data) == ("resync", {"why": "forgotten"})
    assert 1 <= int(sequence) <= last  # what the reader has not reached yet still comes


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 5000, "１"])
async def test_an_id_that_is_none_is_told_so(site: Site, after: str) -> None:
    answer = await site.client("city_duty").get("/api/v1/live", params={"last_event_id": after})
    assert answer.status_code == 422
    assert answer.json()["field"] == "Last-Event-ID"


def test_a_queue_that_overflows_is_emptied_and_its_page_told() -> None:
    who = Principal("p", "n", Role.CITY_DUTY, ("*",))
    page = Page(who, 0)
    for number in range(1, WAITING_MAX + 2):
        page.offer(framed(number, msgspec.json.encode(a_fact(number))))
    assert page.lost == "too_slow"


async def test_a_page_that_reads_nothing_stops_nobody_and_is_told_to_read_again(
    site: Site,
) -> None:
    """A peer that opens the stream and never reads; the facts exceed its socket and its queue."""
    port = int(site.url.rpartition(":")[2])
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)  # noqa: FBT003
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, ("127.0.0.1", port))
        token = site.tokens["city_duty"]
        asked = f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        await loop.sock_sendall(slow, asked.encode())
        async with listening(site, "city_duty") as quick:
            await quick.event()
            while len(site.app.state.live._pages) < 2:
                await site.house.clock.sleep(0.01)
            count = 3 * WAITING_MAX
            heard = asyncio.ensure_future(quick.numbers(count))
            for number in range(count):
                fact = a_fact(number)
                fact.body["padding"] = "x" * 4000
                await publish(site.house.stream, fact)
            assert await heard == list(range(count))
        text = b""
        async with asyncio.timeout(20):
            while b"event: resync" not in text:
                text += await loop.sock_recv(slow, 1 << 20)
    assert b'"why": "too_slow"' in text


async def test_a_fire_of_the_fallback_is_shown_while_the_database_is_down(site: Site) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    signal = Signal(SignalKind.FIRE, "gb26875:790300000000", at, "d" * 16, point="1.1.40.0a000200")
    entry = Entry("e1", at, SignalEntry(signal))
    async with listening(site, "city_duty") as ear, listening(site, "town_office") as town:
        await ear.event()
        await town.event()
        client = site.client("city_duty")
        assert (await client.get("/api/v1/session")).status_code == 200
        site.house.database.abort()
        assert (await client.get("/api/v1/summary")).status_code == 503
        assert (await client.get("/api/v1/session")).status_code == 200
        await site.house.stream.say("unjudged.fire", encode(entry))
        _, name, data = await ear.event()
        assert name == "unjudged_fire"
        assert data["body"]["origin"] == signal.origin()  # type: ignore[index] # a fact
        async with listening(site, "city_duty") as late:
            seen = {(await late.event())[1], (await late.event())[1]}
        assert seen == {"hello", "unjudged_fire"}
        await publish(site.house.stream, a_fact(1, HERE))
        assert (await town.event())[1] == "incident"


async def test_signing_out_ends_the_live_stream_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanghuo.web.live_routes.HEARTBEAT_S", 0.05)
    monkeypatch.setattr("wanghuo.web.live_routes.RIGHT_CHECKED_S", 0.0)
    words = {"login": "admin", "password": site.password}
    token = (await site.client().post("/api/v1/session", json=words)).json()["token"]
    client = site.client(Authorization=f"Bearer {token}")
    async with client.stream("GET", "/api/v1/live") as answer:
        ear = Ear(answer)
        assert (await ear.event())[1] == "hello"
        out = site.client(Authorization=f"Bearer {token}")
        assert (await out.delete("/api/v1/session")).status_code == 204
        assert (await ear.event())[1] == "signed_out"
        with pytest.raises(EOFError):
            await ear.event()


async def test_a_page_that_goes_leaves_nothing_behind(site: Site) -> None:
    async with listening(site, "city_duty") as ear:
        await ear.event()
        assert len(site.app.state.live._pages) == 1
    async with asyncio.timeout(5):
        while site.app.state.live._pages:
            await site.house.clock.sleep(0.01)
    assert live_room.PAGES._value.get() == 0


async def test_the_house_closes_within_three_seconds_with_open_pages(site: Site) -> None:
    loop = asyncio.get_running_loop()
    async with listening(site, "city_duty") as one, listening(site, "auditor") as two:
        await one.event()
        await two.event()
        began_s = loop.time()
        site.stop.set()
        await site.serving
        assert loop.time() - began_s < 3
        with pytest.raises((EOFError, httpx.HTTPError)), contextlib.suppress(KeyError):
            await one.event()
