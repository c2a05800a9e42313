"""What fuzzing feeds to the GB/T 26875.3 codecs, and what must hold."""

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz_codecs import Target
from tests.protocols.gb26875_samples import all_packets

from wanghuo.facts.signal import FIRE_LANE
from wanghuo.protocols.gb26875_frame import Frame, FrameError, decode, encode, size_at, whole
from wanghuo.protocols.gb26875_hex import hex_size_at, in_hex
from wanghuo.protocols.gb26875_lane import fire_lane
from wanghuo.protocols.gb26875_orders import decode_order
from wanghuo.protocols.gb26875_signals import signals
from wanghuo.protocols.gb26875_vendor import profiles

POLICY = Path(__file__).parents[2] / "policy" / "vendors.toml"
PROFILES = [*profiles(tomllib.loads(POLICY.read_text(encoding="utf-8"))).values()]
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def read_packet(packet: bytes) -> None:
    """One packet to its signals: the lanes agree and nothing is silently empty."""
    _understand(whole(packet))


def read_stream(stream: bytes) -> int:
    """Every frame of a stream, resynchronising as a session does; never raises."""
    at = found = 0
    while at < len(stream):
        try:
            size = size_at(stream, at)
        except FrameError as error:
            at += error.discard_bytes or sys.maxsize  # 0 would never end; this fails below
            continue
        if not size:
            break
        made = decode(stream[at : at + size])
        assert made is not None
        assert encode(made[0]) == stream[at : at + size]
        found += 1
        at += size
    assert at <= len(stream)
    return found


def read_hex(stream: bytes) -> None:
    """One packet in hexadecimal clothing."""
    size, packet = hex_size_at(stream)
    if size:
        _understand(whole(packet))


def _understand(frame: Frame) -> None:
    profile = PROFILES[frame.serial % len(PROFILES)]
    heard = signals(frame, "gb26875:x", profile, AT)
    assert heard or frame.command in (3, 6)
    assert fire_lane(frame.command, frame.body, profile) or not any(
        signal.kind in FIRE_LANE for signal in heard
    )
    decode_order(frame.body)


def seal(packet: bytes) -> bytes:
    """The packet with true length, checksum and marks."""
    body = packet[27:-3][:1024]
    inner = packet[2:24].ljust(22, b"\0") + len(body).to_bytes(2, "little")
    inner += (packet[26:27] or b"\2") + body
    return b"@@" + inner + bytes((sum(inner) & 0xFF,)) + b"##"


PACKETS = all_packets()
TARGETS = [
    Target("gb26875 packets", PACKETS, read_packet, (FrameError,), seal),
    Target("gb26875 streams", PACKETS, read_stream, ()),
    Target(
        "gb26875 hexadecimal", [in_hex(p, upper=True) for p in PACKETS], read_hex, (FrameError,)
    ),
]
