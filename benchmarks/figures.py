"""Pure arithmetic of the benches: percentiles, one line per goal, the table, the machine's line."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

COLUMN_WIDTH_MAX = 46


class Verdict(StrEnum):
    """What became of a goal."""

    REACHED = "reached"
    MISSED = "missed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Line:
    """One goal of the table.

    floor: what the same machine can do at least or what a peer did, with its unit.
    ratio: ours against that floor or peer, in words such as `0.61 of the floor per CPU-second`.
    reason: one line when the goal was missed or not run.
    raw: every number behind the line, for the JSON.
    """

    key: str
    figure: str
    goal: str
    measured: str
    floor: str
    ratio: str
    verdict: Verdict
    reason: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """A distribution of milliseconds."""

    count: int
    p50: float
    p99: float
    max: float

    def __str__(self) -> str:
        return f"p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of values in any order; share in 0..1. NaN of nothing."""
    if not values:
        return float("nan")
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked) - 1e-9) - 1)]


def spread_ms(seconds: Sequence[float]) -> Spread:
    """The distribution of durations given in seconds."""
    return Spread(
        count=len(seconds),
        p50=percentile(seconds, 0.5) * 1000,
        p99=percentile(seconds, 0.99) * 1000,
        max=max(seconds, default=float("nan")) * 1000,
    )


def judged(conditions: Iterable[tuple[bool, str]]) -> tuple[Verdict, str]:
    """Reached if every condition holds, else missed with the sentences of those that do not."""
    broken = [sentence for holds, sentence in conditions if not holds]
    return (Verdict.MISSED, "; ".join(broken)) if broken else (Verdict.REACHED, "")


def not_run(key: str, figure: str, goal: str, reason: str) -> Line:
    """A line for a goal that this run could not measure."""
    return Line(key, figure, goal, "-", "-", "-", Verdict.NOT_RUN, reason)


def ratio(ours: float, theirs: float) -> float:
    """Ours ÷ theirs; NaN where there is nothing to divide by."""
    return ours / theirs if theirs else float("nan")


def table(lines: Sequence[Line], machine: str) -> str:
    """The goals table as text: one block of aligned columns, reasons below."""
    head = ("#", "figure", "goal", "measured", "floor or peer, same run", "ratio", "verdict")
    rows = [(n.key, n.figure, n.goal, n.measured, n.floor, n.ratio, n.verdict.value) for n in lines]
    wrapped = [[_wrap(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(part) for row in wrapped for part in row[i]) for i in range(len(head))]
    out = [machine, ""]
    for index, row in enumerate(wrapped):
        for part in range(max(len(cell) for cell in row)):
            cells = (cell[part] if part < len(cell) else "" for cell in row)
            out.append("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())
        if index == 0:
            out.append("  ".join("-" * width for width in widths))
    notes = [f"{n.key} {n.verdict.value}: {n.reason}" for n in lines if n.reason]
    return "\n".join([*out, *([""] if notes else []), *notes])


def as_json(lines: Sequence[Line], machine: str) -> dict[str, Any]:
    """The same table for a script."""
    return {"machine": machine, "lines": [asdict(line) for line in lines]}


def _wrap(text: str) -> list[str]:
    """The words of a cell in lines of at most COLUMN_WIDTH_MAX characters."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > COLUMN_WIDTH_MAX:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
