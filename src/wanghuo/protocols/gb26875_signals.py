"""From a packet to what its device says: facts.signal.Signal, one or more an object. Pure.

Rules. Fire is status bit 1 whatever bit 0 says (real fires arrive as "test"); a manual alarm flag
is fire; a panel's reset clears its points and is no proof that the fire is out. What cannot be read
is UNKNOWN with its bytes whole. Times that a device claims stay claims. Nothing here raises.
Several kinds in one object (fire and fault) are several signals with digests of their own.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from wanghuo.facts.signal import SensorKind, Signal, SignalKind
from wanghuo.protocols import gb26875_codes as codes
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import Command, Frame, time_of, whole
from wanghuo.protocols.gb26875_unit import unit_of
from wanghuo.protocols.gb26875_vendor import LAYOUT_TYPES, Profile, notable_key

K = SignalKind
DIGEST_SIZE_BYTES: Final = 8
SCHEME: Final = "gb26875"
_PLAIN: Final = {
    int(Command.SEND),
    int(Command.ANSWER),
}
_PERSON: Final = {kind: kind.value.encode()[:16] for kind in SignalKind}
_DIALOGUE: Final = {int(Command.CONFIRM), int(Command.DENY)}


def sender_of(source: bytes) -> str:
    """Signal.sender of a source address: `gb26875:` and its 12 hex digits as on the wire."""
    return f"{SCHEME}:{source.hex()}"


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is heard, how, and when: what every signal of a packet shares."""

    sender: str
    received_at: datetime
    profile: Profile

    def say(  # noqa: PLR0913 - the fields of a signal, most of them optional
        self,
        kind: SignalKind,
        raw: bytes,
        *,
        point: str = "",
        sensor: SensorKind = SensorKind.OTHER,
        tag: bytes = b"",
        status: int = -1,
        quantity: str = "",
        value: float = 0.0,
        unit: str = "",
        text: str = "",
    ) -> Signal:
        """A signal of this packet."""
        return Signal(
            kind=kind,
            sender=self.sender,
            received_at=self.received_at,
            digest=digest_of(raw, kind),
            point=point,
            sensor=sensor,
            happened_at=time_of(tag, bcd=self.profile.bcd_time),
            status=status,
            quantity=quantity,
            value=value,
            unit=unit,
            text=text,
            raw=raw,
        )


def digest_of(raw: bytes, kind: SignalKind) -> str:
    """16 hex digits over an object's bytes and what it was taken for; a resend has the same."""
    return hashlib.blake2b(raw, digest_size=DIGEST_SIZE_BYTES, person=_PERSON[kind]).hexdigest()


def signals_of_packet(
    packet: bytes, sender: str, profile: Profile, received_at: datetime
) -> list[Signal]:
    """What the one frame in `packet` says. Raises FrameError if it is none."""
    return signals(whole(packet), sender, profile, received_at)


def signals(frame: Frame, sender: str, profile: Profile, received_at: datetime) -> list[Signal]:
    """What a frame says; [] for a confirm or a deny, else at least one signal."""
    hearing = Hearing(sender, received_at, profile)
    if frame.command in _DIALOGUE:
        return []
    if frame.command in profile.heartbeat_commands or frame.command not in _PLAIN:
        known = frame.command in profile.heartbeat_commands
        return [hearing.say(K.HEARTBEAT if known else K.UNKNOWN, frame.body)]
    return list(_of_body(frame.body, hearing))


def _of_body(body: bytes, hearing: Hearing) -> Iterator[Signal]:
    """The signals of an application data unit."""
    profile = hearing.profile
    if not body or (len(body) == 1 and body[0] in profile.handshakes):
        yield hearing.say(K.HEARTBEAT, body)
        return
    meaning = profile.types.get(body[0])
    if meaning is not None:
        yield from _of_vendor(body, meaning.means, LAYOUT_TYPES.get(meaning.layout), hearing)
        return
    unit = unit_of(body)
    for each, raw in unit.objects:
        yield from _of_object(each, raw, hearing)
    if unit.rest or not unit.objects:
        yield hearing.say(K.UNKNOWN, body, status=body[0], text=unit.flaw)


def _of_vendor(body: bytes, means: str, layout: int | None, hearing: Hearing) -> Iterator[Signal]:
    """The signals of a vendor's own type, after its profile."""
    if means == "text":
        yield from _of_text(body, hearing)
        return
    unit = unit_of(body, layout) if layout is not None else None
    heard = False
    for each, raw in unit.objects if unit else ():
        heard = True
        if means == "layout":
            yield from _of_object(each, raw, hearing)
        else:
            yield _as_told(SignalKind(means), each, raw, hearing)
    if not heard:
        kind = K.UNKNOWN if means == "layout" else SignalKind(means)
        yield hearing.say(kind, body, status=body[0])


