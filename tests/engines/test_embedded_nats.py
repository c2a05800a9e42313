"""The embedded NATS keeps what it acknowledged and lets nobody in without the secret."""

import asyncio
import os
import signal
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.waiting import until
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.stream import FIRE_FALLBACK, Stream
from wanghuo.errors import Refused, Unavailable


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    made = EmbeddedNats(tmp_path / "nats")
    await made.start()
    yield made
    await made.stop()


async def test_killed_it_comes_back_and_lost_nothing_it_acknowledged(server: EmbeddedNats) -> None:
    stream = await Stream.connect(server.url)
    await stream.ensure()
    stored = 0
    killed = server.pid
    for number in range(200):
        if number == 100:
            os.kill(killed, signal.SIGKILL)
        try:
            await stream.publish("fallback.fire", b"%d" % number, msg_id=str(number), timeout_s=1)
        except Unavailable:
            await asyncio.sleep(0.02)
            continue
        stored += 1
    await until(lambda: stream.connected)
    assert await stream.publish("fallback.fire", b"last", msg_id="last") >= stored
    pull = await stream.pull(FIRE_FALLBACK, "reader")
    found = []
    while batch := await pull.fetch(500, 0.5):
        found += [message.payload for message in batch]
    assert len(set(found)) >= stored + 1 > 100
    assert server.pid not in {killed, -1}
    await pull.close()
    await stream.close()


async def test_nobody_enters_without_the_secret(server: EmbeddedNats, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(Unavailable):
        await Stream.connect(f"nats://wanghuo:guessed@127.0.0.1:{port}")
    for name in ("secret", "nats.conf"):
        assert stat.S_IMODE((tmp_path / "nats" / name).stat().st_mode) == 0o600


async def test_two_cannot_own_one_folder(server: EmbeddedNats, tmp_path: Path) -> None:
    assert server.pid > 0
    with pytest.raises(Refused):
        await EmbeddedNats(tmp_path / "nats").start()
