"""One way from here to there, or the straight line, said so with its reason."""

import math
from typing import Any, Final

import msgspec

from wanghuo.dispatch import steps
from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.router import Router
from wanghuo.dispatch.snapping import Spots, Why
from wanghuo.errors import Invalid
from wanghuo.facts.sentences import Sentence, said, shown
from wanghuo.place import Coordinates, distance_m

ROAD: Final = "road"
STRAIGHT_LINE: Final = "straight_line"


class Route(msgspec.Struct, frozen=True):
    """How to get there. line: longitude before latitude, 0.1 m.

    travel_s: start, driving and what lies off the road. road_m: of the drive; of the straight line
    if kind says so. why: None for a road. off_road_m: at the start and at the end.
    """

    kind: str
    why: Sentence | None
    line: list[tuple[float, float]]
    travel_s: int
    road_m: int
    off_road_m: tuple[int, int]
    steps: list[Sentence]
    graph_version: str


def document(route: Route) -> dict[str, Any]:
    """A route as the API shows it."""
    return {
        "kind": route.kind,
        "why": None if route.why is None else shown(route.why),
        "line": route.line,
        "travel_s": route.travel_s,
        "road_m": route.road_m,
        "off_road_m": {"start": route.off_road_m[0], "end": route.off_road_m[1]},
        "steps": [shown(step) for step in route.steps],
        "graph_version": route.graph_version,
    }


class TooFar(Invalid):
    """The position cannot be right: nobody stands there and drives to this fire."""

    def __init__(self, away_km: int, most_km: int) -> None:
        super().__init__(
            "lon",
            f"this position is {away_km} km from the fire, too far to be right",
            f"stand within {most_km} km, or wait until the phone knows where it is",
        )
        self.zh = (
            f"定位离火点 {away_km} km，超过 {most_km} km，可能有误；"
            "请等手机定位稳定后再试，或按站点出发的路线行驶"
        )


def refuse_jump(here: Coordinates, fire: Coordinates, policy: Policy) -> None:
    """Raise TooFar for a position that cannot be right."""
    away_m = distance_m(here, fire)
    if away_m > policy.route.jump_max_m:
        raise TooFar(round(away_m / 1000), round(policy.route.jump_max_m / 1000))


def between(router: Router | None, policy: Policy, start: Coordinates, end: Coordinates) -> Route:
    """The quickest way by road; the straight line where there is none."""
    if router is None:
        return straight_line(policy, start, end, said("no_road.no_graph"))
    spots = router.snapper.spots([start.lon, end.lon], [start.lat, end.lat])
    version = router.graph.version
    for at, side in enumerate(("start", "end")):
        why = Why(int(spots.why[at]))
        if why is not Why.NONE:
            limit_m = round(policy.snapping.far_from_road_m)
            reason = said(f"no_road.{why.name.lower()}", side=side, limit_m=limit_m)
            return straight_line(policy, start, end, reason, version)
    here, there = one_of(spots, 0), one_of(spots, 1)
    path = router.path(here, there)
    if path is None:
        return straight_line(policy, start, end, said("no_road.no_way"), version)
    limit = policy.route.line_points_max
    walks_m = (float(here.off_road_m[0]), float(there.off_road_m[0]))
    travel_s = policy.delays_s.start + path.drive_s + policy.snapping.walk_s(sum(walks_m))
    parts = steps.stretches(router.graph, path, here, there)
    return Route(
        kind=ROAD,
        why=None,
        line=steps.line(router.graph, path, here, there, limit),
        travel_s=round(travel_s),
        road_m=round(path.road_m),
        off_road_m=(round(walks_m[0]), round(walks_m[1])),
        steps=steps.in_words(parts, walks_m[1]),
        graph_version=version,
    )


def straight_line(
    policy: Policy, start: Coordinates, end: Coordinates, why: Sentence, version: str = ""
) -> Route:
    """What is said where no road is known."""
    away_m = distance_m(start, end)
    ends = [(round(p.lon, steps.DIGITS), round(p.lat, steps.DIGITS)) for p in (start, end)]
    heading = said("route.straight", length=steps.length(away_m), point=compass(start, end))
    return Route(
        kind=STRAIGHT_LINE,
        why=why,
        line=ends,
        travel_s=round(policy.delays_s.start + policy.straight_line.travel_s(away_m)),
        road_m=round(away_m),
        off_road_m=(0, 0),
        steps=[heading],
        graph_version=version,
    )


def one_of(spots: Spots, at: int) -> Spots:
    """One of several spots, as spots of one."""
    cut = slice(at, at + 1)
    return Spots(
        spots.segment[cut], spots.from_start_dm[cut], spots.from_start_cs[cut], spots.lon[cut],
        spots.lat[cut], spots.off_road_m[cut], spots.why[cut],
    )  # fmt: skip


def compass(start: Coordinates, end: Coordinates) -> str:
    """The point of the compass from one place to another: n, ne, e, se, s, sw, w, nw."""
    east = (end.lon - start.lon) * math.cos(math.radians(start.lat))
    turn = math.atan2(east, end.lat - start.lat) / (math.pi / 4)
    return ("n", "ne", "e", "se", "s", "sw", "w", "nw")[round(turn) % 8]
