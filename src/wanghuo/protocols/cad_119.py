"""119's machine interface: one JSON document ⇄ one message, in both directions.

The exchange follows APCO/TMA ANS 2.101 (ASAP): a notification, its status reply (accepted, or
rejected with a reason), then updates both ways. No Chinese 119 system publishes an interface of its
own, so the words are ours; docs/cad-119.md explains them to whoever builds the other side.

Rule 1. `id` names one message of its sender: the same again is the same message.
Rule 2. `sequence` grows with each message that a sender writes about one incident; gaps are no
        loss. One that is not above the last heard is late.
Invariant (fuzzed). Any bytes give a message or MessageError, and never another error.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from wanghuo.errors import Invalid
from wanghuo.place import Coordinates, Datum, from_wgs84

SCHEMA: Final = "wanghuo.cad-119/1"
SIZE_MAX_BYTES: Final = 64 * 1024
SEQUENCE_MAX: Final = 2**53 - 1  # what every JSON reader can hold
NAME_PATTERN: Final = r"\A[A-Za-z0-9._:-]{1,64}\Z"
TEXT_MAX: Final = 500
DIGITS: Final = 6  # of a degree: a decimetre

Name = Annotated[str, msgspec.Meta(pattern=NAME_PATTERN)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Ordinal = Annotated[int, msgspec.Meta(ge=1, le=SEQUENCE_MAX)]
Text = Annotated[str, msgspec.Meta(max_length=TEXT_MAX)]
Short = Annotated[str, msgspec.Meta(max_length=64)]


class MessageError(Invalid):
    """A document that is no message. field, zh and en say which part and what would be right."""

    def __init__(self, field: str, zh: str, en: str, why: str = "") -> None:
        super().__init__(field, why or en, en)
        self.en = en
        self.zh = f"{field}：{zh}"


class Reason(StrEnum):
    """Why 119 rejects a notification; a person here takes it from there."""

    BAD_ADDRESS = "bad_address"
    BAD_EVENT = "bad_event"
    TOO_OLD = "too_old"
    DUPLICATE = "duplicate"
    NOT_OURS = "not_ours"
    OTHER = "other"


class Words(msgspec.Struct, frozen=True):
    """The same in both languages."""

    zh: str
    en: str


class Coded(msgspec.Struct, frozen=True):
    """A code and what it means."""

    code: str
    zh: str
    en: str


class Degrees(msgspec.Struct, frozen=True):
    """A point; the name of the field that holds it says in which datum."""

    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]


class Site(msgspec.Struct, frozen=True):
    """Where. wgs84, gcj02: None while the position is not known. gcj02 fits Chinese web maps."""

    id: str
    name: str
    address: str
    town: str
    town_code: str
    wgs84: Degrees | None = None
    gcj02: Degrees | None = None


class Callback(msgspec.Struct, frozen=True):
    """How 119 reaches us. phone: of the duty desk, "" if none is set; url: takes messages."""

    phone: str
    url: str


class Report(msgspec.Struct, frozen=True):
    """What is known of the fire. people: registered there, None if not known.

    level: 1 to 4. round: how often this party was called. repeat_of_unknown: it may have been sent
    before without our knowing.
    """

    level: Annotated[int, msgspec.Meta(ge=0, le=4)]
    confirmed: bool
    certainty: Coded
    category: Coded
    place: Site
    sensed: Words
    text: Words
    callback: Callback
    opened_at: Moment
    people: int | None = None
    drill: bool = False
    test: bool = False
    round: int = 1
    repeat_of_unknown: bool = False


class _Head(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every message begins with.

    notice_id: the notification that is spoken of; an answer may leave it out. sent_at: by the
    sender's clock, for people; nothing is ordered by it.
    """

    schema: Literal["wanghuo.cad-119/1"]
    id: Name
    sequence: Ordinal
    incident: Name
    sent_at: Moment
    notice_id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9._:-]{0,64}\Z")] = ""
    by: Short = ""
    note: Text = ""


class Notification(_Head, frozen=True, kw_only=True, tag="notification"):
    """We tell 119 of a fire."""

    report: Report


class Update(_Head, frozen=True, kw_only=True, tag="update"):
    """The same incident again: what we know now (report), or what the other side adds (note)."""

    report: Report | None = None


class Accepted(_Head, frozen=True, kw_only=True, tag="accepted"):
    """119 took it. case: its own number for it."""

    case: Short = ""


