"""The level of an incident, row by row: each line is one entry of a ledger and what it makes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.makers import the_policy
from wanghuo.alarms.level import Standing, probability, standing_of, weighed
from wanghuo.alarms.model import Evidence
from wanghuo.facts.sentences import said

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

# weight floor lowers_to → level peak log_odds
LEDGERS = {
    "a single smoke": """
        -8600 0 -  0 0 -8600
        3900  1 -  1 1 -4700
    """,
    "a second point within 180 s": """
        -8600 0 -  0 0 -8600
        3900  1 -  1 1 -4700
        3100  2 -  2 2 -1600
    """,
    "weight alone makes F2 and never F3": """
        -8600 0 -  0 0 -8600
        3900  1 -  1 1 -4700
        3900  1 -  2 2 -800
        9000  1 -  2 2 8200
    """,
    "an entry against a fire changes the sum and not the level": """
        -8600 0 -  0 0 -8600
        9000  3 -  3 3 400
        -6000 0 -  3 3 -5600
    """,
    "only a person lowers, and new evidence raises again": """
        -8600 0 -  0 0 -8600
        7600  3 -  3 3 -1000
        -6000 0 1  1 3 -7000
        3100  2 -  2 3 -3900
    """,
    "lowering to a level above the present one changes nothing": """
        -8600 0 -  0 0 -8600
        3900  1 -  1 1 -4700
        0     0 3  1 1 -4700
    """,
    "an entry without weight does not raise by the sum of the others": """
        3900  1 -  2 2 3900
        0     0 1  1 2 3900
        0     0 -  1 2 3900
        100   0 -  2 2 4000
    """,
    "a prior alone is no incident, however heavy": """
        500   0 -  0 0 500
    """,
}


@pytest.mark.parametrize("name", LEDGERS)
def test_each_ledger(name: str) -> None:
    standing = Standing()
    for row in LEDGERS[name].strip().splitlines():
        weight, floor, lowers, level, peak, total = row.split()
        line = a_line(int(weight), int(floor), -1 if lowers == "-" else int(lowers))
        standing = weighed(standing, line, the_policy())
        assert (standing.level, standing.peak, standing.log_odds_milli) == (
            int(level),
            int(peak),
            int(total),
        ), row


def a_line(weight_milli: int, floor: int, lowers_to: int = -1) -> Evidence:
    return Evidence("x", NOON, weight_milli, floor, said("x"), lowers_to=lowers_to)


lines = st.builds(a_line, st.integers(-9000, 9000), st.integers(0, 4))
lowered = st.builds(a_line, st.integers(-9000, 0), st.just(0), st.integers(0, 4))


@given(st.lists(lines))
def test_without_a_person_a_level_only_rises(ledger: list[Evidence]) -> None:
    levels = [standing_of(ledger[:n], the_policy()).level for n in range(len(ledger) + 1)]
    assert levels == sorted(levels)


@given(st.lists(st.one_of(lines, lowered)))
def test_the_ledger_alone_gives_the_level(ledger: list[Evidence]) -> None:
    whole = standing_of(ledger, the_policy())
    step = Standing()
    for line in ledger:
        step = weighed(step, line, the_policy())
    assert step == whole
    assert 0 <= whole.level <= whole.peak <= 4
    assert whole.log_odds_milli == sum(line.weight_milli for line in ledger)


@pytest.mark.parametrize(
    ("log_odds_milli", "percent"), [(-8600, 0.0184), (0, 50.0), (6400, 99.834), (-2000, 11.92)]
)
def test_log_odds_as_a_probability(log_odds_milli: int, percent: float) -> None:
    assert probability(log_odds_milli) * 100 == pytest.approx(percent, rel=1e-3)
