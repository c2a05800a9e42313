"""A desk's ear: the live stream of facts, with the time at which each came."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.posts import LINE_END

RECONNECT_PAUSE_S = 0.2


@dataclass(frozen=True)
class Heard:
    """One fact. at_s: time.monotonic()."""

    at_s: float
    topic: str
    data: str


@dataclass
class Ear:
    """Listens to /api/v1/live of the product, resuming after a broken connection."""

    port: int
    token: str
    heard: list[Heard] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _last_id: str = ""

    async def run(self) -> None:
        """Listen for ever; end it by cancelling."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._listen()
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            resume = f"Last-Event-ID: {self._last_id}\r\n" if self._last_id else ""
            writer.write(
                f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{resume}"
                f"Accept: text/event-stream\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
            )
            head = await reader.readuntil(LINE_END * 2)
            if b" 200 " not in head.split(LINE_END)[0]:
                raise ConnectionRefusedError(head[:200])
            self.connected.set()
            await self._facts(reader)
        finally:
            writer.close()

    async def _facts(self, reader: asyncio.StreamReader) -> None:
        """Chunk sizes of the transfer stand on lines of their own and mean nothing here."""
        topic, data = "", ""
        while line := await reader.readline():
            name, _, value = line.decode(errors="replace").strip().partition(":")
            if name == "id":
                self._last_id = value.strip()
            elif name == "event":
                topic = value.strip()
            elif name == "data":
                data += value.strip()
            elif not line.strip() and data:
                self.heard.append(Heard(time.monotonic(), topic, data))
                topic, data = "", ""

    def first(self, topic: str, words: str) -> Heard | None:
        """The first fact of this topic that says these words."""
        said = (heard for heard in self.heard if heard.topic == topic and words in heard.data)
        return next(said, None)
