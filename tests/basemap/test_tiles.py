"""From features to tiles: what is shown where, cut at edges, thinned, the same bytes each time."""

import gzip
import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.basemap.test_mvt import layer, numbers, walked
from wanghuo.basemap import building, cutting, reading, store
from wanghuo.basemap.cutting import EXTENT, XY
from wanghuo.basemap.features import Feature, Kind, area_kind, label_kind, line_kind
from wanghuo.errors import Invalid

OSM = Path(__file__).parents[1] / "golden" / "osm"
NEAR_N = 1 << 13
BOX = (0.0, 0.0, 100.0, 50.0)
COORDINATE = st.floats(-300, 300, allow_nan=False)
LINES = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "primary", "name": "Main", "name:zh": "三北大道"}, ("primary", 9, "三北大道")),
        ({"highway": "service"}, ("minor", 13, "")),
        ({"highway": "service", "service": "driveway"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"railway": "rail"}, ("rail", 11, "")),
        ({"railway": "rail", "service": "yard"}, None),
        ({"waterway": "river", "name": "姚江"}, ("river", 9, "姚江")),
        ({"waterway": "stream", "tunnel": "culvert"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_which_ways_are_drawn(tags: dict[str, str], kind: tuple[str, int, str] | None) -> None:
    found = line_kind(tags)
    assert (found and (found.kind, found.zoom_min, found.name)) == kind


def test_which_areas_and_names_are_drawn() -> None:
    assert (area_kind({"landuse": "reservoir"}) or Kind("", "", 0)).kind == "water"
    assert (area_kind({"landuse": "industrial"}) or Kind("", "", 0)).kind == "built"
    assert area_kind({"landuse": "farmland"}) is None
    assert (label_kind({"place": "village", "name": "新浦村"}) or Kind("", "", 0)).zoom_min == 11
    assert label_kind({"place": "village"}) is None


@given(LINES)
def test_a_cut_line_stays_inside_and_loses_nothing_that_is_inside(line: list[XY]) -> None:
    parts = cutting.cut_line(line, BOX)
    for x, y in (point for part in parts for point in part):
        assert -1e-6 <= x <= 100 + 1e-6
        assert -1e-6 <= y <= 50 + 1e-6
    kept = {point for part in parts for point in part}
    inside = {(x, y) for x, y in line if 0 < x < 100 and 0 < y < 50}
    assert inside <= kept


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=12))
def test_a_cut_ring_stays_inside(ring: list[XY]) -> None:
    for x, y in cutting.cut_ring([*ring, ring[0]], BOX):
        assert -1e-6 <= x <= 100 + 1e-6
        assert -1e-6 <= y <= 50 + 1e-6


def test_a_square_over_the_edge_is_cut_to_its_part() -> None:
    square = [(-50.0, -50.0), (50.0, -50.0), (50.0, 20.0), (-50.0, 20.0), (-50.0, -50.0)]
    assert set(cutting.cut_ring(square, BOX)) == {(0, 0), (50, 0), (50, 20), (0, 20)}


@given(LINES)
def test_a_thinned_line_is_never_far_from_the_line(line: list[XY]) -> None:
    thin = cutting.thinned(line, 9)
    assert (thin[0], thin[-1]) == (line[0], line[-1])
    assert set(thin) <= set(line)
    for x, y in line:
        assert min(_away((x, y), a, b) for a, b in pairwise(thin)) <= 6.001


def _away(at: XY, start: XY, end: XY) -> float:
    (x0, y0), (x1, y1) = start, end
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = ((at[0] - x0) * (x1 - x0) + (at[1] - y0) * (y1 - y0)) / length if length else 0.0
    along = max(0.0, min(1.0, along))
    return math.hypot(at[0] - x0 - along * (x1 - x0), at[1] - y0 - along * (y1 - y0))


def test_a_road_over_two_tiles_is_in_both_and_named_where_it_runs_long() -> None:
    edge = 360 * 6900 / NEAR_N - 180  # between columns 6899 and 6900 of the nearest zoom
    road = Feature(
        Kind("line", "minor", 13, "环城路"),
        (((edge - 0.01, 30.2), (edge, 30.2), (edge + 0.02, 30.2)),),
    )
    made = dict(building.tiles([road]))
    assert {(z, x) for z, x, _ in made} == {(13, 6899), (13, 6900)}
    for content in made.values():
        assert "环城路".encode() in content


def test_what_is_too_small_to_see_from_afar_is_left_out_there() -> None:
    pond = [(121.3, 30.2), (121.3004, 30.2), (121.3004, 30.2004), (121.3, 30.2)]
    made = dict(building.tiles([Feature(Kind("area", "water", 9), (tuple(pond),))]))
    assert {zoom for zoom, _, _ in made} == {13}


@pytest.fixture(scope="module")
def shanghai(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base map of a real extract."""
    path = tmp_path_factory.mktemp("ground") / "ground.mbtiles"
    tiles = building.tiles(reading.read(OSM / "shanghai_center.osm.pbf"))
    made = store.keep(path, tiles, source="shanghai", attribution=store.OSM_ATTRIBUTION)
    assert made.tiles >= 15
    assert made.largest_bytes < 30_000, "a few kB a tile"
    return path


def tile_at(path: Path, lon: float, lat: float) -> bytes:
    """The nearest tile around a point."""
    x = int((lon + 180) / 360 * NEAR_N)
    sine = math.sin(math.radians(lat))
    y = int((0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * NEAR_N)
    packed = store.tile(path, (13, x, y))
    assert packed is not None
    return gzip.decompress(packed)


def test_a_real_extract_has_its_streets_with_chinese_names(shanghai: Path) -> None:
    assert "黄陂南路".encode() in tile_at(shanghai, 121.47, 31.235)
    assert store.about(shanghai)["attribution"].startswith("© OpenStreetMap")
    assert store.tile(shanghai, (13, 0, 0)) is None


def test_a_real_extract_has_water_parks_and_built_up_land(tmp_path: Path) -> None:
    path = tmp_path / "ground.mbtiles"
    tiles = building.tiles(reading.read(OSM / "munich_bench_2020.osm.pbf"))
    store.keep(path, tiles, source="munich", attribution="")
    content = tile_at(path, 11.575, 48.137)
    assert all(kind in content for kind in (b"area", b"water", b"green", b"built", b"rail"))


def test_the_same_extract_is_the_same_file(shanghai: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mbtiles"
    tiles = building.tiles(reading.read(OSM / "shanghai_center.osm.pbf"))
    store.keep(again, tiles, source="shanghai", attribution=store.OSM_ATTRIBUTION)
    assert again.read_bytes() == shanghai.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"), [("none.osm", None), ("bad.osm", b"<osm"), ("bad.txt", b"x")]
)
def test_what_is_no_extract_is_refused_and_nothing_is_kept(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "ground.mbtiles"
    with pytest.raises(Invalid, match="OpenStreetMap"):
        store.keep(path, building.tiles(reading.read(tmp_path / name)), source="", attribution="")
    assert store.stamp(path) == ""
    assert store.about(path) == {}


def test_a_line_in_a_tile_is_in_the_tiles_own_units() -> None:
    line = Feature(Kind("line", "river", 9), (((121.3, 30.2), (121.31, 30.21)),))
    for _, content in building.tiles([line]):
        points = walked(numbers(layer(content)["features"][0][4]))[0]
        assert all(-64 <= value <= EXTENT + 64 for point in points for value in point)
