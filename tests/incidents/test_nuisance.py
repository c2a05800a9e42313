"""The nuisance list: the worst twentieth of the points, what they come to, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

from wanghuo.incidents.disposition import Cause
from wanghuo.incidents.nuisance import Point, page

UNTIL = datetime(2026, 6, 8, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=7)


def a_point(number: int, warnings: int, **causes: int) -> Point:
    return Point(
        origin=f"gb26875:{number:03}", device_id=f"d{number}", sensor="smoke", location="hall",
        place_id=f"P{number}", place_name=f"place {number}", town_name="Xinpu", operator_id="o1",
        operator_name="One", incidents=sum(causes.values()) or 1, warnings=warnings,
        last_at=SINCE, causes=causes,
    )  # fmt: skip


def a_page(points: list[Point]) -> Any:
    return page(points, SINCE, UNTIL)


def test_the_worst_twentieth_is_named_worst_first_with_its_share() -> None:
    points = [a_point(n, 1) for n in range(38)] + [a_point(98, 30), a_point(99, 32)]
    found = a_page(points)
    assert [row["warnings"] for row in found["items"]] == [32, 30]
    assert (found["points"], found["warnings"], found["share_warnings"]) == (40, 100, 0.62)


def test_few_points_name_one_and_none_name_nothing() -> None:
    assert len(a_page([a_point(1, 2), a_point(2, 1)])["items"]) == 1
    empty = a_page([])
    assert (empty["items"], empty["share_warnings"], empty["causes"]) == ([], None, [])


def test_the_causes_are_mixed_and_the_most_frequent_names_the_remedy() -> None:
    found = a_page([a_point(1, 9, steam=1, cooking=4), a_point(2, 1, steam=2)])
    assert found["causes"][0] == {"cause": "cooking", "incidents": 4}
    (row,) = found["items"]
    assert [one["cause"] for one in row["causes"]] == ["cooking", "steam"]
    assert row["remedy"]["en"] == "Use a heat detector, or move it 3 m from the stove"


def test_every_cause_has_a_remedy_in_both_languages() -> None:
    for cause in Cause:
        (row,) = a_page([a_point(1, 1, **{cause.value: 1})])["items"]
        assert row["remedy"]["zh"] != cause.value != row["remedy"]["en"]
