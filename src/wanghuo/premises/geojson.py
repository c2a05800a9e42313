"""GeoJSON (RFC 7946) as a table, and as the rings of a border.

A table's row is a feature: its properties are the columns, its point stands under lon and lat. A
feature with an area stands at the middle of its largest ring's box unless its properties say where.
Nothing is judged here but the format: cells are checked as those of any other table.
"""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from wanghuo.errors import Invalid
from wanghuo.place import Datum, to_wgs84

REMEDY: Final = "send a FeatureCollection as RFC 7946 says, in UTF-8"
CORNERS_MIN: Final = 4  # of a closed ring
CORNERS_MAX: Final = 100_000
LON_MAX, LAT_MAX = 180.0, 90.0
DECIMALS: Final = 6  # a tenth of a metre

Ring = list[tuple[float, float]]


def rows(file: str, content: bytes) -> Iterator[list[str]]:
    """The header, then a row for each feature. Raises Invalid."""
    features = _features(file, content)
    names = dict.fromkeys(name for one in features for name in _properties(one))
    header = list(dict.fromkeys([*names, "lon", "lat"]))
    yield header
    for feature in features:
        said = _properties(feature)
        at = _point(feature.get("geometry"))
        if at is not None:
            said = {"lon": at[0], "lat": at[1], **said}
        yield [_text(said.get(name)) for name in header]


def border(file: str, content: bytes, datum: Datum) -> list[Ring]:
    """The outer rings of all areas as closed rings of WGS-84 degrees. Raises Invalid."""
    found = [
        _ring(file, corners, datum)
        for feature in _features(file, content)
        for corners in _outer_rings(feature.get("geometry"))
    ]
    if not found:
        raise Invalid(file, "it holds no Polygon or MultiPolygon", "draw the border as an area")
    if sum(map(len, found)) > CORNERS_MAX:
        raise Invalid(file, f"more than {CORNERS_MAX} corners", "simplify the border")
    return found


def _features(file: str, content: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid(file, f"not JSON: {error}", REMEDY) from error
    if not isinstance(document, dict):
        raise Invalid(file, "not an object", REMEDY)
    found: Any = [{"geometry": document}]
    if document.get("type") == "FeatureCollection":
        found = document.get("features")
    elif document.get("type") == "Feature":
        found = [document]
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Invalid(file, "features is no list of features", REMEDY)
    return found


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    said = feature.get("properties")
    return said if isinstance(said, dict) else {}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _point(geometry: object) -> tuple[Any, Any] | None:
    """Where a geometry stands; None where it does not say."""
    if not isinstance(geometry, dict):
        return None
    if geometry.get("type") == "Point":
        at: Any = geometry.get("coordinates")
        return (at[0], at[1]) if _is_pair(at) else None
    rings = [ring for ring in _outer_rings(geometry) if all(map(_is_pair, ring)) and ring]
    if not rings:
        return None
    largest = max(rings, key=_width)
    lons, lats = [p[0] for p in largest], [p[1] for p in largest]
    middle = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    return round(middle[0], DECIMALS), round(middle[1], DECIMALS)


def _width(ring: list[Any]) -> float:
    lons = [corner[0] for corner in ring]
    return float(max(lons) - min(lons))


def _outer_rings(geometry: object) -> Iterator[list[Any]]:
    """The outer ring of each area in a geometry."""
    if not isinstance(geometry, dict):
        return
    kind, said = geometry.get("type"), geometry.get("coordinates")
    areas = [said] if kind == "Polygon" else said if kind == "MultiPolygon" else []
    for area in areas if isinstance(areas, list) else []:
        if isinstance(area, list) and area and isinstance(area[0], list):
            yield area[0]


def _is_pair(at: object) -> bool:
    return (
        isinstance(at, list)
        and len(at) > 1
        and all(isinstance(n, int | float) and not isinstance(n, bool) for n in at[:2])
    )


def _ring(file: str, corners: list[Any], datum: Datum) -> Ring:
    """A closed ring in WGS-84 degrees."""
    made: Ring = []
    for corner in corners:
        if not _is_pair(corner):
            raise Invalid(file, "a corner is no pair of numbers", REMEDY)
        lon, lat = float(corner[0]), float(corner[1])
        if not (math.isfinite(lon) and math.isfinite(lat)):
            raise Invalid(file, "a corner is no place", REMEDY)
        if abs(lon) > LON_MAX or abs(lat) > LAT_MAX:
            raise Invalid(file, f"{lon}, {lat} are no degrees", "write longitude, then latitude")
        at = to_wgs84(lon, lat, datum)
        made.append((round(at.lon, DECIMALS), round(at.lat, DECIMALS)))
    if made and made[0] != made[-1]:
        made.append(made[0])
    if len(made) < CORNERS_MIN:
        raise Invalid(file, "an area has fewer than three corners", "draw the whole border")
    return made