def _of_text(body: bytes, hearing: Hearing) -> Iterator[Signal]:
    """Printed words: each kind whose word stands in them, else an operation record."""
    kinds = dict.fromkeys(kind for kind, word in hearing.profile.words if word in body)
    words = " ".join(obj.text_of(body[2:]).split())
    for kind in kinds or (K.OPERATION,):
        yield hearing.say(kind, body, status=body[0], text=words)


def _as_told(kind: SignalKind, each: obj.Upward, raw: bytes, hearing: Hearing) -> Signal:
    """An object whose kind its vendor's type already says."""
    status = getattr(each, "status", getattr(each, "flags", getattr(each, "value", -1)))
    sensor, text = SensorKind.OTHER, ""
    if isinstance(each, obj.ComponentStatus):
        text = obj.text_of(each.note) or hearing.profile.address_words(each.component_address)
    if isinstance(each, obj.ComponentStatus | obj.ComponentAnalog):
        sensor = _sensor(each.system_type, each.component_type, hearing.profile)
    return hearing.say(
        kind, raw, point=_point(each), sensor=sensor, tag=_tag(each), status=status, text=text
    )


def _of_object(each: obj.Upward, raw: bytes, hearing: Hearing) -> Iterator[Signal]:
    """The signals of one object of a standard type."""
    match each:
        case obj.SystemStatus():
            yield from _of_system(each, raw, hearing)
        case obj.ComponentStatus():
            yield from _of_component(each, raw, hearing)
        case obj.ComponentAnalog():
            yield _of_analog(each, raw, hearing)
        case obj.SystemOperation() | obj.DeviceOperation():
            yield from _of_operation(each, raw, hearing)
        case obj.DeviceStatus():
            yield from _of_device(each, raw, hearing)
        case obj.SystemVersion() | obj.DeviceVersion():
            version = f"{each.major}.{each.minor}"
            yield hearing.say(K.VERSION, raw, point=_point(each), text=version)
        case obj.SystemConfiguration() | obj.DeviceConfiguration():
            words = obj.text_of(each.text)
            yield hearing.say(K.CONFIGURATION, raw, point=_point(each), text=words)
        case obj.ComponentConfiguration():
            sensor = _sensor(each.system_type, each.component_type, hearing.profile)
            words = obj.text_of(each.note)
            yield hearing.say(K.CONFIGURATION, raw, point=_point(each), sensor=sensor, text=words)
        case obj.SystemClock() | obj.DeviceClock():
            yield _of_clock(each, raw, hearing)
        case _:
            yield hearing.say(K.UNKNOWN, raw)


def _of_system(each: obj.SystemStatus, raw: bytes, hearing: Hearing) -> Iterator[Signal]:
    """Type 1. Bit 13, reset, tells beside whatever else the word says."""
    kinds = list(_status_kinds(each.status, codes.SYSTEM_FAULTS))
    if each.status & codes.SYSTEM_RESET:
        kinds = [K.RESET, *(kind for kind in kinds if kind is not K.STATE)]
    sensor = hearing.profile.systems.get(each.system_type, SensorKind.OTHER)
    for kind in kinds:
        yield hearing.say(
            kind, raw, point=_point(each), sensor=sensor, tag=each.tag, status=each.status
        )


def _of_component(each: obj.ComponentStatus, raw: bytes, hearing: Hearing) -> Iterator[Signal]:
    """Type 2."""
    profile = hearing.profile
    sensor = _sensor(each.system_type, each.component_type, profile)
    text = obj.text_of(each.note) or profile.address_words(each.component_address)
    for kind in _status_kinds(each.status, codes.COMPONENT_FAULTS):
        yield hearing.say(
            kind,
            raw,
            point=_point(each),
            sensor=sensor,
            tag=each.tag,
            status=each.status,
            text=text,
        )


def _status_kinds(status: int, faults: int, shield: int = codes.SHIELD) -> Iterable[SignalKind]:
    """What a status word says, most urgent first."""
    if not status & ~codes.NORMAL:
        return (K.CLEARED,)
    kinds = []
    if status & codes.FIRE:
        kinds.append(K.FIRE)
    if status & faults:
        kinds.append(K.FAULT)
    if status & shield:
        kinds.append(K.SHIELDED)
    return kinds or (K.STATE,)


