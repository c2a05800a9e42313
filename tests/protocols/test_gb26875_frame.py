"""Packets: whole, byte by byte, with a tail, glued, broken; answers; times."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.gb26875_samples import GOLDEN, all_packets, fire_packet

from wanghuo.protocols.gb26875_frame import (
    Frame,
    FrameError,
    confirm,
    decode,
    deny,
    encode,
    size_at,
    tag_of,
    time_of,
    whole,
)
from wanghuo.protocols.gb26875_hex import hex_size_at, in_hex, looks_hex

PACKETS = [packet for packet in all_packets() if size_at(packet)]
FIRST = bytes.fromhex(GOLDEN[0]["hex"])


@pytest.mark.parametrize("packet", PACKETS)
def test_a_packet_reads_the_same_whole_byte_by_byte_and_with_a_tail(packet: bytes) -> None:
    whole_frame = whole(packet)
    for size in range(len(packet)):
        assert decode(packet[:size]) is None
    assert decode(packet) == (whole_frame, len(packet))
    assert decode(packet + FIRST) == (whole_frame, len(packet))


@pytest.mark.parametrize("packet", PACKETS)
def test_a_packet_written_again_is_the_same_bytes(packet: bytes) -> None:
    assert encode(whole(packet)) == packet


@pytest.mark.parametrize("packet", PACKETS)
def test_a_packet_survives_hexadecimal_clothing(packet: bytes) -> None:
    for upper in (True, False):
        wire = in_hex(packet, upper=upper)
        assert looks_hex(wire)
        assert hex_size_at(wire) == (len(wire), packet)
        assert hex_size_at(wire[:-1]) == (0, b"")
        assert hex_size_at(wire + wire) == (len(wire), packet)


@pytest.mark.parametrize(
    ("at", "value", "flaw"),
    [
        (0, 0x41, "no_start_mark"),
        (1, 0x41, "no_start_mark"),
        (5, 0x7F, "bad_checksum"),
        (25, 0x05, "body_too_long"),
        (24, 0x2F, "no_end_mark"),
        (30, 0x55, "bad_checksum"),
        (75, 0x00, "bad_checksum"),
        (76, 0x35, "no_end_mark"),
        (77, 0x35, "no_end_mark"),
    ],
)
def test_one_wrong_byte_is_named(at: int, value: int, flaw: str) -> None:
    broken = FIRST[:at] + bytes((value,)) + FIRST[at + 1 :]
    with pytest.raises(FrameError) as error:
        decode(broken)
    assert error.value.flaw == flaw
    assert error.value.discard_bytes >= 1


def _frames_in(stream: bytes) -> list[Frame]:
    """What a careful reader finds in a stream."""
    found = []
    while stream:
        try:
            made = decode(stream)
        except FrameError as error:
            stream = stream[error.discard_bytes :]
            continue
        if made is None:
            break
        found.append(made[0])
        stream = stream[made[1] :]
    return found


@given(
    noise=st.binary(max_size=60).filter(lambda b: b"@@" not in b and not b.endswith(b"@")),
    broken_at=st.integers(2, 77),
)
def test_a_fire_behind_noise_and_a_broken_packet_is_found(noise: bytes, broken_at: int) -> None:
    broken = FIRST[:broken_at] + bytes((FIRST[broken_at] ^ 1,)) + FIRST[broken_at + 1 :]
    fire = fire_packet(serial=9)
    padding = bytes(1060)  # the broken length may claim up to 1,024 bytes more
    assert _frames_in(noise + broken + fire + padding)[-1] == whole(fire)


def test_a_stray_start_character_before_a_packet_costs_nothing() -> None:
    assert _frames_in(b"@" + FIRST + bytes(1060)) == [whole(FIRST)]
    assert _frames_in(b"@@@" + FIRST + bytes(1060)) == [whole(FIRST)]


def test_marks_inside_a_body_do_not_split_it() -> None:
    inside = Frame(7, bytes(6), bytes(6), 2, b"\x8d\x01" + FIRST + b"##@@##", bytes(6))
    assert _frames_in(encode(inside)) == [inside]


@given(st.binary(max_size=1200))
def test_any_bytes_give_a_frame_none_or_the_one_error(noise: bytes) -> None:
    for stream in (noise, b"@@" + noise, FIRST[:30] + noise):
        try:
            made = decode(stream)
        except FrameError as error:
            made = (whole(FIRST), 29 + error.discard_bytes)  # at least 1, at most the stream
        assert made is None or 30 <= made[1] <= max(1054, 29 + len(stream))


def test_answers_echo_the_serial_swap_the_addresses_and_are_the_printed_bytes() -> None:
    tag = bytes.fromhex("233a091a090c")
    expected = "404001000101233a091a090c385b010000007903000000000000"
    assert confirm(FIRST, tag) == bytes.fromhex(expected + "03ab2323")
    assert deny(FIRST, tag) == bytes.fromhex(expected + "06ae2323")
    assert deny(FIRST, tag) == bytes.fromhex(GOLDEN[1]["hex"])
    assert whole(deny(b"@@\x05", tag)).serial == 5


def test_times_on_the_wire_are_utc_plus_8_and_impossible_ones_are_none() -> None:
    at = datetime(2012, 9, 26, 1, 58, 2, tzinfo=UTC)
    assert tag_of(at) == bytes((2, 58, 9, 26, 9, 12))
    assert time_of(tag_of(at)) == at
    assert time_of(tag_of(at, bcd=True), bcd=True) == at
    assert tag_of(at, bcd=True) == bytes.fromhex("025809260912")
    for nonsense in (bytes(6), b"\xff" * 6, bytes((0, 0, 0, 30, 2, 20)), b"\x01", b""):
        assert time_of(nonsense) is None


@pytest.mark.parametrize(
    "frame",
    [
        Frame(65536, bytes(6), bytes(6), 2, b""),
        Frame(-1, bytes(6), bytes(6), 2, b""),
        Frame(1, bytes(5), bytes(6), 2, b""),
        Frame(1, bytes(6), bytes(7), 2, b""),
        Frame(1, bytes(6), bytes(6), 256, b""),
        Frame(1, bytes(6), bytes(6), 2, bytes(1025)),
        Frame(1, bytes(6), bytes(6), 2, b"", b"1"),
        Frame(1, bytes(6), bytes(6), 2, b"", bytes(6), b"1"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame: Frame) -> None:
    with pytest.raises(FrameError, match="unfit_value"):
        encode(frame)
