"""What a picture's bytes say: JPEG, PNG, WebP. Its size, where it was taken, and it without that.

Source. ITU-T T.81 annex B; PNG third edition, 5; the RIFF of WebP; Exif 3.0 (CIPA DC-008).
Invariant (fuzzed). Any bytes give an answer or PictureError, and never another error.
"""

import struct
from collections.abc import Iterator
from typing import Final

import msgspec

from wanghuo.place import Coordinates

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PIXELS_MAX: Final = 100_000_000  # more would stop the browser that shows it
EXTENSIONS: Final = {JPEG: "jpg", PNG: "png", WEBP: "webp"}

_PNG_MARK: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
)
_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SOI, _EOI, _SOS, _COM, _APP0, _APP1 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xE1
# What shows a picture rightly stays: JFIF, a colour profile, Adobe's colour transform.
_JPEG_KEPT_APPS: Final = frozenset({_APP0, 0xE2, 0xEE})
_EXIF: Final = b"Exif\0\0"
_ORIENTATION, _GPS, _UPRIGHT = 0x0112, 0x8825, 1
_WEBP_TOLD: Final = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS_TOLD: Final = 0x0C
_ENTRIES_MAX: Final = 200
_ENTRY_SIZE_BYTES: Final = 12
_MINUTES, _SECONDS = 60.0, 3600.0


class PictureError(ValueError):
    """Bytes that no browser would show. reason: not_a_picture, too_many_pixels."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Picture(msgspec.Struct, frozen=True):
    """What is known of a picture. taken_from: where it says it was taken, if it does."""

    media_type: str
    width: int
    height: int
    taken_from: Coordinates | None = None


def read(data: bytes) -> Picture:
    """What a picture is. Raises PictureError."""
    try:
        if data[:3] == b"\xff\xd8\xff":
            made = _read_jpeg(data)
        elif data.startswith(_PNG_MARK):
            made = _read_png(data)
        elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            made = _read_webp(data)
        else:
            raise PictureError("not_a_picture", "neither JPEG, PNG nor WebP")
    except (struct.error, IndexError) as error:
        raise PictureError("not_a_picture", "cut short") from error
    if not (made.width and made.height):
        raise PictureError("not_a_picture", "it has no size")
    if made.width * made.height > PIXELS_MAX:
        raise PictureError("too_many_pixels", f"{made.width} x {made.height}")
    return made


def bare(data: bytes) -> bytes:
    """The same picture without place, time, maker or anything else but how to show it.

    Raises PictureError. A JPEG keeps which way up it is.
    """
    kind = read(data).media_type
    try:
        return {JPEG: _bare_jpeg, PNG: _bare_png, WEBP: _bare_webp}[kind](data)
    except (struct.error, IndexError) as error:
        raise PictureError("not_a_picture", "cut short") from error


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, from, to) of a JPEG's segments; a scan's includes its data. Ends behind EOI."""
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 - a marker's first byte
            raise PictureError("not_a_picture", "no marker")
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - filling
            at += 1
            continue
        if marker == _EOI:
            return
        if marker in _JPEG_BARE:
            yield marker, at, at + 2
            at += 2
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data) or end < at + 4:
            raise PictureError("not_a_picture", "cut short")
        if marker == _SOS:
            end = _scan_end(data, end)
        yield marker, at, end
        at = end


def _scan_end(data: bytes, at: int) -> int:
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        after = data[at + 1]
        if after != 0 and after not in _JPEG_BARE and after != 0xFF:  # noqa: PLR2004 - filling
            return at
        at += 1 if after == 0xFF else 2  # noqa: PLR2004 - filling


def _read_jpeg(data: bytes) -> Picture:
    width = height = 0
    taken_from = None
    for marker, start, end in _segments(data):
        if marker in _JPEG_FRAMES and not width:
            height, width = struct.unpack_from(">HH", data, start + 5)
        elif marker == _APP1 and data[start + 4 : start + 10] == _EXIF:
            taken_from = taken_from or _taken_from(data[start + 10 : end])
    return Picture(JPEG, width, height, taken_from)


def _bare_jpeg(data: bytes) -> bytes:
    made = bytearray(data[:2])
    turned = _UPRIGHT
    rest = bytearray()
    for marker, start, end in _segments(data):
        if marker == _APP1 and data[start + 4 : start + 10] == _EXIF:
            turned = _orientation(data[start + 10 : end])
        told = marker == _COM or (0xE0 <= marker <= 0xEF and marker not in _JPEG_KEPT_APPS)  # noqa: PLR2004 - APPn
        if not told:
            rest += data[start:end]
    if turned != _UPRIGHT:
        tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
        made += struct.pack(">BBH", 0xFF, _APP1, 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff
    return bytes(made + rest + b"\xff\xd9")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, from, to) of a PNG's chunks."""
    at = len(_PNG_MARK)
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if end > len(data):
            raise PictureError("not_a_picture", "cut short")
        yield kind, at, end
        if kind == b"IEND":
            return
        at = end
    raise PictureError("not_a_picture", "cut short")


