"""The router over every small city that can be drawn: equal to a plain search, fair, exact."""

import heapq
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dispatch.makers import (
    a_router,
    a_way,
    at,
    drawn,
    driven_s,
    the_policy,
    the_square,
    without_delays,
)
from wanghuo.dispatch.raw_roads import RawRoads, Restriction
from wanghuo.dispatch.router import Router
from wanghuo.place import Coordinates

SIDE = 5
STEP_M = 150.0


def a_city(seed: int, *, one_ways: bool) -> RawRoads:
    """A grid with holes, crooked, some of it in one direction; always in one piece."""
    rng = random.Random(seed)
    nodes = {
        row * SIDE + column: (
            column * STEP_M + rng.uniform(-40, 40),
            row * STEP_M + rng.uniform(-40, 40),
        )
        for row in range(SIDE)
        for column in range(SIDE)
    }
    pairs = [(n, n + 1) for n in nodes if n % SIDE < SIDE - 1]
    pairs += [(n, n + SIDE) for n in nodes if n < SIDE * (SIDE - 1)]
    ways = [
        a_way(
            at_,
            pair,
            kmh=rng.choice((18.0, 36.0, 72.0)),
            go=rng.choice(("both", "both", "forward", "backward")) if one_ways else "both",
        )
        for at_, pair in enumerate(pairs)
        if one_ways or rng.random() < 0.9
    ]
    return drawn(nodes, ways, signals=rng.sample(sorted(nodes), 4) if one_ways else [])


def some_positions(router: Router, rng: random.Random, count: int) -> list[Coordinates]:
    """Positions on roads of the network."""
    graph = router.graph
    good = np.flatnonzero(graph.edge_main.reshape(-1, 2).any(axis=1)).tolist()
    found = []
    for segment in rng.choices(good, k=count):
        lons, lats = graph.shape(segment)
        share = rng.uniform(0.05, 0.95)
        found.append(
            Coordinates(
                float(lons[0] + (lons[1] - lons[0]) * share),
                float(lats[0] + (lats[1] - lats[0]) * share),
            )
        )
    return found


def times(router: Router, positions: list[Coordinates]) -> np.ndarray:
    spots = router.snapper.spots([p.lon for p in positions], [p.lat for p in positions])
    return router.from_each(spots, spots).drive_s


