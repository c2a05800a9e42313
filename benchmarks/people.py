"""The people who are told: most of them answer after a moment, by the signed door for answers.

Without them every party stays silent and every fire escalates to the end, which no city would do.
One in eight stays silent all the same, so that escalations run too.
"""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec

from benchmarks.posts import STATUS_OK, answer
from benchmarks.product import SECRET
from benchmarks.sink import Notice, Sink

SAYS = {
    "unit": "looking",
    "micro_station": "on_the_way",
    "brigade": "on_the_way",
    "town_workstation": "on_the_way",
    "cad_119": "accepted",
    "next_level": "on_the_way",
}
SILENT_IN = 8
AFTER_S = 12.0  # before the next contact would be called
PATIENCE_S = 90.0
PAUSE_S = 0.5
TOOK_NOTE_OF_IT = 404  # a notice that the house does not know any more needs no answer


class People:
    """Answers notices on `lines` connections. secret: of the webhook."""

    def __init__(self, secret: str, lines: int = 4) -> None:
        self.answered = 0
        self._secret = secret.encode()
        self._lines = lines
        self._told: asyncio.Queue[tuple[float, Notice]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen."""
        self._tasks = [asyncio.create_task(self._line()) for _ in range(self._lines)]

    async def stop(self) -> None:
        """Hang up; who has not answered yet never will."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hear(self, notice: Notice) -> None:
        """A notice came; it will be answered, or not."""
        silent = int(sha256(notice.notice_id.encode()).hexdigest(), 16) % SILENT_IN == 0
        if notice.role in SAYS and notice.answer_url and not silent:
            self._told.put_nowait((time.monotonic() + AFTER_S, notice))

    async def _line(self) -> None:
        writers: list[asyncio.StreamWriter] = []
        try:
            await self._answer(writers)
        finally:
            for writer in writers:
                writer.close()

    async def _answer(self, writers: list[asyncio.StreamWriter]) -> None:
        """Answer for ever. writers: the open connection, if there is one."""
        writer: asyncio.StreamWriter | None = None
        while True:
            due_s, notice = await self._told.get()
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            while time.monotonic() < due_s + PATIENCE_S:
                try:
                    if writer is None:
                        where = urlsplit(notice.answer_url)
                        reader, writer = await asyncio.open_connection(where.hostname, where.port)
                        writers[:] = [writer]
                    writer.write(self._request(notice))
                    status, _, stays = await answer(reader)
                except (OSError, asyncio.IncompleteReadError):
                    status, stays = 0, False
                if not stays and writer is not None:
                    writer.close()
                    writer = None
                if status in STATUS_OK or status == TOOK_NOTE_OF_IT:
                    self.answered += status in STATUS_OK
                    break
                await asyncio.sleep(PAUSE_S)

    def _request(self, notice: Notice) -> bytes:
        said = {
            "notice_id": notice.notice_id,
            "answer": SAYS[notice.role],
            "by": "bench",
            "answer_id": notice.notice_id,
        }
        body, at_s = msgspec.json.encode(said), int(time.time())
        code = hmac.new(self._secret, f"{at_s}.".encode() + body, sha256).hexdigest()
        where = urlsplit(notice.answer_url)
        head = (
            f"POST {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Wanghuo-Signature: t={at_s},v1={code}\r\n\r\n"
        )
        return head.encode() + body


@asynccontextmanager
async def town() -> AsyncIterator[Sink]:
    """A receiver whose people answer."""
    people = People(SECRET)
    sink = Sink(people.hear)
    await sink.start()
    people.start()
    try:
        yield sink
    finally:
        await people.stop()
        await sink.stop()
