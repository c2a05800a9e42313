"""Rays find planted fires within the error they state, wherever the geometry is not degenerate."""

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from wanghuo.place import Coordinates, distance_m, moved
from wanghuo.sights.rays import (
    CROSSING_MIN_DEG,
    Fix,
    Ray,
    cone,
    crossed,
    grounded,
    nearest_place,
    ring,
)

REACH_M = 8000.0
HERE = Coordinates(121.25, 30.3)


def bearing_deg(one: Coordinates, other: Coordinates) -> float:
    """The true initial bearing on a sphere; not how the product reckons."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    turn = math.radians(other.lon - one.lon)
    y = math.sin(turn) * math.cos(lat2)
    x = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(turn)
    return math.degrees(math.atan2(y, x)) % 360


def a_ray(at: Coordinates, fire: Coordinates, off_deg: float, error_deg: float) -> Ray:
    return Ray(at.lon, at.lat, (bearing_deg(at, fire) + off_deg) % 360, error_deg)


metres = st.floats(-7000, 7000)
share = st.floats(-1, 1)


@given(metres, metres, metres, metres, share, share, st.floats(0.05, 2.0), st.floats(20, 45))
@example(3000, 0, 0, 3000, 1, -1, 1.0, 30.3)
def test_two_lookouts_find_a_planted_fire_within_the_error_they_state(
    e1: float, n1: float, e2: float, n2: float, off1: float, off2: float, error: float, lat: float
) -> None:
    fire = Coordinates(121.25, lat)
    one, other = moved(fire, e1, n1), moved(fire, e2, n2)
    far = [distance_m(fire, one), distance_m(fire, other)]
    assume(min(far) > 100)
    assume(max(far) < 0.8 * REACH_M)
    assume(distance_m(one, other) > 100)
    turn = abs((bearing_deg(one, fire) - bearing_deg(other, fire) + 180) % 360 - 180)
    fix = crossed(
        a_ray(one, fire, off1 * error, error), a_ray(other, fire, off2 * error, error), REACH_M
    )
    if CROSSING_MIN_DEG + 4 * error + 1 < turn < 180 - CROSSING_MIN_DEG - 4 * error - 1:
        blur_m = max(far) * math.sin(math.radians(4 * error + 1))
        clear_m = min(far) * math.sin(math.radians(turn))  # no corner lies behind a lookout
        if max(far) / math.sin(math.radians(turn)) < REACH_M and blur_m < clear_m:
            assert fix is not None
    if fix is not None:
        assert distance_m(fix.at, fire) <= fix.error_m + 1


@given(metres, metres, st.floats(0, 360))
def test_parallel_rays_and_one_lookout_twice_give_no_point(
    east: float, north: float, bearing: float
) -> None:
    other = moved(HERE, east, north)
    one = Ray(HERE.lon, HERE.lat, bearing, 1.0)
    assert crossed(one, Ray(other.lon, other.lat, bearing, 1.0), REACH_M) is None
    assert crossed(one, Ray(other.lon, other.lat, bearing + 180, 1.0), REACH_M) is None
    assert crossed(one, Ray(HERE.lon, HERE.lat, bearing + 90, 1.0), REACH_M) is None


@given(st.floats(20, 160), st.floats(500, 5000))
def test_rays_that_part_or_meet_too_far_away_give_no_point(turn: float, base_m: float) -> None:
    east = moved(HERE, base_m, 0)
    west_looks, east_looks = 360 - turn / 2, turn / 2
    one, other = Ray(HERE.lon, HERE.lat, west_looks, 1.0), Ray(east.lon, east.lat, east_looks, 1.0)
    assert crossed(one, other, REACH_M) is None
    inward = Ray(HERE.lon, HERE.lat, turn / 2, 1.0), Ray(east.lon, east.lat, 360 - turn / 2, 1.0)
    assert crossed(*inward, reach_m=base_m / 10) is None


@given(st.floats(10, 120), st.floats(0.8, 60), st.floats(0, 360), share, share)
def test_a_tilted_look_finds_the_ground_within_its_error(
    height_m: float, tilt: float, bearing: float, off_bearing: float, off_tilt: float
) -> None:
    away_m = height_m / math.tan(math.radians(tilt))
    radians = math.radians(bearing)
    fire = moved(HERE, away_m * math.sin(radians), away_m * math.cos(radians))
    ray = Ray(HERE.lon, HERE.lat, bearing + off_bearing, 1.0)
    fix = grounded(ray, height_m, tilt + 0.3 * off_tilt, 0.3, REACH_M)
    if fix is not None:
        assert distance_m(fix.at, fire) <= fix.error_m * 1.02 + 1
    elif tilt > 2 and away_m < REACH_M / 2:
        raise AssertionError("a steep look finds the ground")


@pytest.mark.parametrize(
    ("height_m", "tilt"), [(0.0, 5.0), (45.0, 0.2), (45.0, -3.0), (45.0, 0.31), (45.0, 90.0)]
)
def test_a_level_look_finds_no_ground(height_m: float, tilt: float) -> None:
    assert grounded(Ray(HERE.lon, HERE.lat, 0, 1.0), height_m, tilt, 0.3, REACH_M) is None


def test_a_cone_opens_from_the_lookout_to_its_reach() -> None:
    apex, *arc = cone(Ray(HERE.lon, HERE.lat, 90.0, 10.0), 5000.0)
    assert apex == (HERE.lon, HERE.lat)
    away = [distance_m(HERE, Coordinates(*point)) for point in arc]
    assert min(away) > 4900
    bearings = [bearing_deg(HERE, Coordinates(*point)) for point in arc]
    assert (round(min(bearings)), round(max(bearings))) == (80, 100)
    assert len(ring(Fix(HERE.lon, HERE.lat, 50.0))) == 24


def test_the_nearest_place_within_the_error_is_meant_and_no_other() -> None:
    fix = Fix(HERE.lon, HERE.lat, 80.0)
    near, nearer, far = (moved(HERE, east, 0) for east in (60, -40, 100))
    places = [("P1", "T", near.lon, near.lat), ("P2", "T", nearer.lon, nearer.lat)]
    assert nearest_place(fix, places, 400.0) == ("P2", "T")
    assert nearest_place(fix, [("P3", "T", far.lon, far.lat)], 400.0) is None
    assert nearest_place(fix, places, 50.0) is None, "a point so vague names no place"
    assert nearest_place(fix, [], 400.0) is None
