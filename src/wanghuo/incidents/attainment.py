"""How often crews were in time: each clock by role and town, over a span of days. Pure.

A clock that still runs and one that is void (its crew was released in time) count in no share. A
crew that never came counts as missed; its time is not known and so is in no median.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from wanghuo.facts.sentences import word
from wanghuo.incidents.clocks import Clock, Clocks, ClockState, Times, clocks_of

PERCENTILES: Final = {"median_s": 50, "p90_s": 90}
COLUMNS: Final = (
    "clock", "role", "town_code", "town_name", "n", "met", "missed", "met_share", "median_s",
    "p90_s", "running", "void",
)  # fmt: skip
Key = tuple[str, str, str]  # clock, role ("" all), town ("" all)
Row = dict[str, Any]


def attainment(
    crews: Iterable[tuple[str, Times]], policy: Clocks, names: Mapping[str, str], now: datetime
) -> list[Row]:
    """The rows of the table, all roles and towns first. crews: (town code, times of a crew)."""
    found: dict[Key, list[Clock]] = {}
    for town, times in crews:
        for clock in clocks_of(times, policy, now):
            for role in ("", times.role):
                for where in ("", town):
                    found.setdefault((clock.name, role, where), []).append(clock)
    order = {definition.name: at for at, definition in enumerate(policy.clock)}
    keys = sorted(found, key=lambda key: (order[key[0]], key[1], key[2]))
    return [_row(key, found[key], names) for key in keys]


def _row(key: Key, clocks: Sequence[Clock], names: Mapping[str, str]) -> Row:
    name, role, town = key
    counts = {state: sum(clock.state is state for clock in clocks) for state in ClockState}
    met, missed = counts[ClockState.MET], counts[ClockState.MISSED]
    took = sorted(clock.took_s for clock in clocks if clock.took_s is not None)
    return {
        "clock": name,
        "clock_words": word("clock", name),
        "role": role,
        "role_words": word("role", role) if role else None,
        "town_code": town,
        "town_name": names.get(town, "") if town else "",
        "n": met + missed,
        "met": met,
        "missed": missed,
        "met_share": round(met / (met + missed), 4) if met + missed else None,
        **{column: percentile(took, percent) for column, percent in PERCENTILES.items()},
        "running": counts[ClockState.RUNNING],
        "void": counts[ClockState.VOID],
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The smallest value that so many percent do not exceed; None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def as_csv(rows: Iterable[Row]) -> str:
    """The table as CSV with a header, for a spreadsheet."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row[column] for column in COLUMNS] for row in rows)
    return made.getvalue()
