"""Figures over many incidents: what a day came to, how many each day had, the last fires. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from wanghuo.incidents.clocks import Clocks, ClockState, Times, clocks_of

LOCAL: Final = timedelta(hours=8)  # the city's clock is so far ahead of UTC
DAY: Final = timedelta(days=1)


class Today(msgspec.Struct, frozen=True):
    """What became of the incidents of one day; each is a part of the one before it.

    warnings: signals of fire in them. f2, f3: ever at that level or above. fires: by disposition.
    """

    warnings: int
    incidents: int
    f2: int
    f3: int
    fires: int


class DayCounts(msgspec.Struct, frozen=True):
    """Incidents by day in two spans; days without any are left out."""

    days: list[tuple[date, int]]
    before: list[tuple[date, int]]


class LastFire(msgspec.Struct, frozen=True):
    """A fire in one line. handled_at: when the first crew said that it was dealt with."""

    number: str
    level_peak: int
    place_name: str
    town_name: str
    opened_at: datetime
    closed_at: datetime | None
    handled_at: datetime | None
    disposition: str
    cause: str


class Day(msgspec.Struct, frozen=True):
    """A day of the trend. year_before: None where no record reaches back so far."""

    day: date
    incidents: int
    year_before: int | None


def city_day(at: datetime) -> date:
    """The day on the city's calendar."""
    return (at + LOCAL).date()


def midnight(at: datetime) -> datetime:
    """When the city's day of `at` began, in UTC."""
    return (at + LOCAL).replace(hour=0, minute=0, second=0, microsecond=0) - LOCAL


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def year_before_at(at: datetime) -> datetime:
    """The same time of the city's same day a year earlier."""
    return at - (city_day(at) - year_before(city_day(at)))


def trend(counts: DayCounts, first_at: datetime | None, until: date, days: int) -> list[Day]:
    """So many days up to and with `until`, oldest first. first_at: of the first record of all."""
    now, before = dict(counts.days), dict(counts.before)
    first = city_day(first_at) if first_at else None
    return [
        Day(
            day=day,
            incidents=now.get(day, 0),
            year_before=(
                before.get(year_before(day), 0) if first and year_before(day) >= first else None
            ),
        )
        for day in (until - back * DAY for back in range(days - 1, -1, -1))
    ]


def incidents_by_clock(
    crews: Iterable[tuple[str, Times]], policy: Clocks, name: str, state: ClockState, now: datetime
) -> tuple[str, ...]:
    """The incidents in which some crew's clock of this name stands so. crews: by incident id."""
    return tuple(
        sorted(
            {
                incident_id
                for incident_id, times in crews
                for clock in clocks_of(times, policy, now)
                if clock.name == name and clock.state is state
            }
        )
    )
