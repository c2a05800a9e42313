"""Paces, places and cursors, as tables."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.clock import HandClock
from wanghuo.errors import Invalid
from wanghuo.web import limits
from wanghuo.web.limits import Pace, Places, TooMany
from wanghuo.web.paging import cursor_after, key_of

START = datetime(2026, 6, 1, tzinfo=UTC)


async def test_a_caller_may_come_in_a_burst_and_then_one_by_one() -> None:
    clock = HandClock(START)
    pace = Pace(clock, burst=3, period_s=10)
    for _ in range(3):
        pace.take("a")
    with pytest.raises(TooMany) as refused:
        pace.take("a")
    assert refused.value.retry_after_s == pytest.approx(10)
    pace.take("b")
    await clock.turn(10)
    pace.take("a")
    with pytest.raises(TooMany):
        pace.take("a")


async def test_a_flood_of_callers_neither_fills_memory_nor_frees_the_busiest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "CALLERS_MAX", 100)
    pace = Pace(HandClock(START), burst=2, period_s=10)
    for _ in range(2):
        pace.take("busy")
    for number in range(1000):
        pace.take(f"caller {number}")
    assert len(pace._full_at_s) <= 100
    with pytest.raises(TooMany):
        pace.take("busy")


def test_places_are_given_back_also_after_an_error() -> None:
    places = Places(1, 1.0)
    with pytest.raises(KeyError), places.one():
        raise KeyError
    with places.one(), pytest.raises(TooMany), places.one():
        raise AssertionError("two in one place")
    with places.one():
        assert True


@given(st.lists(st.text() | st.integers(), min_size=1, max_size=4))
def test_a_cursor_gives_back_its_key(key: list[str | int]) -> None:
    try:
        assert key_of(cursor_after(*key), len(key)) == key
    except Invalid as error:
        assert error.message == "too long"  # noqa: PT017 - texts of a list are short


@given(st.text(max_size=600))
def test_a_foreign_cursor_is_unusable_and_never_an_error(text: str) -> None:
    try:
        assert len(key_of(text, 1)) == 1
    except Invalid as error:
        assert error.field == "cursor"  # noqa: PT017
