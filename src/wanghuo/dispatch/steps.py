"""A way to drive as people read it: a line on a map and steps in words."""

import heapq
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from wanghuo.dispatch.graph import Graph
from wanghuo.dispatch.router import Path
from wanghuo.dispatch.snapping import Spots
from wanghuo.dispatch.turns import Turn
from wanghuo.facts.sentences import Sentence, said

DIGITS: Final = 6  # of a degree: 0.1 m
FAR_M: Final = 1000
JUNCTION_ARMS: Final = 3
WALK_TOLD_M: Final = 10  # less is no walk

Point = tuple[float, float]


class Stretch(msgspec.Struct):
    """A part of the way along one street. turn: how it goes on."""

    road: str
    length_m: float
    turn: Turn


def line(graph: Graph, path: Path, start: Spots, end: Spots, points_max: int) -> list[Point]:
    """The way as at most `points_max` points, longitude before latitude."""
    found: list[Point] = [(float(start.lon[0]), float(start.lat[0]))]
    last = len(path.edges) - 1
    for at, edge in enumerate(path.edges):
        segment = edge // 2
        lons, lats = graph.shape(segment)
        # positions of the points along the segment, in the units of the spots
        sizes = np.hypot(np.diff(lons) * np.cos(np.radians(lats[0])), np.diff(lats))
        along = np.concatenate([[0.0], np.cumsum(sizes)])
        along *= int(graph.seg_length_dm[segment]) / max(float(along[-1]), 1e-12)
        low, high = -math.inf, math.inf
        if at == 0:
            low, high = _ahead(edge, int(start.from_start_dm[0]), low, high)
        if at == last:
            high, low = _ahead(edge, int(end.from_start_dm[0]), high, low)
        kept = [
            (float(lons[i]), float(lats[i]))
            for i in range(len(lons))
            if low < along[i] < high or (math.isinf(low) and math.isinf(high))
        ]
        found += kept[::-1] if edge & 1 else kept
    found.append((float(end.lon[0]), float(end.lat[0])))
    rounded = [(round(lon, DIGITS), round(lat, DIGITS)) for lon, lat in found]
    return simplified(_without_repeats(rounded), points_max)


def _ahead(edge: int, spot_dm: int, low: float, high: float) -> tuple[float, float]:
    """(low, high) narrowed to what lies ahead of a spot on an edge."""
    return (low, float(spot_dm)) if edge & 1 else (float(spot_dm), high)


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    return [p for at, p in enumerate(points) if at == 0 or p != points[at - 1]]


def simplified(points: Sequence[Point], points_max: int) -> list[Point]:
    """The points that matter most (Visvalingam: the smallest triangle goes first); ends stay."""
    count = len(points)
    if count <= max(points_max, 2):
        return list(points)
    before, after = list(range(-1, count - 1)), list(range(1, count + 1))
    alive = [True] * count
    heap = [(_area(points[i - 1], points[i], points[i + 1]), i) for i in range(1, count - 1)]
    heapq.heapify(heap)
    newest = {i: area for area, i in heap}
    left = count
    while left > max(points_max, 2):
        area, at = heapq.heappop(heap)
        if not alive[at] or newest[at] != area:
            continue
        alive[at], left = False, left - 1
        one, other = before[at], after[at]
        after[one], before[other] = other, one
        for near in (one, other):
            if 0 < near < count - 1:
                grown = max(area, _area(points[before[near]], points[near], points[after[near]]))
                newest[near] = grown
                heapq.heappush(heap, (grown, near))
    return [point for point, kept in zip(points, alive, strict=True) if kept]


def _area(one: Point, two: Point, three: Point) -> float:
    return abs((two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1]))


def stretches(graph: Graph, path: Path, start: Spots, end: Spots) -> list[Stretch]:
    """The way street by street: a new one where the name changes or the way turns."""
    turns = [*_turns(graph, path.edges), Turn.STRAIGHT]
    found: list[Stretch] = []
    for at, (edge, turn) in enumerate(zip(path.edges, turns, strict=True)):
        road = graph.names[graph.seg_name[edge // 2]]
        length_m = _driven_dm(graph, path, at, start, end) / 10.0
        goes_on = found and found[-1].road == road and found[-1].turn is Turn.STRAIGHT
        if goes_on:
            found[-1].length_m += length_m
            found[-1].turn = turn
        else:
            found.append(Stretch(road, length_m, turn))
    return [one for one in found if one.length_m >= 1.0] or found[-1:]


def _turns(graph: Graph, edges: Sequence[int]) -> Iterator[Turn]:
    arms = np.bincount(np.concatenate([graph.seg_from, graph.seg_to]))
    for one, other in pairwise(edges):
        begin = int(np.searchsorted(graph.arc_from, one))
        end = int(np.searchsorted(graph.arc_from, one, side="right"))
        at = begin + int(np.flatnonzero(graph.arc_to[begin:end] == other)[0])
        node = graph.seg_to[one // 2] if one % 2 == 0 else graph.seg_from[one // 2]
        same = graph.seg_name[one // 2] == graph.seg_name[other // 2]
        bend = same and arms[node] < JUNCTION_ARMS  # the street itself turns: nothing to decide
        yield Turn.STRAIGHT if bend else Turn(int(graph.arc_turn[at]))


def _driven_dm(graph: Graph, path: Path, at: int, start: Spots, end: Spots) -> int:
    """How much of the edge is driven."""
    edge = path.edges[at]
    begin, stop = 0, int(graph.seg_length_dm[edge // 2])
    if at == 0:
        begin = _from_begin(graph, edge, int(start.from_start_dm[0]))
    if at == len(path.edges) - 1:
        stop = _from_begin(graph, edge, int(end.from_start_dm[0]))
    return max(0, stop - begin)


def _from_begin(graph: Graph, edge: int, from_start_dm: int) -> int:
    length = int(graph.seg_length_dm[edge // 2])
    return length - from_start_dm if edge & 1 else from_start_dm


def in_words(found: Sequence[Stretch], walk_m: float) -> list[Sentence]:
    """The steps as sentences. walk_m: from the road to the door."""
    made: list[Sentence] = []
    for at, one in enumerate(found):
        params: dict[str, str | int] = {
            "road": one.road,
            "length": length(one.length_m),
            "on": "route.on" if one.road else "route.on_unnamed",
        }
        if at + 1 < len(found):
            following = found[at + 1].road
            params |= {
                "turn": one.turn.name.lower(),
                "next": following,
                "into": _into(one.road, following),
            }
        made.append(Sentence("route.along_turn" if "turn" in params else "route.along", params))
    if walk_m >= WALK_TOLD_M:
        made.append(said("route.walk", length=length(walk_m)))
    made.append(said("route.there"))
    return made


def _into(road: str, following: str) -> str:
    if not following:
        return "route.into_unnamed"
    return "route.stay" if following == road else "route.into"


def length(metres: float) -> str:
    """A distance as a driver reads it: to 10 m below 1 km, then to 0.1 km."""
    if round(metres, -1) < FAR_M:
        return f"{max(10, round(metres, -1)):.0f} m"
    return f"{metres / 1000.0:.1f} km"