def plainly(router: Router, start: Coordinates, end: Coordinates) -> float:
    """The same question by a search of four lines over the same arcs."""
    graph = router.graph
    spots = router.snapper.spots([start.lon, end.lon], [start.lat, end.lat])
    arcs: dict[int, list[tuple[int, float]]] = {}
    for tail, head, wait in zip(graph.arc_from, graph.arc_to, graph.arc_wait_cs, strict=True):
        arcs.setdefault(int(tail), []).append((int(head), float(wait)))

    def parts(which: int, edge: int) -> tuple[float, float]:
        """What lies behind and ahead of a spot on an edge."""
        whole = float(graph.seg_time_cs[edge // 2])
        done = float(spots.from_start_cs[which])
        return (whole - done, done) if edge & 1 else (done, whole - done)

    begins = list(_edges(graph, int(spots.segment[0])))
    goals = list(_edges(graph, int(spots.segment[1])))
    options = [
        parts(1, e)[0] - parts(0, e)[0]
        for e in begins
        if e in goals and parts(1, e)[0] >= parts(0, e)[0]
    ]
    heap = [(parts(0, e)[1], e) for e in begins]
    done_: dict[int, float] = {}
    heapq.heapify(heap)
    while heap:
        spent, edge = heapq.heappop(heap)
        if done_.get(edge, math.inf) <= spent:
            continue
        done_[edge] = spent
        for onward, wait in arcs.get(edge, []):
            if onward in goals:
                options.append(spent + wait + parts(1, onward)[0])
            whole = float(graph.seg_time_cs[onward // 2])
            heapq.heappush(heap, (spent + wait + whole, onward))
    return min(options, default=math.inf) / 100.0


def _edges(graph: object, segment: int) -> list[int]:
    way = int(graph.seg_open[segment])  # type: ignore[attr-defined]  # a Graph
    return [2 * segment + side for side in (0, 1) if way & (1 << side)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_every_answer_is_the_plain_searchs(seed: int, one_ways: bool) -> None:  # noqa: FBT001
    router = a_router(a_city(seed, one_ways=one_ways))
    positions = some_positions(router, random.Random(seed), 5)
    found = times(router, positions)
    for i, start in enumerate(positions):
        for j, end in enumerate(positions):
            assert found[i, j] == pytest.approx(plainly(router, start, end), abs=0.011)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_no_detour_is_shorter(seed: int) -> None:
    """The triangle, where turns are free; whole hundredths of a second are lost at each spot."""
    router = a_router(a_city(seed, one_ways=True), without_delays())
    found = times(router, some_positions(router, random.Random(seed), 6))
    through = (found[:, :, None] + found[None, :, :]).min(axis=1)
    assert (found <= through + 0.03).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_there_is_as_far_as_back_where_every_street_goes_both_ways(seed: int) -> None:
    router = a_router(a_city(seed, one_ways=False), without_delays())
    found = times(router, some_positions(router, random.Random(seed), 6))
    assert np.allclose(found, found.T, atol=0.02)
    assert (np.diag(found) == 0).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_all_to_one_is_one_to_each_turned_round_and_a_path_takes_as_long(seed: int) -> None:
    router = a_router(a_city(seed, one_ways=True))
    positions = some_positions(router, random.Random(seed), 5)
    lons, lats = [p.lon for p in positions], [p.lat for p in positions]
    spots = router.snapper.spots(lons, lats)
    forth, back = router.from_each(spots, spots), router.to_each(spots, spots)
    assert np.array_equal(forth.drive_s, back.drive_s.T)
    assert np.array_equal(forth.road_m, back.road_m.T)
    for i, j in ((0, 1), (1, 2), (2, 0), (3, 3)):
        one, other = (router.snapper.spots([lons[k]], [lats[k]]) for k in (i, j))
        path = router.path(one, other)
        if path is None:
            assert not np.isfinite(forth.drive_s[i, j])
            continue
        assert (path.drive_s, path.road_m) == (forth.drive_s[i, j], forth.road_m[i, j])
        heads = [_ends(router, edge)[1] for edge in path.edges[:-1]]
        tails = [_ends(router, edge)[0] for edge in path.edges[1:]]
        assert heads == tails


def _ends(router: Router, edge: int) -> tuple[int, int]:
    ends = int(router.graph.seg_from[edge // 2]), int(router.graph.seg_to[edge // 2])
    return ends[::-1] if edge & 1 else ends


def test_a_limit_leaves_out_what_is_further_and_nothing_else() -> None:
    router = a_router(a_city(3, one_ways=False))
    positions = some_positions(router, random.Random(3), 30)
    spots = router.snapper.spots([p.lon for p in positions], [p.lat for p in positions])
    whole = router.from_each(spots, spots).drive_s
    short = router.from_each(spots, spots, within_s=20.0).drive_s
    assert np.isinf(short).any()
    assert np.array_equal(short[np.isfinite(short)], whole[np.isfinite(short)])
    assert (whole[np.isinf(short)] > 0).all()


def test_behind_us_on_a_one_way_street_is_all_the_way_round() -> None:
    ways = [a_way(1, (1, 2), go="forward"), a_way(2, (2, 3)), a_way(3, (3, 1))]
    router = a_router(drawn({1: (0, 0), 2: (300, 0), 3: (150, 200)}, ways), without_delays())
    assert driven_s(router, at(100, 0), at(200, 0)) == pytest.approx(10.0, abs=0.05)
    assert driven_s(router, at(200, 0), at(100, 0)) == pytest.approx(70.0, abs=0.05)


def test_of_equally_quick_ways_the_shortest_is_driven() -> None:
    """Both take 20 s; the one by 3 is 300 m, the direct one 200 m."""
    nodes = {1: (0, 0), 2: (200, 0), 3: (100, 111.8), 4: (-50, 0), 5: (250, 0)}
    ways = [
        a_way(1, (1, 2), kmh=36.0), a_way(2, (1, 3, 2), kmh=54.0), a_way(3, (4, 1)),
        a_way(4, (2, 5)),
    ]  # fmt: skip
    router = a_router(drawn(nodes, ways), without_delays())
    spots = router.snapper.spots([at(-25, 0).lon, at(225, 0).lon], [at(-25, 0).lat, at(225, 0).lat])
    found = router.from_each(spots, spots)
    assert found.road_m[0, 1] == pytest.approx(250.0, abs=0.5)


def test_where_no_road_leads_there_is_no_path() -> None:
    router = a_router(the_square(barriers={2: None}))
    one, other = at(100, 0), at(350, 0)
    ends = [router.snapper.spots([p.lon], [p.lat]) for p in (one, other)]
    assert router.path(*ends) is None
    assert math.isinf(driven_s(router, one, other))
    assert the_policy().driving.obey_turn_restrictions
    banned = [Restriction(25, 2, way, only=False) for way in (12, 23)]
    shut = a_router(the_square(restrictions=banned))
    assert math.isinf(driven_s(shut, at(350, 0), at(100, 0)))
