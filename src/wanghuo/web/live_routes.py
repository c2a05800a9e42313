"""GET /api/v1/live: facts as server-sent events, until the page goes or its right ends."""

import asyncio
import contextlib
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wanghuo.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import House, house_of
from wanghuo.web.limits import TooMany
from wanghuo.web.live import HEARTBEAT, RETRY_S, Live, Page, Say, live_of, resync
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may

HEARTBEAT_S: Final = 15.0
RETRY: Final = b"retry: 1000\n\n"
RIGHT_CHECKED_S: Final = 1.0
SEND_TIMEOUT_S: Final = 60.0  # a peer that takes nothing for so long is gone
ID_SIZE_MAX: Final = 15  # digits

Follower = Annotated[Principal, Depends(may(Permission.FOLLOW))]
REFUSALS = problems(Unauthenticated, Forbidden, Invalid, TooMany, Unavailable)

router = APIRouter(prefix="/api/v1", tags=["live"])


class LiveAnswer(Response):
    """An answer without an end. after: the id to resume behind, None for from now on."""

    media_type = "text/event-stream"

    def __init__(
        self, house: House, live: Live, who: Principal, *, secret: str, after: int | None
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._house = house
        self._live = live
        self._who = who
        self._secret = secret
        self._after = after
        self._checked_s = house.clock.monotonic_s()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak until the page goes, the house closes or the right to see ends."""
        del scope
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        speaking = asyncio.ensure_future(self._speak(send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({speaking, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            speaking.cancel()
            gone.cancel()
            told = await asyncio.gather(speaking, gone, return_exceptions=True)
        if isinstance(told[0], Exception) and not isinstance(told[0], OSError):
            raise told[0]

    async def _speak(self, send: Send) -> None:
        async def say(text: bytes) -> None:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await send({"type": "http.response.body", "body": text, "more_body": True})

        await say(RETRY)
        page = await self._joined(say)
        try:
            while not page.over:
                text = await page.take(HEARTBEAT_S)
                if not await self._may_still_see():
                    await say(b"event: signed_out\ndata: {}\n\n")
                    break
                if page.lost:
                    why, page.lost, page.after = page.lost, "", self._live.last
                    text = resync(page.after, why)
                await say(text or HEARTBEAT)
        finally:
            self._live.leave(page)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _joined(self, say: Say) -> Page:
        """Give what the page missed, then a page whose queue goes on from there without a gap."""
        while not await self._live.ready(HEARTBEAT_S):
            await say(HEARTBEAT)
        if self._after is None:
            page = self._live.join(self._who, self._live.last)
            await say(_hello(page.after))
            return page
        while True:
            try:
                return await self._resumed(self._after, say)
            except Unavailable:  # the stream is down: keep the page and try again
                await say(HEARTBEAT)
                await self._house.clock.sleep(RETRY_S)

    async def _resumed(self, after: int, say: Say) -> Page:
        """The page that goes on behind `after`. Raises Unavailable."""
        why = await self._live.gap(after)
        if why:
            page = self._live.join(self._who, self._live.last)
            await say(resync(page.after, why))
            return page
        while not self._live.knows(after):
            after = self._after = await self._live.read_up(self._who, after, say)
        page = self._live.join(self._who, after)
        await say(_hello(after))
        return page

    async def _may_still_see(self) -> bool:
        """Whether the token still admits the same principal. A silent database changes nothing."""
        now_s = self._house.clock.monotonic_s()
        if now_s - self._checked_s < RIGHT_CHECKED_S:
            return True
        self._checked_s = now_s
        try:
            return await self._house.doorkeeper.admit(self._secret) == self._who
        except Unauthenticated:
            return False
        except Unavailable:
            return True


def _hello(after: int) -> bytes:
    """Tells a fresh page from which id it would resume."""
    return b'id: %d\nevent: hello\ndata: {"last": %d}\n\n' % (after, after)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@router.get(
    "/live",
    status_code=200,  # OpenAPI cannot find it out from the class
    response_class=LiveAnswer,
    responses={
        **REFUSALS,
        200: {"description": "Facts: `id` is the sequence, `event` the topic, `data` the fact."},
    },
)
async def live(
    request: Request,
    who: Follower,
    last_event_id: Annotated[str | None, Header()] = None,
    since: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> LiveAnswer:
    """Follow the facts of your towns. Send Last-Event-ID to resume without a gap.

    Besides topics there are the events `hello` (id to resume from), `resync` (read your lists
    again) and `signed_out`.
    """
    text = last_event_id or since
    if text and not (text.isascii() and text.isdigit() and len(text) <= ID_SIZE_MAX):
        raise Invalid("Last-Event-ID", "not an id of this stream", "send the last id you received")
    after = int(text) if text else None
    return LiveAnswer(
        house_of(request), live_of(request), who, secret=request.state.secret, after=after
    )
