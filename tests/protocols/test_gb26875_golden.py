"""Every collected packet gets what its class says; written from the packets' meanings."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.protocols.gb26875_samples import GOLDEN

from wanghuo.facts.signal import FIRE_LANE, SensorKind, SignalKind
from wanghuo.protocols.gb26875_frame import FrameError, whole
from wanghuo.protocols.gb26875_lane import Lane, lane
from wanghuo.protocols.gb26875_orders import decode_order
from wanghuo.protocols.gb26875_signals import signals
from wanghuo.protocols.gb26875_vendor import profiles

POLICY = Path(__file__).parents[2] / "policy" / "vendors.toml"
PROFILES = profiles(tomllib.loads(POLICY.read_text(encoding="utf-8")))
AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
K = SignalKind

# index, class, profile, lane, (kind, point, sensor, status, text) of each signal, order type
TABLE = [
    (0, "standard", "standard", Lane.FIRE,
     [(K.FIRE, "1.1.40.0a000200", SensorKind.SMOKE, 2, "")], None),
    (1, "standard", "standard", Lane.ROUTINE, [], None),
    (2, "standard", "standard", Lane.ROUTINE,
     [(K.INSPECTION_ANSWER, "", SensorKind.UITD, 32, "查岗应答")], None),
    (3, "standard", "standard", Lane.ROUTINE, [(K.CLOCK, "", SensorKind.OTHER, -1, "")], None),
    (4, "standard", "standard", Lane.ROUTINE,
     [(K.FAULT, "", SensorKind.UITD, 8, "主电故障")], None),
    (5, "standard", "standard", Lane.ROUTINE, [(K.UNKNOWN, "", SensorKind.OTHER, -1, "")], 85),
    (6, "standard", "standard", Lane.ROUTINE, [(K.UNKNOWN, "", SensorKind.OTHER, -1, "")], 88),
    (7, "standard", "standard", Lane.ROUTINE, [(K.UNKNOWN, "", SensorKind.OTHER, -1, "")], 89),
    (8, "standard", "standard", Lane.ROUTINE, [(K.UNKNOWN, "", SensorKind.OTHER, -1, "")], 90),
    (9, "standard", "standard", Lane.FIRE,
     [(K.FIRE, "1.3.0.d9000600", SensorKind.OTHER, 2, "Ａ区１层呷哺走廊")], None),
    (10, "off-standard-test", "standard", Lane.ROUTINE,
     [(K.UNKNOWN, "", SensorKind.OTHER, -1, "")], 89),
    (11, "vendor", "standard", Lane.ROUTINE, [(K.HEARTBEAT, "", SensorKind.OTHER, -1, "")], None),
    (12, "standard", "standard", Lane.ROUTINE,
     [(K.OPERATION, "", SensorKind.UITD, 2, "消音")], None),
    (13, "heartbeat", "standard", Lane.ROUTINE,
     [(K.HEARTBEAT, "", SensorKind.OTHER, -1, "")], None),
    (14, "standard", "standard", Lane.ROUTINE,
     [(K.VERSION, "", SensorKind.OTHER, -1, "1.0")], None),
    (15, "vendor", "standard", Lane.STRANGE,
     [(K.UNKNOWN, "", SensorKind.OTHER, 150, "unknown_type")], None),
    (15, "vendor", "fubei", Lane.ROUTINE,
     [(K.STATE, "0.3.91.01000000", SensorKind.WATER, 0, "")], None),
    (16, "vendor", "standard", Lane.STRANGE,
     [(K.UNKNOWN, "", SensorKind.OTHER, 60, "unknown_type")], None),
    (17, "vendor", "standard", Lane.ROUTINE, [(K.HEARTBEAT, "", SensorKind.UITD, 1, "")], None),
    (18, "vendor", "standard", Lane.FIRE,
     [(K.UNKNOWN, "", SensorKind.OTHER, 2, "odd_size")], None),
    (19, "standard", "standard", Lane.ROUTINE, [], None),
]  # fmt: skip


def test_the_table_names_every_collected_packet_and_its_class() -> None:
    assert {row[0] for row in TABLE} == set(range(len(GOLDEN)))
    assert all(GOLDEN[row[0]]["class"] == row[1] for row in TABLE)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_a_collected_packet_says_what_its_meaning_tells(row: tuple) -> None:  # type: ignore[type-arg] # a row of the table above
    index, _, profile, expected_lane, expected, order_type = row
    packet = bytes.fromhex(GOLDEN[index]["hex"])
    if not GOLDEN[index]["checksum_ok"]:
        with pytest.raises(FrameError):
            whole(packet)
        return
    frame = whole(packet)
    assert frame.command == GOLDEN[index]["cmd"]
    heard = signals(frame, "gb26875:x", PROFILES[profile], AT)
    told = [(s.kind, s.point, s.sensor, s.status, s.text) for s in heard]
    assert told == expected
    assert lane(frame.command, frame.body, PROFILES[profile]) is expected_lane
    order = decode_order(frame.body)
    assert (order[0] if order else None) == order_type


def test_what_is_not_understood_is_kept_whole() -> None:
    for index in (15, 16, 18):
        frame = whole(bytes.fromhex(GOLDEN[index]["hex"]))
        heard = signals(frame, "gb26875:x", PROFILES["standard"], AT)
        assert heard[-1].raw == frame.body


def test_times_of_the_fires_are_utc_and_a_drifting_clock_is_measured() -> None:
    fires = [
        signals(whole(bytes.fromhex(GOLDEN[i]["hex"])), "gb26875:x", PROFILES["standard"], AT)[0]
        for i in (0, 9)
    ]
    assert [fire.happened_at for fire in fires] == [
        datetime(2012, 9, 26, 1, 58, 2, tzinfo=UTC),
        datetime(2020, 8, 1, 11, 18, 48, tzinfo=UTC),
    ]
    assert {fire.kind for fire in fires} <= FIRE_LANE
    received_at = datetime(2012, 9, 26, 1, 57, 52, tzinfo=UTC)
    clock = signals(
        whole(bytes.fromhex(GOLDEN[3]["hex"])), "gb26875:x", PROFILES["standard"], received_at
    )
    assert (clock[0].quantity, clock[0].value, clock[0].unit) == ("clock_ahead", 10.0, "s")
