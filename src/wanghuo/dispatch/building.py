"""Makes the road graph of raw roads: cuts ways at their joints, prices turns, finds the islands.

Rule 1. A node is a joint where ways meet or end, or where a signal or a barrier stands.
Rule 2. Nobody turns round on the spot, but where there is no other way on.
Rule 3. A turn costs only where at least three stretches meet; a bend is no turn.
Rule 4. The network is the strongly connected part with the longest roads; the rest are islands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from wanghuo.dispatch.graph import BACKWARD, FORWARD, Graph, made
from wanghuo.dispatch.policy import KMH_PER_M_S, Policy
from wanghuo.dispatch.raw_roads import Point, RawRoads, RawWay
from wanghuo.dispatch.turns import Turn, bearing_degrees, turn_between
from wanghuo.errors import Invalid
from wanghuo.place import near_distance_m

JUNCTION_ARMS: Final = 3
CS: Final = 100  # hundredths of a second
DM: Final = 10  # tenths of a metre


@dataclass
class _Segments:
    """Columns of segments while they are cut. points: the shape of each, way: its way's id."""

    tails: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    lengths_dm: list[int] = field(default_factory=list)
    times_cs: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    names: list[int] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    points: list[list[Point]] = field(default_factory=list)


def build(roads: RawRoads, policy: Policy, source: str) -> Graph:
    """The graph of these roads. source: what they came from, for the record. Raises Invalid."""
    joints = _joints(roads)
    number = {node: at for at, node in enumerate(sorted(joints))}
    names: dict[str, int] = {"": 0}
    cut = _Segments()
    for way in roads.ways:
        name = names.setdefault(way.name.replace("\n", " "), len(names))
        for piece in _pieces(way, joints):
            _add(cut, way, piece, name, number, roads)
    if not cut.tails:
        raise Invalid("roads", "no road has a length", "give an extract with roads")
    arcs = _Arcs(cut, roads, policy, number).priced()
    main = _main_edges(cut, arcs)
    columns = _columns(cut, arcs, main, [roads.points[node] for node in sorted(joints)])
    about = {
        "source": source,
        "policy_version": policy.version,
        "ways": len(roads.ways),
        "road_nodes": len(roads.points),
        "junctions": len(joints),
        "segments": len(cut.tails),
        "island_segments": int((~(main[0::2] | main[1::2])).sum()),
        "length_km": round(sum(cut.lengths_dm) / DM / 1000.0, 1),
        "signals": len(roads.signals & set(number)),
        "restrictions": len(roads.restrictions),
        "left_out": dict(sorted(roads.left_out.items())),
    }
    return made(columns, list(names), about)


def _joints(roads: RawRoads) -> set[int]:
    seen: Counter[int] = Counter()
    ends: set[int] = set()
    for way in roads.ways:
        seen.update(way.nodes)
        ends |= {way.nodes[0], way.nodes[-1]}
    on_roads = (roads.signals | set(roads.barriers)) & set(seen)
    return ends | on_roads | {node for node, times in seen.items() if times > 1}


def _pieces(way: RawWay, joints: set[int]) -> Iterator[Sequence[int]]:
    begin = 0
    for at in range(1, len(way.nodes)):
        if way.nodes[at] in joints:
            yield way.nodes[begin : at + 1]
            begin = at


def _add(  # noqa: PLR0913, PLR0917 - one row of columns
    cut: _Segments,
    way: RawWay,
    piece: Sequence[int],
    name: int,
    number: dict[int, int],
    roads: RawRoads,
) -> None:
    points = [roads.points[node] for node in piece]
    steps = pairwise(points)
    length_m = sum(near_distance_m(*one, *other) for one, other in steps)
    if length_m * DM < 1.0:
        if piece[0] != piece[-1]:  # two nodes on one spot still lead on
            length_m = 1.0 / DM
        else:
            return
    cut.tails.append(number[piece[0]])
    cut.heads.append(number[piece[-1]])
    cut.lengths_dm.append(round(length_m * DM))
    cut.times_cs.append(max(1, round(length_m / (way.kmh / KMH_PER_M_S) * CS)))
    cut.open.append((FORWARD if way.forward else 0) | (BACKWARD if way.backward else 0))
    cut.names.append(name)
    cut.ways.append(way.id)
    cut.points.append(points)


