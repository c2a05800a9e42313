"""Where things are: coordinates, the four datums of Chinese maps, distances.

Everything inside this product is WGS-84 degrees. Imports say their datum and are converted once.
Source. GCJ-02 and BD-09 have no published text; the formulas are those that every open
implementation shares (published points in tests/test_place.py). CGCS2000 differs from WGS-84 by
centimetres and is taken as the same. Outside the box of China GCJ-02 has no offset.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from wanghuo.errors import Invalid

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG
METRES_PER_DEGREE: Final = math.pi / 180.0 * EARTH_RADIUS_M

_AXIS_M: Final = 6_378_245.0  # Krasovsky 1940, the ellipsoid of the GCJ-02 offset
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BAIDU_TURN: Final = math.pi * 3000.0 / 180.0
_BAIDU_SHIFT: Final = (0.0065, 0.006)
_ITERATIONS_MAX: Final = 30
_CLOSE_ENOUGH_DEGREES: Final = 1e-12

Step = Callable[[float, float], tuple[float, float]]


class Datum(StrEnum):
    """What a pair of degrees means. The value is how an import file writes it."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"  # AMap, Tencent and most Chinese vendors
    BD09 = "BD-09"  # Baidu
    CGCS2000 = "CGCS2000"  # the national survey; WGS-84 to within centimetres


class Coordinates(msgspec.Struct, frozen=True):
    """A point on the ground in WGS-84 degrees, east and north positive."""

    lon: float
    lat: float


def datum(text: str) -> Datum:
    """The datum that `text` names; case and hyphens do not matter. Raises Invalid."""
    wanted = text.strip().upper().replace("-", "").replace("_", "").replace(" ", "")
    for known in Datum:
        if known.value.replace("-", "") == wanted:
            return known
    raise Invalid("datum", f"{text!r} is not a datum", "use one of " + ", ".join(Datum))


def to_wgs84(lon: float, lat: float, source: Datum) -> Coordinates:
    """The WGS-84 point of a pair of degrees given in `source`; exact to 1e-9 degrees."""
    if source is Datum.BD09:
        lon, lat = _undo(_gcj02_to_bd09, lon, lat)
    if source in {Datum.BD09, Datum.GCJ02}:
        lon, lat = _undo(_wgs84_to_gcj02, lon, lat)
    return Coordinates(lon, lat)


def from_wgs84(point: Coordinates, target: Datum) -> tuple[float, float]:
    """(lon, lat) of `point` in `target`."""
    lon, lat = point.lon, point.lat
    if target in {Datum.BD09, Datum.GCJ02}:
        lon, lat = _wgs84_to_gcj02(lon, lat)
    if target is Datum.BD09:
        lon, lat = _gcj02_to_bd09(lon, lat)
    return lon, lat


def distance_m(one: Coordinates, other: Coordinates) -> float:
    """Great-circle distance in metres (haversine)."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((lat2 - lat1) / 2.0)
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2.0)
    chord = half_lat * half_lat + math.cos(lat1) * math.cos(lat2) * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def near_distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Distance in metres on a flat sheet: within 0.1 % up to 100 km at city latitudes, and fast."""
    east = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2.0))
    return METRES_PER_DEGREE * math.hypot(east, lat2 - lat1)


def moved(point: Coordinates, east_m: float, north_m: float) -> Coordinates:
    """The point `east_m` and `north_m` metres away; for steps of a city's size."""
    lat = point.lat + north_m / METRES_PER_DEGREE
    lon = point.lon + east_m / (METRES_PER_DEGREE * math.cos(math.radians(point.lat)))
    return Coordinates(lon, lat)


def _wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * (2 / 3)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * (2 / 3)
    radians = math.radians(lat)
    sine = math.sin(radians)
    bulge = 1.0 - _ECCENTRICITY_SQUARED * sine * sine
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / (bulge * math.sqrt(bulge))
    parallel = _AXIS_M / math.sqrt(bulge) * math.cos(radians)
    return lon + math.degrees(east / parallel), lat + math.degrees(north / meridian)


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU_TURN)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_TURN)
    return radius * math.cos(angle) + _BAIDU_SHIFT[0], radius * math.sin(angle) + _BAIDU_SHIFT[1]


def _undo(step: Step, lon: float, lat: float) -> tuple[float, float]:
    """The point that `step` moves onto (lon, lat), by fixed-point iteration."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_ITERATIONS_MAX):
        got_lon, got_lat = step(guess_lon, guess_lat)
        miss_lon, miss_lat = lon - got_lon, lat - got_lat
        guess_lon, guess_lat = guess_lon + miss_lon, guess_lat + miss_lat
        if abs(miss_lon) + abs(miss_lat) < _CLOSE_ENOUGH_DEGREES:
            break
    return guess_lon, guess_lat
