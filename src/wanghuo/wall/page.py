"""The document of the wall, out of what the wings count. Pure.

Shares are left out where there is nothing to share; what is best comes first, except fires, of
which the newest does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from wanghuo.devices.model import OnlineFigures, OnlineOperator, OnlineTown
from wanghuo.facts.sentences import word
from wanghuo.incidents.attainment import attainment
from wanghuo.incidents.clocks import Clocks, Times
from wanghuo.incidents.figures import Day, LastFire, Today
from wanghuo.incidents.rows import stamp

Row = dict[str, Any]


class Slow(msgspec.Struct, frozen=True):
    """What costs too much to count at every look. at: when it was counted."""

    at: datetime
    first_at: datetime | None
    clocks: list[Row]
    devices: Row


class Fresh(msgspec.Struct, frozen=True):
    """What is counted at every look."""

    day_from: datetime
    today: Today
    days: list[Day]
    fires: list[LastFire]


def document(now: datetime, fresh: Fresh, slow: Slow) -> Row:
    """The whole answer."""
    return {
        "at": stamp(now),
        "today": {"from": stamp(fresh.day_from), **msgspec.structs.asdict(fresh.today)},
        "trend": trend_row(fresh.days),
        "fires": [_fire(fire) for fire in fresh.fires],
        "slow_at": stamp(slow.at),
        "clocks": slow.clocks,
        "devices": slow.devices,
    }


def clock_rows(crews: Iterable[tuple[str, Times]], policy: Clocks, now: datetime) -> list[Row]:
    """Each clock of the policy over all roles and towns, also those that no crew has run."""
    kept: Mapping[str, Row] = {
        row["clock"]: row
        for row in attainment(crews, policy, {}, now)
        if not row["role"] and not row["town_code"]
    }
    return [
        {
            "clock": definition.name,
            "words": word("clock", definition.name),
            "limit_s": definition.limit_s,
            **{
                name: kept.get(definition.name, {}).get(name, nothing)
                for name, nothing in (
                    ("n", 0),
                    ("met", 0),
                    ("missed", 0),
                    ("met_share", None),
                    ("median_s", None),
                    ("p90_s", None),
                    ("running", 0),
                )
            },
        }
        for definition in policy.clock
    ]


def devices(figures: OnlineFigures) -> Row:
    """Sums, towns by the share of covered places, operators by the share of devices online."""
    towns, operators = figures.towns, figures.operators
    return {
        "places": sum(town.places for town in towns),
        "covered": sum(town.covered for town in towns),
        "devices": sum(town.devices for town in towns),
        "heard": sum(town.heard for town in towns),
        "online": sum(town.online for town in towns),
        "towns": [
            {
                **msgspec.structs.asdict(town),
                "covered_share": share(town.covered, town.places),
                "online_share": share(town.online, town.devices),
            }
            for town in sorted(towns, key=_by_cover)
        ],
        "operators": [
            {
                **msgspec.structs.asdict(operator),
                "online_share": share(operator.online, operator.devices),
            }
            for operator in sorted(operators, key=_by_online)
        ],
    }


def trend_row(days: Sequence[Day]) -> Row:
    """Days, and the sums over those days whose year before is known, so that they compare."""
    known = [day for day in days if day.year_before is not None]
    return {
        "days": [msgspec.structs.asdict(day) for day in days],
        "incidents": sum(day.incidents for day in days),
        "compared_days": len(known),
        "compared_incidents": sum(day.incidents for day in known),
        "year_before": sum(day.year_before or 0 for day in known) if known else None,
    }


def share(part: int, whole: int) -> float | None:
    """A part of a whole with four digits; None of nothing."""
    return round(part / whole, 4) if whole else None


def _by_cover(town: OnlineTown) -> tuple[float, str]:
    return -(share(town.covered, town.places) or 0.0), town.code


def _by_online(operator: OnlineOperator) -> tuple[float, str]:
    return -(share(operator.online, operator.devices) or 0.0), operator.id


def _fire(fire: LastFire) -> Row:
    """took_s: from the first signal until a crew called it handled, else until it was closed."""
    over_at = fire.handled_at or fire.closed_at
    return {
        "number": fire.number,
        "level_peak": fire.level_peak,
        "place_name": fire.place_name,
        "town_name": fire.town_name,
        "opened_at": stamp(fire.opened_at),
        "disposition": fire.disposition,
        "cause": fire.cause,
        "handled": fire.handled_at is not None,
        "took_s": max(0, round((over_at - fire.opened_at).total_seconds())) if over_at else None,
    }
