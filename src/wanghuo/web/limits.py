"""Limits push back: a body size, a pace per caller. Whoever is refused is told when to return."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wanghuo.clock import Clock
from wanghuo.errors import WanghuoError
from wanghuo.web.problems import document

BODY_SIZE_MAX_BYTES = 4 << 20
IMPORT_SIZE_MAX_BYTES = 128 << 20  # 300,000 devices as CSV are about 40 MB
PICTURE_SIZE_MAX_BYTES = 8 << 20
LARGE_BODIES: dict[str, int] = {
    "/api/v1/import": IMPORT_SIZE_MAX_BYTES,
    "/api/v1/incidents/": PICTURE_SIZE_MAX_BYTES,
    "/r/": PICTURE_SIZE_MAX_BYTES,
}
CALLERS_MAX = 10_000


class TooMany(WanghuoError):
    """The caller asks faster than allowed; come back after `retry_after_s` seconds."""

    kind = "too_many"

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Pace:
    """A token bucket per caller: `burst` at once, then one every `period_s` seconds."""

    def __init__(self, clock: Clock, burst: int, period_s: float) -> None:
        self._clock = clock
        self._burst = burst
        self._period_s = period_s
        self._full_at_s: dict[str, float] = {}  # when the caller's bucket is full again

    def take(self, caller: str) -> None:
        """Count one request of `caller`. Raises TooMany if its bucket is empty."""
        now_s = self._clock.monotonic_s()
        full_at_s = max(self._full_at_s.get(caller, now_s), now_s)
        wait_s = full_at_s + self._period_s - (now_s + self._burst * self._period_s)
        if wait_s > 0:
            raise TooMany("too many attempts from this address", wait_s)
        if len(self._full_at_s) >= CALLERS_MAX:
            self._forget(now_s)
        self._full_at_s[caller] = full_at_s + self._period_s

    def _forget(self, now_s: float) -> None:
        """Drop callers whose bucket is full; if a flood left none, drop the fullest half."""
        kept = {who: at for who, at in self._full_at_s.items() if at > now_s}
        if len(kept) >= CALLERS_MAX:
            emptiest = sorted(kept.items(), key=lambda one: one[1])[len(kept) // 2 :]
            kept = dict(emptiest)
        self._full_at_s = kept


class Places:
    """At most `size` holders at one time, e.g. of expensive password checks."""

    def __init__(self, size: int, retry_after_s: float) -> None:
        self._free = size
        self._retry_after_s = retry_after_s

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place. Raises TooMany if all are taken: waiting would only build a queue."""
        if self._free == 0:
            raise TooMany("too many at the same time", self._retry_after_s)
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class BodyLimit:
    """Refuses a body that is too large before it is read, and while it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _too_large(limit)
            return message

        if _declared(scope) > limit:
            await document(Request(scope), "too_large", en=_too_large(limit).detail)(
                scope, receive, send
            )
            return
        await self._app(scope, counted, send)


def limit_of(path: str) -> int:
    """How many bytes a body for this path may have."""
    sizes = [size for start, size in LARGE_BODIES.items() if path.startswith(start)]
    return max([BODY_SIZE_MAX_BYTES, *sizes])


def _declared(scope: Scope) -> int:
    """The body's size as the caller declares it, 0 if it does not."""
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"a body here may have {limit} bytes", {"Connection": "close"})
