"""GB/T 28181 alarms: SIP requests in and out as bytes, MANSCDP XML inside.

Source. GB/T 28181-2022 clauses 9.1, 9.4 and annex A.2.5; RFC 3261 clauses 7, 8.2.6, 20 and 22.
The standard has no alarm of fire or smoke: AlarmDescription and AlarmTypeParam say it in words.
Invariant (fuzzed). Any bytes give a request, None or SipError, and never another error.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import msgspec

from wanghuo.protocols.clean_text import cleaned
from wanghuo.protocols.lookout import figure
from wanghuo.protocols.plain_xml import XmlError, parse

SIZE_MAX_BYTES: Final = 16 * 1024
HEADERS_MAX: Final = 64
LOCAL: Final = timezone(timedelta(hours=8))  # A.2.1: times are local
MEDIA_TYPE: Final = "Application/MANSCDP+xml"
COMPACT: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length",
                  "c": "content-type", "m": "contact"}  # fmt: skip
COPIED: Final = ("via", "from", "to", "call-id", "cseq")
_START: Final = re.compile(r"([A-Z]{3,16}) (sips?:[^\s]{1,256}) SIP/2\.0", re.ASCII)
_DEVICE: Final = re.compile(r"sips?:(\d{18,20})@", re.ASCII)
_PARAM: Final = re.compile(r'(\w+)\s*=\s*(?:"([^"]{0,512})"|([^,\s]{1,512}))', re.ASCII)
_FIRE: Final = re.compile(r"烟火|火|烟|高温|热点|fire|smoke|flame", re.IGNORECASE)
_NOT_FIRE: Final = re.compile(r"防火墙|firewall", re.IGNORECASE)
_SMOKE: Final = re.compile(r"烟|smoke", re.IGNORECASE)
_FLAME: Final = re.compile(r"火|fire|flame", re.IGNORECASE)
VIDEO, DEVICE = 5, 2  # AlarmMethod
TEXT_SIZE_MAX_CHARS: Final = 200


class SipError(ValueError):
    """A datagram that is no SIP request of ours. reason: a code, kept with the bytes."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Request(msgspec.Struct, frozen=True):
    """A SIP request. headers: by lower-case long name, several of one name in order."""

    method: str
    uri: str
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, or ""."""
        return self.headers.get(name, [""])[0]

    @property
    def device(self) -> str:
        """The 20 digits of who sent it, or ""."""
        found = _DEVICE.search(self.header("from"))
        return found.group(1) if found else ""


class Alarm(msgspec.Struct, frozen=True):
    """A MANSCDP Notify of CmdType Alarm. seen: fire, smoke, heat, or "" for another alarm."""

    device: str
    sn: str
    method: int
    kind: int
    at: datetime | None
    seen: str
    text: str
    lon: float | None
    lat: float | None


def read(data: bytes) -> Request | None:
    """The request in a datagram; None for a response or a keep-alive. Raises SipError."""
    if not data.strip():
        return None
    if len(data) > SIZE_MAX_BYTES:
        raise SipError("too_large")
    head, mark, body = data.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    if lines[0].startswith("SIP/2.0 "):
        return None
    start = _START.fullmatch(lines[0])
    if start is None or not mark or len(lines) > HEADERS_MAX:
        raise SipError("not_sip", cleaned(lines[0])[:60])
    headers: dict[str, list[str]] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        if value and key:
            headers.setdefault(COMPACT.get(key, key), []).append(value.strip())
    missing = [name for name in COPIED if name not in headers]
    if missing:
        raise SipError("not_sip", "no " + ", ".join(missing))
    return Request(start.group(1), start.group(2), headers, body)


def answered(
    request: Request, status: str, tag: str, peer: tuple[str, int], more: tuple[str, ...] = ()
) -> bytes:
    """The response to a request (RFC 3261, 8.2.6). status: e.g. "200 OK"; more: header lines."""
    lines = [f"SIP/2.0 {status}"]
    for number, via in enumerate(request.headers["via"]):
        top = f"{_with_port(via, peer)};received={peer[0]}" if number == 0 else via
        lines.append(f"Via: {top}")
    to = request.header("to")
    lines += [
        f"From: {request.header('from')}",
        f"To: {to if ';tag=' in to else f'{to};tag={tag}'}",
        f"Call-ID: {request.header('call-id')}",
        f"CSeq: {request.header('cseq')}",
        *more,
        "Content-Length: 0",
    ]
    return _packed(lines, b"")


def _with_port(via: str, peer: tuple[str, int]) -> str:
    parts = via.split(";")
    return ";".join(f"rport={peer[1]}" if part.strip() == "rport" else part for part in parts)


def command(request: Request) -> str:
    """The CmdType of a MESSAGE's body, or "". Raises SipError for a body that is no XML."""
    if not request.body.strip():
        return ""
    try:
        return cleaned(parse(request.body).word("CmdType"))[:32]
    except XmlError as error:
        raise SipError("not_xml", str(error)) from error


