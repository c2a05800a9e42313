"""A route as people get it: steps in words, a line for the phone, or why it is a straight line."""

import random
from pathlib import Path

import pytest

from tests.dispatch.makers import a_router, at, the_policy, the_square, without_delays
from wanghuo.dispatch import building, extract, route, steps
from wanghuo.dispatch.route import ROAD, STRAIGHT_LINE, TooFar
from wanghuo.dispatch.router import Router
from wanghuo.facts.sentences import render
from wanghuo.place import Coordinates, distance_m

GOLDEN = Path(__file__).parents[1] / "golden" / "osm"


def told(found: route.Route, language: str) -> list[str]:
    return [render(step.key, step.params)[language] for step in found.steps]


def test_the_steps_are_said_in_both_languages() -> None:
    found = route.between(a_router(the_square()), the_policy(), at(20, 5), at(220, 180))
    assert found.kind == ROAD
    assert told(found, "zh") == [
        "沿12路行驶 180 m，左转进入23路",
        "沿23路行驶 180 m",
        "下车后步行 20 m",
        "到达火点",
    ]
    assert told(found, "en") == [
        "Follow 12路 for 180 m, turn left into 23路",
        "Follow 23路 for 180 m",
        "Walk 20 m from the road",
        "You are at the fire",
    ]


def test_the_time_is_start_drive_turns_and_the_walk() -> None:
    rules = the_policy()
    found = route.between(a_router(the_square()), rules, at(20, 5), at(220, 180))
    walk_s = (5 + 20) / (5 / 3.6)
    assert found.travel_s == pytest.approx(5 + 18 + 4 + 18 + walk_s, abs=0.6)
    assert found.road_m == pytest.approx(360, abs=1)
    assert found.off_road_m == (5, 20)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (at(0, 0), at(0, 2000), "终点 400 m 内没有道路，按直线估算"),
        (at(-3000, 0), at(0, 0), "起点 400 m 内没有道路，按直线估算"),
    ],
)
def test_far_from_every_road_is_the_straight_line_and_says_so(
    start: Coordinates, end: Coordinates, why: str
) -> None:
    found = route.between(a_router(the_square()), the_policy(), start, end)
    assert found.kind == STRAIGHT_LINE
    assert found.why is not None
    assert render(found.why.key, found.why.params)["zh"] == why
    assert found.road_m == round(distance_m(start, end))
    assert len(found.line) == 2
    assert "直线距离" in told(found, "zh")[0]


def test_without_any_roads_it_is_the_straight_line() -> None:
    found = route.between(None, without_delays(), at(0, 0), at(1000, 0))
    assert found.why is not None
    assert found.why.key == "no_road.no_graph"
    assert found.travel_s == round(1000 * 1.4 / (33 / 3.6))
    assert "to the east" in told(found, "en")[0]


def test_a_road_of_an_island_is_named_as_the_reason() -> None:
    found = route.between(
        a_router(the_square(barriers={2: None})), the_policy(), at(0, 0), at(380, 0)
    )
    assert found.why is not None
    assert found.why.key == "no_road.island"


def test_a_position_that_jumped_is_refused_in_words() -> None:
    fire = at(0, 0)
    route.refuse_jump(at(49_000, 0), fire, the_policy())
    with pytest.raises(TooFar) as refused:
        route.refuse_jump(at(0, 51_000), fire, the_policy())
    assert refused.value.field == "lon"
    assert "51 km" in refused.value.zh
    assert "50 km" in refused.value.remedy


@pytest.mark.parametrize("name", ["shanghai_center", "liechtenstein_2024-03"])
def test_a_line_has_few_points_and_keeps_its_ends_and_its_length(name: str) -> None:
    rules = the_policy()
    router = Router(
        building.build(extract.read(GOLDEN / f"{name}.osm.pbf", rules), rules, name), rules
    )
    rng = random.Random(2)
    lons, lats = router.graph.shape_lon, router.graph.shape_lat
    roads = 0
    for _ in range(40):
        i, j = (rng.randrange(len(lons)) for _ in range(2))
        start, end = (Coordinates(float(lons[k]), float(lats[k])) for k in (i, j))
        found = route.between(router, rules, start, end)
        if found.kind != ROAD or found.off_road_m != (0, 0):
            continue
        roads += 1
        assert len(found.line) <= rules.route.line_points_max
        assert distance_m(Coordinates(*found.line[0]), start) < 2
        assert distance_m(Coordinates(*found.line[-1]), end) < 2
        pairs = zip(found.line, found.line[1:], strict=False)
        drawn_m = sum(distance_m(Coordinates(*a), Coordinates(*b)) for a, b in pairs)
        assert drawn_m <= found.road_m * 1.005 + 5
        assert drawn_m >= found.road_m * 0.85
    assert roads > 25


def test_few_points_stay_as_they_are_and_many_keep_their_shape() -> None:
    corner = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]
    assert steps.simplified(corner, 60) == corner
    long = [(i / 1000, 0.0) for i in range(1001)] + [(1.0, i / 1000) for i in range(1, 1001)]
    assert steps.simplified(long, 3) == corner


@pytest.mark.parametrize(
    ("metres", "text"),
    [(4, "10 m"), (54, "50 m"), (994, "990 m"), (996, "1.0 km"), (1250, "1.2 km")],
)
def test_distances_are_said_as_drivers_read_them(metres: float, text: str) -> None:
    assert steps.length(metres) == text
