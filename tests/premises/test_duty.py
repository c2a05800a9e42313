"""Hours of the week as people write them, and whether they hold at a local time."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.premises import duty
from wanghuo.premises.duty import Hours

MONDAY_NOON = datetime(2026, 6, 1, 12, 0)  # noqa: DTZ001 - local time has no zone here


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1-5 08:00-18:00", "1,2,3,4,5 08:00-18:00"),
        ("一-五 8:00-18:00；六,日 09:00-12:00", "1,2,3,4,5 08:00-18:00; 6,7 09:00-12:00"),
        ("mon-fri 08:00-18:00", "1,2,3,4,5 08:00-18:00"),
        ("sat-mon 22:00-06:00", "1,6,7 22:00-06:00"),
        ("00:00-24:00", "1,2,3,4,5,6,7 00:00-24:00"),
        ("", ""),
    ],
)
def test_hours_are_kept_in_one_fixed_form(text: str, written: str) -> None:
    assert duty.written(duty.parse(text)) == written
    assert duty.written(duty.parse(written)) == written


@pytest.mark.parametrize(
    "text",
    ["8-18", "1-5 08:00", "1-8 08:00-18:00", "1-5 25:00-26:00", "x 08:00-09:00", "24:30-1:00"],
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        duty.parse(text)


@pytest.mark.parametrize(
    ("text", "when", "holds"),
    [
        ("1 08:00-18:00", "2026-06-01 08:00", True),  # a Monday
        ("1 08:00-18:00", "2026-06-01 17:59", True),
        ("1 08:00-18:00", "2026-06-01 18:00", False),
        ("1 08:00-18:00", "2026-06-02 09:00", False),
        ("1 22:00-06:00", "2026-06-01 23:00", True),
        ("1 22:00-06:00", "2026-06-02 05:59", True),
        ("1 22:00-06:00", "2026-06-02 06:00", False),
        ("1 22:00-06:00", "2026-06-01 05:00", False),
        ("1 08:00-08:00", "2026-06-02 07:59", True),  # a day and a night
        ("", "2026-06-02 03:00", True),
        ("nobody can read this", "2026-06-02 03:00", True),  # silences no fire
    ],
)
def test_hours_hold_or_do_not(text: str, when: str, holds: bool) -> None:  # noqa: FBT001 - a column
    assert duty.holds(text, datetime.fromisoformat(when)) is holds


@given(
    st.lists(
        st.builds(
            Hours,
            st.sets(st.sampled_from("1234567"), min_size=1).map(lambda s: "".join(sorted(s))),
            st.integers(0, 1439),
            st.integers(0, 1440),
        ),
        max_size=3,
    )
)
def test_what_is_written_is_read_again(hours: list[Hours]) -> None:
    assert duty.parse(duty.written(hours)) == tuple(hours)


def test_a_person_on_two_shifts_at_once_is_one_person() -> None:
    shift = duty.Shift("R1", "S1", "T", "C1", "李四", "00:00-24:00")
    twice = [shift, duty.Shift("R2", "S1", "T", "C1", "李四", "1 08:00-18:00")]
    other = duty.Shift("R3", "S1", "T", "", "王七", "1 08:00-18:00")
    assert duty.strength([*twice, other], MONDAY_NOON) == 2
