"""Three real extracts: a thousand pairs each against a router that shares nothing with ours."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random

import numpy as np
import pytest
from benchmarks.road_oracle import Extract, Oracle
from benchmarks.roads import oracle_pairs

from tests.dispatch.makers import the_policy
from wanghuo.dispatch import building, extract, policy
from wanghuo.dispatch.router import Router
from wanghuo.settings import Settings

GOLDEN = Path(__file__).parents[1] / "golden" / "osm"
ERROR_MAX = 0.05
# road nodes, junctions, segments, islands among them, signals, restrictions, kilometres
COUNTS: Mapping[str, tuple[int, int, int, int, int, int, float]] = {
    "munich_bench_2020": (2930, 1192, 1410, 127, 106, 89, 60.4),
    "shanghai_center": (21749, 4703, 7181, 197, 1384, 0, 973.8),
    "liechtenstein_2024-03": (44395, 8046, 8990, 233, 26, 72, 924.5),
}
ABOUT = (
    "road_nodes", "junctions", "segments", "island_segments", "signals", "restrictions",
    "length_km",
)  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_a_thousand_drives_take_as_long_as_the_second_router_says(name: str) -> None:
    file, rules = GOLDEN / f"{name}.osm.pbf", the_policy()
    graph = building.build(extract.read(file, rules), rules, name)
    assert tuple(graph.about[key] for key in ABOUT) == COUNTS[name]
    router = Router(graph, rules)
    table = tomllib.loads((Settings().policy_dir / policy.FILE).read_text(encoding="utf-8"))
    oracle = Oracle(Extract(file), table)
    pairs = oracle_pairs(oracle, router, Random(1), (4, 250))
    ends = [oracle.point(target) for target in pairs[0][1]]
    targets = router.snapper.spots([p[0] for p in ends], [p[1] for p in ends])
    compared = 0
    for source, listed in pairs:
        lon, lat = oracle.point(source)
        ours = router.from_each(router.snapper.spots([lon], [lat]), targets).drive_s[0]
        known = oracle.times(source)
        theirs = np.array([known[target] for target in listed])
        assert (np.abs(ours - theirs) <= ERROR_MAX * theirs + 0.1).all()
        compared += len(listed)
    assert compared == 1000
