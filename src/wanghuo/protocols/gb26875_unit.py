"""The application data unit of a packet as objects, best effort. Pure.

Source. Clause 7 and 8.1; 1.10 and 1.11 of the field notes for how devices differ. Never raises:
what does not fit is kept in `rest`, and `flaw` says so. The count in the packet is a claim, not a
fact: devices send 0, too many, packed pieces, no time, no description. Size decides.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from wanghuo.protocols.gb26875_codes import (
    ANALOGS,
    COMPONENT_RESERVED,
    COMPONENTS,
    OPERATION_RESERVED,
    SYSTEM_RESERVED,
    SYSTEMS,
    VENDOR_CODE_MIN,
)
from wanghuo.protocols.gb26875_frame import TAG_SIZE_BYTES
from wanghuo.protocols.gb26875_objects import (
    FIXED,
    NOTE_SIZE_BYTES,
    TEXTED,
    ComponentAnalog,
    ComponentStatus,
    SystemOperation,
    SystemStatus,
    Upward,
    read_object,
    read_texted,
)

UNIT_HEAD_SIZE_BYTES: Final = 2
COMPONENT_HEAD_SIZE_BYTES: Final = 9  # a component's object without its description


class Unit(msgspec.Struct, frozen=True):
    """What one packet says.

    type: its type flag, -1 if it has none. objects: what was understood, each with its own bytes.
    rest: bytes nobody understood. flaw: "" or why `rest` is not empty or a size was odd.
    """

    type: int
    objects: tuple[tuple[Upward, bytes], ...]
    rest: bytes = b""
    flaw: str = ""


def unit_of(body: bytes, layout: int | None = None) -> Unit:
    """The objects in an application data unit.

    layout: the standard type whose layout a vendor's own type borrows; None for its own.
    """
    if not body:
        return Unit(-1, ())
    kind = body[0] if layout is None else layout
    payload = body[UNIT_HEAD_SIZE_BYTES:]
    if kind in TEXTED:
        return _texted(body[0], TEXTED[kind], payload)
    made = FIXED.get(kind)
    if made is None or len(body) <= UNIT_HEAD_SIZE_BYTES:
        return Unit(body[0], (), body, "unknown_type" if made is None else "no_object")
    return _fixed(body[0], made, payload, body[1])


def _texted(flag: int, made: type[Upward], payload: bytes) -> Unit:
    """Types 6 and 26: each object says its own size."""
    objects: list[tuple[Upward, bytes]] = []
    at = 0
    while at < len(payload):
        found = read_texted(made, payload, at)
        if found is None:
            return Unit(flag, tuple(objects), payload[at:], "cut_text")
        objects.append((found[0], payload[at : found[1]]))
        at = found[1]
    return Unit(flag, tuple(objects), b"", "" if objects else "no_object")


def _fixed(flag: int, made: type[Upward], payload: bytes, count: int) -> Unit:
    """Types of one size: the first reading of the size that comes out even."""
    short = made.LAYOUT.size
    full = short + TAG_SIZE_BYTES * made.TAGGED
    if count == 1 and full == len(payload):
        return Unit(flag, ((read_object(made, payload), payload),))
    sizes = [size for size in (full, short) if count * size == len(payload)]
    sizes += [size for size in (full, short, short + TAG_SIZE_BYTES) if len(payload) % size == 0]
    if sizes:
        cut = _pieces(payload, sizes[0])
        return Unit(flag, tuple((read_object(made, raw), raw) for raw in cut))
    if made is ComponentStatus and count:
        each, odd = divmod(len(payload), count)
        head = COMPONENT_HEAD_SIZE_BYTES
        if not odd and each in (head, head + TAG_SIZE_BYTES):
            cut = _pieces(payload, each)
            return Unit(flag, tuple((_undescribed(raw), raw) for raw in cut), b"", "no_note")
    return _plausible(flag, made, payload, full)


def _plausible(flag: int, made: type[Upward], payload: bytes, full: int) -> Unit:
    """Odd sizes: the leading objects that make sense, the rest kept whole."""
    objects: list[tuple[Upward, bytes]] = []
    at = 0
    while at < len(payload):
        raw = payload[at : at + full]
        each = _read_short(made, raw)
        if each is None or not _makes_sense(each):
            break
        objects.append((each, raw))
        at += len(raw)
    return Unit(flag, tuple(objects), payload[at:], "odd_size")


def _read_short(made: type[Upward], raw: bytes) -> Upward | None:
    """The object in `raw` even if its tag or its description is cut off; None if more is."""
    if len(raw) >= made.LAYOUT.size:
        return read_object(made, raw)
    if made is ComponentStatus and len(raw) >= COMPONENT_HEAD_SIZE_BYTES:
        return _undescribed(raw[:COMPONENT_HEAD_SIZE_BYTES])
    return None


def _undescribed(raw: bytes) -> Upward:
    """A component's state that came without its description."""
    head = COMPONENT_HEAD_SIZE_BYTES
    return read_object(ComponentStatus, raw[:head] + bytes(NOTE_SIZE_BYTES) + raw[head:])


def _pieces(payload: bytes, size: int) -> list[bytes]:
    return [payload[at : at + size] for at in range(0, len(payload), size)]


def _known(code: int, table: Mapping[int, object]) -> bool:
    return code in table or code >= VENDOR_CODE_MIN


def _makes_sense(each: Upward) -> bool:
    """Whether an object read at an odd size looks like what it would be."""
    judge = _SENSE.get(type(each))
    return judge is None or judge(each)


def _sense_system(each: Upward) -> bool:
    assert isinstance(each, SystemStatus)
    return _known(each.system_type, SYSTEMS) and not each.status & SYSTEM_RESERVED


def _sense_component(each: Upward) -> bool:
    assert isinstance(each, ComponentStatus)
    named = _known(each.system_type, SYSTEMS) and _known(each.component_type, COMPONENTS)
    return named and not each.status & COMPONENT_RESERVED


def _sense_analog(each: Upward) -> bool:
    assert isinstance(each, ComponentAnalog)
    return _known(each.system_type, SYSTEMS) and _known(each.analog_type, ANALOGS)


def _sense_operation(each: Upward) -> bool:
    assert isinstance(each, SystemOperation)
    return _known(each.system_type, SYSTEMS) and not each.flags & OPERATION_RESERVED


_SENSE: Final[dict[type[Upward], Callable[[Upward], bool]]] = {
    SystemStatus: _sense_system,
    ComponentStatus: _sense_component,
    ComponentAnalog: _sense_analog,
    SystemOperation: _sense_operation,
}
