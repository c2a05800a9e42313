"""An alarm's life is exactly the table below: each row happens, each gap is refused."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.alarms.lifecycle import TransitionRefused, Trigger, advance, extended, is_resend
from wanghuo.alarms.model import Alarm, AlarmType, State
from wanghuo.facts.signal import SensorKind

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DEVICE_TRIGGERS = (Trigger.FIRED, Trigger.RESENT, Trigger.CLEARED, Trigger.RESET)

# Written from ISA-18.2 and the control-room manual, not from the code. Columns are states before;
# a dash is a refusal.
LIFE = """
              normal  unacknowledged  acknowledged  returned
fired         -       unacknowledged  acknowledged  unacknowledged
resent        -       unacknowledged  acknowledged  returned
cleared       normal  returned        normal        returned
reset         normal  returned        normal        returned
acknowledged  normal  acknowledged    acknowledged  normal
disposed      normal  normal          normal        normal
unacknowledged normal unacknowledged  unacknowledged returned
"""
BEFORE, *ROWS = [line.split() for line in LIFE.strip().splitlines()]
CASES = [(b, row[0], a) for row in ROWS for b, a in zip(BEFORE, row[1:], strict=True)]


def an_alarm(**changed: object) -> Alarm:
    made = Alarm(
        id="A1",
        origin="gb26875:1/1.1.40.1",
        sender="gb26875:1",
        type=AlarmType.FIRE,
        sensor=SensorKind.SMOKE,
        device_id="D1",
        place_key="P1",
        town_code="330282105",
        incident_id="I1",
        state=State.UNACKNOWLEDGED,
        first_at=NOON,
        last_at=NOON,
        repeats=0,
        last_digest="00",
    )
    return msgspec.structs.replace(made, **changed)


def test_the_table_speaks_of_every_state_and_every_trigger() -> None:
    assert {before for before, _, _ in CASES} == set(State)
    assert {trigger for _, trigger, _ in CASES} == set(Trigger)


@pytest.mark.parametrize(("before", "trigger", "after"), CASES)
def test_each_cell(before: str, trigger: str, after: str) -> None:
    alarm = an_alarm(state=State(before))
    if after == "-":
        with pytest.raises(TransitionRefused):
            advance(alarm, Trigger(trigger))
    else:
        moved = advance(alarm, Trigger(trigger))
        assert moved.state is State(after)
        assert (moved is alarm) == (after == before), "nothing changed must mean nothing new"


@given(st.lists(st.sampled_from(DEVICE_TRIGGERS), max_size=30))
def test_no_device_makes_an_unseen_alarm_normal(triggers: list[Trigger]) -> None:
    """A panel that is reset does not mean that the fire is out, and nobody has seen it yet."""
    alarm = an_alarm()
    for trigger in triggers:
        alarm = advance(alarm, trigger)
    assert alarm.state in {State.UNACKNOWLEDGED, State.RETURNED}


def test_a_repeat_extends_the_alarm_and_never_moves_its_clock_back() -> None:
    later = extended(an_alarm(), NOON + timedelta(seconds=9), "01", resent=False)
    assert (later.repeats, later.last_at, later.last_digest) == (
        1,
        NOON + timedelta(seconds=9),
        "01",
    )
    late = extended(later, NOON, "02", resent=False)
    assert late.last_at == NOON + timedelta(seconds=9)


@pytest.mark.parametrize(
    ("digest", "after_s", "resend"),
    [("00", 0, True), ("00", 30, True), ("00", 31, False), ("01", 1, False)],
)
def test_the_same_bytes_soon_after_are_a_resend(digest: str, after_s: int, resend: bool) -> None:  # noqa: FBT001 - a column
    assert is_resend(an_alarm(), NOON + timedelta(seconds=after_s), digest, 30) is resend
