"""Alibaba Cloud's text messages and calls, as a stranger would build them from its documentation.

One application answers SendSms, QuerySendDetails and IvrCall: it checks the signature by itself,
counts each number's minute, hour and day, answers with the provider's codes, and pushes receipts.
`faults` makes it answer wrongly: 500, half an answer, nothing, another code.
"""

import asyncio
import hashlib
import hmac
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wanghuo.clock import Clock

LIMITS: Final = {
    "SendSms": ((1, 60), (5, 3600), (40, 86_400)),
    "IvrCall": ((1, 60), (5, 3600), (20, 86_400)),
}
STAMP_AGE_MAX_S: Final = 900
LOCAL: Final = timedelta(hours=8)
STATUSES: Final = {"": 1, "DELIVERED": 3}  # waiting, delivered; everything else is 2, failed


@dataclass
class Asked:
    """One message or call that was taken. fate: the receipt's code, "" while it waits."""

    action: str
    number: str
    params: dict[str, str]
    id: str
    out_id: str
    at: datetime
    fate: str = ""


@dataclass
class AliyunPeer:
    """Plays the provider. fates: number, or action and number, to a code and the key pressed.

    push_url: the house's door, e.g. `http://127.0.0.1:8119/push/aliyun/SECRET`, "" pushes nothing.
    """

    key_id: str
    secret: str
    clock: Clock
    push_url: str = ""
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)
    faults: deque[str] = field(default_factory=deque)
    taken: list[Asked] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    pushed: list[int] = field(default_factory=list)
    limited: bool = True
    _nonces: set[str] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        """The application; one door for every action."""
        return Starlette(routes=[Route("/", self._answer, methods=["POST"])])

    async def close(self) -> None:
        """Push no more."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, request: Request) -> Response:
        fault = self.faults.popleft() if self.faults else ""
        if fault == "500":
            return Response("upstream fell over", 500)
        if fault == "half":
            return Response('{"Code":"O', media_type="application/json")
        if fault == "hang":
            await _until_gone(request)
        wrong = self._wrong(request) or fault
        if wrong:
            self.refused.append(wrong)
            return JSONResponse({"Code": wrong, "Message": wrong, "RequestId": "r"}, 400)
        params = dict(request.query_params)
        action = request.headers["x-acs-action"]
        if action == "QuerySendDetails":
            return JSONResponse(self._details(params))
        return JSONResponse(self._take(action, params))

    def _wrong(self, request: Request) -> str:
        """Why the signature is refused, "" if it fits. Written from the documentation."""
        said = request.headers
        kind, _, fields = said.get("authorization", "").partition(" ")
        proof = dict(one.split("=", 1) for one in fields.split(",") if "=" in one)
        if kind != "ACS3-HMAC-SHA256" or proof.get("Credential") != self.key_id:
            return "InvalidAccessKeyId.NotFound"
        names = proof.get("SignedHeaders", "").split(";")
        if not {"host", "x-acs-action", "x-acs-date", "x-acs-version"} <= set(names):
            return "IncompleteSignature"
        lines = "".join(f"{name}:{said.get(name, '').strip()}\n" for name in names)
        pairs = sorted(
            (quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in request.query_params.items()
        )
        query = "&".join(f"{k}={v}" for k, v in pairs)
        whole = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{said['x-acs-content-sha256']}"
        signed = f"{kind}\n{hashlib.sha256(whole.encode()).hexdigest()}"
        right = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, proof.get("Signature", "")):
            return "SignatureDoesNotMatch"
        at = datetime.fromisoformat(said["x-acs-date"])
        if abs((self.clock.now_utc() - at).total_seconds()) > STAMP_AGE_MAX_S:
            return "InvalidTimeStamp.Expired"
        nonce = said["x-acs-signature-nonce"]
        if nonce in self._nonces:
            return "SignatureNonceUsed"
        self._nonces.add(nonce)
        return ""

    def _take(self, action: str, params: dict[str, str]) -> dict[str, str]:
        number = params.get("PhoneNumbers") or params.get("CalledNumber") or ""
        now = self.clock.now_utc()
        before = [a.at for a in self.taken if a.number == number and a.action == action]
        for most, span_s in LIMITS[action]:
            late = [at for at in before if (now - at).total_seconds() < span_s]
            if self.limited and len(late) >= most:
                self.refused.append("isv.BUSINESS_LIMIT_CONTROL")
                return {
                    "Code": "isv.BUSINESS_LIMIT_CONTROL",
                    "Message": "触发流控",
                    "RequestId": "r",
                }
        made = Asked(
            action, number, params, f"{len(self.taken) + 1}^0", params.get("OutId", ""), now
        )
        self.taken.append(made)
        made.fate, key = self.fates.get(f"{action} {number}") or self.fates.get(number, ("", ""))
        if self.push_url and made.fate:
            task = asyncio.ensure_future(self._tell(made, key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        name = "BizId" if action == "SendSms" else "CallId"
        return {"Code": "OK", "Message": "OK", "RequestId": "r", name: made.id}

    def _details(self, params: dict[str, str]) -> dict[str, Any]:
        rows = [
            {
                "PhoneNum": one.number,
                "SendStatus": STATUSES.get(one.fate, 2),
                "ErrCode": one.fate, "OutId": one.out_id,
            }
            for one in self.taken
            if one.id == params["BizId"] and one.number == params["PhoneNumber"]
            and f"{one.at + LOCAL:%Y%m%d}" == params["SendDate"]
        ]  # fmt: skip
        found = {"SmsSendDetailDTO": rows}
        return {
            "Code": "OK",
            "Message": "OK",
            "TotalCount": str(len(rows)),
            "SmsSendDetailDTOs": found,
        }

    async def _tell(self, made: Asked, key: str) -> None:
        """Push what became of it: of a call with a key first the key, then the end."""
        if made.action == "SendSms":
            await self.push("sms", [sms_row(made)])
            return
        if key:
            await self.push("voice", [call_row(made, "300000", key)])
        await self.push("voice", [call_row(made, made.fate, key)])

    async def push(self, door: str, rows: list[dict[str, Any]] | bytes) -> bytes:
        """Push rows, or raw bytes, to a door; the answer's body."""
        body = rows if isinstance(rows, bytes) else msgspec.json.encode(rows)
        async with httpx.AsyncClient(trust_env=False, timeout=10.0) as client:
            answer = await client.post(
                f"{self.push_url}/{door}",
                content=body,
                headers={"Content-Type": "application/json"},
            )
        self.pushed.append(answer.status_code)
        return answer.content


def sms_row(made: Asked) -> dict[str, Any]:
    """A row of SmsReport."""
    stamp = f"{made.at + LOCAL:%Y-%m-%d %H:%M:%S}"
    return {
        "phone_number": made.number, "send_time": stamp, "report_time": stamp,
        "success": made.fate == "DELIVERED", "err_code": made.fate, "err_msg": made.fate,
        "sms_size": "1", "biz_id": made.id, "out_id": made.out_id,
    }  # fmt: skip


def call_row(made: Asked, status: str, key: str) -> dict[str, Any]:
    """A row of VoiceReport, or with status 300000 of VoiceCallReport."""
    stamp = f"{made.at + LOCAL:%Y-%m-%d %H:%M:%S}"
    return {
        "call_id": made.id, "start_time": stamp, "end_time": stamp, "duration": "9",
        "status_code": status, "status_msg": "", "out_id": made.out_id, "dtmf": key,
    }  # fmt: skip


async def _until_gone(request: Request) -> None:
    """Say nothing until the caller hangs up."""
    await request.body()
    await request.receive()
