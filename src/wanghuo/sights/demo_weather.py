"""The weather of the demo city: hours of a real April in Shanghai, played in the order of a seed.

Source. shanghai/SOURCES.md. Hours keep their time of the day; a seed chooses the first day.
"""

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from wanghuo.identity import derived
from wanghuo.sights.weather import Observation

HOUR_S: Final = 3600.0
LOCAL: Final = timedelta(hours=8)
HOURS_A_DAY: Final = 24
QUARTERS_DEG: Final = {"NE": 45.0, "SE": 135.0, "SW": 225.0, "NW": 315.0}
SPREAD_DEG: Final = 20  # within a quarter the source does not say where


class Hour(NamedTuple):
    """One hour of the excerpt, wind speed not added up any more."""

    quarter: str
    wind_m_s: float
    temperature_c: float | None
    humidity_percent: float | None
    rain_mm: float | None


@cache
def hours() -> tuple[Hour, ...]:
    """The excerpt in order, from a midnight on, whole days."""
    text = files("wanghuo.sights").joinpath("shanghai/april_2014.csv").read_text("utf-8")
    made: list[Hour] = []
    before, sum_before = "", 0.0
    for row in csv.DictReader(text.splitlines()):
        quarter, total = row["cbwd"], float(row["iws"])
        goes_on = quarter == before and total >= sum_before
        speed = total - sum_before if goes_on else total
        before, sum_before = quarter, total
        made.append(
            Hour(
                quarter,
                speed,
                *(
                    None if row[name] == "NA" else float(row[name])
                    for name in ("temperature_c", "humidity_percent", "rain_mm")
                ),
            )
        )
    return tuple(made)


def observed(seed: int, now: datetime) -> Observation:
    """The demo city's weather of the full hour before `now`; the same for the same seed."""
    at = now.replace(minute=0, second=0, microsecond=0)
    days = len(hours()) // HOURS_A_DAY
    first = _drawn(seed, "first day") % days
    local = at + LOCAL
    day = (local.date().toordinal() + first) % days
    hour = hours()[day * HOURS_A_DAY + local.hour]
    centre_deg = QUARTERS_DEG.get(hour.quarter)
    turned_deg = _drawn(seed, f"{at:%Y%m%d%H}") % (2 * SPREAD_DEG + 1) - SPREAD_DEG
    return Observation(
        at=at.astimezone(UTC),
        station="demo",
        wind_from_deg=None if centre_deg is None else centre_deg + turned_deg,
        wind_m_s=hour.wind_m_s,
        temperature_c=hour.temperature_c,
        humidity_percent=hour.humidity_percent,
        rain_mm=hour.rain_mm,
    )


def _drawn(seed: int, what: str) -> int:
    """A whole number that only depends on the seed and on what it is for."""
    return int(derived("weather", seed, what), 16)
