r"""The robots of chat groups: how each is asked, signed, and what its answer means. Pure.

DingTalk: `timestamp` (ms) and `sign` in the query, base64 of HMAC-SHA256(secret, "ts\nsecret").
Feishu: `timestamp` (s) and `sign` in the body, base64 of HMAC-SHA256("ts\nsecret", "").
WeCom: the key in the address is the whole proof.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from wanghuo.errors import Invalid

WECOM_BYTES_MAX: Final = 4096
BUSY: Final = frozenset({130101, 45009, 11232, 9499})  # sent too fast, by each of the three
RobotKey = str


class Kind(StrEnum):
    """Whose robot."""

    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WECOM = "wecom"


PATHS: Final = {
    "/robot/send": Kind.DINGTALK,
    "/open-apis/bot/v2/hook": Kind.FEISHU,
    "/cgi-bin/webhook/send": Kind.WECOM,
}


class Robot(msgspec.Struct, frozen=True):
    """One robot. url: with its token; secret: "" if it is not signed. Neither is ever logged."""

    kind: Kind
    url: str
    secret: str


class Request(msgspec.Struct, frozen=True):
    """What is posted."""

    url: str
    body: bytes


def robot(address: str) -> Robot:
    """The robot of an address of the settings. Raises Invalid; the address is not repeated."""
    parts = urlsplit(address)
    for path, kind in PATHS.items():
        if parts.scheme in {"https", "http"} and parts.path.startswith(path):
            return Robot(kind, urlunsplit(parts._replace(fragment="")), parts.fragment)
    raise Invalid("im.robots", "an address is of no known robot", "DingTalk, Feishu or WeCom")


def request(to: Robot, title: str, markdown: str, mention: str, at: datetime) -> Request:
    """One message. mention: the member's telephone (DingTalk) or id, "" for nobody."""
    body: dict[str, Any]
    url = to.url
    if to.kind is Kind.DINGTALK:
        text = f"{markdown}\n\n@{mention}" if mention else markdown
        body = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
        if mention:
            body["at"] = {"atMobiles": [mention]}
        if to.secret:
            stamp = str(int(at.timestamp() * 1000))
            sign = _mac(to.secret, f"{stamp}\n{to.secret}")
            url += ("&" if "?" in url else "?") + urlencode({"timestamp": stamp, "sign": sign})
    elif to.kind is Kind.FEISHU:
        text = f"{markdown}\n\n<at id={mention}></at>" if mention else markdown
        card = {
            "header": {"title": {"tag": "plain_text", "content": title}, "template": "red"},
            "elements": [{"tag": "markdown", "content": text}],
        }
        body = {"msg_type": "interactive", "card": card}
        if to.secret:
            stamp = str(int(at.timestamp()))
            body |= {"timestamp": stamp, "sign": _mac(f"{stamp}\n{to.secret}", "")}
    else:
        text = f"{markdown}\n\n<@{mention}>" if mention else markdown
        body = {"msgtype": "markdown", "markdown": {"content": _within(text)}}
    return Request(url, msgspec.json.encode(body))


def _mac(key: str, said: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), said.encode(), hashlib.sha256).digest()).decode()


def _within(text: str) -> str:
    """At most what WeCom takes, whole characters."""
    return text.encode()[:WECOM_BYTES_MAX].decode("utf-8", "ignore")


class _Said(msgspec.Struct, frozen=True):
    errcode: int | None = None
    code: int | None = None
    old: int | None = msgspec.field(name="StatusCode", default=None)


_said = msgspec.json.Decoder(_Said)


def verdict(status: int, body: bytes) -> str:
    """What went wrong, "" if the group has it: robot_<code>, robot_busy, http_<status>.

    Half an answer, and one without a code, is no success.
    """
    try:
        said = _said.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"http_{status}"
    code = next((c for c in (said.errcode, said.code, said.old) if c is not None), None)
    if code is None or (code == 0 and status // 100 != 2):  # noqa: PLR2004 - the class of success
        return f"http_{status}"
    if code in BUSY:
        return "robot_busy"
    return f"robot_{code}" if code else ""
