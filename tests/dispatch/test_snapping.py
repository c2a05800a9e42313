"""The place on the road is the nearest one, on the network rather than on an island."""

import itertools
import random

import numpy as np
import pytest

from tests.dispatch.makers import a_router, a_way, at, drawn, the_policy, the_square
from wanghuo.dispatch.snapping import Why
from wanghuo.place import METRES_PER_DEGREE

LIMIT_M = the_policy().snapping.far_from_road_m


def test_nothing_on_any_road_is_nearer() -> None:
    """Held against every point of every road, a metre apart, for streets long and short."""
    rng = random.Random(5)
    nodes = {n: (rng.uniform(0, 900), rng.uniform(0, 900)) for n in range(60)}
    chain = list(nodes)
    router = a_router(
        drawn(
            nodes,
            [a_way(n, (a, b)) for n, (a, b) in enumerate(itertools.pairwise(chain))],
        )
    )
    graph = router.graph
    dense = []
    for segment in range(graph.segments):
        lons, lats = graph.shape(segment)
        shares = np.linspace(0, 1, 1500)
        dense.append(
            (lons[0] + (lons[1] - lons[0]) * shares, lats[0] + (lats[1] - lats[0]) * shares)
        )
    every_lon = np.concatenate([one[0] for one in dense])
    every_lat = np.concatenate([one[1] for one in dense])
    for _ in range(200):
        here = at(rng.uniform(-100, 1000), rng.uniform(-100, 1000))
        spots = router.snapper.spots([here.lon], [here.lat])
        east = (every_lon - here.lon) * np.cos(np.radians(here.lat))
        away_m = METRES_PER_DEGREE * np.hypot(east, every_lat - here.lat).min()
        if spots.why[0] is Why.NONE:
            assert spots.off_road_m[0] == pytest.approx(away_m, abs=1.0)
        assert (away_m > LIMIT_M + 1) <= (spots.why[0] == Why.FAR_FROM_ROAD)


def test_a_place_along_a_street_lies_where_it_is_along_it() -> None:
    router = a_router(the_square())
    here = at(50, 12)
    spots = router.snapper.spots([here.lon], [here.lat])
    assert spots.from_start_dm[0] == pytest.approx(500, abs=2)
    assert spots.from_start_cs[0] == pytest.approx(500, abs=2)
    assert spots.off_road_m[0] == pytest.approx(12, abs=0.1)
    assert (spots.lon[0], spots.lat[0]) == pytest.approx((at(50, 0).lon, at(50, 0).lat), abs=1e-6)


# metres north of a network's street, where an island's street runs 300 m north of it
SIDES = [
    (10, Why.NONE), (130, Why.NONE), (170, Why.NONE), (180, Why.ISLAND), (300, Why.ISLAND),
    (690, Why.ISLAND), (720, Why.FAR_FROM_ROAD), (-390, Why.NONE), (-410, Why.FAR_FROM_ROAD),
]  # fmt: skip


@pytest.mark.parametrize(("north_m", "why"), SIDES)
def test_the_network_is_preferred_by_a_margin(north_m: float, why: Why) -> None:
    nodes = {1: (0, 0), 2: (2000, 0), 3: (900, 300), 4: (1100, 300)}
    router = a_router(drawn(nodes, [a_way(1, (1, 2)), a_way(2, (3, 4))]))
    here = at(1000, north_m)
    assert router.snapper.spots([here.lon], [here.lat]).why[0] == why


def test_no_positions_are_no_spots() -> None:
    assert len(a_router(the_square()).snapper.spots([], [])) == 0
