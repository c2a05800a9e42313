"""The load of the desk: windows of ten minutes, floods with their end, answers by person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wanghuo.incidents.load import Asked, Opened, Restless, page, window_of

NOW = datetime(2026, 6, 1, 12, 34, 56, tzinfo=UTC)
SINCE = datetime(2026, 6, 1, 10, 40, tzinfo=UTC)  # 12 windows


def minute(at: float) -> datetime:
    return SINCE + timedelta(minutes=at)


def opened(at: float, wait_s: float | None = None, by: str = "") -> Opened:
    answered = None if wait_s is None else minute(at) + timedelta(seconds=wait_s)
    return Opened(minute(at), answered, by)


def a_page(*found: Opened) -> Any:
    return page(Asked(list(found), [], []), SINCE, NOW)


def test_windows_begin_with_the_clock_and_empty_ones_count() -> None:
    assert window_of(NOW) == datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
    found = a_page(opened(0), opened(9.9), opened(10), opened(111))
    assert [one["n"] for one in found["windows"]] == [2, 1, *[0] * 9, 1]
    assert (found["mean"], found["most"]) == (round(4 / 12, 3), 2)


# How many incidents each window has, and the floods: (first window, windows, incidents).
FLOODS = [
    ([9, 9], []),
    ([10], [(0, 1, 10)]),
    ([10, 5, 4, 10], [(0, 2, 15), (3, 1, 10)]),
    ([0, 12, 9, 9, 0], [(1, 3, 30)]),
    ([*[0] * 11, 11], [(11, 1, 11)]),
]


@pytest.mark.parametrize(("counts", "floods"), FLOODS)
def test_a_flood_begins_at_ten_and_ends_below_five(
    counts: list[int], floods: list[tuple[int, int, int]]
) -> None:
    found = a_page(*(opened(10 * at + 1) for at, n in enumerate(counts) for _ in range(n)))
    windows = [one["from"] for one in found["windows"]]
    told = [(windows.index(one["from"]), one["incidents"]) for one in found["floods"]]
    assert told == [(first, incidents) for first, _, incidents in floods]
    assert found["flood_share"] == round(sum(n for _, n, _ in floods) / 12, 4)


def test_answers_are_ranked_and_told_by_person() -> None:
    found = a_page(
        opened(1, 10, "Li"), opened(2, 20, "Li"), opened(3, 90, "Wang"), opened(4), opened(5, 30)
    )
    assert found["answers"] == {
        "incidents": 5, "acknowledged": 4, "p50_s": 30.0, "p90_s": 90.0, "most_s": 90.0,
    }  # fmt: skip
    assert [(row["name"], row["acknowledged"]) for row in found["by_person"]] == [
        ("Li", 2),
        ("Wang", 1),
    ]
    assert found["by_person"][0]["most"] == 2


def test_nothing_has_no_median() -> None:
    assert a_page()["answers"]["p50_s"] is None
    assert a_page()["by_person"] == []


def test_points_that_chatter_or_stand_are_told_as_they_are() -> None:
    one = Restless("o", "smoke", "P1", "here", SINCE, NOW, 12)
    found = page(Asked([], [one], [one]), SINCE, NOW)
    assert found["chattering"] == found["stale"]
    assert found["stale"][0]["signals"] == 12
