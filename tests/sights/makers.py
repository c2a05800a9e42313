"""Observations, and the pictures that people and cameras send, made by hand."""

import struct
import zlib
from datetime import UTC, datetime

from wanghuo.sights.weather import Observation

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def an_observation(**changed: object) -> Observation:
    fields = {"at": NOON, "station": "S1", "wind_from_deg": 45.0, "wind_m_s": 4.0} | changed
    return Observation(**fields)  # type: ignore[arg-type]


def a_png(width: int = 4, height: int = 3, *more: tuple[bytes, bytes]) -> bytes:
    """A whole grey PNG. more: further chunks before the data."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    crc = zlib.crc32(kind + body)
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", crc)


# A grey JPEG of 8 × 8, baseline, made by hand from T.81's own tables.
_DQT = b"\xff\xdb\x00\x43\x00" + b"\x10" * 64
_SOF = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
_DHT = b"\xff\xc4\x00\x14\x00" + b"\x01" + b"\x00" * 15 + b"\x00"
_DHT_AC = b"\xff\xc4\x00\x14\x10" + b"\x01" + b"\x00" * 15 + b"\x00"
_SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x3f"


def a_jpeg(*segments: bytes) -> bytes:
    """A whole JPEG. segments: e.g. `exif(...)`, behind its start."""
    jfif = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    return (
        b"\xff\xd8" + jfif + b"".join(segments) + _DQT + _SOF + _DHT + _DHT_AC + _SCAN + b"\xff\xd9"
    )


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def tiff(lon: float, lat: float, turned: int = 1) -> bytes:
    """An Exif block with a position and which way up."""
    gps_at = 8 + 2 + 2 * 12 + 4
    values_at = gps_at + 2 + 4 * 12 + 4
    first = struct.pack(">H", 2)
    first += struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0)
    first += struct.pack(">HHII", 0x8825, 4, 1, gps_at) + struct.pack(">I", 0)
    gps = struct.pack(">H", 4)
    gps += struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0" if lat >= 0 else b"S\0\0\0")
    gps += struct.pack(">HHII", 2, 5, 3, values_at)
    gps += struct.pack(">HHI4s", 3, 2, 2, b"E\0\0\0" if lon >= 0 else b"W\0\0\0")
    gps += struct.pack(">HHII", 4, 5, 3, values_at + 24) + struct.pack(">I", 0)
    return struct.pack(">2sHI", b"MM", 42, 8) + first + gps + _dms(lat) + _dms(lon)


def _dms(degrees: float) -> bytes:
    whole = abs(degrees)
    d, m = int(whole), int(whole % 1 * 60)
    s = round((whole - d - m / 60) * 3600 * 1000)
    return struct.pack(">6I", d, 1, m, 1, s, 1000)


def exif(lon: float, lat: float, turned: int = 1) -> bytes:
    return segment(0xE1, b"Exif\0\0" + tiff(lon, lat, turned))


def a_webp(*more: tuple[bytes, bytes]) -> bytes:
    """A WebP of 16 × 9 in its extended form; the picture itself is not decodable."""
    size = (15).to_bytes(3, "little") + (8).to_bytes(3, "little")
    chunks = [(b"VP8X", bytes([0x0C, 0, 0, 0]) + size), (b"VP8 ", b"\0" * 10), *more]
    body = b"".join(
        struct.pack("<4sI", kind, len(held)) + held + b"\0" * (len(held) & 1)
        for kind, held in chunks
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
