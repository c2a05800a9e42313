"""The weather as somebody observed it, and what of it holds at an incident.

Rule 1. An observation keeps its own time: it is shown with its age and stale after two periods.
Rule 2. What was not measured is None; nothing is guessed.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from wanghuo.facts.sentences import Sentence, render, said
from wanghuo.place import near_distance_m

STALE_PERIODS: Final = 2
CALM_BELOW_M_S: Final = 0.3  # Beaufort 0
SECTORS: Final = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
FULL_CIRCLE_DEG: Final = 360.0
AHEAD_MAX: Final = timedelta(minutes=5)  # clocks differ; further ahead is a forecast
Row = dict[str, Any]


class Observation(msgspec.Struct, frozen=True):
    """What a station observed. at: UTC; wind_from_deg: 0 is north, None if calm or turning."""

    at: datetime
    station: str = ""
    lon: float | None = None
    lat: float | None = None
    wind_from_deg: float | None = None
    wind_m_s: float | None = None
    temperature_c: float | None = None
    humidity_percent: float | None = None
    rain_mm: float | None = None


class Sample(msgspec.Struct, frozen=True):
    """Weather put beside an incident. trouble: why the source said nothing new, "" if it did."""

    incident_id: str
    town_code: str
    level: int
    taken_at: datetime
    source: str
    period_s: float
    trouble: str = ""
    observed: Observation | None = None


def nearest(
    found: Iterable[Observation], lon: float, lat: float, now: datetime
) -> Observation | None:
    """The newest observation of the nearest station; one without a position is everywhere.

    What lies ahead of `now` is no observation.
    """
    newest: dict[tuple[str, float | None, float | None], Observation] = {}
    for one in found:
        key = (one.station, one.lon, one.lat)
        if one.at <= now + AHEAD_MAX and (key not in newest or one.at > newest[key].at):
            newest[key] = one
    return min(newest.values(), key=lambda one: (_away_m(one, lon, lat), one.station), default=None)


def _away_m(one: Observation, lon: float, lat: float) -> float:
    if one.lon is None or one.lat is None:
        return math.inf
    return near_distance_m(one.lon, one.lat, lon, lat)


def is_stale(observed_at: datetime, period_s: float, now: datetime) -> bool:
    """Whether the source should have spoken again."""
    return (now - observed_at).total_seconds() > STALE_PERIODS * period_s


def sector(bearing_deg: float) -> str:
    """One of eight: n, ne, e, ..."""
    return SECTORS[round(bearing_deg % FULL_CIRCLE_DEG / 45.0) % len(SECTORS)]


def wind_words(observed: Observation | None) -> Sentence:
    """Where the wind comes from and where it blows to, in words."""
    if observed is None or observed.wind_m_s is None:
        return said("wind.unknown")
    speed = format(round(observed.wind_m_s, 1), "g")
    if observed.wind_m_s < CALM_BELOW_M_S:
        return said("wind.calm")
    if observed.wind_from_deg is None:
        return said("wind.turning", speed=speed)
    to = sector(observed.wind_from_deg + FULL_CIRCLE_DEG / 2)
    return said("wind.blows", source=sector(observed.wind_from_deg), speed=speed, to=to)


def document(sample: Sample, now: datetime) -> Row:
    """A sample as pages and the API show it, with its age at `now`."""
    seen = sample.observed
    stale = seen is not None and is_stale(seen.at, sample.period_s, now)
    age_s = max(0.0, (now - seen.at).total_seconds()) if seen else None
    return {
        "level": sample.level,
        "taken_at": _stamp(sample.taken_at),
        "source": sample.source,
        "observed_at": _stamp(seen.at) if seen else None,
        "age_s": None if age_s is None else round(age_s),
        "period_s": sample.period_s,
        "stale": stale,
        "station": seen.station if seen else "",
        "wind_from_deg": seen.wind_from_deg if seen else None,
        "wind_m_s": seen.wind_m_s if seen else None,
        "temperature_c": seen.temperature_c if seen else None,
        "humidity_percent": seen.humidity_percent if seen else None,
        "rain_mm": seen.rain_mm if seen else None,
        "words": _words(wind_words(seen)),
        "doubt": _doubt(sample, stale=stale, age_s=age_s),
    }


def _doubt(sample: Sample, *, stale: bool, age_s: float | None) -> dict[str, str] | None:
    """What must be said beside it: a silent source, an old value, a demonstration."""
    if sample.trouble:
        return _words(said("wind.silent", why=sample.trouble))
    if stale:
        return _words(said("wind.stale", minutes=round((age_s or 0.0) / 60.0)))
    return _words(said("wind.demo")) if sample.source == "demo" else None


def _words(sentence: Sentence) -> dict[str, str]:
    return render(sentence.key, sentence.params)


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
