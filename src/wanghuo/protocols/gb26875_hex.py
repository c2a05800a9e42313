"""Packets that travel as ASCII hexadecimal: `34 30 34 30 …` for `40 40 …`. Pure.

Field fact (no standard): some programs write each byte as two hex digits. A connection whose first
bytes read `4040` is heard in that clothing and answered in the same one, letters cased alike.
"""

from typing import Final

from wanghuo.protocols.gb26875_frame import FRAME_SIZE_BYTES_MAX, FrameError, size_at

HEX_START: Final = b"4040"
HEX_FRAME_SIZE_BYTES_MAX: Final = 2 * FRAME_SIZE_BYTES_MAX
DIGITS: Final = frozenset(b"0123456789abcdefABCDEF")
BLANKS: Final = b" \r\n\t\0"


def looks_hex(buffer: bytes, at: int = 0) -> bool:
    """Whether the bytes at `at` begin, as far as they go, like a packet in this clothing.

    A binary packet begins with `@@`, so the digits `4040` can only be clothing or noise.
    """
    head = buffer[at : at + len(HEX_START)]
    return bool(head) and HEX_START.startswith(head)


def hex_size_at(buffer: bytes, at: int = 0) -> tuple[int, bytes]:
    """Size on the wire and binary bytes of the whole packet at `at`; (0, b"") if more is needed.

    Raises FrameError, whose discard_bytes count bytes on the wire.
    """
    if not HEX_START.startswith(buffer[at : at + len(HEX_START)]):
        raise FrameError("no_start_mark", _bytes_before_start(buffer, at))
    wire = buffer[at : at + HEX_FRAME_SIZE_BYTES_MAX]
    digits = next((i for i, digit in enumerate(wire) if digit not in DIGITS), len(wire)) & ~1
    binary = bytes.fromhex(wire[:digits].decode("ascii"))
    try:
        size_bytes = size_at(binary)
    except FrameError as error:
        raise FrameError(error.flaw, _bytes_before_start(buffer, at)) from error
    if not size_bytes and digits < len(wire) & ~1:
        raise FrameError("no_end_mark", _bytes_before_start(buffer, at))
    return size_bytes * 2, binary[:size_bytes]


def in_hex(packet: bytes, *, upper: bool) -> bytes:
    """`packet` in hexadecimal clothing."""
    text = packet.hex()
    return (text.upper() if upper else text).encode("ascii")


def _bytes_before_start(buffer: bytes, at: int) -> int:
    """How many bytes from `at` on cannot begin a packet, at least 1."""
    found = buffer.find(HEX_START, at + 1)
    if found >= 0:
        return found - at
    tail = next((n for n in (3, 2, 1) if buffer.endswith(HEX_START[:n])), 0)
    return max(len(buffer) - at - tail, 1)
