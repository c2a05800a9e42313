"""A place's incidents by month, months without any included. Pure."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from wanghuo.incidents.figures import LOCAL, city_day

MONTHS: Final = 12


class Month(msgspec.Struct, frozen=True):
    """One month of the city's calendar, `YYYY-MM`. fires: those that turned out to be one."""

    month: str
    incidents: int = 0
    fires: int = 0


def months_until(now: datetime) -> list[date]:
    """The first days of the last 12 months, oldest first, this month included."""
    today = city_day(now)
    counted = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(counted - MONTHS + 1, counted + 1)]


def first_month(now: datetime) -> datetime:
    """When the oldest of these months began, in UTC."""
    first = months_until(now)[0]
    return datetime(first.year, first.month, 1, tzinfo=UTC) - LOCAL


def by_month(known: Iterable[Month], now: datetime) -> list[Month]:
    """The last 12 months, oldest first. known: the months that had any."""
    had = {one.month: one for one in known}
    names = [f"{first:%Y-%m}" for first in months_until(now)]
    return [had.get(name, Month(name)) for name in names]
