"""Alibaba Cloud's RPC calls: signature V3 (ACS3-HMAC-SHA256) and the receipts that it pushes.

Signed is METHOD, path, query, the headers host and x-acs-*, and the digest of the body, as "V3
request structure and signature" of Alibaba's documentation says; parameters travel in the query
and the body is empty. Receipts are JSON arrays: SmsReport, VoiceReport and VoiceCallReport.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar
from urllib.parse import quote

import msgspec

ALGORITHM: Final = "ACS3-HMAC-SHA256"
VERSION: Final = "2017-05-25"  # of dysmsapi and of dyvmsapi
NO_BODY: Final = hashlib.sha256(b"").hexdigest()
TAG_CHARS: Final = 15  # the longest OutId that a voice call may carry
OK: Final = "OK"
SMS_DELIVERED: Final = "DELIVERED"
KEY_PRESSED: Final = "300000"  # VoiceCallReport: a key during the call
CALL_HEARD: Final = frozenset({"200000", "200001"})  # to its end, or hung up before
DELIVERED_STATUS, FAILED_STATUS = 3, 2  # SendStatus of QuerySendDetails


class Call(msgspec.Struct, frozen=True):
    """One call of an action. at: UTC. nonce: never used before."""

    host: str
    action: str
    params: Mapping[str, str]
    at: datetime
    nonce: str
    version: str = VERSION


def query(params: Mapping[str, str]) -> str:
    """The canonical query string: sorted, percent-encoded by RFC 3986."""
    encoded = sorted((quote(k, safe="~"), quote(v, safe="~")) for k, v in params.items())
    return "&".join(f"{name}={value}" for name, value in encoded)


def headers(call: Call, key_id: str, secret: str) -> dict[str, str]:
    """The headers of a POST of this call, Authorization among them."""
    signed = {
        "host": call.host,
        "x-acs-action": call.action,
        "x-acs-content-sha256": NO_BODY,
        "x-acs-date": f"{call.at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": call.nonce,
        "x-acs-version": call.version,
    }
    mac = signature("POST", query(call.params), signed, secret)
    names = ";".join(sorted(signed))
    said = f"{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={mac}"
    return {**signed, "Authorization": said}


def signature(method: str, canonical_query: str, signed: Mapping[str, str], secret: str) -> str:
    """The hex MAC. signed: the headers under the signature, names in lower case."""
    names = sorted(signed)
    lines = [method, "/", canonical_query, *(f"{n}:{signed[n].strip()}" for n in names), ""]
    lines += [";".join(names), signed["x-acs-content-sha256"]]
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return hmac.new(secret.encode(), f"{ALGORITHM}\n{hashed}".encode(), hashlib.sha256).hexdigest()


class Answer(msgspec.Struct, frozen=True):
    """What every action answers. BizId: of a text message; CallId: of a voice call."""

    code: str = msgspec.field(name="Code", default="")
    message: str = msgspec.field(name="Message", default="")
    biz_id: str = msgspec.field(name="BizId", default="")
    call_id: str = msgspec.field(name="CallId", default="")


class SmsReport(msgspec.Struct, frozen=True):
    """The fate of one text message. Either biz_id with the number, or out_id, says which."""

    phone_number: str
    success: bool
    err_code: str = ""
    err_msg: str = ""
    biz_id: str = ""
    out_id: str = ""
    report_time: str = ""


class VoiceReport(msgspec.Struct, frozen=True):
    """The end of a call, or (status 300000) a key pressed while it lasts."""

    call_id: str
    status_code: str
    out_id: str = ""
    dtmf: str = ""
    status_msg: str = ""

    @property
    def is_end(self) -> bool:
        """Whether the call is over."""
        return self.status_code != KEY_PRESSED


class _Detail(msgspec.Struct, frozen=True):
    status: int = msgspec.field(name="SendStatus", default=0)
    code: str = msgspec.field(name="ErrCode", default="")
    out_id: str = msgspec.field(name="OutId", default="")


class _Details(msgspec.Struct, frozen=True):
    found: list[_Detail] = msgspec.field(name="SmsSendDetailDTO", default_factory=list)


class _Queried(msgspec.Struct, frozen=True):
    details: _Details = msgspec.field(name="SmsSendDetailDTOs", default_factory=_Details)


class Broken(ValueError):
    """What came is not what the documentation says."""


Shape = TypeVar("Shape")
_answer = msgspec.json.Decoder(Answer, strict=False)
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_queried = msgspec.json.Decoder(_Queried, strict=False)


def answer(body: bytes) -> Answer:
    """Read an answer. Raises Broken for half of one and for other things."""
    try:
        said = _answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(str(error)) from error
    if not said.code:
        raise Broken("no Code")
    return said


def pushed(body: bytes) -> list[bytes]:
    """The rows of a push, unread. Raises Broken."""
    try:
        return [bytes(row) for row in _rows.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(str(error)) from error


def sms_report(row: bytes) -> SmsReport:
    """One row of a push of SmsReport. Raises Broken."""
    return _read(row, SmsReport)


def voice_report(row: bytes) -> VoiceReport:
    """One row of a push of VoiceReport or VoiceCallReport. Raises Broken."""
    return _read(row, VoiceReport)


def _read(row: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(row, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(str(error)) from error


def queried(body: bytes, out_id: str) -> tuple[bool, str] | None:
    """What QuerySendDetails knows of this message: (delivered, code); None while it waits.

    Raises Broken.
    """
    try:
        found = _queried.decode(body).details.found
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(str(error)) from error
    for one in found:
        if one.out_id == out_id and one.status in {DELIVERED_STATUS, FAILED_STATUS}:
            return one.status == DELIVERED_STATUS, one.code
    return None
