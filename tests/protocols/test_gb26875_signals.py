"""What each object means, as a table in the words of the standard; and the two lanes agree."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.protocols.gb26875_samples import ADDRESS, TAG, UPWARD, packet

from wanghuo.errors import Invalid
from wanghuo.facts.signal import FIRE_LANE, SensorKind, SignalKind
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import Frame, tag_of
from wanghuo.protocols.gb26875_lane import Lane, fire_lane, lane
from wanghuo.protocols.gb26875_objects import encode_body, note_of
from wanghuo.protocols.gb26875_signals import sender_of, signals, signals_of_packet
from wanghuo.protocols.gb26875_vendor import STANDARD, Profile, profiles

POLICY = Path(__file__).parents[2] / "policy" / "vendors.toml"
PROFILES = profiles(tomllib.loads(POLICY.read_text(encoding="utf-8")))
STD = PROFILES["standard"]
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
K = SignalKind
S = SensorKind


def _component(status: int, component_type: int = 40) -> bytes:
    return encode_body(
        (obj.ComponentStatus(1, 1, component_type, ADDRESS, status, note_of(""), TAG),)
    )


def _analog(analog_type: int, value: int, component_type: int = 30) -> bytes:
    return encode_body(
        (obj.ComponentAnalog(1, 1, component_type, ADDRESS, analog_type, value, TAG),)
    )


def _system(status: int) -> bytes:
    return encode_body((obj.SystemStatus(1, 1, status, TAG),))


def _operation(flags: int) -> bytes:
    return encode_body((obj.SystemOperation(1, 1, flags, 7, TAG),))


def _device(status: int) -> bytes:
    return encode_body((obj.DeviceStatus(status, TAG),))


TABLE = [
    # what the device sends, the lane, the kinds
    ("smoke, fire as test", _component(0x0002), Lane.FIRE, [K.FIRE]),
    ("smoke, fire in operation", _component(0x0003), Lane.FIRE, [K.FIRE]),
    ("fire and fault", _component(0x0007), Lane.FIRE, [K.FIRE, K.FAULT]),
    ("normal", _component(0x0001), Lane.CLEARING, [K.CLEARED]),
    ("normal, as test", _component(0x0000), Lane.CLEARING, [K.CLEARED]),
    ("fault", _component(0x0005), Lane.ROUTINE, [K.FAULT]),
    ("power fault", _component(0x0101), Lane.ROUTINE, [K.FAULT]),
    ("shielded", _component(0x0009), Lane.ROUTINE, [K.SHIELDED]),
    ("pump started", _component(0x0021, 91), Lane.ROUTINE, [K.STATE]),
    ("reserved bits with fire", _component(0xFF02), Lane.FIRE, [K.FIRE, K.FAULT]),
    ("system fire", _system(0x0002), Lane.FIRE, [K.FIRE]),
    ("system reset", _system(0x2001), Lane.FIRE, [K.RESET]),
    ("system reset with fire", _system(0x2003), Lane.FIRE, [K.RESET, K.FIRE]),
    ("system bus fault", _system(0x0401), Lane.ROUTINE, [K.FAULT]),
    ("system normal", _system(0x0001), Lane.CLEARING, [K.CLEARED]),
    ("system manual mode", _system(0x0801), Lane.ROUTINE, [K.STATE]),
    ("manual alarm", _operation(0x04), Lane.FIRE, [K.FIRE]),
    ("panel reset", _operation(0x01), Lane.FIRE, [K.RESET]),
    ("alarm cleared", _operation(0x08), Lane.FIRE, [K.CLEARED]),
    ("silenced and tested", _operation(0x42), Lane.ROUTINE, [K.OPERATION]),
    ("confirmed at the panel", _operation(0x20), Lane.ROUTINE, [K.OPERATION]),
    ("manual alarm and test", _operation(0x44), Lane.FIRE, [K.FIRE, K.OPERATION]),
    ("no flag", _operation(0), Lane.ROUTINE, [K.OPERATION]),
    ("transmitter fire", _device(0x02), Lane.FIRE, [K.FIRE]),
    ("transmitter mains fault", _device(0x09), Lane.ROUTINE, [K.FAULT]),
    ("transmitter fire and fault", _device(0x0A), Lane.FIRE, [K.FIRE, K.FAULT]),
    ("transmitter normal", _device(0x01), Lane.CLEARING, [K.CLEARED]),
    ("transmitter reserved bit", _device(0x81), Lane.ROUTINE, [K.STATE]),
    ("heartbeat", b"", Lane.ROUTINE, [K.HEARTBEAT]),
    ("short transmitter state", b"\x15\x01\x01", Lane.ROUTINE, [K.HEARTBEAT]),
    ("short transmitter fire", b"\x15\x01\x02", Lane.FIRE, [K.FIRE]),
    ("handshake", b"\x16", Lane.ROUTINE, [K.HEARTBEAT]),
    ("room temperature", _analog(3, 215), Lane.ROUTINE, [K.READING]),
    ("57 ℃", _analog(3, 570), Lane.FIRE, [K.NOTABLE]),
    ("56.9 ℃ is looked at", _analog(3, 569), Lane.FIRE, [K.READING]),
    ("56.7 ℃", _analog(3, 567), Lane.ROUTINE, [K.READING]),
    ("frost", _analog(3, -200), Lane.ROUTINE, [K.READING]),
    ("a warm cable", _analog(3, 650, 18), Lane.ROUTINE, [K.READING]),
    ("a hot cable", _analog(3, 700, 18), Lane.FIRE, [K.NOTABLE]),
    ("gas", _analog(6, 120, 11), Lane.FIRE, [K.NOTABLE]),
    ("load current", _analog(9, 160, 16), Lane.ROUTINE, [K.READING]),
    ("residual current", _analog(9, 3, 17), Lane.FIRE, [K.NOTABLE]),
    ("no such analog", _analog(99, 3), Lane.ROUTINE, [K.READING]),
    ("unknown type", b"\xc8\x01abc", Lane.STRANGE, [K.UNKNOWN]),
    ("one byte", b"\x02", Lane.STRANGE, [K.UNKNOWN]),
    ("cut fire", _component(0x0002)[:20], Lane.FIRE, [K.FIRE]),
    ("cut normal", _component(0x0001)[:20], Lane.FIRE, [K.CLEARED]),
    ("fire and noise", _component(0x0002) + b"??", Lane.FIRE, [K.FIRE, K.UNKNOWN]),
    ("version", encode_body((UPWARD[4],)), Lane.ROUTINE, [K.VERSION]),
    ("configuration", encode_body((UPWARD[5],)), Lane.ROUTINE, [K.CONFIGURATION]),
    ("component names", encode_body((UPWARD[6],)), Lane.ROUTINE, [K.CONFIGURATION]),
    ("facility clock", encode_body((UPWARD[7],)), Lane.ROUTINE, [K.CLOCK]),
    ("transmitter version", encode_body((UPWARD[10],)), Lane.ROUTINE, [K.VERSION]),
    ("transmitter names", encode_body((UPWARD[11],)), Lane.ROUTINE, [K.CONFIGURATION]),
]


def _kinds(body: bytes, profile: Profile = STD, command: int = 2) -> list[SignalKind]:
    frame = Frame(1, bytes(6), bytes(6), command, body)
    return [signal.kind for signal in signals(frame, "gb26875:x", profile, AT)]


@pytest.mark.parametrize(("what", "body", "expected", "kinds"), TABLE, ids=lambda v: str(v)[:30])
def test_an_object_means_what_the_standard_says(
    what: str, body: bytes, expected: Lane, kinds: list[SignalKind]
) -> None:
    for command in (2, 5):
        assert _kinds(body, command=command) == kinds, what
        assert lane(command, body, STD) is expected, what


def test_several_kinds_of_one_object_have_digests_of_their_own() -> None:
    frame = Frame(1, bytes(6), bytes(6), 2, _system(0x2003))
    heard = signals(frame, "gb26875:x", STD, AT)
    again = signals(frame, "gb26875:x", STD, AT)
    assert len({signal.digest for signal in heard}) == 2
    assert [s.digest for s in heard] == [s.digest for s in again]


def test_a_reading_carries_its_quantity_unit_and_scale() -> None:
    [reading] = signals_of_packet(packet(_analog(3, 685)), "gb26875:x", STD, AT)
    assert (reading.quantity, reading.value, reading.unit) == ("temperature", 68.5, "℃")
    assert (reading.sensor, reading.point) == (S.HEAT, "1.1.30.0a000200")
    fine = PROFILES["fine_pressure"]
    [pressure] = signals_of_packet(packet(_analog(4, 350, 91)), "gb26875:x", fine, AT)
    assert (pressure.quantity, pressure.value, pressure.unit) == ("pressure", 0.35, "MPa")
    [leak] = signals_of_packet(packet(_analog(128, 500, 17)), "gb26875:x", fine, AT)
    assert (leak.kind, leak.value, leak.unit) == (K.NOTABLE, 500.0, "mA")


@pytest.mark.parametrize(
    ("component_type", "sensor"),
    [(40, S.SMOKE), (42, S.SMOKE), (30, S.HEAT), (23, S.CALL_POINT), (24, S.CALL_POINT),
     (11, S.GAS), (17, S.ELECTRIC), (62, S.FLAME), (78, S.VISUAL_SMOKE), (96, S.SPRINKLER),
     (99, S.SPRINKLER), (91, S.WATER), (0, S.OTHER), (200, S.OTHER)],
)  # fmt: skip
def test_the_component_type_tells_the_sensor(component_type: int, sensor: SensorKind) -> None:
    [signal] = signals_of_packet(packet(_component(2, component_type)), "gb26875:x", STD, AT)
    assert signal.sensor is sensor


def test_a_manual_alarm_is_a_call_point_of_its_panel() -> None:
    [signal] = signals_of_packet(packet(_operation(0x04)), sender_of(bytes(6)), STD, AT)
    assert signal.origin() == "gb26875:000000000000/1.1"
    assert (signal.sensor, signal.status, signal.value) == (S.CALL_POINT, 4, 7.0)


VENDOR = [
    ("fubei", b"\x87\x01" + _component(0x0002)[2:], [K.CLEARED], "1.1.40.0a000200", "2区10号"),
    ("passthrough", b"\xcc\x01" + _component(0)[2:], [K.FIRE], "1.1.40.0a000200", "10区2号"),
    ("passthrough", b"\xcc\x01??", [K.FIRE], "", ""),
    ("passthrough", b"\xcc", [K.FIRE], "", ""),
    ("passthrough", b"\xcd\x01" + _component(2)[2:], [K.FIRE], "1.1.40.0a000200", "10区2号"),
    ("passthrough", b"\x09\x01" + "  3楼  火警 ".encode("gb18030"), [K.FIRE], "", "3楼 火警"),
    ("passthrough", b"\x09\x01" + "复位".encode("gb18030"), [K.RESET], "", "复位"),
    ("passthrough", b"\x09\x01" + "自检".encode("gb18030"), [K.OPERATION], "", "自检"),
    ("passthrough", b"\xc8\x01\x01", [K.FAULT], "", ""),
    ("loop_point", _component(2), [K.FIRE], "1.1.40.0a000200", "0回路10号"),
]


@pytest.mark.parametrize(("name", "body", "kinds", "point", "text"), VENDOR)
def test_a_vendor_profile_gives_its_own_codes_their_meaning(
    name: str, body: bytes, kinds: list[SignalKind], point: str, text: str
) -> None:
    profile = PROFILES[name]
    heard = signals(Frame(1, bytes(6), bytes(6), 2, body), "gb26875:x", profile, AT)
    assert [signal.kind for signal in heard] == kinds
    assert (heard[0].point, heard[0].text) == (point, text)
    assert fire_lane(2, body, profile) or not FIRE_LANE.intersection(kinds)


def test_bcd_clocks_are_read_as_such() -> None:
    at = datetime(2026, 11, 20, 7, 59, 59, tzinfo=UTC)
    body = encode_body((obj.DeviceStatus(2, tag_of(at, bcd=True)),))
    [signal] = signals(Frame(1, bytes(6), bytes(6), 2, body), "x", PROFILES["bcd"], AT)
    assert signal.happened_at == at


def test_a_vendor_heartbeat_command_is_a_heartbeat_and_a_stray_command_is_unknown() -> None:
    assert _kinds(b"", command=254) == [K.HEARTBEAT]
    assert _kinds(b"abc", command=200) == [K.UNKNOWN]
    assert _kinds(b"", command=3) == _kinds(b"", command=6) == []


_BODIES = st.one_of(
    st.sampled_from([row[1] for row in TABLE] + [row[1] for row in VENDOR]),
    st.binary(max_size=120),
    st.builds(
        lambda flag, count, rest: bytes((flag, count)) + rest,
        st.sampled_from([1, 2, 3, 4, 5, 9, 21, 24, 28, 134, 135, 136, 150, 204, 205]),
        st.integers(0, 4),
        st.binary(max_size=200),
    ),
    st.builds(
        lambda flag, count, size, fill: bytes((flag, count)) + (fill * 200)[: size * count],
        st.sampled_from([1, 2, 3, 4, 21, 24, 135, 150]),
        st.integers(0, 5),
        st.sampled_from([1, 2, 4, 7, 8, 9, 10, 15, 16, 40, 46]),
        st.binary(min_size=1, max_size=60),
    ),
)


@settings(max_examples=2000, deadline=None)
@given(
    body=_BODIES,
    flip=st.integers(0, 255),
    at=st.integers(0, 60),
    name=st.sampled_from(sorted(PROFILES)),
    command=st.sampled_from([2, 5]),
)
def test_a_packet_with_a_fire_lane_signal_is_never_called_routine(
    body: bytes, flip: int, at: int, name: str, command: int
) -> None:
    profile = PROFILES[name]
    if at < len(body):
        body = body[:at] + bytes((body[at] ^ flip,)) + body[at + 1 :]
    kinds = set(_kinds(body, profile, command))
    found = lane(command, body, profile)
    assert kinds
    assert found >= Lane.CLEARING or not kinds & FIRE_LANE
    if found is Lane.CLEARING:
        assert not kinds & (FIRE_LANE - {K.CLEARED})


def test_a_lane_without_a_profile_file_is_the_standards() -> None:
    assert lane(2, _component(2), STANDARD) is Lane.FIRE
    assert lane(2, _analog(3, 3000), STANDARD) is Lane.ROUTINE


@pytest.mark.parametrize(
    "document",
    [
        {"x": 3},
        {"x": {"component_address": "east"}},
        {"x": {"types": {"2": {"means": "fire"}}}},
        {"x": {"types": {"300": {"means": "fire"}}}},
        {"x": {"types": {"204": {"means": "smoke"}}}},
        {"x": {"scales": {"3": 0}}},
        {"x": {"words": {"flames": ["火"]}}},
        {"x": {"no_such_key": 1}},
    ],
)
def test_a_profile_that_makes_no_sense_is_named(document: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=r"^(x|analog 3): "):
        profiles(document)
