"""The demo city's roads: the streets of its villages, lanes off them, and what joins them all.

No road extract of Cixi was to be had, so these are invented, inside the real outline, along the
streets on which city_places puts the buildings. Whatever crosses is joined there. The result is
an extract in the shape of OpenStreetMap: nodes and ways with tags. It depends on the
random.Random handed in and on nothing else.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from random import Random
from typing import Final

import msgspec

from wanghuo.place import METRES_PER_DEGREE, near_distance_m
from wanghuo.premises.city_layout import Site, along, lay_out
from wanghuo.premises.city_sources import Outline, Sources, read
from wanghuo.premises.city_words import village_stem

LANE_EVERY_M: Final = 95.0
LANE_M: Final = (35.0, 95.0)
SHAPE_EVERY_M: Final = 40.0
CELL_M: Final = 150.0
JOIN_M: Final = 2.0
NEIGHBOURS: Final = 8
TOWN_STREET: Final = 0.45  # from this urbanity on a main street is a road of its town
SIGNAL_CHANCE: Final = 0.5
BIG: Final = frozenset({"trunk", "primary", "tertiary"})
# The towns along the old coast road, from west to east.
COAST_ROAD: Final = ("ZX", "ZH", "HS", "XL", "QT", "GH", "ZQ", "LS")
COAST_ROAD_NAME: Final = "三北大道"

Spot = tuple[float, float]  # metres east and north of the middle of the city
Node = tuple[int, tuple[float, float], dict[str, str]]
Way = tuple[int, list[int], dict[str, str]]


class Roads(msgspec.Struct, frozen=True):
    """An extract. nodes: id, (lon, lat), tags. ways: id, node ids, tags."""

    nodes: list[Node]
    ways: list[Way]


def of_seed(seed: int) -> "Roads":
    """The roads of the city that city_whole makes of this seed."""
    sources = read()
    sites = lay_out(sources, Random(f"{seed}/layout"))
    return roads(sources, sites, Random(f"{seed}/roads"))


class _Line(msgspec.Struct, frozen=True):
    """A straight road before it is joined to those it crosses."""

    begin: Spot
    end: Spot
    kind: str
    name: str

    @property
    def length_m(self) -> float:
        return math.dist(self.begin, self.end)

    def at(self, share: float) -> Spot:
        (x1, y1), (x2, y2) = self.begin, self.end
        return x1 + (x2 - x1) * share, y1 + (y2 - y1) * share


class _Sheet:
    """Flat metres around the middle of the city."""

    def __init__(self, outline: Outline) -> None:
        self._lon = (outline.west + outline.east) / 2.0
        self._lat = (outline.south + outline.north) / 2.0
        self._east = METRES_PER_DEGREE * math.cos(math.radians(self._lat))
        self._outline = outline

    def spot(self, lon: float, lat: float) -> Spot:
        return (lon - self._lon) * self._east, (lat - self._lat) * METRES_PER_DEGREE

    def lon_lat(self, spot: Spot) -> tuple[float, float]:
        lon = self._lon + spot[0] / self._east
        return round(lon, 7), round(self._lat + spot[1] / METRES_PER_DEGREE, 7)

    def inside(self, line: _Line) -> bool:
        """Whether a road stays in the city, looked at every 200 m."""
        steps = max(1, math.ceil(line.length_m / 200.0))
        spots = (line.at(step / steps) for step in range(steps + 1))
        return all(self._outline.contains(*self.lon_lat(spot)) for spot in spots)


def roads(sources: Sources, sites: list[Site], rng: Random) -> Roads:
    """The roads of the city."""
    sheet = _Sheet(sources.outline)
    lines = [*_between_towns(sources, sheet), *_between_villages(sites, sheet)]
    for site in sites:
        lines += _of_village(site, sheet, rng)
    lines += _to_landmarks(sources, sites, sheet)
    return _joined(lines, sheet, rng)


def _of_village(site: Site, sheet: _Sheet, rng: Random) -> Iterator[_Line]:
    """Its three streets and the lanes off them, as far as they lie inside the city."""
    for number, street in enumerate(site.streets):
        big = number == 0 and site.urban >= TOWN_STREET
        kind = "tertiary" if big else "unclassified" if number == 0 else "residential"
        ends = [along(site, street, side * street.half_m, 0.0) for side in (-1.0, 1.0)]
        spots = [sheet.spot(end.lon, end.lat) for end in ends]
        middle = sheet.spot(site.village.lon, site.village.lat)
        for end in spots:  # in two halves, so that one half may be cut short by the border
            half = _cut_short(_Line(middle, end, kind, street.name), sheet)
            if half is not None:
                yield half
                yield from _lanes(half, sheet, rng)


def _cut_short(line: _Line, sheet: _Sheet) -> _Line | None:
    for share in (1.0, 0.75, 0.5, 0.25):
        shorter = _Line(line.begin, line.at(share), line.kind, line.name)
        if sheet.inside(shorter):
            return shorter
    return None


def _lanes(street: _Line, sheet: _Sheet, rng: Random) -> Iterator[_Line]:
    (x1, y1), (x2, y2) = street.begin, street.end
    length_m = street.length_m
    across = (-(y2 - y1) / length_m, (x2 - x1) / length_m)
    at_m = rng.uniform(0.3, 0.8) * LANE_EVERY_M
    while at_m < length_m:
        begin = street.at(at_m / length_m)
        for side in (-1.0, 1.0):
            size_m = side * rng.uniform(*LANE_M)
            end = (begin[0] + across[0] * size_m, begin[1] + across[1] * size_m)
            lane = _Line(begin, end, "service", "")
            if sheet.inside(lane):
                yield lane
        at_m += LANE_EVERY_M * rng.uniform(0.8, 1.2)


def _between_villages(sites: list[Site], sheet: _Sheet) -> Iterator[_Line]:
    """Roads between neighbouring villages; each has a way to every other."""
    spots = [sheet.spot(site.village.lon, site.village.lat) for site in sites]
    pairs = set(_neighbours(spots))
    kept = {(i, j) for i, j in pairs if sheet.inside(_Line(spots[i], spots[j], "", ""))}
    for i, j in sorted(kept | set(_tree(spots, kept))):
        stems = [village_stem(sites[at].village.name)[:1] for at in (i, j)]
        big = min(sites[i].urban, sites[j].urban) >= TOWN_STREET
        kind = "tertiary" if big else "unclassified"
        yield _Line(spots[i], spots[j], kind, "".join(stems) + "路")


def _between_towns(sources: Sources, sheet: _Sheet) -> Iterator[_Line]:
    seats = {town.short: sheet.spot(town.lon, town.lat) for town in sources.towns}
    coast = [seats[short] for short in COAST_ROAD]
    for one, other in pairwise(coast):
        yield _Line(one, other, "trunk", COAST_ROAD_NAME)
    towns, spots = sources.towns, list(seats.values())
    known = {frozenset(pair) for pair in pairwise(COAST_ROAD)}
    for i, j in sorted({*_neighbours(spots), *_tree(spots, set())}):
        line = _Line(spots[i], spots[j], "primary", f"{towns[i].name[0]}{towns[j].name[0]}公路")
        if frozenset((towns[i].short, towns[j].short)) not in known and sheet.inside(line):
            yield line


def _to_landmarks(sources: Sources, sites: list[Site], sheet: _Sheet) -> Iterator[_Line]:
    """A lane from each real landmark, and from each further centre, to its village."""
    points = [*sources.landmarks, *sources.seats]
    for point in points:
        site = min(
            sites,
            key=lambda s: near_distance_m(s.village.lon, s.village.lat, point.lon, point.lat),
        )
        begin = sheet.spot(point.lon, point.lat)
        end = sheet.spot(site.village.lon, site.village.lat)
        if math.dist(begin, end) > JOIN_M:
            yield _Line(begin, end, "service", "")


def _neighbours(spots: Sequence[Spot]) -> Iterator[tuple[int, int]]:
    """Pairs between which no third one lies (Gabriel), among the nearest of each."""
    for i, here in enumerate(spots):
        near = sorted(range(len(spots)), key=lambda k: (math.dist(here, spots[k]), k))
        for j in near[1 : NEIGHBOURS + 1]:
            apart = math.dist(here, spots[j]) ** 2
            between = (
                math.dist(here, spots[k]) ** 2 + math.dist(spots[j], spots[k]) ** 2 < apart
                for k in near[1 : NEIGHBOURS + 1]
                if k != j
            )
            if not any(between):
                yield min(i, j), max(i, j)


def _tree(spots: Sequence[Spot], joined: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The shortest pairs that join what is not joined yet (Kruskal)."""
    group = list(range(len(spots)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for i, j in joined:
        group[root(i)] = root(j)
    made = []
    every = combinations(range(len(spots)), 2)
    for i, j in sorted(every, key=lambda p: (math.dist(spots[p[0]], spots[p[1]]), p)):
        if root(i) != root(j):
            group[root(i)] = root(j)
            made.append((i, j))
    return made


class _Nodes:
    """Nodes by where they are: what lies closer together than JOIN_M is one."""

    def __init__(self) -> None:
        self.spots: list[Spot] = []
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)

    def at(self, spot: Spot) -> int:
        east, north = int(spot[0] // JOIN_M), int(spot[1] // JOIN_M)
        for x in (east - 1, east, east + 1):
            for y in (north - 1, north, north + 1):
                for known in self._cells.get((x, y), ()):
                    if math.dist(self.spots[known], spot) < JOIN_M:
                        return known
        self.spots.append(spot)
        self._cells[east, north].append(len(self.spots) - 1)
        return len(self.spots) - 1


def _joined(lines: list[_Line], sheet: _Sheet, rng: Random) -> Roads:
    """Cut every line where it meets others and give it points in between."""
    nodes = _Nodes()
    cuts = [{nodes.at(line.begin): 0.0, nodes.at(line.end): 1.0} for line in lines]
    for i, j, share_i, share_j in _meetings(lines):
        node = nodes.at(lines[i].at(share_i))
        cuts[i].setdefault(node, share_i)
        cuts[j].setdefault(node, share_j)
    meeting: dict[int, set[int]] = defaultdict(set)
    ways: list[Way] = []
    for number, (line, cut) in enumerate(zip(lines, cuts, strict=True)):
        if line.kind in BIG:
            for node in cut:
                meeting[node].add(number)
        refs = _with_shape(line, sorted(cut, key=lambda n: (cut[n], n)), cut, nodes)
        tags = {"highway": line.kind} | ({"name": line.name} if line.name else {})
        if len(refs) > 1:
            ways.append((len(ways) + 1, refs, tags))
    signal = {"highway": "traffic_signals"}
    tags_of = {
        node: signal
        for node in sorted(meeting)
        if len(meeting[node]) > 2 and rng.random() < SIGNAL_CHANCE  # noqa: PLR2004 - a crossing
    }
    made = [
        (number + 1, sheet.lon_lat(spot), tags_of.get(number, {}))
        for number, spot in enumerate(nodes.spots)
    ]
    return Roads(made, [(key, [ref + 1 for ref in refs], tags) for key, refs, tags in ways])


def _with_shape(
    line: _Line, ordered: Sequence[int], cut: dict[int, float], nodes: _Nodes
) -> list[int]:
    """The nodes of a line with more of them in between, as surveyors leave them."""
    refs = [ordered[0]]
    for one, other in pairwise(ordered):
        gap_m = (cut[other] - cut[one]) * line.length_m
        steps = int(gap_m // SHAPE_EVERY_M)
        for step in range(1, steps):
            share = cut[one] + (cut[other] - cut[one]) * step / steps
            nodes.spots.append(line.at(share))
            refs.append(len(nodes.spots) - 1)
        refs.append(other)
    return refs


def _meetings(lines: Sequence[_Line]) -> Iterator[tuple[int, int, float, float]]:
    """(line, line, share, share) of every pair that crosses or touches."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        for cell in _cells_of(line):
            cells[cell].append(number)
    seen: set[tuple[int, int]] = set()
    for cell in sorted(cells):
        for i, j in combinations(sorted(cells[cell]), 2):
            if (i, j) in seen:
                continue
            seen.add((i, j))
            found = _crossing(lines[i], lines[j])
            if found is not None:
                yield i, j, *found


def _cells_of(line: _Line) -> set[tuple[int, int]]:
    steps = max(1, math.ceil(line.length_m / (CELL_M / 2.0)))
    found = set()
    for step in range(steps + 1):
        x, y = line.at(step / steps)
        for east in (-JOIN_M, JOIN_M):
            for north in (-JOIN_M, JOIN_M):
                found.add((int((x + east) // CELL_M), int((y + north) // CELL_M)))
    return found


def _crossing(one: _Line, other: _Line) -> tuple[float, float] | None:
    """Where two lines meet, as shares of each; a miss by less than JOIN_M is a meeting."""
    rx, ry = one.end[0] - one.begin[0], one.end[1] - one.begin[1]
    sx, sy = other.end[0] - other.begin[0], other.end[1] - other.begin[1]
    turn = rx * sy - ry * sx
    if abs(turn) < 1e-6 * one.length_m * other.length_m:
        return None
    gx, gy = other.begin[0] - one.begin[0], other.begin[1] - one.begin[1]
    share, share_other = (gx * sy - gy * sx) / turn, (gx * ry - gy * rx) / turn
    slack, slack_other = JOIN_M / one.length_m, JOIN_M / other.length_m
    if -slack <= share <= 1 + slack and -slack_other <= share_other <= 1 + slack_other:
        return min(1.0, max(0.0, share)), min(1.0, max(0.0, share_other))
    return None
