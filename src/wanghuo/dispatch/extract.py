"""Reads the roads of an OpenStreetMap extract, and writes roads as one, by the osmium library."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import osmium

from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.raw_roads import Point, RawRoads, RawWay, Restriction
from wanghuo.dispatch.ways import barrier_s, driven
from wanghuo.errors import Invalid

TELL_EVERY: Final = 2000
REMEDY: Final = "give an OpenStreetMap extract that ends in .osm.pbf or .osm"
KEYS: Final = ("highway", "barrier", "restriction", "restriction:emergency")

Told = Callable[[int], None]


def read(path: Path, policy: Policy, told: Told = lambda _: None) -> RawRoads:
    """The roads of an extract. told: hears how many ways were read. Raises Invalid."""
    if not path.is_file():
        raise Invalid("file", f"{path} is no file", REMEDY)
    roads = RawRoads({}, [])
    try:
        objects = osmium.FileProcessor(str(path)).with_locations()
        for one in objects.with_filter(osmium.filter.KeyFilter(*KEYS)):
            if isinstance(one, osmium.osm.Way):
                _take_way(one, roads, policy)
                if len(roads.ways) % TELL_EVERY == 0:
                    told(len(roads.ways))
            elif isinstance(one, osmium.osm.Node):
                _take_node(one, roads, policy)
            elif isinstance(one, osmium.osm.Relation):
                _take_restriction(one, roads, policy)
    except (RuntimeError, ValueError) as error:
        raise Invalid("file", f"{path.name}: {error}", REMEDY) from error
    if not roads.ways:
        raise Invalid("file", f"{path.name} holds no road that is driven", REMEDY)
    told(len(roads.ways))
    return roads


def _tags(one: Any) -> dict[str, str]:  # noqa: ANN401 - an object of the library
    return {tag.k: tag.v for tag in one.tags}


def _take_node(node: Any, roads: RawRoads, policy: Policy) -> None:  # noqa: ANN401
    tags = _tags(node)
    if tags.get("highway") == "traffic_signals":
        roads.signals.add(node.id)
    if "barrier" in tags:
        roads.barriers[node.id] = barrier_s(tags, policy)


def _take_way(way: Any, roads: RawRoads, policy: Policy) -> None:  # noqa: ANN401
    """Keep the parts of a way whose nodes are in the extract."""
    tags = _tags(way)
    how = driven(tags, policy)
    if how is None:
        if "highway" in tags:
            roads.leave_out("not driven")
        return
    part: list[int] = []
    for node in way.nodes:
        if node.location.valid():
            if part and part[-1] == node.ref:
                continue
            part.append(node.ref)
            roads.points[node.ref] = (node.location.lon, node.location.lat)
        else:
            _keep(part, way.id, how, roads)
            part = []
    _keep(part, way.id, how, roads)


def _keep(part: list[int], way_id: int, how: Any, roads: RawRoads) -> None:  # noqa: ANN401
    if len(part) > 1:
        nodes = tuple(part)
        roads.ways.append(RawWay(way_id, nodes, how.kmh, how.forward, how.backward, how.name))


def _take_restriction(relation: Any, roads: RawRoads, policy: Policy) -> None:  # noqa: ANN401
    tags = _tags(relation)
    said = tags.get("restriction:emergency") or tags.get("restriction") or ""
    if tags.get("type") != "restriction" or not policy.driving.obey_turn_restrictions:
        return
    if "emergency" in tags.get("except", ""):
        return
    parts: dict[str, list[tuple[str, int]]] = {}
    for member in relation.members:
        parts.setdefault(member.role, []).append((member.type, member.ref))
    via = parts.get("via", [])
    if not said.startswith(("no_", "only_")) or len(via) != 1 or via[0][0] != "n":
        roads.leave_out("restriction over a way, or not understood")
        return
    for _, from_way in parts.get("from", []):
        for _, to_way in parts.get("to", []):
            only = said.startswith("only_")
            roads.restrictions.append(Restriction(from_way, via[0][1], to_way, only))


def write(
    path: Path,
    nodes: Iterable[tuple[int, Point, dict[str, str]]],
    ways: Iterable[tuple[int, list[int], dict[str, str]]],
) -> None:
    """Write nodes (id, point, tags) and ways (id, node ids, tags), each in the order of ids."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for node_id, point, tags in nodes:
            writer.add_node(osmium.osm.mutable.Node(id=node_id, location=point, tags=tags))
        for way_id, refs, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=way_id, nodes=refs, tags=tags))
