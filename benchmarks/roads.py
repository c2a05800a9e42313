"""Roads with figures: against a second router, all stations to one fire, the nearest twenty.

`python -m benchmarks.roads` needs no running product: it makes the demo city's roads, places and
stations from the seed. Ends with 1 if a goal was missed.
"""

import argparse
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from benchmarks import machine
from benchmarks.drive import HOME
from benchmarks.road_oracle import Extract, Oracle
from wanghuo.dispatch import building, extract, graph, policy, route
from wanghuo.dispatch.graph import Graph
from wanghuo.dispatch.ranking import Nearest
from wanghuo.dispatch.raw_roads import RawRoads, RawWay
from wanghuo.dispatch.router import Router
from wanghuo.dispatch.snapping import Why
from wanghuo.place import Coordinates
from wanghuo.premises import city_roads
from wanghuo.premises.city_whole import City, generate

EXTRACTS = ("munich_bench_2020", "shanghai_center", "liechtenstein_2024-03")
GOLDEN = HOME / "tests" / "golden" / "osm"
SEED = 20230406
SOURCES, TARGETS = 10, 100  # 1,000 pairs an extract
ON_ROAD_M = 0.5
ERROR_MAX = 0.05
ALL_STATIONS_MAX_MS = 25.0
NEAREST_MAX_MS = 50.0
NEAREST = 20
LOAD_MAX_S = 1.0
GRID = 300  # junctions a side: 90,000
GRID_STEP_M = 120.0


def line(what: str, reached: bool, told: str) -> bool:  # noqa: FBT001 - a verdict
    print(f"{'reached' if reached else 'MISSED '}  {what}: {told}", flush=True)
    return reached


class Took(NamedTuple):
    """Seconds on the clock, and of this thread's processor: others share the machine."""

    wall_s: float
    cpu_s: float


def spread(took: list[Took]) -> str:
    wall, cpu = (np.percentile([t[i] * 1000.0 for t in took], [50, 99]) for i in (0, 1))
    return (
        f"p50 {wall[0]:.1f} ms, p99 {wall[1]:.1f} ms"
        f" (processor {cpu[0]:.1f}, {cpu[1]:.1f}), {len(took)} times"
    )


def timed(run: Callable[[], Any]) -> Took:
    began, began_cpu = time.perf_counter(), time.thread_time()
    run()
    return Took(time.perf_counter() - began, time.thread_time() - began_cpu)


def wall_ms(took: list[Took], percent: float) -> float:
    return float(np.percentile([t.wall_s for t in took], percent)) * 1000.0


def against_oracle(name: str, rules: policy.Policy, table: dict[str, Any]) -> bool:
    """1,000 random pairs of an extract, each routed whole, held against the second router."""
    file = GOLDEN / f"{name}.osm.pbf"
    oracle = Oracle(Extract(file), table)
    router = Router(building.build(extract.read(file, rules), rules, name), rules)
    pairs = oracle_pairs(oracle, router, Random(SEED))
    worst, over, took = 0.0, 0, []
    for source, targets in pairs:
        known = oracle.times(source)
        for target in targets:
            start, end = Coordinates(*oracle.point(source)), Coordinates(*oracle.point(target))
            found = route.between(router, rules, start, end)
            took.append(timed(lambda a=start, b=end: route.between(router, rules, a, b)))
            driven_s = found.travel_s - rules.delays_s.start
            # a route tells whole seconds: what rounding alone explains is no difference
            off_s = max(0.0, abs(driven_s - known[target]) - ROUNDING_S)
            share = off_s / max(known[target], 1.0) if found.kind == route.ROAD else 1.0
            worst, over = max(worst, share), over + (share > ERROR_MAX)
    count = len(took)
    told = f"{count} pairs, {over} off by more than 5 %, worst {worst:.2%}; a route {spread(took)}"
    return line(f"routes on {name}", over == 0, told)


ROUNDING_S = 0.6


def oracle_pairs(
    oracle: Oracle, router: Router, rng: Random, sizes: tuple[int, int] = (SOURCES, TARGETS)
) -> list[tuple[int, list[int]]]:
    """Nodes in the middle of roads of the network: each with as many to drive to."""
    nodes = oracle.inner_nodes()
    points = [oracle.point(node) for node in nodes]
    spots = router.snapper.spots([p[0] for p in points], [p[1] for p in points])
    good = np.flatnonzero((spots.why == Why.NONE) & (spots.off_road_m < ON_ROAD_M)).tolist()
    chosen = [[nodes[i] for i in rng.sample(good, size)] for size in sizes]
    return [(source, chosen[1]) for source in chosen[0]]


