"""Speaking HTTP to others: one client per process, with a limit on every wait and no redirects."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from wanghuo.errors import Unavailable

CONNECT_TIMEOUT_S = 3.0
ANSWER_MAX_BYTES = 256 * 1024
CONNECTIONS_MAX = 200


@dataclass(frozen=True)
class Answer:
    """status: HTTP status; body: at most 256 KiB of it."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return self.status // 100 == 2  # noqa: PLR2004 — the class of success


class OutboundHttp:
    """A client whose connections are kept and shared. timeout_s: the longest wait for an answer."""

    def __init__(self, *, timeout_s: float = 5.0) -> None:
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
            ),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "wanghuo"},
        )

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout_s: float | None = None,
    ) -> Answer:
        """Send `body`. Raises Unavailable when no whole answer came: it may have arrived or not."""
        wait_s = timeout_s or self._timeout_s
        try:
            async with self._client.stream(
                "POST", url, content=body, headers=dict(headers), timeout=wait_s
            ) as response:
                kept = b""
                async for piece in response.aiter_bytes():
                    kept += piece[: ANSWER_MAX_BYTES - len(kept)]
                    if len(kept) >= ANSWER_MAX_BYTES:
                        break
                return Answer(response.status_code, kept)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{type(error).__name__}: {error}") from error

    async def get(self, url: str) -> Answer:
        """Ask. Raises Unavailable when no whole answer came."""
        try:
            response = await self._client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(f"{type(error).__name__}: {error}") from error
        return Answer(response.status_code, response.content[:ANSWER_MAX_BYTES])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
