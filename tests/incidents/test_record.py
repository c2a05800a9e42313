"""A place's months: the city's calendar, none left out."""

from datetime import UTC, datetime

from wanghuo.incidents.record import Month, by_month, first_month

NEW_YEAR = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in the city


def test_twelve_months_end_with_this_one() -> None:
    known = [Month("2025-12", 3, 1), Month("2024-12", 9, 9)]
    months = by_month(known, NEW_YEAR)
    assert [months[0].month, months[-1].month, len(months)] == ["2025-02", "2026-01", 12]
    assert months[-2] == Month("2025-12", 3, 1)
    assert sum(one.incidents for one in months) == 3


def test_the_first_month_begins_at_the_citys_midnight() -> None:
    assert first_month(NEW_YEAR) == datetime(2025, 1, 31, 16, tzinfo=UTC)
