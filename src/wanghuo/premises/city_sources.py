"""The real part of the demo city, read from the package's cixi/ folder (see SOURCES.md there)."""

import csv
import json
from pathlib import Path

import msgspec

from wanghuo.premises.model import Town

FOLDER = Path(__file__).parent / "cixi"


class Outline:
    """The border of the city: a ring of WGS-84 corners."""

    def __init__(self, ring: list[tuple[float, float]]) -> None:
        self.ring = ring
        self._edges = list(zip(ring, ring[1:] + ring[:1], strict=True))
        self.west, self.east = min(p[0] for p in ring), max(p[0] for p in ring)
        self.south, self.north = min(p[1] for p in ring), max(p[1] for p in ring)

    def contains(self, lon: float, lat: float) -> bool:
        """Whether the point lies inside (even-odd rule)."""
        inside = False
        for (lon1, lat1), (lon2, lat2) in self._edges:
            if (lat1 > lat) != (lat2 > lat):
                crossing = lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1)
                if lon < crossing:
                    inside = not inside
        return inside

    def contains_around(self, lon: float, lat: float, margin_degrees: float) -> bool:
        """Whether the point and four points around it lie inside."""
        steps = ((0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))
        return all(
            self.contains(lon + east * margin_degrees, lat + north * margin_degrees)
            for east, north in steps
        )


class NamedVillage(msgspec.Struct, frozen=True):
    """A village of the statistics bureau's list; its position is not known."""

    code: str
    name: str
    town_code: str
    kind: str


class NamedPoint(msgspec.Struct, frozen=True):
    """A real point with a name; group: what the file's first column says."""

    group: str
    name: str
    lon: float
    lat: float


class Sources(msgspec.Struct, frozen=True):
    """Everything that is real. seats: town seats and further centres, group = town code."""

    outline: Outline
    towns: list[Town]
    seats: list[NamedPoint]
    villages: list[NamedVillage]
    landmarks: list[NamedPoint]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read() -> Sources:
    """The files of the folder."""
    corners = json.loads((FOLDER / "outline.json").read_text(encoding="utf-8"))
    towns = [
        Town(row["code"], row["name"], row["short"], float(row["lon"]), float(row["lat"]))
        for row in _rows("towns.csv")
    ]
    seats = [NamedPoint(town.code, town.name, town.lon, town.lat) for town in towns]
    seats += [
        NamedPoint(row["town_code"], row["name"], float(row["lon"]), float(row["lat"]))
        for row in _rows("seats.csv")
    ]
    villages = [
        NamedVillage(row["code"], row["name"], row["town_code"], row["kind"])
        for row in _rows("villages.csv")
    ]
    landmarks = [
        NamedPoint(row["kind"], row["name"], float(row["lon"]), float(row["lat"]))
        for row in _rows("osm_places.csv")
    ]
    ring = [(float(lon), float(lat)) for lon, lat in corners]
    return Sources(Outline(ring), towns, seats, villages, landmarks)
