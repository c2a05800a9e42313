"""The desk's page from its figures, and the load in ten-minute windows."""

from datetime import UTC, datetime, timedelta

import pytest

from wanghuo.incidents.views import Canary, DeskFigures, desk_page, first_window

NOW = datetime(2026, 6, 1, 12, 34, 56, tzinfo=UTC)


def figures(opened: list[datetime], heard: int = 0, offline: int = 0) -> DeskFigures:
    return DeskFigures(3, 1, 2, opened, Canary(NOW, 1.9004), 5, heard, offline, -0.5)


def test_the_last_window_is_the_present_one_and_the_first_four_hours_before() -> None:
    assert first_window(NOW) == datetime(2026, 6, 1, 8, 40, tzinfo=UTC)
    page = desk_page(figures([]), NOW)
    assert page["load"][0]["from"] == "2026-06-01T08:40:00Z"
    assert page["load"][-1]["from"] == "2026-06-01T12:30:00Z"


@pytest.mark.parametrize(("ago_min", "window"), [(0, 23), (4, 23), (5, 22), (14, 22), (15, 21)])
def test_each_incident_falls_into_its_window(ago_min: int, window: int) -> None:
    page = desk_page(figures([NOW - timedelta(minutes=ago_min)]), NOW)
    assert [row["incidents"] for row in page["load"]].index(1) == window


def test_a_clock_a_little_ahead_counts_into_the_present_window() -> None:
    page = desk_page(figures([NOW + timedelta(minutes=20)]), NOW)
    assert page["load"][-1]["incidents"] == 1


def test_delays_are_never_negative_and_nothing_heard_has_no_percentage() -> None:
    page = desk_page(figures([]), NOW)
    assert (page["delay_s"], page["online_percent"]) == (0.0, None)
    assert page["canary"] == {"at": "2026-06-01T12:34:56Z", "took_s": 1.9}
    assert desk_page(figures([], heard=200, offline=5), NOW)["online_percent"] == 97.5
