"""What every carrier push and vendor payload comes down to: one device, one moment, things said.

Source. The vendors' code tables and samples in tests/golden/SOURCES_payloads.md.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from wanghuo.facts.signal import FIRE_LANE, SensorKind, Signal, SignalKind
from wanghuo.protocols.clean_text import cleaned

TEXT_SIZE_MAX_CHARS: Final = 500
DEVICE_SIZE_MAX_CHARS: Final = 64
SAID_MAX: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM: Final = 10**11  # a count of seconds this large would be the year 5138


class PushError(ValueError):
    """Bytes that no device of ours can have said; kept whole for a person.

    reason: a code, e.g. not_json, no_device, bad_signature.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Said(msgspec.Struct, frozen=True):
    """One thing that one point said; the fields mean what they mean in facts.Signal."""

    kind: SignalKind
    sensor: SensorKind = SensorKind.OTHER
    point: str = ""
    quantity: str = ""
    value: float = 0.0
    unit: str = ""
    status: int = -1
    text: str = ""


class Report(msgspec.Struct, frozen=True):
    """device: its number at the carrier or vendor. at: when it says it was, UTC, or None."""

    device: str
    at: datetime | None
    said: list[Said]


class Push(msgspec.Struct, frozen=True):
    """What one push request told. raw: the part of its body that a repeat has again."""

    raw: bytes
    reports: list[Report]


def signals_of(push: Push, door: str, received_at: datetime) -> list[Signal]:
    """The signals of a push. door: ctwing, onenet, iotda or vendor. received_at: UTC."""
    return [
        signal
        for nth, report in enumerate(push.reports)
        for signal in _signals(report, nth, door, push.raw, received_at)
    ]


def delivery_of(signal: Signal) -> str:
    """What names this reception: the same bytes of the same moment are the same entry.

    A push without a time of its own counts as repeated for an hour.
    """
    if signal.happened_at is not None:
        return signal.happened_at.isoformat()
    return f"hour {int(signal.received_at.timestamp()) // 3600}"


def _signals(
    report: Report, nth: int, door: str, raw: bytes, received_at: datetime
) -> list[Signal]:
    return [
        Signal(
            kind=said.kind,
            sender=f"{door}:{report.device}",
            received_at=received_at,
            digest=_digest(raw, nth, place),
            point=said.point,
            sensor=said.sensor,
            happened_at=report.at,
            status=said.status,
            quantity=said.quantity,
            value=said.value,
            unit=said.unit,
            text=said.text[:TEXT_SIZE_MAX_CHARS],
            raw=raw if said.kind in FIRE_LANE or said.kind is SignalKind.UNKNOWN else b"",
        )
        for place, said in enumerate(report.said[:SAID_MAX])
    ]


def object_of(body: bytes | str) -> dict[str, Any]:
    """The JSON object in `body`. Raises PushError."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PushError("not_json", str(error)) from error
    if not isinstance(said, dict):
        raise PushError("not_an_object", type(said).__name__)
    return said


def part_of(said: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`, or an empty one."""
    part = said.get(key)
    return part if isinstance(part, dict) else {}


def text_of(said: object) -> str:
    """A scalar as clean text; "" for None, objects and the carriers' word "undefined"."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    text = cleaned(str(said).strip())
    return "" if text == "undefined" else text


def device_of(*candidates: object) -> str:
    """The first usable device number. Raises PushError when there is none."""
    for candidate in candidates:
        text = text_of(candidate)
        if text and len(text) <= DEVICE_SIZE_MAX_CHARS and text.isprintable():
            return text
    raise PushError("no_device", "no device number among the known keys")


def number_of(said: object) -> float | None:
    """A number, or None. Some vendors write 0_02 for 0.02."""
    text = text_of(said).replace("_", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None  # noqa: PLR2004 - also sorts out inf and nan


def moment_of(said: object) -> datetime | None:
    """Seconds or milliseconds since 1970, or `yyyyMMddTHHmmssZ`; None if it is neither."""
    text = text_of(said)
    try:
        if text.endswith("Z") and "T" in text:
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        count = float(text)
        seconds = count / 1000 if abs(count) >= _MILLISECONDS_FROM else count
        return _EPOCH + timedelta(seconds=seconds) if count else None
    except (ValueError, OverflowError):
        return None


def reading(
    quantity: str, said: object, unit: str, sensor: SensorKind, *, point: str = ""
) -> list[Said]:
    """A reading, or nothing when the vendor left the number out."""
    value = number_of(said)
    if value is None:
        return []
    made = Said(SignalKind.READING, sensor, point=point, quantity=quantity, value=value, unit=unit)
    return [made]


def _digest(raw: bytes, nth: int, place: int) -> str:
    salt = nth.to_bytes(4, "little") + place.to_bytes(2, "little")
    return hashlib.blake2b(raw, digest_size=8, salt=salt).hexdigest()
