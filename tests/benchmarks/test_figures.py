"""The arithmetic behind the goals table."""

import json
import math

import msgspec
import pytest
from benchmarks.figures import (
    Line,
    Verdict,
    as_json,
    judged,
    not_run,
    percentile,
    ratio,
    spread_ms,
    table,
)

LINE = Line(
    "P2", "fire frame → confirmed", "p50 ≤ 3 ms", "p50 1.2 ms", "insert 0.4 ms", "3.0×",
    Verdict.REACHED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 0.5, 5.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.99, 99.0),
        ([float(n) for n in range(1, 101)], 1.0, 100.0),
        ([float(n) for n in range(1, 1001)], 0.99, 990.0),
        ([1.0, 2.0, 3.0], 0.0, 1.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_a_percentile_of_nothing_is_no_number() -> None:
    assert math.isnan(percentile([], 0.5))


def test_a_spread_is_told_in_milliseconds() -> None:
    assert str(spread_ms([0.001, 0.002, 0.003])) == "p50 2.0 ms, p99 3.0 ms"


def test_a_goal_with_a_broken_condition_is_missed_and_says_which() -> None:
    verdict, reason = judged([(True, "fine"), (False, "too slow"), (False, "too large")])
    assert (verdict, reason) == (Verdict.MISSED, "too slow; too large")


def test_a_goal_whose_conditions_hold_is_reached_without_a_reason() -> None:
    assert judged([(True, "fine")]) == (Verdict.REACHED, "")


def test_a_ratio_to_nothing_is_no_number() -> None:
    assert math.isnan(ratio(1.0, 0.0))


def test_the_table_aligns_its_columns_and_tells_the_reasons_below() -> None:
    shown = table([LINE, not_run("P6", "MQTT", "≥ 3×", "no broker here")], "machine: 2 cores")
    lines = shown.split("\n")
    assert lines[0] == "machine: 2 cores"
    assert lines[2].startswith("#   figure")
    assert lines[4].index("p50 ≤ 3 ms") == lines[2].index("goal")
    assert lines[-1] == "P6 not run: no broker here"


def test_a_long_cell_goes_on_below_itself() -> None:
    long = " ".join(["word"] * 30)
    shown = table([not_run("P1", long, "goal", "")], "machine")
    assert max(len(line) for line in shown.split("\n")) < 120
    assert shown.count("word") == 30


def test_the_table_is_also_json_with_every_number_behind_it() -> None:
    line = Line("P2", "f", "g", "m", "f", "r", Verdict.MISSED, "late", {"idle": spread_ms([0.001])})
    made = json.loads(msgspec.json.encode(as_json([line], "machine")))
    assert made["lines"][0]["verdict"] == "missed"
    assert made["lines"][0]["raw"]["idle"]["p50"] == 1.0