class Rejected(_Head, frozen=True, kw_only=True, tag="rejected"):
    """119 refused it."""

    reason: Reason


class Dispatched(_Head, frozen=True, kw_only=True, tag="dispatched"):
    """Somebody was sent. units: their names."""

    units: Annotated[list[Short], msgspec.Meta(max_length=20)] = []


class OnScene(_Head, frozen=True, kw_only=True, tag="on_scene"):
    """The first of them has arrived."""

    units: Annotated[list[Short], msgspec.Meta(max_length=20)] = []


class Closed(_Head, frozen=True, kw_only=True, tag="closed"):
    """The sender has ended its work on it. result: in its own words."""

    result: Text = ""


Message = Notification | Update | Accepted | Rejected | Dispatched | OnScene | Closed
KINDS: Final = (
    "notification",
    "update",
    "accepted",
    "rejected",
    "dispatched",
    "on_scene",
    "closed",
)
REMEDIES: Final[dict[str, tuple[str, str]]] = {
    "schema": (f"须为 {SCHEMA}", f"give {SCHEMA}"),
    "kind": ("须为 " + "、".join(KINDS) + " 之一", "give one of " + ", ".join(KINDS)),
    "id": (
        "消息编号须为 1-64 位字母、数字或 . _ : -",
        "give the message's own id: 1 to 64 letters, digits or . _ : -",
    ),
    "sequence": (
        "序号须为正整数，同一警情内逐条增大",
        "give a whole number from 1, larger with each message about the incident",
    ),
    "incident": ("须为通报中的警情编号", "give the incident's number as it was notified"),
    "notice_id": ("须为通报的 notice_id，或省略", "give the notification's notice_id, or nothing"),
    "sent_at": (
        "时间须为带时区的 RFC 3339，例如 2026-11-22T08:30:00+08:00",
        "give RFC 3339 with an offset, e.g. 2026-11-22T08:30:00+08:00",
    ),
    "reason": ("须为 " + "、".join(Reason) + " 之一", "give one of " + ", ".join(Reason)),
    "note": ("至多 500 字", "give at most 500 characters"),
    "result": ("至多 500 字", "give at most 500 characters"),
    "by": ("至多 64 字", "give at most 64 characters"),
    "case": ("至多 64 字", "give at most 64 characters"),
    "units": ("至多 20 个名称，每个至多 64 字", "give at most 20 names of at most 64 characters"),
    "body": ("须为一个 UTF-8 的 JSON 对象", "send one JSON object in UTF-8"),
}
_OTHERWISE: Final = ("不符合约定，见 docs/cad-119.md", "is not as docs/cad-119.md says")

_decoder: Final[msgspec.json.Decoder[Message]] = msgspec.json.Decoder(Message)
_encoder: Final = msgspec.json.Encoder()
_path: Final = re.compile(r"at `\$\.(\w+(?:\.\w+)*)")
_missing: Final = re.compile(r"missing required field `(\w+)`")


def written(message: Message) -> bytes:
    """The message as it travels: UTF-8 JSON."""
    return _encoder.encode(message)


def read(body: bytes) -> Message:
    """The message that these bytes are. Raises MessageError."""
    if len(body) > SIZE_MAX_BYTES:
        raise _error("body", f"{len(body)} bytes, at most {SIZE_MAX_BYTES}")
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _error(_field(str(error)), str(error)[:200]) from error


def site(position: tuple[float, float] | None, **named: str) -> Site:
    """A place with its position in both datums. position: (lon, lat) in WGS-84 degrees."""
    plain = Site(**named, wgs84=None, gcj02=None)
    if position is None:
        return plain
    shifted = from_wgs84(Coordinates(*position), Datum.GCJ02)
    return msgspec.structs.replace(plain, wgs84=_degrees(position), gcj02=_degrees(shifted))


def _degrees(point: tuple[float, float]) -> Degrees:
    return Degrees(round(point[0], DIGITS), round(point[1], DIGITS))


def _field(why: str) -> str:
    """The field that a decoder's complaint speaks of."""
    path, missing = _path.search(why), _missing.search(why)
    inside = path[1] if path else ""
    if missing:
        return f"{inside}.{missing[1]}".removeprefix(".")
    if inside:
        return inside
    return "kind" if "Invalid value" in why else "body"


def _error(field: str, why: str) -> MessageError:
    known = REMEDIES.get(field) or REMEDIES.get(field.partition(".")[0]) or _OTHERWISE
    return MessageError(field, *known, why=why)