def demo(rules: policy.Policy, folder: Path) -> tuple[Graph, City]:
    """The demo city with its roads."""
    made = city_roads.of_seed(SEED)
    file = folder / "demo.osm.pbf"
    extract.write(file, made.nodes, made.ways)
    return building.build(extract.read(file, rules), rules, "demo"), generate(SEED)


def grid(rules: policy.Policy) -> Graph:
    """A city of nothing but crossings: the worst case for turns."""
    points = {
        row * GRID + column: (
            121.0 + column * GRID_STEP_M / 96_000,
            30.0 + row * GRID_STEP_M / 111_195,
        )
        for row in range(GRID)
        for column in range(GRID)
    }
    ways = [
        RawWay(at, tuple(at * GRID + i for i in range(GRID)), 40.0, True, True, "")  # noqa: FBT003
        for at in range(GRID)
    ]
    ways += [
        RawWay(GRID + at, tuple(i * GRID + at for i in range(GRID)), 40.0, True, True, "")  # noqa: FBT003
        for at in range(GRID)
    ]
    return building.build(RawRoads(points, ways), rules, "grid")


def all_stations(what: str, made: Graph, rules: policy.Policy, city: City, goal: bool) -> bool:  # noqa: FBT001
    """Times of all stations to one fire, without what a process does only once."""
    router, rng = Router(made, rules), Random(SEED)
    lons, lats = made.shape_lon, made.shape_lat
    count = len(city.stations)
    if goal:
        lon, lat = [s.lon for s in city.stations], [s.lat for s in city.stations]
    else:
        picked = [rng.randrange(len(lons)) for _ in range(count)]
        lon, lat = [float(lons[i]) for i in picked], [float(lats[i]) for i in picked]
    stations = router.snapper.spots(lon, lat)
    took = []
    for _ in range(200):
        at = rng.randrange(len(lons))
        fire = router.snapper.spots([float(lons[at])], [float(lats[at])])
        took.append(timed(lambda fire=fire: router.to_each(fire, stations)))
    told = (
        f"{count} stations, {made.about['road_nodes']:,} road nodes,"
        f" {made.about['junctions']:,} junctions, {len(made.arc_from):,} arcs: {spread(took)}"
    )
    if not goal:
        print(f"beside   {what}: {told}", flush=True)
        return True
    return line(f"P11 {what}", wall_ms(took, 50) <= ALL_STATIONS_MAX_MS, told)


def nearest(made: Graph, rules: policy.Policy, city: City) -> bool:
    """The nearest twenty for random positions in the city, snapping included."""
    finder = Nearest(Router(made, rules), rules, city.stations)
    some = Random(SEED).sample(city.places, 500)
    took = [timed(lambda at=place.at: finder.to(at, NEAREST)) for place in some]
    return line("nearest 20", wall_ms(took, 99) <= NEAREST_MAX_MS, spread(took))


def loading(made: Graph, rules: policy.Policy) -> bool:
    """From the bytes of the file to a router that answers."""
    content = graph.packed(made)
    took = [timed(lambda: Router(graph.unpacked(content), rules)) for _ in range(5)]
    told = f"{len(content) / 1e6:.1f} MB, {spread(took)}"
    return line("load the graph", wall_ms(took, 100) <= LOAD_MAX_S * 1000.0, told)


def main() -> None:
    """Parse, measure, print, exit."""
    import tempfile  # noqa: PLC0415 - a command's own

    parser = argparse.ArgumentParser(prog="python -m benchmarks.roads", description=__doc__)
    parser.add_argument("--no-oracle", action="store_true", help="leave the second router out")
    asked = parser.parse_args()
    print(machine.describe(), flush=True)
    rules = policy.load(HOME / "policy")
    table = tomllib.loads((HOME / "policy" / policy.FILE).read_text(encoding="utf-8"))
    reached = []
    if not asked.no_oracle:
        reached += [against_oracle(name, rules, table) for name in EXTRACTS]
    with tempfile.TemporaryDirectory(prefix="wanghuo-roads-") as folder:
        made, city = demo(rules, Path(folder))
    reached.append(loading(made, rules))
    reached.append(all_stations("demo city", made, rules, city, goal=True))
    all_stations("grid of nothing but crossings", grid(rules), rules, city, goal=False)
    reached.append(nearest(made, rules, city))
    sys.exit(0 if all(reached) else 1)


if __name__ == "__main__":
    main()
