"""The telephone exchange of the twin: contacts, crews, desks and 119 behind one HTTP door.

Takes signed webhook notices, lets the told person answer after a while by a signed
POST to the notice's `answer_url`. `/fires` tells it where it really burns.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Iterator
from random import Random
from typing import Protocol

import httpx
import msgspec
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wanghuo.clock import Clock
from wanghuo.simulator import humans, signature
from wanghuo.simulator.humans import Reply

ALL_CLEAR = "all_clear"
KEPT_MAX = 2000
ANSWERED_MAX = 20_000
BURNS_S = 1800.0
ATTEMPTS = 4
ATTEMPT_PAUSE_S = 2.0
BODY_SIZE_MAX_BYTES = 64 * 1024

_log = structlog.get_logger("phones")


class _Place(msgspec.Struct):
    id: str = ""


class Notice(msgspec.Struct):
    """What the exchange needs of a notice; the rest is for people."""

    notice_id: str
    answer_url: str
    number: str = ""
    role: str = ""
    recipient: str = ""
    address: str = ""
    test: bool = False
    purpose: str = ""
    place: _Place = msgspec.field(default_factory=_Place)


class _Fire(msgspec.Struct):
    place_id: str


_notice = msgspec.json.Decoder(Notice)
_fire = msgspec.json.Decoder(_Fire)


class Phones:
    """Everybody who can be told. secret: of the webhook. seed: who answers how."""

    def __init__(self, secret: str, clock: Clock, seed: int = 1, *, haste: float = 1.0) -> None:
        self.notices: deque[Notice] = deque(maxlen=KEPT_MAX)
        self.answered: deque[tuple[str, str, int]] = deque(maxlen=KEPT_MAX)  # notice, answer, HTTP
        self._secret = secret
        self._clock = clock
        self._seed = seed
        self._haste = haste
        self._burning: dict[str, float] = {}
        self._spoken_to: dict[tuple[str, str, str], None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(timeout=10.0, trust_env=False)
        self.app = Starlette(
            routes=[
                Route("/notices", self._take, methods=["POST"]),
                Route("/fires", self._burns, methods=["POST"]),
            ]
        )

    async def close(self) -> None:
        """Stop answering."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def _take(self, request: Request) -> Response:
        body = await self._proved(request)
        if body is None:
            return Response(status_code=401)
        try:
            notice = _notice.decode(body)
        except msgspec.MsgspecError:
            return Response(status_code=422)
        self.notices.append(notice)
        if notice.purpose == ALL_CLEAR:  # there is nothing to say to it
            return Response(status_code=202)
        who = (notice.number, notice.role, notice.recipient)
        if who not in self._spoken_to:  # told again about the same fire: they know
            self._spoken_to[who] = None
            if len(self._spoken_to) > ANSWERED_MAX:
                self._spoken_to.pop(next(iter(self._spoken_to)))
            task = asyncio.ensure_future(self._answer(notice))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return Response(status_code=202)

    async def _burns(self, request: Request) -> Response:
        body = await self._proved(request)
        if body is None:
            return Response(status_code=401)
        self._burning[_fire.decode(body).place_id] = self._clock.monotonic_s() + BURNS_S
        return Response(status_code=204)

    async def _proved(self, request: Request) -> bytes | None:
        body = await request.body()
        header = request.headers.get(signature.HEADER, "")
        now_s = int(self._clock.now_utc().timestamp())
        if len(body) <= BODY_SIZE_MAX_BYTES and signature.is_right(
            self._secret, header, now_s, body
        ):
            return body
        return None

    async def _answer(self, notice: Notice) -> None:
        rng = Random(f"{self._seed} {notice.number} {notice.role} {notice.recipient}")
        burning = self._burning.get(notice.place.id, 0.0) > self._clock.monotonic_s()
        spent_s = 0.0
        for reply in humans.replies(notice.role, burning=burning, test=notice.test, rng=rng):
            await self._clock.sleep((reply.after_s - spent_s) / self._haste)
            spent_s = reply.after_s
            await self._post(notice, reply)

    async def _post(self, notice: Notice, reply: Reply) -> None:
        body = msgspec.json.encode(
            {
                "notice_id": notice.notice_id,
                "answer": reply.answer,
                "by": notice.recipient,
                "note": reply.note,
                "answer_id": f"{notice.notice_id}-{reply.answer}",
            }
        )
        for _ in range(ATTEMPTS):
            at_s = int(self._clock.now_utc().timestamp())
            headers = {
                signature.HEADER: signature.sign(self._secret, at_s, body),
                "Content-Type": "application/json",
            }
            try:
                answer = await self._http.post(notice.answer_url, content=body, headers=headers)
            except httpx.HTTPError as error:
                _log.debug("answer_not_taken", error=str(error))
            else:
                self.answered.append((notice.notice_id, reply.answer, answer.status_code))
                if answer.status_code < 500:  # noqa: PLR2004 - asking again would change nothing
                    return
            await self._clock.sleep(ATTEMPT_PAUSE_S)


class _Quiet(uvicorn.Server):
    """A server whose process is stopped by its parent, not by its own signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Exchange(Protocol):
    """Whoever answers behind an HTTP door of the twin."""

    app: Starlette

    def close(self) -> Awaitable[None]:
        """Stop answering."""
        ...


async def serve(phones: Exchange, host: str, port: int) -> None:
    """Answer the phones until cancelled."""
    config = uvicorn.Config(
        phones.app, host, port, log_config=None, access_log=False, lifespan="off"
    )
    server = _Quiet(config)
    try:
        await server.serve()
    finally:
        await phones.close()
