"""The ranking is what asking for each pair by itself would give, and says where no road leads."""

import random

import numpy as np

from tests.dispatch.makers import a_router, a_station, a_way, at, drawn, the_policy, the_square
from tests.dispatch.test_router import a_city
from wanghuo.dispatch import route
from wanghuo.dispatch.ranking import Doors, Nearest, Ranker
from wanghuo.place import Coordinates


def doors(positions: list[Coordinates]) -> Doors:
    return Doors(
        [f"P{n:03d}" for n in range(len(positions))],
        np.array([p.lon for p in positions]),
        np.array([p.lat for p in positions]),
    )


def scattered(rng: random.Random, count: int) -> list[Coordinates]:
    """Some on roads, some off them, a few far from everything."""
    return [at(rng.uniform(-300, 900), rng.uniform(-1200, 700)) for _ in range(count)]


def test_each_place_gets_the_quickest_of_each_level_in_order() -> None:
    rng, rules = random.Random(4), the_policy()
    router = a_router(a_city(4, one_ways=True))
    positions = scattered(rng, 40)
    stations = [a_station(f"S{n:02d}", where) for n, where in enumerate(scattered(rng, 45))]
    ranker = Ranker(router, rules, doors(positions))
    level = ranker.level("micro", stations)
    for place, here in enumerate(positions):
        ranked = list(level.of(place))
        assert len(ranked) == rules.ranking["micro"]
        alone = sorted((route.between(router, rules, s.at, here).travel_s, s.id) for s in stations)
        for travel, (travel_s, _) in zip(ranked, alone, strict=False):
            assert abs(travel.travel_s - travel_s) <= 1
        by_id = {s.id: s for s in stations}
        for travel in ranked:
            whole = route.between(router, rules, by_id[travel.station_id].at, here)
            assert (travel.kind, abs(travel.road_m - whole.road_m) <= 1) == (whole.kind, True)
            assert abs(travel.travel_s - whole.travel_s) <= 1
    assert ranker.counts.pairs == 40 * 45
    assert 0 < ranker.counts.by_straight_line < ranker.counts.pairs
    assert ranker.counts.places_far_from_road > 0


def test_equal_stations_are_ordered_by_their_ids() -> None:
    router = a_router(the_square())
    stations = [a_station(key, at(10, 0)) for key in ("S3", "S1", "S2")]
    level = Ranker(router, the_policy(), doors([at(150, 0)])).level("micro", stations)
    assert [travel.station_id for travel in level.of(0)] == ["S1", "S2", "S3"]


def test_fewer_stations_than_ranks_are_all_ranked_and_an_unknown_level_none() -> None:
    ranker = Ranker(a_router(the_square()), the_policy(), doors([at(150, 0), at(20, 0)]))
    one = [a_station("S1", at(10, 0), "main")]
    assert [len(list(ranker.level("main", one).of(place))) for place in (0, 1)] == [1, 1]
    assert list(ranker.level("helicopter", one).of(0)) == []
    assert list(ranker.level("main", []).of(0)) == []


def test_without_roads_everything_is_ranked_by_the_straight_line() -> None:
    rules = the_policy()
    stations = [a_station("S1", at(3000, 0)), a_station("S2", at(1000, 0))]
    ranker = Ranker(None, rules, doors([at(0, 0)]))
    ranked = list(ranker.level("micro", stations).of(0))
    assert [(t.station_id, t.road_m, t.kind) for t in ranked] == [
        ("S2", 1000, "straight_line"), ("S1", 3000, "straight_line"),
    ]  # fmt: skip
    assert ranked[0].travel_s == round(5 + rules.straight_line.travel_s(1000.0))


def test_a_station_without_a_road_is_named() -> None:
    ranker = Ranker(a_router(the_square()), the_policy(), doors([at(0, 0)]))
    ranker.level("micro", [a_station("S1", at(0, 0)), a_station("S2", at(9000, 0))])
    assert ranker.counts.stations_off_network == ["S2"]


def test_the_nearest_now_are_the_nearest_as_ranked() -> None:
    rng, rules = random.Random(9), the_policy()
    router = a_router(a_city(9, one_ways=True))
    stations = [a_station(f"S{n:02d}", where) for n, where in enumerate(scattered(rng, 60))]
    positions = scattered(rng, 30)
    level = Ranker(router, rules, doors(positions)).level("micro", stations)
    finder = Nearest(router, rules, stations)
    for place, here in enumerate(positions):
        assert finder.to(here, 20, "micro") == list(level.of(place))
        assert finder.to(here, 20, "main") == []
    assert len(Nearest(None, rules, stations).to(positions[0], 5)) == 5


def test_who_is_further_than_the_first_search_goes_is_found_all_the_same() -> None:
    """9 km of road at 10 m a second: the last of them needs 15 min."""
    ways = [a_way(1, range(10))]
    router = a_router(drawn({n: (n * 1000, 0) for n in range(10)}, ways))
    stations = [a_station(f"S{n}", at(n * 1000 + 10, 0)) for n in range(9)]
    found = Nearest(router, the_policy(), stations).to(at(0, 0), 9)
    assert [travel.station_id for travel in found] == [f"S{n}" for n in range(9)]
    assert {travel.kind for travel in found} == {"road"}
    assert found[-1].travel_s == 5 + 801
