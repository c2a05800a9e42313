"""119's machine, as a stranger would build it from docs/cad-119.md: the reference peer.

Takes signed notifications, keeps one case per incident, and answers each case once: accepted, or
rejected with a reason. `say` carries on: dispatched, on_scene, closed, update. It can be down
(503) or silent (takes and says nothing), and with `haste` it plays a whole turn-out by itself.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import msgspec
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wanghuo.clock import Clock
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Message, MessageError, Reason, Report
from wanghuo.simulator import signature

ATTEMPTS: Final = 4
ATTEMPT_PAUSE_S: Final = 2.0
# What follows an acceptance, and how many seconds after it; `haste` makes them pass faster.
TURN_OUT: Final[tuple[tuple[type[Message], float, dict[str, Any]], ...]] = (
    (cad_119.Dispatched, 40.0, {"units": ["119-1", "119-2"]}),
    (cad_119.OnScene, 300.0, {"units": ["119-1"]}),
    (cad_119.Closed, 1800.0, {"result": "已处置 / dealt with"}),
)

_log = structlog.get_logger("cad_peer")


@dataclass
class Case:
    """One incident as 119 knows it. heard, spoken: the last sequence from us and to us."""

    incident: str
    notice_id: str
    url: str
    reports: list[Report] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    heard: int = 0
    spoken: int = 0


class CadPeer:
    """Plays 119. reject: the reason it gives instead of accepting; None accepts."""

    def __init__(
        self,
        secret: str,
        clock: Clock,
        *,
        reject: Reason | None = None,
        note: str = "",
        haste: float = 0.0,
    ) -> None:
        self.reject = reject
        self.note = note
        self.down = False
        self.silent = False
        self.cases: dict[str, Case] = {}
        self.taken: list[Message] = []  # each once, in the order of coming
        self.posts = 0  # however often they came
        self.answered: list[tuple[str, str, int]] = []  # incident, kind, HTTP status
        self._secret = secret
        self._clock = clock
        self._haste = haste
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(timeout=10.0, trust_env=False)
        self.app = Starlette(routes=[Route("/notifications", self._take, methods=["POST"])])

    async def close(self) -> None:
        """Stop answering."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def _take(self, request: Request) -> Response:
        self.posts += 1
        if self.down:
            return Response(status_code=503)
        body = await request.body()
        header = request.headers.get(signature.HEADER, "")
        now_s = int(self._clock.now_utc().timestamp())
        if not signature.is_right(self._secret, header, now_s, body):
            return Response(status_code=401)
        try:
            message = cad_119.read(body)
        except MessageError as error:
            return JSONResponse({"field": error.field, "zh": error.zh, "en": error.en}, 422)
        if isinstance(message, cad_119.Closed):
            return JSONResponse({"taken": self._close(message)})
        if not isinstance(message, cad_119.Notification | cad_119.Update) or not message.report:
            return JSONResponse({"field": "kind", "en": "notification, update or closed"}, 422)
        return JSONResponse({"taken": self._keep(message, message.report)})

    def _keep(self, message: Message, report: Report) -> bool:
        """Whether the message is news. A new case is answered; a late or doubled one is not."""
        case = self.cases.get(message.incident)
        new = case is None
        if case is None:
            case = Case(message.incident, message.notice_id, report.callback.url)
            self.cases[message.incident] = case
        if message.id in case.ids:
            return False
        case.ids.add(message.id)
        self.taken.append(message)
        if message.sequence <= case.heard:
            return False
        case.heard = message.sequence
        case.reports.append(report)
        if new and not self.silent:
            task = asyncio.ensure_future(self._decide(case.incident))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    def _close(self, message: cad_119.Closed) -> bool:
        """The platform has ended its incident. Whether that is news about a case we have."""
        case = self.cases.get(message.incident)
        if case is None or message.id in case.ids:
            return False
        case.ids.add(message.id)
        self.taken.append(message)
        case.heard = max(case.heard, message.sequence)
        return True

    async def _decide(self, incident: str) -> None:
        if self.reject is not None:
            await self.say(incident, cad_119.Rejected, reason=self.reject, note=self.note)
            return
        await self.say(incident, cad_119.Accepted, case=f"119-{incident}", note=self.note)
        if self._haste <= 0.0:
            return
        passed_s = 0.0
        for kind, after_s, more in TURN_OUT:
            await self._clock.sleep((after_s - passed_s) / self._haste)
            passed_s = after_s
            await self.say(incident, kind, **more)

    async def say(self, incident: str, kind: type[Message], **more: Any) -> int:  # noqa: ANN401 - fields of the kind
        """Send the next message about an incident, again if need be; the last HTTP status, or 0."""
        return await self.send(self.made(incident, kind, **more))

    def made(self, incident: str, kind: type[Message], **more: Any) -> Message:  # noqa: ANN401 - fields of the kind
        """The next message about an incident, not sent yet."""
        case = self.cases[incident]
        case.spoken += 1
        head = {
            "kind": kind.__struct_config__.tag,
            "schema": cad_119.SCHEMA,
            "id": f"119-{incident}-{case.spoken}",
            "sequence": case.spoken,
            "incident": incident,
            "notice_id": case.notice_id,
            "sent_at": self._clock.now_utc(),
            "by": "119 接警席",
        }
        return cad_119.read(msgspec.json.encode(head | more))

    async def send(self, message: Message) -> int:
        """Send a message until it is taken or refused; the last HTTP status, 0 if none came."""
        status = 0
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._clock.sleep(ATTEMPT_PAUSE_S)
            status = await self._post(message)
            if 0 < status < 500:  # noqa: PLR2004 - asking again would change nothing
                break
        kind = str(type(message).__struct_config__.tag)
        self.answered.append((message.incident, kind, status))
        return status

    async def _post(self, message: Message) -> int:
        body = cad_119.written(message)
        at_s = int(self._clock.now_utc().timestamp())
        headers = {
            signature.HEADER: signature.sign(self._secret, at_s, body),
            "Content-Type": "application/json",
        }
        try:
            url = self.cases[message.incident].url
            answer = await self._http.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            _log.debug("message_not_taken", error=str(error))
            return 0
        return answer.status_code
