"""Where lookouts' rays meet the ground and each other.

Rule 1. Bearings are from true north, tilts below the horizon, both with an error that is a bound:
        the true ray lies within it.
Rule 2. A point comes with a radius that holds everything the rays can have meant. Rays that are
        parallel, part, or meet behind a lookout give no point.
Rule 3. The ground is flat between lookout and fire; what that costs over a city is in the error.
"""

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from wanghuo.place import METRES_PER_DEGREE, Coordinates, moved

FLAT_ERROR_DEG: Final = 0.06  # a bearing turns by so much within 10 km of a round earth
CROSSING_MIN_DEG: Final = 8.0  # flatter than this the point is nobody's guess
BASE_MIN_M: Final = 50.0  # lookouts closer than this are one
ARC_STEPS: Final = 6
TURN_DEG: Final = 360.0


class Ray(msgspec.Struct, frozen=True):
    """A look from a lookout. error_deg: how far the bearing may be off, to either side."""

    lon: float
    lat: float
    bearing_deg: float
    error_deg: float


class Fix(msgspec.Struct, frozen=True):
    """A point on the ground; the truth lies within error_m of it."""

    lon: float
    lat: float
    error_m: float

    @property
    def at(self) -> Coordinates:
        """The point."""
        return Coordinates(self.lon, self.lat)


def crossed(one: Ray, other: Ray, reach_m: float) -> Fix | None:
    """Where two rays cross within `reach_m` of both; None if they do not, or too flatly."""
    east, north = _flat(one, other)
    if math.hypot(east, north) < BASE_MIN_M:
        return None
    turn_deg = abs((one.bearing_deg - other.bearing_deg + 180.0) % TURN_DEG - 180.0)
    blur_deg = one.error_deg + other.error_deg + 2 * FLAT_ERROR_DEG
    if not CROSSING_MIN_DEG + blur_deg <= turn_deg <= 180.0 - CROSSING_MIN_DEG - blur_deg:
        return None
    centre = _meet(one.bearing_deg, other.bearing_deg, east, north)
    if centre is None or max(centre[2:]) > reach_m:
        return None
    corners = [
        _meet(
            one.bearing_deg + side * (one.error_deg + FLAT_ERROR_DEG),
            other.bearing_deg + another * (other.error_deg + FLAT_ERROR_DEG),
            east,
            north,
        )
        for side in (-1, 1)
        for another in (-1, 1)
    ]
    known = [corner for corner in corners if corner is not None]
    if len(known) < len(corners):
        return None
    error_m = max(math.hypot(x - centre[0], y - centre[1]) for x, y, _, _ in known)
    point = moved(Coordinates(one.lon, one.lat), centre[0], centre[1])
    return Fix(point.lon, point.lat, error_m)


def _flat(one: Ray, other: Ray) -> tuple[float, float]:
    """Metres east and north from the first lookout to the second."""
    squeeze = math.cos(math.radians((one.lat + other.lat) / 2.0))
    return (
        (other.lon - one.lon) * METRES_PER_DEGREE * squeeze,
        (other.lat - one.lat) * METRES_PER_DEGREE,
    )


def _meet(
    one_deg: float, other_deg: float, east: float, north: float
) -> tuple[float, float, float, float] | None:
    """East, north of where two rays meet, and how far along each; None if one looks away."""
    x1, y1 = math.sin(math.radians(one_deg)), math.cos(math.radians(one_deg))
    x2, y2 = math.sin(math.radians(other_deg)), math.cos(math.radians(other_deg))
    cross = x1 * y2 - y1 * x2
    if cross == 0.0:
        return None
    along_one = (east * y2 - north * x2) / cross
    along_other = (east * y1 - north * x1) / cross
    if along_one <= 0.0 or along_other <= 0.0:
        return None
    return along_one * x1, along_one * y1, along_one, along_other


def grounded(
    ray: Ray, height_m: float, tilt_deg: float, tilt_error_deg: float, reach_m: float
) -> Fix | None:
    """Where a tilted ray meets the ground; None at or near the horizon, or beyond `reach_m`."""
    if height_m <= 0.0 or tilt_deg - tilt_error_deg <= 0.0 or tilt_deg + tilt_error_deg >= 90.0:  # noqa: PLR2004 - straight down
        return None
    away_m = height_m / math.tan(math.radians(tilt_deg))
    near_m = height_m / math.tan(math.radians(tilt_deg + tilt_error_deg))
    far_m = height_m / math.tan(math.radians(tilt_deg - tilt_error_deg))
    if far_m > reach_m:
        return None
    centre = _along(ray, away_m, 0.0)
    error_m = max(
        math.hypot(x - centre[0], y - centre[1])
        for distance_m in (near_m, far_m)
        for x, y in [_along(ray, distance_m, side * ray.error_deg) for side in (-1, 1)]
    )
    point = moved(Coordinates(ray.lon, ray.lat), *centre)
    return Fix(point.lon, point.lat, error_m)


def _along(ray: Ray, distance_m: float, turned_deg: float) -> tuple[float, float]:
    radians = math.radians(ray.bearing_deg + turned_deg)
    return distance_m * math.sin(radians), distance_m * math.cos(radians)


def cone(ray: Ray, reach_m: float) -> list[tuple[float, float]]:
    """What a ray alone can mean: a wedge from the lookout to `reach_m`, as (lon, lat)."""
    here = Coordinates(ray.lon, ray.lat)
    turns = [ray.error_deg * (2.0 * step / ARC_STEPS - 1.0) for step in range(ARC_STEPS + 1)]
    arc = [moved(here, *_along(ray, reach_m, turn)) for turn in turns]
    return [(ray.lon, ray.lat), *((point.lon, point.lat) for point in arc)]


def ring(fix: Fix, steps: int = 24) -> list[tuple[float, float]]:
    """The circle of a point's error, as (lon, lat)."""
    turns = [TURN_DEG * step / steps for step in range(steps)]
    edge = [
        moved(
            fix.at,
            fix.error_m * math.sin(math.radians(turn)),
            fix.error_m * math.cos(math.radians(turn)),
        )
        for turn in turns
    ]
    return [(point.lon, point.lat) for point in edge]


def nearest_place(
    fix: Fix, places: Sequence[tuple[str, str, float, float]], assign_max_m: float
) -> tuple[str, str] | None:
    """(place id, town code) of the place nearest to the point and within its error.

    places: (id, town code, lon, lat). A point vaguer than `assign_max_m` names no place.
    """
    if fix.error_m > assign_max_m:
        return None
    squeeze = math.cos(math.radians(fix.lat))
    measured = [
        (math.hypot((lon - fix.lon) * squeeze, lat - fix.lat) * METRES_PER_DEGREE, key, town)
        for key, town, lon, lat in places
    ]
    best = min(measured, default=None)
    return (best[1], best[2]) if best and best[0] <= fix.error_m else None
