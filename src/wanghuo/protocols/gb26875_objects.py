"""The objects that devices send: types 1 to 28 of GB/T 26875.3-2011, clause 8.2, both ways.

Each class is one object: its fields in the order of the wire, then `tag`, the 6 raw bytes of its
time (b"" where the type has none, or where the device left it out). Raw bytes stay raw: texts are
GB 18030 that may be padded, cut or stale, tags may be no time at all; `text_of` and
`gb26875_frame.time_of` read them. Layouts are little-endian (tables 3 to 6, figures 6 to 16).
"""

import struct
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from wanghuo.protocols.gb26875_frame import TAG_SIZE_BYTES, FrameError

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE_SIZE_BYTES: Final = 31


class Upward(msgspec.Struct, frozen=True):
    """One object that a device sends.

    TYPE: type flag. LAYOUT: its fields without the tag. TAGGED: a time tag follows each object.
    COUNT_MAX: most objects in one packet.
    """

    TYPE: ClassVar[int]
    LAYOUT: ClassVar[struct.Struct]
    TAGGED: ClassVar[bool] = True
    COUNT_MAX: ClassVar[int] = 1


class SystemStatus(Upward, frozen=True):
    """Type 1: state of a system; bits in gb26875_codes.SYSTEM_BITS."""

    TYPE = 1
    LAYOUT = struct.Struct("<BBH")
    COUNT_MAX = 102

    system_type: int
    system_address: int
    status: int
    tag: bytes = b""


class ComponentStatus(Upward, frozen=True):
    """Type 2: state of a component, with 31 bytes of description."""

    TYPE = 2
    LAYOUT = struct.Struct("<BBB4sH31s")
    COUNT_MAX = 22

    system_type: int
    system_address: int
    component_type: int
    component_address: bytes
    status: int
    note: bytes = bytes(NOTE_SIZE_BYTES)
    tag: bytes = b""


class ComponentAnalog(Upward, frozen=True):
    """Type 3: a reading; value is raw, times the scale of its analog type."""

    TYPE = 3
    LAYOUT = struct.Struct("<BBB4sBh")
    COUNT_MAX = 63

    system_type: int
    system_address: int
    component_type: int
    component_address: bytes
    analog_type: int
    value: int
    tag: bytes = b""


class SystemOperation(Upward, frozen=True):
    """Type 4: what somebody did at a facility; bits in gb26875_codes.FACILITY_OPERATIONS."""

    TYPE = 4
    LAYOUT = struct.Struct("<BBBB")
    COUNT_MAX = 102

    system_type: int
    system_address: int
    flags: int
    operator: int
    tag: bytes = b""


class SystemVersion(Upward, frozen=True):
    """Type 5."""

    TYPE = 5
    LAYOUT = struct.Struct("<BBBB")
    TAGGED = False

    system_type: int
    system_address: int
    major: int
    minor: int
    tag: bytes = b""


class SystemConfiguration(Upward, frozen=True):
    """Type 6: a text of 0 to 255 bytes. LAYOUT holds the fields before the text."""

    TYPE = 6
    LAYOUT = struct.Struct("<BBB")
    TAGGED = False
    COUNT_MAX = 3

    system_type: int
    system_address: int
    text: bytes


class ComponentConfiguration(Upward, frozen=True):
    """Type 7."""

    TYPE = 7
    LAYOUT = struct.Struct("<BBB4s31s")
    TAGGED = False
    COUNT_MAX = 26

    system_type: int
    system_address: int
    component_type: int
    component_address: bytes
    note: bytes
    tag: bytes = b""


class SystemClock(Upward, frozen=True):
    """Type 8: the time a system believes in; `time` is a raw tag."""

    TYPE = 8
    LAYOUT = struct.Struct("<BB6s")
    TAGGED = False

    system_type: int
    system_address: int
    time: bytes
    tag: bytes = b""


class DeviceStatus(Upward, frozen=True):
    """Type 21: state of the transmitter itself; without its tag it is a heartbeat."""

    TYPE = 21
    LAYOUT = struct.Struct("<B")

    status: int
    tag: bytes = b""


class DeviceOperation(Upward, frozen=True):
    """Type 24: what somebody did at the transmitter; bit 5 answers an inspection (查岗)."""

    TYPE = 24
    LAYOUT = struct.Struct("<BB")
    COUNT_MAX = 127

    flags: int
    operator: int
    tag: bytes = b""


