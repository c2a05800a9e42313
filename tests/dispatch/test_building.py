"""A road graph holds what its drawing says: directions, delays, restrictions, islands, ends."""

import math

import pytest

from tests.dispatch.makers import (
    SQUARE,
    a_graph,
    a_router,
    a_way,
    at,
    drawn,
    driven_s,
    the_policy,
    the_square,
)
from wanghuo.dispatch.raw_roads import RawRoads, Restriction
from wanghuo.errors import Invalid
from wanghuo.place import Coordinates

WEST, EAST = at(100, 0), at(250, 0)  # on 12 and on the tail 25: 150 m apart, straight on at 2
NORTH = at(200, 100)  # on 23: a left turn at 2 for who comes from WEST, a right one from EAST
FAR_EAST = at(350, 0)  # further from the square than an island may be
TOP = at(100, 200)  # on 34
NO_LEFT = [Restriction(12, 2, 23, only=False)]
ONLY_STRAIGHT = [Restriction(12, 2, 25, only=True)]

# from, to, what is drawn otherwise, seconds
DRIVES = [
    ("straight on costs nothing", WEST, EAST, {}, 15.0),
    ("a left turn costs", WEST, NORTH, {}, 20.0 + 4),
    ("a right turn costs", EAST, NORTH, {}, 15.0 + 2),
    ("bends of the square are no turns", NORTH, TOP, {}, 20.0),
    ("a signal costs once", WEST, EAST, {"signals": [2]}, 15.0 + 6),
    ("a signal elsewhere costs nothing", WEST, EAST, {"signals": [4]}, 15.0),
    ("a gate costs what opening takes", WEST, EAST, {"barriers": {2: 15.0}}, 15.0 + 15),
    ("a bollard lets nobody pass", WEST, FAR_EAST, {"barriers": {2: None}}, math.inf),
    ("no left turn: the other way round", WEST, NORTH, {"restrictions": NO_LEFT}, 60.0),
    ("only straight on: likewise", WEST, NORTH, {"restrictions": ONLY_STRAIGHT}, 60.0),
    ("a ban of one turn bans no other", WEST, EAST, {"restrictions": NO_LEFT}, 15.0),
]


@pytest.mark.parametrize(
    ("start", "end", "more", "seconds"), [row[1:] for row in DRIVES], ids=[row[0] for row in DRIVES]
)
def test_each_drive(
    start: Coordinates, end: Coordinates, more: dict[str, object], seconds: float
) -> None:
    assert driven_s(a_router(the_square(**more)), start, end) == pytest.approx(seconds, abs=0.1)


def one_way(go: str) -> RawRoads:
    """The square, whose side 12 is driven as `go` says."""
    sides = [(23, (2, 3)), (34, (3, 4)), (41, (4, 1)), (25, (2, 5))]
    return drawn(SQUARE, [a_way(12, (1, 2), go=go), *(a_way(w, n) for w, n in sides)])


@pytest.mark.parametrize(
    ("go", "along", "against"),
    [("both", 10.0, 10.0), ("forward", 10.0, 70.0), ("backward", 70.0, 10.0)],
)
def test_a_one_way_street_is_driven_one_way(go: str, along: float, against: float) -> None:
    """Against it one drives on to its end, and round the square."""
    router, delays = a_router(one_way(go)), 8.0
    there = driven_s(router, at(50, 0), at(150, 0))
    back = driven_s(router, at(150, 0), at(50, 0))
    assert along <= there <= along + (delays if along > 10 else 0.1)
    assert against <= back <= against + (delays if against > 10 else 0.1)


def test_who_meets_the_end_of_a_road_turns_round() -> None:
    """Out to the end of a short tail and back, 10 + 5 + 15 + 5 + 2 + 10, not round the square."""
    nodes = {**SQUARE, 5: (250.0, 0.0)}
    raw = the_square(restrictions=NO_LEFT)
    raw.points[5] = (at(*nodes[5]).lon, at(*nodes[5]).lat)
    assert driven_s(a_router(raw), WEST, NORTH) == pytest.approx(47.0, abs=0.1)
    alone = a_router(drawn({1: (0, 0), 2: (100, 0)}, [a_way(1, (1, 2))]))
    assert alone.graph.arc_turn.tolist() == [3, 3]
    assert alone.graph.arc_wait_cs.tolist() == [1500, 1500]


def test_a_road_without_a_way_back_is_an_island() -> None:
    """6 can be entered and not left; 7 and 8 lie beyond a river."""
    more = {6: (-150.0, 0.0), 7: (0.0, 900.0), 8: (200.0, 900.0)}
    ways = [a_way(12, (1, 2)), a_way(23, (2, 3)), a_way(34, (3, 4)), a_way(41, (4, 1))]
    trap, beyond = a_way(16, (1, 6), go="forward"), a_way(78, (7, 8))
    graph = a_graph(drawn({**SQUARE, **more}, [*ways, trap, beyond]))
    assert graph.about["island_segments"] == 2
    on_network = graph.edge_main.reshape(-1, 2).any(axis=1)
    assert on_network.tolist() == [True] * 4 + [False] * 2


def test_ways_are_cut_where_others_meet_them_and_nowhere_else() -> None:
    nodes = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (100.0, 0.0), 4: (100.0, 80.0)}
    graph = a_graph(drawn(nodes, [a_way(1, (1, 2, 3)), a_way(2, (3, 4))]))
    assert graph.segments == 2
    crossed = a_graph(drawn(nodes, [a_way(1, (1, 2, 3)), a_way(2, (2, 4))]))
    assert crossed.segments == 3
    assert crossed.seg_length_dm.sum() == pytest.approx(1000 + 943, abs=3)


def test_the_same_roads_give_the_same_graph_and_others_another() -> None:
    one, same = a_graph(the_square()), a_graph(the_square())
    other = a_graph(the_square(signals=[2]))
    assert one.version == same.version != other.version
    assert one.about["policy_version"] == the_policy().version


def test_nothing_to_drive_on_is_refused() -> None:
    with pytest.raises(Invalid, match="no road"):
        a_graph(drawn({1: (0, 0)}, []))
