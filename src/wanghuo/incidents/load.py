"""Operator load after ISA-18.2 and EEMUA 191: windows of ten minutes, floods, answers, stale. Pure.

Rule 1. A window is ten minutes of the clock; a window without incidents counts as one of zero.
Rule 2. A flood begins with a window of FLOOD_AT incidents or more and ends with the first below
        FLOOD_OVER, as the standard has it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from wanghuo.incidents.rows import stamp
from wanghuo.incidents.views import FLOOD_AT, WINDOW

FLOOD_OVER: Final = 5
MEAN_MAX: Final = 1.0  # incidents a window, per position
FLOOD_SHARE_MAX: Final = 0.01
STALE_AFTER: Final = timedelta(hours=24)
CHATTERS_AT: Final = 10  # signals of one point in one alarm
LISTED_MAX: Final = 50
Row = dict[str, Any]


class Opened(msgspec.Struct, frozen=True):
    """An incident as far as load goes. by: who acknowledged it at the desk, "" for nobody."""

    at: datetime
    acknowledged_at: datetime | None
    by: str


class Restless(msgspec.Struct, frozen=True):
    """A point that chatters, or stands in alarm for long."""

    origin: str
    sensor: str
    place_id: str
    place_name: str
    first_at: datetime
    last_at: datetime
    signals: int


class Asked(msgspec.Struct, frozen=True):
    """What the page is made from."""

    opened: list[Opened]
    chattering: list[Restless]
    stale: list[Restless]


def window_of(at: datetime) -> datetime:
    """The beginning of the window of a moment."""
    span_s = int(WINDOW.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // span_s * span_s, at.tzinfo)


def page(asked: Asked, since: datetime, now: datetime) -> Row:
    """The document of a span. since: the beginning of its first window."""
    counts = _counts(asked.opened, since, now)
    floods = _floods(counts)
    flooded = sum(windows for _, windows, _ in floods)
    return {
        "since": stamp(since),
        "until": stamp(now),
        "window_s": int(WINDOW.total_seconds()),
        "windows": [{"from": stamp(since + WINDOW * at), "n": n} for at, n in enumerate(counts)],
        "mean": round(sum(counts) / len(counts), 3),
        "mean_max": MEAN_MAX,
        "most": max(counts),
        "flood_at": FLOOD_AT,
        "flood_share": round(flooded / len(counts), 4),
        "flood_share_max": FLOOD_SHARE_MAX,
        "floods": [
            {
                "from": stamp(since + WINDOW * at),
                "until": stamp(since + WINDOW * (at + windows)),
                "incidents": incidents,
            }
            for at, windows, incidents in floods
        ],
        "answers": _answers(asked.opened),
        "by_person": _by_person(asked.opened, len(counts)),
        "chattering": [_restless(one) for one in asked.chattering],
        "stale": [_restless(one) for one in asked.stale],
    }


def _counts(opened: Sequence[Opened], since: datetime, now: datetime) -> list[int]:
    counts = [0] * (int((window_of(now) - since) / WINDOW) + 1)
    for one in opened:
        counts[min(max(int((one.at - since) / WINDOW), 0), len(counts) - 1)] += 1
    return counts


def _floods(counts: Sequence[int]) -> list[tuple[int, int, int]]:
    """(first window, how many windows, incidents) of each flood."""
    found: list[tuple[int, int, int]] = []
    began: int | None = None
    for at, count in enumerate(counts):
        if began is None and count >= FLOOD_AT:
            began = at
        elif began is not None and count < FLOOD_OVER:
            found.append((began, at - began, sum(counts[began:at])))
            began = None
    if began is not None:
        found.append((began, len(counts) - began, sum(counts[began:])))
    return found


def _answers(opened: Sequence[Opened]) -> Row:
    """How soon the desk acknowledged, and what it never did."""
    waits_s = sorted(_waits_s(opened))
    return {
        "incidents": len(opened),
        "acknowledged": len(waits_s),
        "p50_s": _ranked(waits_s, 0.5),
        "p90_s": _ranked(waits_s, 0.9),
        "most_s": _ranked(waits_s, 1.0),
    }


def _by_person(opened: Sequence[Opened], windows: int) -> list[Row]:
    """The same for everyone who acknowledged any, busiest first."""
    mine: dict[str, list[Opened]] = {}
    for one in opened:
        if one.acknowledged_at and one.by:
            mine.setdefault(one.by, []).append(one)
    rows = []
    for name, answered in mine.items():
        waits_s = sorted(_waits_s(answered))
        busiest: dict[datetime, int] = {}
        for one in answered:
            window = window_of(one.acknowledged_at or one.at)
            busiest[window] = busiest.get(window, 0) + 1
        rows.append(
            {
                "name": name,
                "acknowledged": len(answered),
                "mean": round(len(answered) / windows, 3),
                "most": max(busiest.values()),
                "p50_s": _ranked(waits_s, 0.5),
                "p90_s": _ranked(waits_s, 0.9),
            }
        )
    return sorted(rows, key=lambda row: (-row["acknowledged"], row["name"]))


def _waits_s(opened: Sequence[Opened]) -> list[float]:
    return [
        max(0.0, (one.acknowledged_at - one.at).total_seconds())
        for one in opened
        if one.acknowledged_at
    ]


def _ranked(values: Sequence[float], share: float) -> float | None:
    """The nearest rank of sorted values; None of nothing."""
    if not values:
        return None
    return round(values[min(len(values) - 1, int(share * len(values)))], 1)


def _restless(one: Restless) -> Row:
    return {
        "origin": one.origin,
        "sensor": one.sensor,
        "place": {"id": one.place_id, "name": one.place_name},
        "first_at": stamp(one.first_at),
        "last_at": stamp(one.last_at),
        "signals": one.signals,
    }