class _Arcs:
    """Prices every way from one edge onto the next."""

    def __init__(
        self, cut: _Segments, roads: RawRoads, policy: Policy, number: dict[int, int]
    ) -> None:
        self._cut = cut
        self._delays = policy.delays_s
        self._straight = policy.driving.straight_below_degrees
        self._wait_s = {number[n]: policy.delays_s.signal for n in roads.signals if n in number}
        self._closed = set()
        for node, wait_s in roads.barriers.items():
            if node not in number:
                continue
            if wait_s is None:
                self._closed.add(number[node])
            else:
                self._wait_s[number[node]] = self._wait_s.get(number[node], 0.0) + wait_s
        self._arms: Counter[int] = Counter([*cut.tails, *cut.heads])
        self._bans: dict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
        for rule in roads.restrictions:
            if rule.via_node in number:
                key = (number[rule.via_node], rule.from_way)
                self._bans[key].append((rule.to_way, rule.only))

    def priced(self) -> list[tuple[int, int, int, int]]:
        """(from edge, to edge, hundredths of a second, turn), in the order of the edges."""
        arriving: dict[int, list[int]] = defaultdict(list)
        leaving: dict[int, list[int]] = defaultdict(list)
        for segment, way in enumerate(self._cut.open):
            tail, head = self._cut.tails[segment], self._cut.heads[segment]
            if way & FORWARD:
                leaving[tail].append(2 * segment)
                arriving[head].append(2 * segment)
            if way & BACKWARD:
                leaving[head].append(2 * segment + 1)
                arriving[tail].append(2 * segment + 1)
        made_arcs = [
            arc
            for node, edges in arriving.items()
            for edge in edges
            for arc in self._from(node, edge, leaving[node])
        ]
        return sorted(made_arcs)

    def _from(
        self, node: int, edge: int, exits: Iterable[int]
    ) -> Iterator[tuple[int, int, int, int]]:
        back, wait_s = edge ^ 1, self._wait_s.get(node, 0.0)
        onward = [] if node in self._closed else [e for e in exits if e != back]
        allowed = [e for e in onward if self._may(node, edge, e)]
        if not allowed and back in exits:
            yield edge, back, round(self._delays.around * CS), Turn.AROUND
        junction = self._arms[node] >= JUNCTION_ARMS
        for other in allowed:
            turn = turn_between(self._end(edge), self._begin(other), self._straight)
            cost_s = wait_s + (self._turn_s(turn) if junction else 0.0)
            yield edge, other, round(cost_s * CS), turn

    def _may(self, node: int, edge: int, other: int) -> bool:
        rules = self._bans.get((node, self._cut.ways[edge // 2]))
        if not rules:
            return True
        way = self._cut.ways[other // 2]
        if any(not only and to == way for to, only in rules):
            return False
        wanted = [to for to, only in rules if only]
        return not wanted or way in wanted

    def _turn_s(self, turn: Turn) -> float:
        if turn is Turn.RIGHT:
            return self._delays.right
        return self._delays.left if turn is Turn.LEFT else 0.0

    def _end(self, edge: int) -> float:
        points = self._cut.points[edge // 2]
        return _heading(points[1::-1] if edge & 1 else points[-2:])

    def _begin(self, edge: int) -> float:
        points = self._cut.points[edge // 2]
        return _heading(points[:-3:-1] if edge & 1 else points[:2])


def _heading(two: Sequence[Point]) -> float:
    return bearing_degrees(two[0], two[1])


def _main_edges(cut: _Segments, arcs: list[tuple[int, int, int, int]]) -> Any:  # noqa: ANN401 - an array of bool
    edges = 2 * len(cut.tails)
    pairs = np.array([(a, b) for a, b, _, _ in arcs], dtype=np.int32).reshape(-1, 2)
    ones = np.ones(len(pairs), dtype=np.int8)
    links = csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(edges, edges))
    _, label = connected_components(links, directed=True, connection="strong")
    ways = np.array(cut.open)
    drivable = np.empty(edges, dtype=bool)
    drivable[0::2], drivable[1::2] = ways & FORWARD > 0, ways & BACKWARD > 0
    lengths = np.repeat(np.array(cut.lengths_dm, dtype=np.float64), 2) * drivable
    return drivable & (label == int(np.argmax(np.bincount(label, weights=lengths))))


def _columns(
    cut: _Segments,
    arcs: list[tuple[int, int, int, int]],
    main: Any,  # noqa: ANN401 - an array of bool
    nodes: Sequence[Point],
) -> dict[str, Any]:
    sizes = [0, *map(len, cut.points)]
    flat = [point for points in cut.points for point in points]
    table = np.array(arcs, dtype=np.int32).reshape(-1, 4)
    return {
        "node_lon": [p[0] for p in nodes],
        "node_lat": [p[1] for p in nodes],
        "seg_from": cut.tails,
        "seg_to": cut.heads,
        "seg_length_dm": cut.lengths_dm,
        "seg_time_cs": cut.times_cs,
        "seg_open": cut.open,
        "seg_name": cut.names,
        "shape_at": np.cumsum(sizes),
        "shape_lon": [p[0] for p in flat],
        "shape_lat": [p[1] for p in flat],
        "arc_from": table[:, 0],
        "arc_to": table[:, 1],
        "arc_wait_cs": table[:, 2],
        "arc_turn": table[:, 3],
        "edge_main": main.astype(np.int32),
    }
