"""What every answer carries, and the last net: an error nobody foresaw becomes a document here."""

from collections.abc import Callable

from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wanghuo.clock import Clock
from wanghuo.web.problems import of_unexpected

# MapLibre runs its worker from a blob; nothing else needs more than our own files.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src 'self' blob:;"
    " style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self';"
    " manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
}
BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SECONDS = Histogram(
    "wanghuo_http_seconds",
    "From the first byte of a request to the start of its answer.",
    ["method", "route", "status"],
    buckets=BUCKETS_S,
)


class Manners:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, clock: Callable[[], Clock]) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers, time the answer, catch what nobody caught."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = self._clock()
        came_s = clock.monotonic_s()
        started = False

        async def mannered(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                took_s = clock.monotonic_s() - came_s
                SECONDS.labels(scope["method"], _route_of(scope), message["status"]).observe(took_s)
            await send(message)

        try:
            await self._app(scope, receive, mannered)
        except Exception as error:  # noqa: BLE001 - the last net: logged with an id, told without detail
            answer = of_unexpected(Request(scope), error)
            if not started:
                await answer(scope, receive, mannered)


def _route_of(scope: Scope) -> str:
    """The route's pattern, so that ids and towns never become label values."""
    return getattr(scope.get("route"), "path", "") or "page"