def alarm(request: Request) -> Alarm:
    """The alarm in a MESSAGE. Raises SipError."""
    try:
        root = parse(request.body)
    except XmlError as error:
        raise SipError("not_xml", str(error)) from error
    device = root.word("DeviceID")
    if not re.fullmatch(r"\d{18,20}", device, re.ASCII):
        raise SipError("no_device", cleaned(device)[:40])
    described = [root.word("AlarmDescription"), root.word("EventType"), root.word("ExtendInfo")]
    text = cleaned(" ".join(part for part in described if part))[:TEXT_SIZE_MAX_CHARS]
    return Alarm(
        device=device,
        sn=re.sub(r"\D", "", root.word("SN"), flags=re.ASCII)[:20] or "0",
        method=_whole(root.word("AlarmMethod")),
        kind=_whole(root.word("AlarmType")),
        at=_local_time(root.word("AlarmTime")),
        seen=_seen(text),
        text=text,
        lon=figure(root.word("Longitude") or None, -180.0, 180.0),
        lat=figure(root.word("Latitude") or None, -90.0, 90.0),
    )


def _seen(text: str) -> str:
    if not _FIRE.search(text) or _NOT_FIRE.search(text):
        return ""
    if _FLAME.search(text):
        return "fire"
    return "smoke" if _SMOKE.search(text) else "heat"


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


def _local_time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def confirmation(
    told: Alarm, request: Request, own_id: str, peer: tuple[str, int], unique: str
) -> bytes:
    """Our own MESSAGE that says that an alarm was taken (A.2.6). unique: makes its ids."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<Response>\r\n<CmdType>Alarm</CmdType>\r\n'
        f"<SN>{told.sn}</SN>\r\n<DeviceID>{told.device}</DeviceID>\r\n<Result>OK</Result>\r\n"
        "</Response>\r\n"
    ).encode()
    sender = request.device or told.device
    domain = own_id[:10]
    lines = [
        f"MESSAGE sip:{sender}@{peer[0]}:{peer[1]} SIP/2.0",
        f"Via: SIP/2.0/UDP {domain};rport;branch=z9hG4bK{unique}",
        f"From: <sip:{own_id}@{domain}>;tag={unique[:8]}",
        f"To: <sip:{sender}@{domain}>",
        f"Call-ID: {unique}",
        "CSeq: 1 MESSAGE",
        "Max-Forwards: 70",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
    ]
    return _packed(lines, body)


def challenge(realm: str, nonce: str) -> str:
    """What a REGISTER without proof is asked for."""
    return f'WWW-Authenticate: Digest realm="{realm}", nonce="{nonce}", algorithm=MD5'


def proved(request: Request, password: str, nonces: frozenset[str]) -> bool:
    """Whether the Authorization of a request knows the password (RFC 2617, without qop or with)."""
    kind, _, text = request.header("authorization").partition(" ")
    said = {key.lower(): quoted or bare for key, quoted, bare in _PARAM.findall(text)}
    if kind.lower() != "digest" or said.get("nonce", "") not in nonces:
        return False
    one = _md5(f"{said.get('username', '')}:{said.get('realm', '')}:{password}")
    two = _md5(f"{request.method}:{said.get('uri', '')}")
    middle = said["nonce"]
    if said.get("qop"):
        middle += f":{said.get('nc', '')}:{said.get('cnonce', '')}:{said['qop']}"
    return hmac.compare_digest(_md5(f"{one}:{middle}:{two}"), said.get("response", "").lower())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _packed(lines: list[str], body: bytes) -> bytes:
    return "\r\n".join([*lines, "", ""]).encode() + body
