"""GB/T 26875.3-2011 packets: bytes in, frames out, and back. No sockets, no clock.

Source. Clause 6.6, tables 1 and 2; 6.5.3 for what makes a packet bad. Integers are low byte first.
Invariant (fuzzed). Any bytes give a frame, None or FrameError, and never another error.
Time tags are binary and run on UTC+8 (figure 17; the standard names no zone, every device seen
does). Addresses stay the 6 bytes that are on the wire: their inner meaning is the vendor's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from typing import Final, Literal

START: Final = bytes([64, 64])  # "@@"; table 1 writes its marks in decimal
END: Final = bytes([35, 35])  # "##"
HEAD_SIZE_BYTES: Final = 27  # start mark to command byte
BODY_SIZE_BYTES_MAX: Final = 1024
TAIL_SIZE_BYTES: Final = 3  # checksum and end mark
FRAME_SIZE_BYTES_MIN: Final = HEAD_SIZE_BYTES + TAIL_SIZE_BYTES
FRAME_SIZE_BYTES_MAX: Final = FRAME_SIZE_BYTES_MIN + BODY_SIZE_BYTES_MAX
ADDRESS_SIZE_BYTES: Final = 6
TAG_SIZE_BYTES: Final = 6
SERIAL_MAX: Final = 0xFFFF
NO_TAG: Final = bytes(TAG_SIZE_BYTES)
VERSION: Final = bytes([1, 1])  # main version 1 by table 1, user version 1
WIRE_ZONE: Final = timezone(timedelta(hours=8))
CENTURY: Final = 2000

Flaw = Literal[
    "no_start_mark", "body_too_long", "no_end_mark", "bad_checksum", "incomplete", "unfit_value"
]


class Command(IntEnum):
    """Table 2. 0 and 7 to 127 are reserved; 128 to 255 belong to the vendor."""

    CONTROL = 1  # centre to device: types 89 to 91
    SEND = 2  # device to centre: types 1 to 28
    CONFIRM = 3
    REQUEST = 4  # centre to device: types 61 to 88
    ANSWER = 5
    DENY = 6


VENDOR_COMMAND_MIN: Final = 128


class FrameError(ValueError):
    """No further bytes could make this a frame; or a value does not fit into one.

    discard_bytes: leading bytes known to be bad, at least 1. Never the whole claimed frame:
        its length may be the broken part, and the next frame may hold a fire.
    """

    def __init__(self, flaw: Flaw, discard_bytes: int = 1) -> None:
        super().__init__(f"{flaw}; discard {discard_bytes} bytes")
        self.flaw: Flaw = flaw
        self.discard_bytes = discard_bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet, checked but not yet understood.

    serial: 0 to 65 535; the answer repeats it. source, target: 6 bytes as on the wire.
    body: the application data unit, 0 to 1024 bytes. tag: the 6 bytes of the sending time.
    """

    serial: int
    source: bytes
    target: bytes
    command: int
    body: bytes
    tag: bytes = NO_TAG
    version: bytes = VERSION


def size_at(buffer: bytes, at: int = 0) -> int:
    """Bytes of the whole, checked frame that begins at `at`; 0 if more bytes are needed.

    The cheap half of `decode`, for whoever passes frames on without understanding them.
    Raises FrameError.
    """
    have = len(buffer) - at
    if have < HEAD_SIZE_BYTES:
        if not START.startswith(buffer[at : at + 2]):
            raise FrameError("no_start_mark", _bytes_before_start(buffer, at))
        return 0
    if buffer[at] != 64 or buffer[at + 1] != 64:  # noqa: PLR2004 - START, spelled out for speed
        raise FrameError("no_start_mark", _bytes_before_start(buffer, at))
    body_size_bytes = buffer[at + 24] | buffer[at + 25] << 8
    if body_size_bytes > BODY_SIZE_BYTES_MAX:
        raise FrameError("body_too_long", _bytes_before_start(buffer, at))
    size_bytes = FRAME_SIZE_BYTES_MIN + body_size_bytes
    if have < size_bytes:
        return 0
    checksum_at = at + HEAD_SIZE_BYTES + body_size_bytes
    if buffer[checksum_at + 1 : checksum_at + 3] != END:
        raise FrameError("no_end_mark", _bytes_before_start(buffer, at))
    if buffer[checksum_at] != sum(buffer[at + 2 : checksum_at]) & 0xFF:
        raise FrameError("bad_checksum", _bytes_before_start(buffer, at))
    return size_bytes


