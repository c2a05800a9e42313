"""All tiles of an extract, out of its features. Pure.

Rule 1. The same features give the same bytes.
Rule 2. A tile holds no feature that is smaller than it can show.
Rule 3. A road's name is said once a tile, at the middle of its longest part there.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from wanghuo.basemap import cutting, mvt
from wanghuo.basemap.cutting import EXTENT, SMALL, XY, Box
from wanghuo.basemap.features import NEAR, ZOOMS, Feature, Kind
from wanghuo.basemap.mvt import LINE, POINT, POLYGON, Drawn, Whole

LAYERS: Final = ("area", "line", "label")
NAMED_ROADS: Final = frozenset({"motorway", "trunk", "primary", "secondary", "tertiary", "minor"})
NAMED_MIN: Final = 160.0  # units that a road must run in a tile to be named there
RING_MIN: Final = 3

Key = tuple[int, int, int]  # zoom, x, y


class _Tile(msgspec.Struct):
    """A tile in the making. names: of roads, each with its longest run and where."""

    layers: dict[str, list[Drawn]]
    names: dict[str, tuple[float, Whole]]


def tiles(features: Iterable[Feature]) -> Iterator[tuple[Key, bytes]]:
    """Every tile that shows anything, in order."""
    open_tiles: dict[Key, _Tile] = {}
    for feature in features:
        for zoom in ZOOMS:
            if zoom >= feature.is_a.zoom_min:
                _take(open_tiles, feature, zoom)
    for key in sorted(open_tiles):
        tile = open_tiles.pop(key)
        tile.layers["label"] += [
            Drawn("road", name, POINT, ((at,),)) for name, (_, at) in sorted(tile.names.items())
        ]
        yield key, mvt.encoded(tile.layers)


def _take(open_tiles: dict[Key, _Tile], feature: Feature, zoom: int) -> None:
    parts = [cutting.projected(part, zoom) for part in feature.parts]
    box = cutting.box_of(parts[0])
    kind = feature.is_a
    if kind.layer == "area" and min(box[2] - box[0], box[3] - box[1]) < SMALL:
        return
    if kind.layer != "label":
        parts = [cutting.thinned(part, zoom) for part in parts]
    for x, y in cutting.tiles_of(box):
        drawn = _drawn(kind, parts, (x, y))
        if drawn is None:
            continue
        key = (zoom, x, y)
        tile = open_tiles.get(key)
        if tile is None:
            tile = open_tiles[key] = _Tile({layer: [] for layer in LAYERS}, {})
        tile.layers[kind.layer].append(drawn)
        if zoom == NEAR and kind.name and kind.kind in NAMED_ROADS:
            _name(tile, kind.name, drawn)


def _drawn(kind: Kind, parts: list[list[XY]], tile: tuple[int, int]) -> Drawn | None:
    """The feature inside one tile; None if nothing of it is there."""
    box = cutting.edges(*tile)
    if kind.layer == "label":
        at = _whole(parts[0], tile)
        inside = all(0 <= value < EXTENT for value in at[0])
        return Drawn(kind.kind, kind.name, POINT, (at,)) if inside else None
    if kind.layer == "line":
        found = [_whole(part, tile) for part in cutting.cut_line(parts[0], box)]
        kept = tuple(part for part in found if len(part) > 1)
        return Drawn(kind.kind, "", LINE, kept) if kept else None
    return _area(kind, parts, tile, box)


def _area(kind: Kind, parts: list[list[XY]], tile: tuple[int, int], box: Box) -> Drawn | None:
    rings = [_whole(cutting.cut_ring(ring, box), tile) for ring in parts]
    if len(rings[0]) < RING_MIN:
        return None
    kept = tuple(ring for ring in rings if len(ring) >= RING_MIN)
    return Drawn(kind.kind, "", POLYGON, kept)


def _whole(part: list[XY], tile: tuple[int, int]) -> tuple[Whole, ...]:
    """Whole units from the tile's corner; a corner that falls on the one before is left out."""
    left, top = tile[0] * EXTENT, tile[1] * EXTENT
    made: list[Whole] = []
    for x, y in part:
        at = (round(x - left), round(y - top))
        if not made or made[-1] != at:
            made.append(at)
    return tuple(made)


def _middle(part: Sequence[Whole]) -> Whole:
    """The point half way along a line."""
    left = sum(map(math.dist, part, part[1:])) / 2
    for (x0, y0), (x1, y1) in pairwise(part):
        run = math.dist((x0, y0), (x1, y1))
        if run >= left and run:
            return round(x0 + (x1 - x0) * left / run), round(y0 + (y1 - y0) * left / run)
        left -= run
    return part[-1]


def _name(tile: _Tile, name: str, drawn: Drawn) -> None:
    for part in drawn.parts:
        box = cutting.box_of(part)
        run = max(box[2] - box[0], box[3] - box[1])
        middle = _middle(part)
        inside = all(0 <= value < EXTENT for value in middle)
        if inside and run >= NAMED_MIN and run > tile.names.get(name, (0.0, middle))[0]:
            tile.names[name] = (run, middle)
