"""A storm fills the window, a slow drip the bucket; either gives one hint a window."""

from datetime import timedelta

from tests.notices.makers import NOON, the_policy
from wanghuo.alarms.runaway import Hint, Runaway, counted


def hints(times_s: list[float]) -> list[tuple[float, Hint]]:
    runaway, found = Runaway("o"), []
    for at_s in times_s:
        runaway, hint = counted(runaway, NOON + timedelta(seconds=at_s), the_policy())
        if hint:
            found.append((at_s, hint))
    return found


def test_ten_in_ten_minutes_are_a_storm_and_nine_are_none() -> None:
    assert hints([60 * n for n in range(10)]) == [(540, Hint.STORM)]
    assert hints([60 * n for n in range(9)]) == []


def test_a_storm_that_goes_on_is_told_once_a_window() -> None:
    found = hints([10 * n for n in range(130)])
    assert found == [(90, Hint.STORM), (690, Hint.STORM), (1290, Hint.STORM)]


def test_a_drip_every_ten_minutes_never_fills_the_window_and_fills_the_bucket() -> None:
    found = hints([601 * n for n in range(40)])
    assert found
    assert {hint for _, hint in found} == {Hint.DRIP}


def test_three_a_day_are_no_runaway() -> None:
    assert hints([8 * 3600 * n for n in range(100)]) == []


def test_reports_that_come_late_do_not_break_the_count() -> None:
    assert hints([600, 0, 300, 599, 1, 2, 3, 4, 5, 6]) == [(6, Hint.STORM)]


def test_the_state_stays_small_however_long_it_runs() -> None:
    runaway = Runaway("o")
    for n in range(1000):
        runaway, _ = counted(runaway, NOON + timedelta(seconds=n), the_policy())
    limits = the_policy().runaway
    assert len(runaway.recent) <= limits.window_count
    assert runaway.spent <= limits.bucket_count
