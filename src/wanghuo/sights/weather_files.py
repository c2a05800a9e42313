"""Observations out of a station's CSV file, and out of a JSON answer by a mapping.

CSV: a header of time, station or lon and lat, wind_from_deg, wind_m_s, temperature_c, humidity,
rain; times are RFC 3339 with their offset. A row that cannot be used is left out and counted.
Mapping (TOML): [paths] a dotted path to each value, numbers index lists; [factors] what turns a
value into our unit, e.g. wind_m_s = 0.2778 for km/h.
"""

import csv
import io
import math
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from wanghuo.errors import Invalid
from wanghuo.sights.weather import FULL_CIRCLE_DEG, Observation

ALIASES: Final = {"humidity": "humidity_percent", "rain": "rain_mm"}
RANGES: Final = {  # outside of these a figure is a mistake of the station
    "lon": (-180.0, 180.0),
    "lat": (-90.0, 90.0),
    "wind_from_deg": (0.0, FULL_CIRCLE_DEG),
    "wind_m_s": (0.0, 120.0),
    "temperature_c": (-90.0, 65.0),
    "humidity_percent": (0.0, 100.0),
    "rain_mm": (0.0, 500.0),
}
STATION_SIZE_MAX_CHARS: Final = 80
PATH_PARTS_MAX: Final = 12


class Mapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a JSON answer holds what; see the room's own words."""

    paths: dict[str, str]
    factors: dict[str, float] = {}


class SourceError(ValueError):
    """The source said something that is no weather. reason: a code of words.weather_trouble."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


def of_csv(text: str) -> tuple[list[Observation], int]:
    """The observations of a file, and how many rows were left out. Raises SourceError."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    names = rows.fieldnames or ()
    if "time" not in names or not {"wind_m_s", "temperature_c"} & set(names):
        raise SourceError("unreadable", "no columns time and wind_m_s or temperature_c")
    found, left_out = [], 0
    try:
        for row in rows:
            made = _observation({k: v for k, v in row.items() if isinstance(k, str)}, {})
            if made is None:
                left_out += 1
            else:
                found.append(made)
    except csv.Error as error:
        raise SourceError("unreadable", str(error)) from error
    if not found:
        raise SourceError("unreadable", "no usable row")
    return found, left_out


def mapping(text: str) -> Mapped:
    """The mapping of a TOML file. Raises Invalid naming the key and the remedy."""
    try:
        made = msgspec.convert(tomllib.loads(text), Mapped)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid("weather.mapping", str(error), "see docs/weather.md") from error
    unknown = set(made.paths) - {"time", "station", *RANGES}
    if unknown or not {"wind_m_s", "temperature_c"} & set(made.paths):
        raise Invalid(
            "weather.mapping",
            f"unknown {sorted(unknown)}" if unknown else "neither wind_m_s nor temperature_c",
            "use time, station, " + ", ".join(RANGES),
        )
    return made


def of_json(body: bytes, mapped: Mapped, now: datetime) -> Observation:
    """The observation in an answer, of `now` if it has no time. Raises SourceError."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SourceError("unreadable", "not JSON") from error
    values = {name: _at(said, path) for name, path in mapped.paths.items()}
    if "time" not in mapped.paths:
        values["time"] = now.isoformat()
    made = _observation(values, mapped.factors)
    if made is None:
        raise SourceError("unreadable", "no time, or no figure in range")
    return made


def _at(said: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    for part in path.split(".")[:PATH_PARTS_MAX]:
        if isinstance(said, dict):
            said = said.get(part)
        elif isinstance(said, list) and part.isdigit() and int(part) < len(said):
            said = said[int(part)]
        else:
            return None
    return said


def _observation(values: Mapping[str, Any], factors: Mapping[str, float]) -> Observation | None:
    """The observation of named values; None without a time or without any figure."""
    at = _moment(values.get("time"))
    figures: dict[str, float | None] = {}
    for name, value in values.items():
        known = ALIASES.get(name, name)
        if known in RANGES:
            figures[known] = _figure(value, factors.get(name, 1.0), *RANGES[known])
    measured = [v for k, v in figures.items() if k not in {"lon", "lat"} and v is not None]
    if at is None or not measured:
        return None
    if figures.get("wind_from_deg") == FULL_CIRCLE_DEG:
        figures["wind_from_deg"] = 0.0
    station = str(values.get("station") or "")[:STATION_SIZE_MAX_CHARS]
    return Observation(at, station if station.isprintable() else "", **figures)


def _figure(value: object, factor: float, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        figure = float(value) * factor
    except (ValueError, OverflowError):
        return None
    return figure if math.isfinite(figure) and low <= figure <= high else None


def _moment(value: object) -> datetime | None:
    """A time with its offset, or seconds since 1970."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
            return at.astimezone(UTC) if at.tzinfo else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
