"""A peer that says nothing, little, or too much does not hold its connection."""

import asyncio

import pytest

from tests.web.makers import Site
from wanghuo.web import patience


async def dialled(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(site.url.rpartition(":")[2]))


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the peer hung up without a word, within five seconds."""
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: y\r\n"])
async def test_a_head_that_does_not_end_in_time_ends_the_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(patience, "HEAD_WITHIN_S", 0.2)
    reader, writer = await dialled(site)
    writer.write(said)
    assert await ended(reader)
    writer.close()


async def test_a_head_without_end_ends_the_connection(site: Site) -> None:
    reader, writer = await dialled(site)
    writer.write(b"GET / HTTP/1.1\r\n" + (b"X: " + b"y" * 1000 + b"\r\n") * 200)
    assert await ended(reader)
    writer.close()


async def test_requests_one_after_the_other_and_glued_are_all_answered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_WITHIN_S", 1.0)
    reader, writer = await dialled(site)
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for count in (1, 3, 1):
        writer.write(asked * count)
        for _ in range(count):
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            assert await reader.readexactly(14) == b'{"alive":true}'
    writer.close()


async def test_a_long_body_has_its_own_limit(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_WITHIN_S", 0.2)
    client = site.client("city_duty")
    padded = b'{"name": "new unit"' + b" " * 300_000 + b"}"

    async def slowly() -> object:
        for start in range(0, len(padded), 30_000):
            yield padded[start : start + 30_000]
            await site.house.clock.sleep(0.04)

    sent = {"Content-Type": "application/json"}
    answer = await client.post("/api/v1/try/units", content=slowly(), headers=sent)  # type: ignore[arg-type] # an async generator
    assert answer.status_code == 201
