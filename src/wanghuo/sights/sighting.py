"""From what a lookout saw to where it is: a place, a point with its error, or a cone.

Rule 1. Two lookouts beat one, a tilted look beats a level one, any of them beats nothing; what is
        not known is a cone, and the fire goes its way without a place.
Rule 2. A camera inside of a place means that place.
Rule 3. The point of the signal names where it was seen, so that one lookout can see two fires.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from wanghuo.premises.model import Camera, CameraKind
from wanghuo.protocols.lookout import Detection
from wanghuo.sights import rays
from wanghuo.sights.policy import Lookouts
from wanghuo.sights.rays import Fix, Ray

SECTOR_DEG: Final = 5  # looks closer together than this are one
SELF_ERROR_M: Final = 100.0  # of a camera that says itself where the fire is
LONE_FOV_DEG: Final = 60.0  # of a camera whose width nobody measured
POINT_DECIMALS: Final = 3  # 100 m


class Seen(msgspec.Struct, frozen=True):
    """Another lookout's newest ray. lon, lat: of that lookout."""

    camera: str
    lon: float
    lat: float
    bearing_deg: float


class Placing(msgspec.Struct, frozen=True):
    """Where a detection is. how: registered, triangle, ground, told, cone, unknown.

    area: [(lon, lat), …] that it can mean. with_camera: the other lookout of a triangle.
    """

    how: str
    fix: Fix | None = None
    area: list[tuple[float, float]] = []
    with_camera: str = ""
    bearing_deg: float | None = None


def placed(camera: Camera, seen: Detection, others: Sequence[Seen], rules: Lookouts) -> Placing:
    """Where the detection is, by the best that is known."""
    if camera.place_id and camera.kind != CameraKind.LOOKOUT:
        return Placing("registered", bearing_deg=seen.bearing_deg)
    if seen.lon is not None and seen.lat is not None:
        told = Fix(seen.lon, seen.lat, SELF_ERROR_M)
        return Placing("told", told, rays.ring(told), bearing_deg=seen.bearing_deg)
    ray = ray_of(camera, seen, rules)
    if ray is None:
        return Placing("unknown")
    best = _triangle(camera, ray, others, rules) or _ground(camera, seen, ray, rules)
    wedge = rays.cone(ray, rules.reach_m)
    return best or Placing("cone", None, wedge, bearing_deg=ray.bearing_deg)


def ray_of(camera: Camera, seen: Detection, rules: Lookouts) -> Ray | None:
    """The look of a detection: its own bearing, else the camera's with the width of its view."""
    if seen.bearing_deg is not None:
        return Ray(camera.lon, camera.lat, seen.bearing_deg, rules.bearing_error_deg)
    if camera.bearing_deg is None:
        return None
    half_deg = (camera.fov_deg or LONE_FOV_DEG) / 2.0
    return Ray(camera.lon, camera.lat, camera.bearing_deg, half_deg + rules.bearing_error_deg)


def _triangle(camera: Camera, ray: Ray, others: Sequence[Seen], rules: Lookouts) -> Placing | None:
    """The best crossing with another lookout's ray: the one with the smallest error."""
    crossings = []
    for other in others:
        if other.camera == camera.id:
            continue
        look = Ray(other.lon, other.lat, other.bearing_deg, rules.bearing_error_deg)
        fix = rays.crossed(ray, look, rules.reach_m)
        if fix is not None:
            crossings.append((fix.error_m, other.camera, fix))
    if not crossings:
        return None
    _, name, fix = min(crossings, key=lambda one: one[:2])
    return Placing("triangle", fix, rays.ring(fix), name, ray.bearing_deg)


def _ground(camera: Camera, seen: Detection, ray: Ray, rules: Lookouts) -> Placing | None:
    if seen.bearing_deg is None or seen.tilt_deg is None or not camera.height_m:
        return None
    fix = rays.grounded(ray, camera.height_m, seen.tilt_deg, rules.tilt_error_deg, rules.reach_m)
    if fix is None:
        return None
    return Placing("ground", fix, rays.ring(fix), bearing_deg=ray.bearing_deg)


def point_name(placing: Placing, place_id: str) -> str:
    """The point of the signal: the place, the spot to 100 m, the sector of the look, or ""."""
    if place_id:
        return place_id
    if placing.fix is not None:
        return f"{placing.fix.lat:.{POINT_DECIMALS}f},{placing.fix.lon:.{POINT_DECIMALS}f}"
    if placing.bearing_deg is not None:
        return f"{round(placing.bearing_deg / SECTOR_DEG) * SECTOR_DEG % 360:03d}deg"
    return ""


def spot_words(camera: str, placing: Placing) -> str:
    """What a person reads as the place of the look, e.g. 新浦电信塔 067°."""
    if placing.bearing_deg is None:
        return camera
    return f"{camera} {round(placing.bearing_deg) % 360:03d}°"
