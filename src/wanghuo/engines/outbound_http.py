"""Speaking HTTP to others: one client per process, with a limit on every wait and no redirects."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

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


@dataclass(frozen=True)
class Login:
    """What a peer is told when it asks; never written anywhere."""

    user: str
    password: str = field(repr=False)


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

    async def fetch(
        self,
        url: str,
        *,
        address: str,
        size_max_bytes: int,
        timeout_s: float,
        login: Login | None = None,
    ) -> Answer:
        """Ask the host of `url` at `address`, whatever its name may mean by now.

        The body is cut one byte behind `size_max_bytes`, so that too much is seen. A login is told
        only when the peer asks for one. Raises Unavailable when no whole answer came within
        `timeout_s`.
        """
        asked = httpx.URL(url)
        try:
            async with asyncio.timeout(timeout_s):
                answer, challenge = await self._fetch(asked, address, size_max_bytes, None)
                if answer.status != HTTPStatus.UNAUTHORIZED or login is None:
                    return answer
                digest = challenge.lower().startswith("digest")
                kind = httpx.DigestAuth if digest else httpx.BasicAuth
                auth = kind(login.user, login.password)
                return (await self._fetch(asked, address, size_max_bytes, auth))[0]
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise Unavailable(type(error).__name__) from error

    async def _fetch(
        self, asked: httpx.URL, address: str, size_max_bytes: int, auth: httpx.Auth | None
    ) -> tuple[Answer, str]:
        """The answer, and what it asks for if it asks for a login."""
        async with self._client.stream(
            "GET",
            asked.copy_with(host=address),
            headers={"Host": asked.netloc.decode()},
            extensions={"sni_hostname": asked.host},
            auth=auth,
        ) as response:
            kept = b""
            async for piece in response.aiter_bytes():
                kept += piece[: size_max_bytes + 1 - len(kept)]
                if len(kept) > size_max_bytes:
                    break
            challenge = response.headers.get("www-authenticate", "")
            return Answer(response.status_code, kept), challenge

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