def decode(buffer: bytes) -> tuple[Frame, int] | None:
    """The frame at the head of `buffer` and its size in bytes; None if more bytes are needed.

    Raises FrameError.
    """
    size_bytes = size_at(buffer)
    if not size_bytes:
        return None
    frame = Frame(
        serial=buffer[2] | buffer[3] << 8,
        source=buffer[12:18],
        target=buffer[18:24],
        command=buffer[26],
        body=buffer[HEAD_SIZE_BYTES : size_bytes - TAIL_SIZE_BYTES],
        tag=buffer[6:12],
        version=buffer[4:6],
    )
    return frame, size_bytes


def whole(packet: bytes) -> Frame:
    """The one frame that `packet` is, with nothing before or behind it. Raises FrameError."""
    found = decode(packet)
    if found is None or found[1] != len(packet):
        raise FrameError("incomplete" if found is None else "no_start_mark")
    return found[0]


def encode(frame: Frame) -> bytes:
    """The bytes of `frame`. Raises FrameError("unfit_value") if a field does not fit."""
    if (
        not 0 <= frame.serial <= SERIAL_MAX
        or not 0 <= frame.command <= 255  # noqa: PLR2004 - one byte
        or len(frame.body) > BODY_SIZE_BYTES_MAX
        or len(frame.source) != ADDRESS_SIZE_BYTES
        or len(frame.target) != ADDRESS_SIZE_BYTES
        or len(frame.tag) != TAG_SIZE_BYTES
        or len(frame.version) != len(VERSION)
    ):
        raise FrameError("unfit_value")
    return _sealed(
        frame.serial.to_bytes(2, "little") + frame.version + frame.tag,
        frame.source + frame.target + len(frame.body).to_bytes(2, "little"),
        bytes([frame.command]) + frame.body,
    )


def reply(packet: bytes, command: int, tag: bytes, body: bytes = b"") -> bytes:
    """What answers `packet`: its serial and version echoed, its addresses swapped.

    packet: a frame, or what came of one: missing header bytes count as zero.
    tag: true UTC+8 time; devices set their clocks from it. body: at most 255 bytes.
    """
    head = packet[:24].ljust(24, b"\0")
    return _sealed(
        head[2:6] + tag,
        head[18:24] + head[12:18] + bytes((len(body), 0)),
        bytes((command,)) + body,
    )


def confirm(packet: bytes, tag: bytes) -> bytes:
    """Command 3 for `packet`: only after what it says is durable (6.3.2)."""
    return reply(packet, Command.CONFIRM, tag)


def deny(packet: bytes, tag: bytes) -> bytes:
    """Command 6 for a bad packet: the device sends it again (6.3.2, 6.5.2)."""
    return reply(packet, Command.DENY, tag)


def tag_of(at: datetime, *, bcd: bool = False) -> bytes:
    """The 6-byte time tag of an aware time, on UTC+8: second, minute, hour, day, month, year."""
    local = at.astimezone(WIRE_ZONE)
    fields = (local.second, local.minute, local.hour, local.day, local.month, local.year % 100)
    return bytes(n // 10 * 16 + n % 10 for n in fields) if bcd else bytes(fields)


def time_of(tag: bytes, *, bcd: bool = False) -> datetime | None:
    """The UTC time that a tag tells; None for a tag that is no time (all zero, month 13, …)."""
    if len(tag) != TAG_SIZE_BYTES:
        return None
    fields = [(n >> 4) * 10 + (n & 15) for n in tag] if bcd else list(tag)
    second, minute, hour, day, month, year = fields
    if year > 99:  # noqa: PLR2004 - figure 17: 0 to 99
        return None
    try:
        local = datetime(CENTURY + year, month, day, hour, minute, second, tzinfo=WIRE_ZONE)
    except ValueError:
        return None
    return local.astimezone(UTC)


def _sealed(control: bytes, addresses: bytes, rest: bytes) -> bytes:
    """The packet around its inner bytes: marks and checksum."""
    inner = control + addresses + rest
    return b"@@%b%c##" % (inner, sum(inner) & 0xFF)


def _bytes_before_start(buffer: bytes, at: int) -> int:
    """How many bytes from `at` on cannot begin a frame: up to the next start mark, at least 1."""
    found = buffer.find(START, at + 1)
    if found >= 0:
        return found - at
    have = len(buffer) - at
    return max(have - buffer.endswith(START[:1]), 1)