def _read_png(data: bytes) -> Picture:
    width = height = 0
    taken_from = None
    for kind, start, end in _chunks(data):
        if kind == b"IHDR" and not width:
            width, height = struct.unpack_from(">II", data, start + 8)
        elif kind == b"eXIf":
            taken_from = _taken_from(data[start + 8 : end - 4])
    return Picture(PNG, width, height, taken_from)


def _bare_png(data: bytes) -> bytes:
    kept = (data[start:end] for kind, start, end in _chunks(data) if kind in _PNG_KEPT)
    return _PNG_MARK + b"".join(kept)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    whole = min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= whole:
        kind, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise PictureError("not_a_picture", "cut short")
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def _read_webp(data: bytes) -> Picture:
    width = height = 0
    taken_from = None
    for kind, body in _webp_chunks(data):
        if kind == b"VP8X":
            width = 1 + int.from_bytes(body[4:7], "little")
            height = 1 + int.from_bytes(body[7:10], "little")
        elif kind == b"VP8 " and not width:
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        elif kind == b"VP8L" and not width:
            bits = struct.unpack_from("<I", body, 1)[0]
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif kind == b"EXIF":
            taken_from = _taken_from(body.removeprefix(_EXIF))
    return Picture(WEBP, width, height, taken_from)


def _bare_webp(data: bytes) -> bytes:
    made = bytearray()
    for kind, body in _webp_chunks(data):
        if kind in _WEBP_TOLD:
            continue
        kept = body
        if kind == b"VP8X" and body:
            kept = bytes([body[0] & ~_WEBP_FLAGS_TOLD]) + body[1:]
        made += struct.pack("<4sI", kind, len(kept)) + kept + b"\0" * (len(kept) & 1)
    return b"RIFF" + struct.pack("<I", 4 + len(made)) + b"WEBP" + bytes(made)


def _entries(tiff: bytes, at: int, order: str) -> dict[int, tuple[int, int, int]]:
    """By tag: (type, count, where value or offset stands) of one directory; none if broken."""
    try:
        count = struct.unpack_from(order + "H", tiff, at)[0]
        found = {}
        for number in range(min(count, _ENTRIES_MAX)):
            place = at + 2 + number * _ENTRY_SIZE_BYTES
            tag, kind, size = struct.unpack_from(order + "HHI", tiff, place)
            found[tag] = (kind, size, place + 8)
    except struct.error:
        return {}
    return found


def _order(tiff: bytes) -> str:
    return {b"II": "<", b"MM": ">"}.get(tiff[:2], "")


def _first(tiff: bytes, order: str) -> dict[int, tuple[int, int, int]]:
    try:
        return _entries(tiff, struct.unpack_from(order + "I", tiff, 4)[0], order)
    except struct.error:
        return {}


def _orientation(tiff: bytes) -> int:
    order = _order(tiff)
    found = _first(tiff, order).get(_ORIENTATION) if order else None
    if found is None:
        return _UPRIGHT
    turned: int = struct.unpack_from(order + "H", tiff, found[2])[0]
    return turned if 1 <= turned <= 8 else _UPRIGHT  # noqa: PLR2004 - Exif 4.6.5.1


def _taken_from(tiff: bytes) -> Coordinates | None:
    """The GPS position of an Exif block, or None."""
    order = _order(tiff)
    pointer = _first(tiff, order).get(_GPS) if order else None
    if pointer is None:
        return None
    try:
        entries = _entries(tiff, struct.unpack_from(order + "I", tiff, pointer[2])[0], order)
        lat = _degrees(tiff, order, entries[2][2]) * _sign(tiff, entries[1][2], b"S")
        lon = _degrees(tiff, order, entries[4][2]) * _sign(tiff, entries[3][2], b"W")
    except (struct.error, KeyError, ZeroDivisionError):
        return None
    inside = abs(lat) <= 90.0 and abs(lon) <= 180.0  # noqa: PLR2004 - degrees
    return Coordinates(lon, lat) if inside else None


def _sign(tiff: bytes, at: int, negative: bytes) -> float:
    return -1.0 if tiff[at : at + 1] == negative else 1.0


def _degrees(tiff: bytes, order: str, at: int) -> float:
    offset = struct.unpack_from(order + "I", tiff, at)[0]
    d, dd, m, mm, s, ss = struct.unpack_from(order + "6I", tiff, offset)
    degrees: float = d / dd + m / mm / _MINUTES + s / ss / _SECONDS
    return degrees
