"""The receiving end of the webhook channel: takes every notice, keeps when it came, answers 200."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """What a received webhook says; fields that the bench does not use are left out."""

    notice_id: str
    number: str
    role: str = ""
    level: Any = None
    drill: bool = False
    repeat_of_unknown: bool = False
    answer_url: str = ""
    page_url: str = ""


@dataclass(frozen=True)
class Arrival:
    """at_s: time.monotonic() when the whole request was here."""

    at_s: float
    notice: Notice


class Sink:
    """An HTTP/1.1 server for POST with Content-Length; keeps connections open.

    on_notice: called with each notice.
    """

    def __init__(self, on_notice: Callable[[Notice], None] | None = None) -> None:
        self._on_notice = on_notice
        self.arrivals: list[Arrival] = []
        self.strange: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._decoder = msgspec.json.Decoder(Notice)

    @property
    def url(self) -> str:
        """Where notices are posted to."""
        return f"http://127.0.0.1:{self.port}/notices"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the door; connections end by themselves."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                self._take(body)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass  # the sender hung up, or was killed
        finally:
            writer.close()

    def _take(self, body: bytes) -> None:
        now_s = time.monotonic()
        try:
            notice = self._decoder.decode(body)
        except msgspec.ValidationError:
            self.strange.append(body)
            return
        self.arrivals.append(Arrival(now_s, notice))
        if self._on_notice is not None:
            self._on_notice(notice)

    def first_at_s(self) -> dict[str, float]:
        """When each notice came for the first time, by its id."""
        first: dict[str, float] = {}
        for arrival in self.arrivals:
            first.setdefault(arrival.notice.notice_id, arrival.at_s)
        return first

    def doubles(self) -> list[str]:
        """Notices that came again without saying that they are a repeat."""
        seen: set[str] = set()
        found = []
        for arrival in self.arrivals:
            told = arrival.notice
            if told.notice_id in seen and not told.repeat_of_unknown:
                found.append(told.notice_id)
            seen.add(told.notice_id)
        return found

    def repeats(self) -> int:
        """How many arrivals said that they repeat an unknown send."""
        return sum(arrival.notice.repeat_of_unknown for arrival in self.arrivals)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
