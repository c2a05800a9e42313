"""The data access standard: one JSON record of an operator's platform ⇄ one Signal.

The same record travels in HTTP batches and, without its device, in MQTT messages; the contract is
written for operators in docs/access-standard.md.

A fire is never refused for a bad detail: a record that says fire and names its device becomes a
signal, and the flaw goes back beside it. Any other flawed record is refused, naming the field and
the remedy in both languages.

Invariant (fuzzed). Any bytes give a Taken or RecordError, and never another error.
"""

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Annotated, Final

import msgspec

from wanghuo.facts.signal import FIRE_LANE, SensorKind, Signal, SignalKind
from wanghuo.protocols.clean_text import cleaned

RECORDS_MAX: Final = 5000
RECORD_SIZE_BYTES_MAX: Final = 16 * 1024
NAME_PATTERN: Final = r"\A[A-Za-z0-9._:-]{1,64}\Z"
CLAIM_AGE_MAX: Final = timedelta(hours=24)
CLAIM_AHEAD_MAX: Final = timedelta(minutes=10)

Name = Annotated[str, msgspec.Meta(pattern=NAME_PATTERN)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class RecordError(ValueError):
    """A record that cannot be used. `field` names the part; zh and en say what would be right."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(f"{field}: {en}")
        self.field = field
        self.zh = zh
        self.en = en


class Details(msgspec.Struct, frozen=True):
    """What stands in a record beside its device. value: in `unit`; status: -1 if none."""

    kind: SignalKind
    at: Moment
    point: Annotated[str, msgspec.Meta(max_length=64)] = ""
    sensor: SensorKind = SensorKind.OTHER
    quantity: Annotated[str, msgspec.Meta(max_length=32)] = ""
    value: float = 0.0
    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    status: Annotated[int, msgspec.Meta(ge=-1, le=65535)] = -1
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""


class _Full(Details, frozen=True, kw_only=True):
    device: Name


class Batch(msgspec.Struct, frozen=True):
    """The body of POST /api/v1/access/signals: at most RECORDS_MAX records, each still raw."""

    records: list[msgspec.Raw]


class Taken(msgspec.Struct, frozen=True):
    """A signal, and the flaw that it was taken in spite of (fires only)."""

    signal: Signal
    flaw: RecordError | None = None


REMEDIES: Final[dict[str, tuple[str, str]]] = {
    "device": (
        "设备编号须为 1-64 位字母、数字或 . _ : -",
        "give the device's id: 1 to 64 letters, digits or . _ : -",
    ),
    "kind": (
        "类型须为 " + "、".join(SignalKind) + " 之一",
        "give one of " + ", ".join(SignalKind),
    ),
    "at": (
        "时间须为带时区的 RFC 3339, 例如 2026-11-22T08:30:00.250+08:00",
        "give RFC 3339 with an offset, e.g. 2026-11-22T08:30:00.250+08:00",
    ),
    "point": ("点位编号至多 64 个可见字符", "give at most 64 printable characters"),
    "sensor": (
        "传感器类别须为 " + "、".join(SensorKind) + " 之一",
        "give one of " + ", ".join(SensorKind),
    ),
    "quantity": (
        "读数须写明量的名称, 至多 32 字, 例如 temperature",
        "a reading names its quantity in at most 32 characters, e.g. temperature",
    ),
    "value": ("数值须为有限的数字, 不加引号", "give a finite number, without quotes"),
    "unit": ("单位至多 16 字, 例如 ℃", "give at most 16 characters, e.g. ℃"),
    "status": ("状态字须为 -1 至 65535 的整数", "give an integer from -1 to 65535"),
    "text": ("说明至多 500 字", "give at most 500 characters"),
    "record": ("每条记录须为一个 JSON 对象", "each record is one JSON object"),
}

_batch = msgspec.json.Decoder(Batch)
_full = msgspec.json.Decoder(_Full)
_details = msgspec.json.Decoder(Details)
_name = re.compile(NAME_PATTERN)
_path = re.compile(r"at `\$\.(\w+)")
_missing = re.compile(r"missing required field `(\w+)`")


def records_of(body: bytes) -> list[msgspec.Raw]:
    """The raw records of a batch. Raises RecordError when the body is not such a batch."""
    try:
        records = _batch.decode(body).records
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RecordError(
            "records",
            '请求体须为 {"records": [ … ]}',
            f'the body must be {{"records": [ … ]}} ({error})',
        ) from error
    if len(records) > RECORDS_MAX:
        raise RecordError(
            "records",
            f"一次至多 {RECORDS_MAX} 条, 请分批发送",
            f"at most {RECORDS_MAX} records a batch; split it",
        )
    return records


def read(raw: bytes | msgspec.Raw, operator: str, received_at: datetime) -> Taken:
    """The signal of one HTTP record of `operator`.

    raw: the record's own bytes. received_at: UTC. Raises RecordError.
    """
    try:
        record = _full.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _taken_in_spite(_flaw(error), bytes(raw), operator, "", received_at)
    return _taken(record, bytes(raw), operator, record.device, received_at)


def read_message(raw: bytes, operator: str, device: str, received_at: datetime) -> Taken:
    """The signal of one MQTT message: a record whose device stands in the topic.

    Raises RecordError.
    """
    if not _name.match(device):
        raise _error("device")
    try:
        record = _details.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return _taken_in_spite(_flaw(error), raw, operator, device, received_at)
    return _taken(record, raw, operator, device, received_at)


def offline(raw: bytes, operator: str, device: str, received_at: datetime) -> Signal:
    """The signal of a device whose connection broke: its last will, whatever that says."""
    return Signal(
        kind=SignalKind.OFFLINE,
        sender=f"access:{operator}/{device}",
        received_at=received_at,
        digest=_digest(raw),
        raw=raw,
    )


def delivery_of(signal: Signal) -> str:
    """What names this reception, for the log entry's id.

    The same record again is the same entry, as long as its own time can be believed; a device
    whose clock stands still says the same bytes about two different fires, so then the minute of
    reception counts too.
    """
    claimed = signal.happened_at
    if claimed is not None:
        age = signal.received_at - claimed
        if -CLAIM_AHEAD_MAX <= age <= CLAIM_AGE_MAX:
            return "content"
    return f"minute {int(signal.received_at.timestamp()) // 60}"


def encode(signal: Signal) -> bytes:
    """The record that `read` makes this signal of; sender must be `access:OPERATOR/DEVICE`."""
    device = signal.sender.partition("/")[2]
    record = _Full(
        device=device,
        kind=signal.kind,
        at=signal.happened_at or signal.received_at,
        point=signal.point,
        sensor=signal.sensor,
        quantity=signal.quantity,
        value=signal.value,
        unit=signal.unit,
        status=signal.status,
        text=signal.text,
    )
    return msgspec.json.encode(record)


def _taken(record: Details, raw: bytes, operator: str, device: str, received_at: datetime) -> Taken:
    flaw = _flaw_within(record, raw)
    if flaw is not None and record.kind is not SignalKind.FIRE:
        raise flaw
    signal = Signal(
        kind=record.kind,
        sender=f"access:{operator}/{device}",
        received_at=received_at,
        digest=_digest(raw),
        point=cleaned(record.point),
        sensor=record.sensor,
        happened_at=_utc(record.at),
        status=record.status,
        quantity=cleaned(record.quantity),
        value=record.value if isfinite(record.value) else 0.0,
        unit=cleaned(record.unit),
        text=cleaned(record.text),
        raw=raw if record.kind in FIRE_LANE else b"",
    )
    return Taken(signal, flaw)


def _taken_in_spite(
    flaw: RecordError, raw: bytes, operator: str, device: str, received_at: datetime
) -> Taken:
    """A fire with a bad detail, best effort; any other flawed record raises its flaw."""
    said = _read_kindly(raw)
    if not isinstance(said, dict) or said.get("kind") != SignalKind.FIRE:
        raise flaw
    named = device or said.get("device")
    if not isinstance(named, str) or not _name.match(named):
        raise _error("device")
    point = said.get("point", "")
    text = said.get("text", "")
    signal = Signal(
        kind=SignalKind.FIRE,
        sender=f"access:{operator}/{named}",
        received_at=received_at,
        digest=_digest(raw),
        point=cleaned(point[:64]) if isinstance(point, str) else "",
        sensor=_sensor(said.get("sensor")),
        text=cleaned(text[:500]) if isinstance(text, str) else "",
        raw=raw[:RECORD_SIZE_BYTES_MAX],
    )
    return Taken(signal, flaw)


def _read_kindly(raw: bytes) -> object:
    """What a record says in spite of its encoding: GB 18030 for UTF-8, halves of characters."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return json.loads(raw.decode(encoding, "strict"))
        except (ValueError, RecursionError):
            continue
    return None


def _flaw_within(record: Details, raw: bytes) -> RecordError | None:
    """What types alone do not say."""
    if record.kind is SignalKind.READING and not record.quantity:
        return _error("quantity")
    if not record.point.isprintable():
        return _error("point")
    if not isfinite(record.value):
        return _error("value")
    if len(raw) > RECORD_SIZE_BYTES_MAX:
        return _error("record")
    return None


def _utc(at: datetime) -> datetime | None:
    """The same moment in UTC; None where the calendar ends."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return None


def _sensor(said: object) -> SensorKind:
    return (
        SensorKind(said) if isinstance(said, str) and said in set(SensorKind) else SensorKind.OTHER
    )


def _flaw(error: Exception) -> RecordError:
    """The error of the decoder as ours: which field, which remedy."""
    found = _path.search(str(error)) or _missing.search(str(error))
    return _error(found.group(1) if found else "record")


def _error(field: str) -> RecordError:
    zh, en = REMEDIES.get(field, REMEDIES["record"])
    return RecordError(field, zh, en)


def _digest(raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=8).hexdigest()
