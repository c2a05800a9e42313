"""The statement of a list: only what was asked for, values apart from the text."""

from datetime import UTC, datetime

import pytest

from wanghuo.incidents.listing import FEW_PLACES, Wanted, pattern, statement

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_nothing_asked_leaves_the_synthetic_fires_out_and_no_more() -> None:
    text, values, walks = statement(Wanted(), [])
    assert "WHERE NOT i.test\n" in text
    assert (values, walks) == ([50], False)


def test_each_value_has_its_own_blank_in_order() -> None:
    asked = Wanted(town="T", cause="steam", after=(NOON, "i1"), size=10, test=True, level_peak=3)
    text, values, walks = statement(asked, [])
    assert not walks
    assert values == ["T", "steam", NOON, "i1", 10]
    for at in range(1, 6):
        assert f"${at}" in text
    assert "i.level_peak = 3" in text
    assert "steam" not in text


SEARCHES = [
    ("20260601", [], "i.number >= $1"),
    ("20260601-XP-00", [], "i.number >= $1"),
    ("xp-0001", [], "i.number_tail >= $1"),
    ("宏达", ["P1"], "i.place_id = ANY ($1::text[])"),
    ("宏达", ["P"] * FEW_PLACES, "i.place_name ILIKE $1"),
]


@pytest.mark.parametrize(("q", "places", "found"), SEARCHES)
def test_a_search_is_narrowed_by_what_an_index_knows(q: str, places: list[str], found: str) -> None:
    text, values, walks = statement(Wanted(q=q), places)
    assert found in text
    assert len(values) > 1
    assert walks == (len(places) == FEW_PLACES)


def test_signs_of_a_pattern_stand_for_themselves() -> None:
    assert pattern("50 %_\\") == r"%50 \%\_\\%"
