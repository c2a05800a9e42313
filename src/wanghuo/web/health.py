"""Is the process alive, is it ready, and its figures for Prometheus."""

import asyncio
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from wanghuo.engines.postgres import DOWN
from wanghuo.engines.telemetry import exposition
from wanghuo.errors import Forbidden, Unauthenticated
from wanghuo.principal import Permission
from wanghuo.web.house import House, house_of
from wanghuo.web.sign_in import signed_in

READY_TIMEOUT_S = 2.0
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

router = APIRouter(tags=["health"])
_bearer = HTTPBearer(auto_error=False)


class Part(BaseModel):
    """One engine. zh, en: what its being down means and what to do."""

    part: str
    ok: bool
    zh: str
    en: str


class Readiness(BaseModel):
    """Ready means that every part answers."""

    ready: bool
    parts: list[Part]


@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    """Answer while the process is alive."""
    return {"alive": True}


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(request: Request, response: Response) -> Readiness:
    """Answer 200 when database and stream answer, 503 with the part that is down otherwise."""
    house = house_of(request)
    parts = [await _database(house), _stream(house)]
    ready = all(part.ok for part in parts)
    response.status_code = 200 if ready else 503
    return Readiness(ready=ready, parts=parts)


async def _database(house: House) -> Part:
    try:
        async with asyncio.timeout(READY_TIMEOUT_S), house.database.connection() as connection:
            await connection.fetchval("SELECT 1")
    except DOWN:
        return Part(
            part="database", ok=False,
            zh="数据库没有响应：火警由备用流接收，页面只显示实时消息。请运行 wanghuo doctor",
            en="The database does not answer: fires go to the fallback stream, pages show live"
            " facts only. Run wanghuo doctor",
        )  # fmt: skip
    return Part(part="database", ok=True, zh="数据库正常", en="The database answers")


def _stream(house: House) -> Part:
    if not house.stream.connected:
        return Part(
            part="stream", ok=False,
            zh="消息流没有连接：火警仍写入数据库，实时消息暂停。请运行 wanghuo doctor",
            en="The stream is not connected: fires still reach the database, live facts pause."
            " Run wanghuo doctor",
        )  # fmt: skip
    return Part(part="stream", ok=True, zh="消息流正常", en="The stream is connected")


@router.get("/metrics", include_in_schema=False)
async def metrics(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Response:
    """Prometheus' text: from this machine without a token, from elsewhere for auditors."""
    if not _from_this_machine(request):
        if bearer is None:
            raise Unauthenticated("from another machine, send an auditor's token")
        who = await signed_in(request, bearer, None)
        if not (who.may(Permission.AUDIT) or who.may(Permission.ADMINISTER)):
            raise Forbidden("figures are for auditors and administrators")
    return Response(exposition(), media_type=CONTENT_TYPE_LATEST)


def _from_this_machine(request: Request) -> bool:
    """Whether the peer is loopback and asked by a loopback name (a rebound name is foreign)."""
    name = request.headers.get("host", "").lower()
    name = name.rpartition(":")[0] if not name.endswith("]") and ":" in name else name
    peer = request.client.host if request.client else ""
    proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    try:
        loopback = ipaddress.ip_address(peer).is_loopback
    except ValueError:
        loopback = False
    return loopback and name in LOOPBACK_NAMES and not proxied
