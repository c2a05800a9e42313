"""Small road networks drawn in metres, and the policy with its delays as a test wants them."""

from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from wanghuo.dispatch import building, policy
from wanghuo.dispatch.graph import Graph
from wanghuo.dispatch.policy import Delays, Policy
from wanghuo.dispatch.raw_roads import RawRoads, RawWay, Restriction
from wanghuo.dispatch.router import Router
from wanghuo.place import Coordinates, moved
from wanghuo.premises.model import Station
from wanghuo.settings import Settings

ORIGIN = Coordinates(121.25, 30.17)
Metres = tuple[float, float]
NO_DELAYS = Delays(start=0, signal=0, right=0, left=0, around=0)


@cache
def the_policy() -> Policy:
    """The policy as it ships."""
    return policy.load(Settings().policy_dir)


def without_delays() -> Policy:
    """Nothing but driving: times are lengths by speeds."""
    return msgspec.structs.replace(the_policy(), delays_s=NO_DELAYS)


def at(east_m: float, north_m: float) -> Coordinates:
    """A position by metres from the middle of the drawing."""
    return moved(ORIGIN, east_m, north_m)


def a_way(
    way: int, nodes: Sequence[int], kmh: float = 36.0, go: str = "both", name: str = ""
) -> RawWay:
    """A way; go: both, forward or backward. 36 km/h is 10 m a second."""
    forward, backward = go in {"both", "forward"}, go in {"both", "backward"}
    return RawWay(way, tuple(nodes), kmh, forward, backward, name)


def drawn(
    nodes: Mapping[int, Metres],
    ways: Sequence[RawWay],
    *,
    signals: Sequence[int] = (),
    barriers: Mapping[int, float | None] | None = None,
    restrictions: Sequence[Restriction] = (),
) -> RawRoads:
    """Raw roads of nodes in metres."""
    points = {key: (at(*spot).lon, at(*spot).lat) for key, spot in nodes.items()}
    return RawRoads(points, list(ways), set(signals), dict(barriers or {}), list(restrictions))


def a_graph(raw: RawRoads, rules: Policy | None = None) -> Graph:
    """The graph of raw roads."""
    return building.build(raw, rules or the_policy(), "a drawing")


def a_router(raw: RawRoads, rules: Policy | None = None) -> Router:
    """A router over raw roads."""
    rules = rules or the_policy()
    return Router(a_graph(raw, rules), rules)


def driven_s(router: Router, start: Coordinates, end: Coordinates) -> float:
    """Seconds of driving alone; inf where no road leads."""
    spots = router.snapper.spots([start.lon], [start.lat])
    there = router.snapper.spots([end.lon], [end.lat])
    return float(router.from_each(spots, there).drive_s[0, 0])


def a_station(key: str, where: Coordinates, level: str = "micro") -> Station:
    """A rescue station."""
    return Station(key, level, "village", key, "330282101", "", where.lon, where.lat, 4, True)  # noqa: FBT003


# Four crossings of a square, 200 m a side, with a tail of 200 m:
#
#   4 --- 3
#   |     |
#   1 --- 2 --- 5
SQUARE: Mapping[int, Metres] = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (400, 0)}


def the_square(**more: object) -> RawRoads:
    """The square with its tail, each side a way of its own: 12, 23, 34, 41, 25."""
    sides = [(12, (1, 2)), (23, (2, 3)), (34, (3, 4)), (41, (4, 1)), (25, (2, 5))]
    ways = [a_way(way, nodes, name=f"{way}路") for way, nodes in sides]
    return drawn(SQUARE, ways, **more)  # type: ignore[arg-type]  # as drawn takes them
