"""The chat robots of DingTalk, Feishu and WeCom, as strangers would build them from their pages.

Each checks its own signature or key and answers in its own words. `faults` makes the next ones
answer wrongly: 500, half, busy, nothing.
"""

import base64
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wanghuo.clock import Clock

STAMP_AGE_MAX_S = 3600


def _mac(key: str, said: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()


async def _until_gone(request: Request) -> None:
    """Say nothing until the caller hangs up."""
    await request.body()
    await request.receive()


@dataclass
class RobotPeer:
    """Three robots with one token and one secret. said: kind and body of what came."""

    token: str
    secret: str
    clock: Clock
    faults: deque[str] = field(default_factory=deque)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        """The application with the three doors."""
        return Starlette(
            routes=[
                Route("/robot/send", self._dingtalk, methods=["POST"]),
                Route("/open-apis/bot/v2/hook/{token}", self._feishu, methods=["POST"]),
                Route("/cgi-bin/webhook/send", self._wecom, methods=["POST"]),
            ]
        )

    async def _fault(self, request: Request, busy: int) -> Response | None:
        fault = self.faults.popleft() if self.faults else ""
        if fault == "500":
            return Response("bad gateway", 500)
        if fault == "half":
            return Response('{"errco')
        if fault == "busy":
            return JSONResponse({"errcode": busy, "code": busy, "errmsg": "too fast"})
        if fault == "hang":
            await _until_gone(request)
        return None

    def _fresh(self, stamp_s: float) -> bool:
        return abs(self.clock.now_utc().timestamp() - stamp_s) < STAMP_AGE_MAX_S

    async def _dingtalk(self, request: Request) -> Response:
        fault = await self._fault(request, 130101)
        if fault is not None:
            return fault
        asked = request.query_params
        stamp = asked.get("timestamp", "0")
        right = _mac(self.secret, f"{stamp}\n{self.secret}")
        if asked.get("access_token") != self.token:
            return JSONResponse({"errcode": 300001, "errmsg": "token is not exist"})
        if asked.get("sign") != right or not self._fresh(int(stamp) / 1000):
            return JSONResponse({"errcode": 310000, "errmsg": "sign not match"})
        self.said.append(("dingtalk", await request.json()))
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _feishu(self, request: Request) -> Response:
        fault = await self._fault(request, 11232)
        if fault is not None:
            return fault
        body = await request.json()
        stamp = str(body.get("timestamp", "0"))
        right = _mac(f"{stamp}\n{self.secret}", "")
        if request.path_params["token"] != self.token:
            return JSONResponse({"code": 19001, "msg": "param invalid"}, 400)
        if body.get("sign") != right or not self._fresh(int(stamp)):
            return JSONResponse({"code": 19021, "msg": "sign match fail"})
        self.said.append(("feishu", body))
        return JSONResponse({"code": 0, "msg": "success", "data": {}})

    async def _wecom(self, request: Request) -> Response:
        fault = await self._fault(request, 45009)
        if fault is not None:
            return fault
        if request.query_params.get("key") != self.token:
            return JSONResponse({"errcode": 93000, "errmsg": "invalid webhook url"})
        self.said.append(("wecom", await request.json()))
        return JSONResponse({"errcode": 0, "errmsg": "ok"})
