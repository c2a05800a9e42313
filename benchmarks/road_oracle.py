"""A second router, to hold the product's against: its own reader, its own graph, its own search.

It shares nothing with wanghuo.dispatch but the numbers of the policy. It reads the PBF by hand
(OpenStreetMap wiki, PBF Format), keeps every node of every way, and searches by heapq over steps
from node to node, so that a turn is priced where it is made. Slow, and simple enough to believe.
"""

import heapq
import math
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

Fields = dict[int, list[Any]]
Tags = dict[str, str]
Step = tuple[int, int, int]  # from node, to node, way

EARTH_DEGREE_M = math.pi / 180.0 * 6_371_008.8


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> Fields:
    found: Fields = defaultdict(list)
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            found[key >> 3].append(value)
        else:
            assert key & 7 == 2, "only numbers and bytes occur"
            size, at = _varint(data, at)
            found[key >> 3].append(data[at : at + size])
            at += size
    return found


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _running(data: bytes) -> list[int]:
    """Signed differences, added up."""
    total, found = 0, []
    for value in _numbers(data):
        total += (value >> 1) ^ -(value & 1)
        found.append(total)
    return found


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(4):
            about = _fields(file.read(struct.unpack(">I", head)[0]))
            blob = _fields(file.read(about[3][0]))
            if about[1][0] == b"OSMData":
                yield zlib.decompress(blob[3][0]) if blob[3] else blob[1][0]


class Extract:
    """Everything that matters of a file. relations: (tags, [(role, kind, id)])."""

    def __init__(self, path: Path) -> None:
        self.points: dict[int, tuple[float, float]] = {}
        self.node_tags: dict[int, Tags] = {}
        self.ways: dict[int, tuple[list[int], Tags]] = {}
        self.relations: list[tuple[Tags, list[tuple[str, int, int]]]] = []
        for block in _blocks(path):
            self._take(_fields(block))

    def _take(self, block: Fields) -> None:
        words = [word.decode() for word in _fields(block[1][0])[1]]
        grain = block[17][0] if block[17] else 100
        for group in map(_fields, block[2]):
            for dense in map(_fields, group[2]):
                self._dense(dense, words, grain)
            for node in map(_fields, group[1]):
                ids = (node[1][0] >> 1) ^ -(node[1][0] & 1)
                lat, lon = ((v >> 1) ^ -(v & 1) for v in (node[8][0], node[9][0]))
                self.points[ids] = (lon * grain * 1e-9, lat * grain * 1e-9)
                self._tag(ids, _tags(node, words))
            for way in map(_fields, group[3]):
                refs = _running(way[8][0]) if way[8] else []
                self.ways[way[1][0]] = (refs, _tags(way, words))
            for one in map(_fields, group[4]):
                if not one[9]:
                    continue
                roles = [words[r] for r in _numbers(one[8][0])]
                kinds, ids_ = _numbers(one[10][0]), _running(one[9][0])
                members = list(zip(roles, kinds, ids_, strict=True))
                self.relations.append((_tags(one, words), members))

    def _dense(self, dense: Fields, words: list[str], grain: int) -> None:
        ids = _running(dense[1][0])
        lats, lons = _running(dense[8][0]), _running(dense[9][0])
        for node, lat, lon in zip(ids, lats, lons, strict=True):
            self.points[node] = (lon * grain * 1e-9, lat * grain * 1e-9)
        pairs = iter(_numbers(dense[10][0]) if dense[10] else [])
        for node in ids:
            tags: Tags = {}
            for key in pairs:
                if key == 0:
                    break
                tags[words[key]] = words[next(pairs)]
            self._tag(node, tags)

    def _tag(self, node: int, tags: Tags) -> None:
        if tags:
            self.node_tags[node] = tags


def _tags(one: Fields, words: list[str]) -> Tags:
    keys = _numbers(one[2][0]) if one[2] else []
    values = _numbers(one[3][0]) if one[3] else []
    return {words[k]: words[v] for k, v in zip(keys, values, strict=True)}


