"""The weekly nuisance list: the points behind most false warnings, with cause mix and remedy. Pure.

A false warning is a signal of fire in an incident that people closed as a nuisance. Few points make
most of them: the list names the worst 5 % of those that made any.
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any, Final

import msgspec

from wanghuo.facts.sentences import word
from wanghuo.incidents.rows import stamp

SHARE: Final = 0.05  # of the points that made a false warning
SHOWN_MAX: Final = 200
UNKNOWN: Final = "unknown"
Row = dict[str, Any]


class Point(msgspec.Struct, frozen=True):
    """A point and its false warnings. causes: incidents by cause, as people closed them."""

    origin: str
    device_id: str
    sensor: str
    location: str
    place_id: str
    place_name: str
    town_name: str
    operator_id: str
    operator_name: str
    incidents: int
    warnings: int
    last_at: datetime
    causes: dict[str, int]
    shelved_until: datetime | None = None


def page(points: Sequence[Point], since: datetime, until: datetime) -> Row:
    """The document: the worst points, what they come to, and all that made any.

    points: every point with a false warning in the span, in any order.
    """
    ranked = sorted(points, key=lambda one: (-one.warnings, -one.incidents, one.origin))
    worst = ranked[: min(SHOWN_MAX, ceil(SHARE * len(ranked)))]
    total = sum(one.warnings for one in points)
    caught = sum(one.warnings for one in worst)
    return {
        "since": stamp(since),
        "until": stamp(until),
        "points": len(points),
        "warnings": total,
        "share_points": SHARE,
        "share_warnings": round(caught / total, 4) if total else None,
        "causes": _mix(points),
        "items": [_row(one, total) for one in worst],
    }


def _row(one: Point, total: int) -> Row:
    main = max(sorted(one.causes), key=lambda cause: one.causes[cause]) if one.causes else UNKNOWN
    return {
        "origin": one.origin,
        "device_id": one.device_id,
        "sensor": one.sensor,
        "location": one.location,
        "place": {"id": one.place_id, "name": one.place_name, "town_name": one.town_name},
        "operator": {"id": one.operator_id, "name": one.operator_name},
        "incidents": one.incidents,
        "warnings": one.warnings,
        "share": round(one.warnings / total, 4) if total else 0.0,
        "last_at": stamp(one.last_at),
        "causes": _mix([one]),
        "remedy": word("remedy", main),
        "shelved_until": stamp(one.shelved_until),
    }


def _mix(points: Sequence[Point]) -> list[Row]:
    """Incidents by cause, most first."""
    mixed: dict[str, int] = {}
    for one in points:
        for cause, count in one.causes.items():
            mixed[cause or UNKNOWN] = mixed.get(cause or UNKNOWN, 0) + count
    ranked = sorted(mixed.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"cause": cause, "incidents": count} for cause, count in ranked]
