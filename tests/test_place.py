"""Coordinates agree with published points, and every conversion can be undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.errors import Invalid
from wanghuo.place import (
    Coordinates,
    Datum,
    datum,
    distance_m,
    from_wgs84,
    moved,
    near_distance_m,
    to_wgs84,
)
from wanghuo.units import spoken_distance

# Published by coordtransform (116.404, 39.915) and eviltransform (Shanghai, Shenzhen, Beijing);
# they agree to 1e-6 with each other. Columns: WGS-84 lon, lat; GCJ-02 lon, lat.
WGS84_TO_GCJ02 = [
    (116.404, 39.915, 116.41024449916938, 39.91640428150164),
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    (121.0917077, 30.6107779, 121.09626935575027, 30.608604331756705),
]
# GCJ-02 lon, lat; BD-09 lon, lat.
GCJ02_TO_BD09 = [
    (116.404, 39.915, 116.41036949371029, 39.92133699351021),
    (121.09626935575027, 30.608604331756705, 121.10271732371203, 30.61484572185035),
    (123.0, 45.0, 123.00636499, 45.00636899),
]

inside_china = st.builds(Coordinates, st.floats(74.0, 134.0), st.floats(4.0, 53.0))
anywhere = st.builds(Coordinates, st.floats(-179.0, 179.0), st.floats(-80.0, 80.0))


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), WGS84_TO_GCJ02)
def test_gcj02_agrees_with_published_points(
    lon: float, lat: float, gcj_lon: float, gcj_lat: float
) -> None:
    made = from_wgs84(Coordinates(lon, lat), Datum.GCJ02)
    assert made == pytest.approx((gcj_lon, gcj_lat), abs=1e-6)
    back = to_wgs84(gcj_lon, gcj_lat, Datum.GCJ02)
    assert (back.lon, back.lat) == pytest.approx((lon, lat), abs=1e-6)


@pytest.mark.parametrize(("lon", "lat", "bd_lon", "bd_lat"), GCJ02_TO_BD09)
def test_bd09_agrees_with_published_points(
    lon: float, lat: float, bd_lon: float, bd_lat: float
) -> None:
    wgs84 = to_wgs84(lon, lat, Datum.GCJ02)
    assert from_wgs84(wgs84, Datum.BD09) == pytest.approx((bd_lon, bd_lat), abs=1e-6)
    back = to_wgs84(bd_lon, bd_lat, Datum.BD09)
    assert (back.lon, back.lat) == pytest.approx((wgs84.lon, wgs84.lat), abs=1e-6)


@given(inside_china, st.sampled_from(Datum))
def test_there_and_back_is_the_same_point(point: Coordinates, via: Datum) -> None:
    lon, lat = from_wgs84(point, via)
    back = to_wgs84(lon, lat, via)
    assert abs(back.lon - point.lon) < 1e-9
    assert abs(back.lat - point.lat) < 1e-9


@given(inside_china)
def test_the_offset_of_gcj02_is_some_hundred_metres(point: Coordinates) -> None:
    lon, lat = from_wgs84(point, Datum.GCJ02)
    assert distance_m(point, Coordinates(lon, lat)) < 1500.0


@pytest.mark.parametrize("point", [Coordinates(2.35, 48.85), Coordinates(-74.0, 40.7)])
def test_outside_china_gcj02_has_no_offset(point: Coordinates) -> None:
    assert from_wgs84(point, Datum.GCJ02) == (point.lon, point.lat)
    assert to_wgs84(point.lon, point.lat, Datum.GCJ02) == point


def test_the_national_survey_is_taken_as_wgs84() -> None:
    assert from_wgs84(Coordinates(121.2, 30.1), Datum.CGCS2000) == (121.2, 30.1)


@pytest.mark.parametrize("text", ["GCJ-02", "gcj02", " Gcj_02 "])
def test_a_datum_may_be_written_loosely(text: str) -> None:
    assert datum(text) is Datum.GCJ02


def test_an_unknown_datum_is_refused_with_the_list() -> None:
    with pytest.raises(Invalid, match="WGS-84, GCJ-02, BD-09, CGCS2000"):
        datum("Mars")


def test_a_known_distance() -> None:
    # One degree of latitude on a sphere of 6,371,008.8 m is 111,195.08 m.
    one_degree = distance_m(Coordinates(121.0, 30.0), Coordinates(121.0, 31.0))
    assert one_degree == pytest.approx(111_195.08, abs=0.01)


@given(anywhere, anywhere)
def test_distance_is_the_same_both_ways(one: Coordinates, other: Coordinates) -> None:
    assert distance_m(one, other) == pytest.approx(distance_m(other, one))
    assert distance_m(one, one) == 0.0


@given(
    st.builds(Coordinates, st.floats(121.0, 121.6), st.floats(30.0, 30.4)),
    st.floats(-30_000.0, 30_000.0),
    st.floats(-30_000.0, 30_000.0),
)
def test_the_fast_distance_agrees_inside_a_city(
    start: Coordinates, east_m: float, north_m: float
) -> None:
    end = moved(start, east_m, north_m)
    exact = distance_m(start, end)
    fast = near_distance_m(start.lon, start.lat, end.lon, end.lat)
    assert fast == pytest.approx(exact, rel=1e-3, abs=0.01)


def test_a_distance_is_spoken_in_metres_then_in_kilometres() -> None:
    assert [spoken_distance(d) for d in (84.6, 999.4, 1234.0)] == ["85 m", "999 m", "1.2 km"]
