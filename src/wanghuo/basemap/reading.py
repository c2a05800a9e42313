"""Reads what the base map shows out of an OpenStreetMap extract, by the osmium library."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import osmium

from wanghuo.basemap.features import Feature, Kind, Point, area_kind, label_kind, line_kind
from wanghuo.errors import Invalid

TELL_EVERY: Final = 5000
CORNERS_MIN: Final = 4  # of a closed ring
AREA_KEYS: Final = ("natural", "landuse", "leisure", "waterway")
KEYS: Final = (*AREA_KEYS, "highway", "railway", "place")
REMEDY: Final = "give an OpenStreetMap extract that ends in .osm.pbf or .osm"

Told = Callable[[int], None]


def read(path: Path, told: Told = lambda _: None) -> Iterator[Feature]:
    """What is shown of an extract. told: hears how many objects were read. Raises Invalid."""
    if not path.is_file():
        raise Invalid("file", f"{path} is no file", REMEDY)
    seen = 0
    try:
        objects = osmium.FileProcessor(str(path)).with_locations()
        objects = objects.with_areas(osmium.filter.KeyFilter(*AREA_KEYS))
        for one in objects.with_filter(osmium.filter.KeyFilter(*KEYS)):
            seen += 1
            if seen % TELL_EVERY == 0:
                told(seen)
            yield from _features(one)
    except (RuntimeError, ValueError) as error:
        raise Invalid("file", f"{path.name}: {error}", REMEDY) from error


def _features(one: Any) -> Iterator[Feature]:  # noqa: ANN401 - an object of the library
    tags = {tag.k: tag.v for tag in one.tags}
    if one.is_area():
        kind = area_kind(tags)
        if kind is not None:
            yield from _areas(one, kind)
    elif one.is_way():
        kind = line_kind(tags)
        if kind is not None:
            yield from (Feature(kind, (line,)) for line in _lines(one))
    elif one.is_node():
        kind = label_kind(tags)
        if kind is not None:
            yield Feature(kind, (((one.location.lon, one.location.lat),),))


def _lines(way: Any) -> Iterator[tuple[Point, ...]]:  # noqa: ANN401
    """The parts of a way whose nodes are in the extract."""
    part: list[Point] = []
    for node in way.nodes:
        if node.location.valid():
            part.append((node.location.lon, node.location.lat))
            continue
        if len(part) > 1:
            yield tuple(part)
        part = []
    if len(part) > 1:
        yield tuple(part)


def _areas(area: Any, kind: Kind) -> Iterator[Feature]:  # noqa: ANN401
    """One feature for each outer ring, with its holes."""
    for outer in area.outer_rings():
        rings = [_ring(outer), *(_ring(inner) for inner in area.inner_rings(outer))]
        if len(rings[0]) >= CORNERS_MIN:
            yield Feature(kind, tuple(ring for ring in rings if len(ring) >= CORNERS_MIN))


def _ring(nodes: Any) -> tuple[Point, ...]:  # noqa: ANN401
    return tuple((node.lon, node.lat) for node in nodes if node.location.valid())
