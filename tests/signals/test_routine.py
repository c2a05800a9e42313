"""What a batch of routine signals amounts to."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.makers import NOON, a_record, a_signal
from wanghuo.devices.model import SEEN_ALIVE
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals.routine import SEEN_AGAIN, Tally, pack, unpack


def said(second: float, kind: SignalKind, value: float = 0.0, point: str = "1") -> Signal:
    return a_signal(
        kind=kind,
        sender="gb26875:a",
        point=point,
        value=value,
        received_at=NOON + timedelta(seconds=second),
    )


def test_a_batch_packs_and_unpacks() -> None:
    records = [a_record(n) for n in range(50)]
    assert unpack(pack(records)) == records
    with pytest.raises(msgspec.MsgspecError):
        unpack(b"\x01 not a batch")


def test_a_heartbeat_never_replaces_a_reading() -> None:
    tally = Tally()
    tally.add([said(1, SignalKind.READING, 21.5), said(2, SignalKind.HEARTBEAT)])
    assert [(row.kind, row.value) for row in tally.last_rows()] == [("reading", 21.5)]


def test_health_tells_states_of_the_point_and_life_of_its_sender() -> None:
    tally = Tally()
    tally.add([said(1, SignalKind.FAULT), said(2, SignalKind.HEARTBEAT, point="")])
    rows = {row.origin: (row.state, row.last_seen_at) for row in tally.health_rows()}
    assert rows == {
        "gb26875:a/1": ("fault", NOON + timedelta(seconds=1)),
        "gb26875:a": (SEEN_ALIVE, NOON + timedelta(seconds=2)),
    }


def test_life_signs_cost_a_row_only_now_and_then() -> None:
    tally = Tally()
    rows = 0
    for second in range(100):
        tally.add([said(second, SignalKind.HEARTBEAT, point="")])
        rows += len(tally.health_rows())
        tally.committed()
    assert rows == 100 // SEEN_AGAIN.total_seconds()


@given(st.permutations(range(6)))
def test_the_newest_word_wins_in_any_order(order: list[int]) -> None:
    tally = Tally()
    tally.add(said(n, SignalKind.READING, float(n)) for n in order)
    assert [row.value for row in tally.last_rows()] == [5.0]
    assert tally.signals == 6