class DeviceVersion(Upward, frozen=True):
    """Type 25."""

    TYPE = 25
    LAYOUT = struct.Struct("<BB")
    TAGGED = False

    major: int
    minor: int
    tag: bytes = b""


class DeviceConfiguration(Upward, frozen=True):
    """Type 26: a text of 0 to 255 bytes."""

    TYPE = 26
    LAYOUT = struct.Struct("<B")
    TAGGED = False

    text: bytes


class DeviceClock(Upward, frozen=True):
    """Type 28: the time the transmitter believes in; `time` is a raw tag."""

    TYPE = 28
    LAYOUT = struct.Struct("<6s")
    TAGGED = False

    time: bytes
    tag: bytes = b""


FIXED: Final[dict[int, type[Upward]]] = {
    made.TYPE: made
    for made in (
        SystemStatus,
        ComponentStatus,
        ComponentAnalog,
        SystemOperation,
        SystemVersion,
        ComponentConfiguration,
        SystemClock,
        DeviceStatus,
        DeviceOperation,
        DeviceVersion,
        DeviceClock,
    )
}
TEXTED: Final[dict[int, type[Upward]]] = {6: SystemConfiguration, 26: DeviceConfiguration}
UPWARD: Final = FIXED | TEXTED


def encode_body(objects: tuple[Upward, ...]) -> bytes:
    """The application data unit that says `objects`, all of one type.

    Raises FrameError("unfit_value") if a field does not fit or there are too many.
    """
    made = type(objects[0]) if objects else None
    if made is None or len(objects) > made.COUNT_MAX or {*map(type, objects)} != {made}:
        raise FrameError("unfit_value")
    parts = [bytes((made.TYPE, len(objects)))]
    try:
        parts += [_object_bytes(each) for each in objects]
    except (struct.error, ValueError) as error:
        raise FrameError("unfit_value") from error
    return b"".join(parts)


def read_object(made: type[Upward], raw: bytes) -> Upward:
    """The object that `raw` is: exactly its layout, with or without the tag behind it."""
    size_bytes = made.LAYOUT.size
    build: Callable[..., Upward] = made
    return build(*made.LAYOUT.unpack_from(raw), tag=raw[size_bytes : size_bytes + TAG_SIZE_BYTES])


def read_texted(made: type[Upward], body: bytes, at: int) -> tuple[Upward, int] | None:
    """The object of type 6 or 26 that begins at `at`, and where it ends; None if it is cut off."""
    text_at = at + made.LAYOUT.size
    if text_at > len(body):
        return None
    *fields, size_bytes = made.LAYOUT.unpack_from(body, at)
    if text_at + size_bytes > len(body):
        return None
    build: Callable[..., Upward] = made
    return build(*fields, body[text_at : text_at + size_bytes]), text_at + size_bytes


def text_of(raw: bytes) -> str:
    """The words in a text field: cut at the first NUL, GB 18030 with replacement, trimmed."""
    return raw.partition(b"\0")[0].decode("gb18030", "replace").strip()


def note_of(text: str) -> bytes:
    """31 bytes of description that say `text`, cut at a character if it is too long."""
    raw = text.encode("gb18030", "replace")
    while len(raw) > NOTE_SIZE_BYTES:
        text = text[:-1]
        raw = text.encode("gb18030", "replace")
    return raw.ljust(NOTE_SIZE_BYTES, b"\0")


def _object_bytes(each: Upward) -> bytes:
    """One object as on the wire. Raises struct.error or ValueError on a value that does not fit."""
    fields = msgspec.structs.astuple(each)
    if isinstance(each, SystemConfiguration | DeviceConfiguration):
        return bytes(each.LAYOUT.pack(*fields[:-1], len(each.text)) + each.text)
    *values, tag = fields
    if len(tag) not in (0, TAG_SIZE_BYTES) or any(
        isinstance(value, bytes) and len(value) != size
        for value, size in zip(values, _sizes(each), strict=True)
    ):
        raise ValueError(tag)
    packed: bytes = each.LAYOUT.pack(*values) + tag
    return packed


def _sizes(each: Upward) -> tuple[int, ...]:
    """The size of each field of a fixed layout, in bytes."""
    whole, sizes = each.LAYOUT.format.lstrip("<"), []
    digits = ""
    for letter in whole:
        if letter.isdigit():
            digits += letter
        else:
            sizes.append(int(digits) if digits else struct.calcsize("<" + letter))
            digits = ""
    return tuple(sizes)
