"""Every collected payload line says what its vendor's table says; content decides."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.facts.signal import FIRE_LANE
from wanghuo.protocols import (
    carriers_ctwing,
    carriers_iotda,
    carriers_onenet,
    carriers_passthrough,
    vendor_json,
)
from wanghuo.protocols.carriers_report import PushError, signals_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LINES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "cn_fire_iot_payloads.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
# line → what it says besides readings: (kind, sensor, point), and how many readings.
EXPECTED: dict[int, tuple[list[tuple[str, str, str]], int]] = {
    2: ([("state", "uitd", "222")], 0),
    3: ([("fire", "gas", "")], 2),
    4: ([("notable", "electric", "1")], 0),
    5: ([("notable", "electric", "")], 8),
    6: ([("heartbeat", "electric", "")], 8),
    7: ([("heartbeat", "electric", "")], 8),
    8: ([("notable", "electric", "")], 8),
    9: ([("fire", "call_point", "000.251")], 0),
    10: ([("fault", "other", "000.000")], 0),
    11: ([("fault", "other", "000.000")], 0),
    12: ([("fire", "gas", ""), ("fault", "gas", "battery")], 2),
    13: ([("heartbeat", "gas", "")], 0),
    14: ([("heartbeat", "gas", "")], 0),
    15: ([("fault", "water", "")], 1),
    16: ([("heartbeat", "smoke", "")], 2),
    17: ([("operation", "smoke", "")], 2),
    18: ([("heartbeat", "smoke", "")], 2),
    19: ([("heartbeat", "smoke", "")], 2),
    20: ([("heartbeat", "smoke", "")], 3),
    21: ([], 1),
    22: ([("operation", "other", "")], 0),
    23: ([("fault", "water", "")], 1),
    24: ([("fault", "water", "")], 3),
    25: ([("fault", "water", "")], 3),
    26: ([("fault", "water", "")], 3),
    27: ([("notable", "electric", "0001")], 0),
    28: ([("fire", "gas", "")], 0),
    29: ([("fire", "smoke", "000.001")], 0),
    30: ([("heartbeat", "smoke", "")], 2),
    31: ([("heartbeat", "gas", "")], 0),
}


def body_of(line: int) -> bytes:
    return json.dumps(LINES[line - 1]["payload"], ensure_ascii=False).encode()


def decode(line: int) -> carriers_ctwing.Push:
    ocean = "OceanConnect" in LINES[line - 1]["channel"]
    return (carriers_iotda if ocean else carriers_ctwing).decode(body_of(line))


def test_every_line_has_an_expectation_but_the_garbled_one() -> None:
    assert set(range(1, len(LINES) + 1)) - set(EXPECTED) == {1}


@pytest.mark.parametrize("line", sorted(EXPECTED))
def test_a_payload_line_says_what_its_table_says(line: int) -> None:
    signals = signals_of(decode(line), "ctwing", NOW)
    events = [(s.kind.value, s.sensor.value, s.point) for s in signals if s.kind.value != "reading"]
    readings = [s for s in signals if s.kind.value == "reading"]
    assert (events, len(readings)) == EXPECTED[line]
    assert all(s.quantity for s in readings)
    assert all(s.raw == body_of(line) for s in signals if s.kind in FIRE_LANE)
    assert len({s.digest for s in signals}) == len(signals)


def test_the_garbled_line_is_nobodys_and_says_why() -> None:
    with pytest.raises(PushError, match="no_device"):
        decode(1)


def test_readings_keep_their_value_and_moment() -> None:
    signals = {s.point: s for s in signals_of(decode(5), "ctwing", NOW)}
    assert signals["current2"].value == 0.02
    assert signals["current2"].unit == "A"
    assert signals["current2"].happened_at == datetime(2020, 5, 20, 3, 18, 52, tzinfo=UTC)
    assert signals_of(decode(20), "ctwing", NOW)[1].value == 21.9


def test_the_device_is_named_by_its_carrier() -> None:
    assert signals_of(decode(16), "ctwing", NOW)[0].sender == "ctwing:860000007532816"
    assert signals_of(decode(2), "ctwing", NOW)[0].sender == "ctwing:1501708501"


@pytest.mark.parametrize(
    ("status", "kind"), [("01", "fire"), ("02", "fault"), ("11", "cleared"), ("77", "unknown")]
)
def test_an_nb301_line_speaks_by_its_status(status: str, kind: str) -> None:
    line = f"N311V31I860000009524619H89860000000000000000X{status}T28U99S18"
    assert carriers_passthrough.read_text(line)[0].kind == kind


@pytest.mark.parametrize(
    ("packet_type", "alert", "kinds"),
    [
        (0x10, 0x01, ["fire"]),
        (0x01, 0x00, ["cleared"]),
        (0x10, 0x05, ["fire", "fault"]),
        (0x10, 0x80, ["fault"]),
    ],
)
def test_huaqiang_smoke_speaks_by_its_alert_bits(
    packet_type: int, alert: int, kinds: list[str]
) -> None:
    packet = bytearray.fromhex(LINES[15]["appdata_hex"])
    packet[4], packet[27] = packet_type, alert
    said = carriers_passthrough.read(bytes(packet))
    assert [s.kind for s in said if s.kind != "reading"] == kinds


@pytest.mark.parametrize(("code", "kind"), [("1", "fire"), ("7", "cleared"), ("99", "unknown")])
def test_a_lian_smoke_status_is_read_from_its_table(code: str, kind: str) -> None:
    assert vendor_json.properties({"Alarm_Status": code})[0].kind == kind


def test_a_shape_nobody_knows_is_kept_as_unknown() -> None:
    report = vendor_json.read({"deviceId": "X1", "quux": 3})
    assert [s.kind for s in report.said] == ["unknown"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["payload", "event", "data", "service", "APPdata", "detail", "IMEI", "msg", "type"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(body=st.dictionaries(st.text(max_size=6), json_values) | json_values)
def test_any_json_gives_signals_or_the_one_error(body: object) -> None:
    raw = msgspec.json.encode(body)
    for codec in (carriers_ctwing, carriers_iotda, carriers_onenet):
        with contextlib.suppress(PushError):
            signals = signals_of(codec.decode(raw), "ctwing", NOW)
            assert all(s.sender.startswith("ctwing:") for s in signals)


@given(raw=st.binary(max_size=200))
def test_any_bytes_passed_through_give_a_list(raw: bytes) -> None:
    for packet in (raw, b"PU" + len(raw).to_bytes(2, "big") + raw):
        assert isinstance(carriers_passthrough.read(packet), list)
