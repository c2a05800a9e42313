"""GeoJSON as a table and as a border: what is read, and what is said of what cannot be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.errors import Invalid
from wanghuo.place import Datum
from wanghuo.premises import geojson, importing, sheets
from wanghuo.premises.import_tables import TOWNS
from wanghuo.premises.importing import Known

SQUARE = [[121.0, 30.0], [121.2, 30.0], [121.2, 30.1], [121.0, 30.1], [121.0, 30.0]]


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_points_and_areas_become_rows_of_towns() -> None:
    content = collection(
        feature({"type": "Point", "coordinates": [121.3, 30.2]}, code="1", 名称="甲镇", short="JZ"),
        feature({"type": "Polygon", "coordinates": [SQUARE]}, code="2", 名称="乙镇", short="YZ"),
    )
    parsed = importing.parse(TOWNS, sheets.read("towns.geojson", content), Known())
    assert parsed.errors == []
    assert [(t.name, t.lon, t.lat) for _, t in parsed.records] == [
        ("甲镇", 121.3, 30.2), ("乙镇", 121.1, 30.05),
    ]  # fmt: skip


def test_where_the_properties_say_where_the_seat_is_they_win() -> None:
    content = collection(
        feature({"type": "Polygon", "coordinates": [SQUARE]}, code="2", name="a", lon=121.19)
    )
    header, row = list(geojson.rows("x", content))
    assert dict(zip(header, row, strict=True))["lon"] == "121.19"


def test_a_border_is_closed_and_turned_into_wgs84() -> None:
    multi = {"type": "MultiPolygon", "coordinates": [[SQUARE[:-1]], [SQUARE]]}
    rings = geojson.border("x", json.dumps(multi).encode(), Datum.WGS84)
    assert [len(ring) for ring in rings] == [5, 5]
    assert all(ring[0] == ring[-1] for ring in rings)
    moved = geojson.border("x", collection(feature(multi)), Datum.GCJ02)
    assert 0.001 < abs(moved[0][0][0] - 121.0) < 0.01


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b'{"type": "FeatureCollection"}', "no list of features"),
        (b'{"type": "FeatureCollection", "features": [1]}', "no list of features"),
        (collection(feature({"type": "Point", "coordinates": [1, 2]})), "no Polygon"),
        (collection(feature({"type": "Polygon", "coordinates": [[[1, 2], [3]]]})), "no pair"),
        (collection(feature({"type": "Polygon", "coordinates": [[[30, 121]] * 4]})), "longitude"),
        (collection(feature({"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]})), "three"),
    ],
)
def test_what_is_no_border_is_refused_with_the_remedy(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        geojson.border("border.geojson", content, Datum.WGS84)
    assert refused.value.remedy


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["type", "features", "geometry", "coordinates", "properties"]), inner,
        max_size=4)
), max_leaves=12))  # fmt: skip
def test_any_json_is_read_or_refused_as_invalid(document: object) -> None:
    content = json.dumps(document).encode()
    for read in (
        lambda: list(geojson.rows("x", content)),
        lambda: geojson.border("x", content, Datum.WGS84),
    ):
        try:
            assert read()
        except Invalid as refused:
            assert refused.field == "x"  # noqa: PT017 - either outcome is right