def _of_analog(each: obj.ComponentAnalog, raw: bytes, hearing: Hearing) -> Signal:
    """Type 3: a reading, notable from the profile's limit on."""
    profile = hearing.profile
    sensor = _sensor(each.system_type, each.component_type, profile)
    analog = profile.analogs.get(each.analog_type)
    if analog is None:
        return hearing.say(
            K.READING,
            raw,
            point=_point(each),
            sensor=sensor,
            tag=each.tag,
            quantity=f"analog_{each.analog_type}",
            value=float(each.value),
        )
    value = round(each.value * analog.scale, 6)
    least = profile.notable_raw.get(notable_key(each.analog_type, each.component_type))
    worth_a_look = least is not None and each.value >= least
    limit = profile.notable_limit(analog, each.component_type) if worth_a_look else None
    return hearing.say(
        K.NOTABLE if limit is not None and value >= limit else K.READING,
        raw,
        point=_point(each),
        sensor=sensor,
        tag=each.tag,
        quantity=analog.quantity,
        value=value,
        unit=analog.unit,
    )


def _of_operation(
    each: obj.SystemOperation | obj.DeviceOperation, raw: bytes, hearing: Hearing
) -> Iterator[Signal]:
    """Types 4 and 24: every bit that matters is a signal, the others together one."""
    device = isinstance(each, obj.DeviceOperation)
    names = codes.DEVICE_OPERATIONS if device else codes.FACILITY_OPERATIONS
    told = [
        (codes.OPERATION_ALARM, K.FIRE),
        (codes.OPERATION_RESET, K.RESET),
        (codes.OPERATION_CLEARED, K.CLEARED),
    ]
    if device:
        told.append((codes.OPERATION_INSPECTED, K.INSPECTION_ANSWER))
    kinds = [kind for bit, kind in told if each.flags & bit]
    if each.flags & ~sum(bit for bit, _ in told) or not kinds:
        kinds.append(K.OPERATION)
    for kind in kinds:
        sensor = SensorKind.UITD if device else SensorKind.OTHER
        yield hearing.say(
            kind,
            raw,
            point=_point(each),
            sensor=SensorKind.CALL_POINT if kind is K.FIRE else sensor,
            tag=each.tag,
            status=each.flags,
            quantity="operator",
            value=float(each.operator),
            text=" ".join(name.zh for name in codes.bits_in(each.flags, names)),
        )


def _of_device(each: obj.DeviceStatus, raw: bytes, hearing: Hearing) -> Iterator[Signal]:
    """Type 21; a normal state without its tag is a heartbeat."""
    kinds = _status_kinds(each.status, codes.DEVICE_FAULTS, shield=0)
    if not each.tag and K.CLEARED in kinds:
        kinds = (K.HEARTBEAT,)
    text = " ".join(name.zh for name in codes.bits_in(each.status, codes.DEVICE_BITS))
    for kind in kinds:
        yield hearing.say(
            kind, raw, sensor=SensorKind.UITD, tag=each.tag, status=each.status, text=text
        )


def _of_clock(each: obj.SystemClock | obj.DeviceClock, raw: bytes, hearing: Hearing) -> Signal:
    """Types 8 and 28: value is how far the device's clock is ahead of ours, in seconds."""
    told = time_of(each.time, bcd=hearing.profile.bcd_time)
    ahead_s = (told - hearing.received_at).total_seconds() if told else 0.0
    return hearing.say(
        K.CLOCK,
        raw,
        point=_point(each),
        tag=each.time,
        quantity="clock_ahead",
        value=ahead_s,
        unit="s",
    )


def _sensor(system_type: int, component_type: int, profile: Profile) -> SensorKind:
    """The kind of detector: its component type tells, else its system."""
    told = profile.components.get(component_type)
    return told or profile.systems.get(system_type, SensorKind.OTHER)


def _tag(each: obj.Upward) -> bytes:
    tag: bytes = getattr(each, "tag", b"")
    return tag


def _point(each: obj.Upward) -> str:
    """Signal.point: `SYSTYPE.SYSADDR`, for a component with `.COMPTYPE.COMPADDR`, else ""."""
    match each:
        case obj.ComponentStatus() | obj.ComponentAnalog() | obj.ComponentConfiguration():
            system = f"{each.system_type}.{each.system_address}"
            return f"{system}.{each.component_type}.{each.component_address.hex()}"
        case (
            obj.SystemStatus()
            | obj.SystemOperation()
            | obj.SystemVersion()
            | obj.SystemConfiguration()
            | obj.SystemClock()
        ):
            return f"{each.system_type}.{each.system_address}"
        case _:
            return ""
