"""A house's roads and base map: imported, or made for the demo city; stations ranked for places."""

import asyncio
import os
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from wanghuo.basemap import building as ground
from wanghuo.basemap import reading
from wanghuo.basemap import store as basemap
from wanghuo.basemap.store import Made
from wanghuo.clock import WallClock
from wanghuo.compose.commands import say
from wanghuo.compose.house import dsn
from wanghuo.compose.progress import bar
from wanghuo.compose.reach import READER, reached
from wanghuo.dispatch import building, extract, feed, store
from wanghuo.dispatch import policy as policies
from wanghuo.dispatch.feed import Report
from wanghuo.dispatch.graph import Graph
from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.router import Router
from wanghuo.engines.postgres import Database
from wanghuo.errors import Invalid
from wanghuo.premises import city_roads
from wanghuo.settings import DEMO_CITY, Settings

NICENESS: Final = 15  # behind everything that senses, judges and tells
DEMO_EXTRACT: Final = "roads.osm.pbf"
DEMO_VERSION: Final = 1  # another one makes the demo's roads anew

_log = structlog.get_logger("compose.roads")


async def roads(settings: Settings) -> int:
    """After the start of a house: make the demo's roads if there are none; rank what changed."""
    os.nice(NICENESS)
    policy = policies.load(settings.policy_dir)
    graph = await asyncio.to_thread(_demo_graph, settings, policy)
    router = Router(graph, policy) if graph is not None else None
    database = await Database.open(dsn(settings, READER), size_max=1, name="roads")
    clock = WallClock()
    try:
        report = await feed.rank(database, clock, router, policy)
    finally:
        await database.close()
    if report.changed:
        _log.info("ranked", **msgspec.to_builtins(report))
    return 0


def _demo_graph(settings: Settings, policy: Policy) -> Graph | None:
    """The kept graph; for the demo city made if it is missing or of other making."""
    path = store.graph_path(settings.data_dir)
    try:
        graph = store.read_graph(path)
    except Invalid as error:
        _log.error("roads_not_readable", path=str(path), error=str(error))
        graph = None
    if settings.city != DEMO_CITY:
        return graph
    source = f"{DEMO_CITY}/{settings.seed}/{DEMO_VERSION}"
    pbf = settings.data_dir / DEMO_EXTRACT
    if graph is not None and not _is_old_demo(graph, source, policy):
        if pbf.exists() and not basemap.stamp(basemap.path_of(settings.data_dir)):
            _keep_ground(settings, pbf, source, attribution="")
        return graph
    write_demo(pbf, settings.seed)
    made = building.build(extract.read(pbf, policy), policy, source)
    store.keep_graph(path, made)
    _keep_ground(settings, pbf, source, attribution="")
    _log.info("demo_roads", **made.about)
    return made


def _is_old_demo(graph: Graph, source: str, policy: Policy) -> bool:
    """Whether the graph is a demo's of another making; an imported one is never replaced."""
    made_of = str(graph.about["source"])
    is_demo = made_of.startswith(f"{DEMO_CITY}/")
    return is_demo and (made_of != source or graph.about["policy_version"] != policy.version)


def write_demo(path: Path, seed: int) -> None:
    """Write the demo city's roads as an extract."""
    made = city_roads.of_seed(seed)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    extract.write(path, made.nodes, made.ways)


async def import_roads(settings: Settings, path: Path, *, as_json: bool) -> int:
    """Make the house's road graph and base map of an extract. Raises Invalid for a bad file."""
    policy = policies.load(settings.policy_dir)
    graph = await asyncio.to_thread(_imported, settings, path, policy)
    drawn = await asyncio.to_thread(
        _keep_ground, settings, path, path.name, attribution=basemap.OSM_ATTRIBUTION
    )
    if as_json:
        say(msgspec.json.encode({**graph.about, "ground": drawn}).decode())
    else:
        say(imported(graph.about, drawn))
    return 0


def _keep_ground(settings: Settings, path: Path, source: str, *, attribution: str) -> Made:
    """Make the base map of an extract; it replaces the old one."""
    features = reading.read(path, lambda count: bar("objects", count, 0))
    kept = basemap.path_of(settings.data_dir)
    return basemap.keep(kept, ground.tiles(features), source=source, attribution=attribution)


def _imported(settings: Settings, path: Path, policy: Policy) -> Graph:
    raw = extract.read(path, policy, lambda ways: bar("ways", ways, 0))
    graph = building.build(raw, policy, path.name)
    store.keep_graph(store.graph_path(settings.data_dir), graph)
    return graph


def imported(about: Any, drawn: Made) -> str:  # noqa: ANN401 - Graph.about
    """What an import found, in plain lines."""
    lines = [
        (
            f"{about['source']}: {about['ways']:,} ways, {about['road_nodes']:,} nodes,"
            f" {about['length_km']:,} km of road; graph {about['version']},"
            f" speeds of policy {about['policy_version']}"
        ),
        (
            f"  {about['junctions']:,} junctions, {about['segments']:,} segments,"
            f" {about['signals']:,} signals, {about['restrictions']:,} turn restrictions"
        ),
        f"  {about['island_segments']:,} segments are islands: no way to the rest and back",
    ]
    lines += [f"  left out, {reason}: {count:,}" for reason, count in about["left_out"].items()]
    lines.append(
        f"base map: {drawn.tiles:,} tiles, {drawn.size_bytes:,} bytes,"
        f" the largest tile {drawn.largest_bytes:,} bytes"
    )
    return "\n".join([*lines, "now rank the stations anew: wanghuo roads rank"])


async def rank(settings: Settings, *, again: bool, as_json: bool) -> int:
    """Rank all stations for all places, if anything changed or `again`."""
    policy = policies.load(settings.policy_dir)
    async with reached(settings) as found:
        graph = await asyncio.to_thread(store.read_graph, store.graph_path(found.data_dir))
        router = await asyncio.to_thread(partial(Router, graph, policy)) if graph else None
        database = await Database.open(dsn(found, READER), size_max=1, name="rank")
        try:
            report = await feed.rank(database, WallClock(), router, policy, told=bar, again=again)
        finally:
            await database.close()
    say(msgspec.json.encode(report).decode() if as_json else ranked(report))
    return 0


def ranked(report: Report) -> str:
    """What a ranking did, in plain lines."""
    if not report.changed:
        return f"nothing has changed: {report.ranks:,} ranks of graph {report.graph_version} stand"
    off = report.stations_off_network
    lines = [
        (
            f"{report.places:,} places × {report.stations:,} stations = {report.pairs:,} pairs"
            f" in {report.took_s} s ({report.searched_s} s of it searching); {report.ranks:,} kept"
        ),
        f"  by straight line, because no road leads: {report.by_straight_line:,} pairs",
        (
            f"  places far from every road {report.places_far_from_road:,},"
            f" on islands {report.places_on_islands:,}"
        ),
        f"  stations without a way to the network: {', '.join(off) if off else 'none'}",
    ]
    if not report.graph_version:
        lines.append("  no roads were imported: wanghuo roads import FILE.osm.pbf")
    return "\n".join(lines)
