"""Which objects of OpenStreetMap the base map shows, as what, and from which zoom on. Pure.

Source: the project's wiki pages Key:highway, Key:waterway, Key:natural, Key:landuse, Key:place.
Rule 1. The ground is quiet: kinds are few, and nothing is shown that a fire does not ask for.
Rule 2. A name is the Chinese one where there is one, else the local one.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

ZOOMS: Final = (9, 11, 13)  # tiles are made at these; between them they are stretched
FAR, MIDDLE, NEAR = ZOOMS
NAME_SIZE_MAX_CHARS: Final = 40

Point = tuple[float, float]  # longitude, latitude

ROADS: Final[Mapping[str, tuple[str, int]]] = {
    "motorway": ("motorway", FAR), "motorway_link": ("motorway", MIDDLE),
    "trunk": ("trunk", FAR), "trunk_link": ("trunk", MIDDLE),
    "primary": ("primary", FAR), "primary_link": ("primary", MIDDLE),
    "secondary": ("secondary", MIDDLE), "secondary_link": ("secondary", NEAR),
    "tertiary": ("tertiary", MIDDLE), "tertiary_link": ("tertiary", NEAR),
    "unclassified": ("minor", NEAR), "residential": ("minor", NEAR),
    "living_street": ("minor", NEAR), "service": ("minor", NEAR), "road": ("minor", NEAR),
    "pedestrian": ("minor", NEAR),
}  # fmt: skip
YARDS: Final = frozenset({"driveway", "parking_aisle", "drive-through"})
RIVERS: Final = {"river": FAR, "canal": MIDDLE, "stream": NEAR, "ditch": NEAR, "drain": NEAR}
AREAS: Final[Mapping[tuple[str, str], str]] = {
    ("natural", "water"): "water", ("waterway", "riverbank"): "water",
    ("waterway", "dock"): "water", ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("landuse", "residential"): "built", ("landuse", "industrial"): "built",
    ("landuse", "commercial"): "built", ("landuse", "retail"): "built",
    ("landuse", "construction"): "built",
    ("landuse", "forest"): "green", ("landuse", "grass"): "green",
    ("landuse", "meadow"): "green", ("leisure", "park"): "green",
    ("leisure", "golf_course"): "green", ("natural", "wood"): "green",
    ("natural", "scrub"): "green", ("natural", "wetland"): "green",
}  # fmt: skip
PLACES: Final = {
    "city": FAR, "town": FAR, "suburb": MIDDLE, "village": MIDDLE, "island": MIDDLE,
    "quarter": NEAR, "neighbourhood": NEAR, "hamlet": NEAR,
}  # fmt: skip


class Kind(msgspec.Struct, frozen=True):
    """What a feature is drawn as. layer: area, line or label."""

    layer: str
    kind: str
    zoom_min: int
    name: str = ""


class Feature(msgspec.Struct, frozen=True):
    """Something to draw. parts: lines, or rings with the outer one first, or one point."""

    is_a: Kind
    parts: tuple[tuple[Point, ...], ...]


def line_kind(tags: Mapping[str, str]) -> Kind | None:
    """What a way is drawn as; None if it is not."""
    highway, name = tags.get("highway", ""), name_of(tags)
    if highway in ROADS and tags.get("service") not in YARDS and tags.get("area") != "yes":
        kind, zoom_min = ROADS[highway]
        return Kind("line", kind, zoom_min, name)
    if tags.get("railway") == "rail" and "service" not in tags:
        return Kind("line", "rail", MIDDLE, name)
    if tags.get("waterway") in RIVERS and tags.get("tunnel") in {None, "no"}:
        return Kind("line", "river", RIVERS[tags["waterway"]], name)
    return None


def area_kind(tags: Mapping[str, str]) -> Kind | None:
    """What an area is drawn as; None if it is not. How large it is decides from which zoom on."""
    for key in ("natural", "waterway", "landuse", "leisure"):
        kind = AREAS.get((key, tags.get(key, "")))
        if kind is not None:
            return Kind("area", kind, FAR, name_of(tags))
    return None


def label_kind(tags: Mapping[str, str]) -> Kind | None:
    """What a node's name is shown as; None without a name."""
    name, place = name_of(tags), tags.get("place", "")
    return Kind("label", place, PLACES[place], name) if name and place in PLACES else None


def name_of(tags: Mapping[str, str]) -> str:
    """The name to show, "" for none."""
    name = tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name") or ""
    return " ".join(name.split())[:NAME_SIZE_MAX_CHARS]