class Oracle:
    """Searches an extract by the numbers of a policy (policy/dispatch.toml, as a plain table)."""

    def __init__(self, extract: Extract, rules: dict[str, Any]) -> None:
        self._rules, self._extract = rules, extract
        self.after: dict[int, list[Step]] = defaultdict(list)
        self.cost_s: dict[Step, float] = {}
        self.length_m: dict[Step, float] = {}
        arms: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.inner: dict[int, int] = defaultdict(int)
        for way, (listed, tags) in extract.ways.items():
            how = _how(tags, rules)
            refs = [ref for ref in listed if ref in extract.points]
            if how is None or len(refs) < 2:
                continue
            kmh, forward, backward = how
            for ref in (refs[0], *refs, refs[-1]):
                self.inner[ref] += 1  # the ends count twice: they are never inner
            for a, b in pairwise(refs):
                if a == b:
                    continue
                metres = _metres(extract.points[a], extract.points[b])
                arms[a].add((b, way))
                arms[b].add((a, way))
                for one, other, open_ in ((a, b, forward), (b, a, backward)):
                    if open_:
                        step = (one, other, way)
                        self.after[one].append(step)
                        self.cost_s[step] = metres / (kmh / 3.6)
                        self.length_m[step] = metres
        self.arms = {node: len(found) for node, found in arms.items()}
        self._bans: dict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
        self._restrict()

    def _restrict(self) -> None:
        for tags, members in self._extract.relations:
            said = tags.get("restriction:emergency") or tags.get("restriction") or ""
            via = [(kind, ref) for role, kind, ref in members if role == "via"]
            if tags.get("type") != "restriction" or "emergency" in tags.get("except", ""):
                continue
            if said[:3] == "no_" or said[:5] == "only_":
                if len(via) != 1 or via[0][0] != 0:
                    continue
                for source in [ref for role, _, ref in members if role == "from"]:
                    for target in [ref for role, _, ref in members if role == "to"]:
                        self._bans[via[0][1], source].append((target, said[:5] == "only_"))

    def inner_nodes(self) -> list[int]:
        """Nodes in the middle of one way, where nothing meets."""
        marked = self._extract.node_tags
        return sorted(
            node
            for node, times in self.inner.items()
            if times == 1 and self.arms.get(node) == 2 and node not in marked
        )

    def point(self, node: int) -> tuple[float, float]:
        """Longitude and latitude."""
        return self._extract.points[node]

    def times(self, source: int) -> dict[int, float]:
        """Seconds of driving from a node to every node that can be reached."""
        best: dict[Step, float] = {}
        at_node: dict[int, float] = {source: 0.0}
        heap = [(self.cost_s[step], step) for step in self.after[source]]
        heapq.heapify(heap)
        while heap:
            spent, step = heapq.heappop(heap)
            if step in best:
                continue
            best[step] = spent
            at_node[step[1]] = min(spent, at_node.get(step[1], math.inf))
            for onward, wait_s in self._onward(step):
                if onward not in best:
                    heapq.heappush(heap, (spent + wait_s + self.cost_s[onward], onward))
        return at_node

    def _onward(self, step: Step) -> Iterator[tuple[Step, float]]:
        before, node, way = step
        tags = self._extract.node_tags.get(node, {})
        delays = self._rules["delays_s"]
        wait_s = delays["signal"] if tags.get("highway") == "traffic_signals" else 0.0
        gate_s = _gate(tags, self._rules)
        back = (node, before, way)
        exits = [] if gate_s is None else [s for s in self.after[node] if s != back]
        exits = [s for s in exits if self._may(node, way, s[2])]
        if not exits and back in self.cost_s:
            yield back, delays["around"]
        points = self._extract.points
        arriving = _bearing(points[before], points[node])
        for onward in exits:
            leaving = _bearing(points[node], points[onward[1]])
            change = (leaving - arriving + 540.0) % 360.0 - 180.0
            turn_s = 0.0
            if self.arms[node] >= 3:
                if change >= self._rules["driving"]["straight_below_degrees"]:
                    turn_s = delays["right"]
                elif change <= -self._rules["driving"]["straight_below_degrees"]:
                    turn_s = delays["left"]
            yield onward, wait_s + (gate_s or 0.0) + turn_s

    def _may(self, node: int, way: int, other: int) -> bool:
        rules = self._bans.get((node, way), [])
        only = [target for target, is_only in rules if is_only]
        banned = [target for target, is_only in rules if not is_only]
        return other not in banned and (not only or other in only)


def _how(tags: Tags, rules: dict[str, Any]) -> tuple[float, bool, bool] | None:
    """(km/h, forward, backward) of a way; None if it is not driven."""
    granted = tags.get("emergency") in {"yes", "designated", "official", "permissive"}
    kind = tags.get("highway", "")
    kmh = rules["speeds_kmh"].get(kind)
    if kmh is None and granted and kind in {"footway", "path", "cycleway", "bridleway"}:
        kmh = rules["driving"]["emergency_only_kmh"]
    said = [tags[k] for k in ("emergency", "motor_vehicle", "vehicle", "access") if tags.get(k)]
    if kmh is None or tags.get("area") == "yes":
        return None
    if said and said[0] in rules["driving"]["refused_access"]:
        return None
    limit = tags.get("maxspeed", "").split()
    if limit and limit[0].replace(".", "", 1).isdigit() and float(limit[0]) > 0:
        factor = 1.609344 if limit[1:] == ["mph"] else 1.0
        kmh = min(kmh, float(limit[0]) * factor * rules["driving"]["limit_factor"])
    elif limit == ["walk"]:
        kmh = min(kmh, 7.0 * rules["driving"]["limit_factor"])
    oneway = tags.get("oneway", "")
    if tags.get("oneway:emergency") == "no":
        return kmh, True, True
    if oneway == "reversible":
        return None
    if oneway in {"-1", "reverse"}:
        return kmh, False, True
    circle = tags.get("junction") in {"roundabout", "circular"} or kind == "motorway"
    one_way = oneway in {"yes", "1", "true"} or (circle and oneway != "no")
    return kmh, True, not one_way


def _gate(tags: Tags, rules: dict[str, Any]) -> float | None:
    kind = tags.get("barrier")
    if kind is None:
        return 0.0
    granted = tags.get("emergency") in {"yes", "designated", "official", "permissive"}
    if kind in rules["barriers_closed"]["kinds"] and not granted:
        return None
    return float(rules["barriers_s"].get(kind, 0.0))


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Haversine."""
    half_lat = math.sin(math.radians(b[1] - a[1]) / 2.0)
    half_lon = math.sin(math.radians(b[0] - a[0]) / 2.0)
    flat = math.cos(math.radians(a[1])) * math.cos(math.radians(b[1]))
    chord = math.sqrt(half_lat**2 + flat * half_lon**2)
    return 2.0 * 6_371_008.8 * math.asin(min(1.0, chord))


def _bearing(a: tuple[float, float], b: tuple[float, float]) -> float:
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2.0))
    return math.degrees(math.atan2(east, b[1] - a[1])) % 360.0
