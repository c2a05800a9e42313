"""Days and the days a year before them; what a clock of a crew opens to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from wanghuo.incidents.clocks import Clocks, ClockState, Definition, Times
from wanghuo.incidents.figures import (
    DayCounts,
    incidents_by_clock,
    midnight,
    trend,
    year_before,
    year_before_at,
)

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "began"),
    [
        (datetime(2026, 5, 31, 15, 59, tzinfo=UTC), datetime(2026, 5, 30, 16, tzinfo=UTC)),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)),
        (datetime(2026, 6, 1, 15, 59, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)),
    ],
)
def test_the_day_begins_at_the_citys_midnight(at: datetime, began: datetime) -> None:
    assert midnight(at) == began


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 6, 1), date(2025, 6, 1)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
        (date(2026, 1, 1), date(2025, 1, 1)),
    ],
)
def test_the_year_before_is_the_same_day(day: date, before: date) -> None:
    assert year_before(day) == before
    assert year_before_at(datetime(day.year, day.month, day.day, tzinfo=UTC)).date() == before


def test_a_day_before_the_first_record_is_unknown_and_one_after_it_is_zero() -> None:
    first_at = datetime(2025, 5, 30, 20, 0, tzinfo=UTC)  # the 31st in the city
    counts = DayCounts([(date(2026, 6, 1), 3)], [(date(2025, 5, 31), 2)])
    days = trend(counts, first_at, date(2026, 6, 1), 3)
    assert [(d.day.day, d.incidents, d.year_before) for d in days] == [
        (30, 0, None),
        (31, 0, 2),
        (1, 3, 0),
    ]


def test_without_any_record_nothing_is_known_of_the_year_before() -> None:
    assert [d.year_before for d in trend(DayCounts([], []), None, date(2026, 6, 1), 2)] == [
        None
    ] * 2


def test_a_clock_opens_the_incidents_of_the_crews_whose_clock_stands_so() -> None:
    policy = Clocks("1", [Definition("turn_out", "told", "turned_out", 60)])
    crews = [
        ("late", Times("brigade", 1, NOON, turned_out_at=NOON + timedelta(seconds=61))),
        ("late", Times("brigade", 1, NOON, turned_out_at=NOON + timedelta(seconds=9))),
        ("good", Times("brigade", 1, NOON, turned_out_at=NOON + timedelta(seconds=60))),
        ("still", Times("brigade", 1, NOON)),
    ]
    now = NOON + timedelta(seconds=30)
    assert incidents_by_clock(crews, policy, "turn_out", ClockState.MISSED, now) == ("late",)
    assert incidents_by_clock(crews, policy, "turn_out", ClockState.MET, now) == ("good", "late")
    assert incidents_by_clock(crews, policy, "another", ClockState.MET, now) == ()
