"""The nearest stations of each level for many places: one search for each station, not each pair.

Rule 1. Where a road leads, its time counts; where none does, the straight line's, said so.
Rule 2. Equal times are ordered by the station's id, so that the same city ranks the same.
Rule 3. Memory is bounded by the places, never by places × stations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wanghuo.dispatch.policy import Policy
from wanghuo.dispatch.route import ROAD, STRAIGHT_LINE
from wanghuo.dispatch.router import Router, Travels
from wanghuo.dispatch.snapping import Spots, Why
from wanghuo.place import METRES_PER_DEGREE, Coordinates
from wanghuo.premises.model import Station, Travel

AT_ONCE: Final = 32  # stations searched together
BITS: Final = 20  # of a station's number beside its time
NEAR_S: Final = 300.0  # a first, short search; in a city it is enough
NOBODY: Final = np.iinfo(np.int64).max

Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Doors:
    """Positions in the order of their ids."""

    ids: Sequence[str]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Level:
    """The ranking of one level: rows are places, columns ranks.

    station: number in `stations`, -1 beyond the last one. straight: no road leads.
    """

    name: str
    stations: Sequence[Station]
    station: Any
    travel_s: Any
    road_m: Any
    straight: Any

    def of(self, place: int) -> Iterator[Travel]:
        """The travel of each station kept for a place, quickest first."""
        for rank in range(self.station.shape[1]):
            number = int(self.station[place, rank])
            if number >= 0:
                kind = STRAIGHT_LINE if self.straight[place, rank] else ROAD
                travel_s, road_m = self.travel_s[place, rank], self.road_m[place, rank]
                station_id = self.stations[number].id
                yield Travel(station_id, self.name, int(travel_s), int(road_m), kind)


@dataclass
class Counts:
    """What a ranking came across. by_straight_line: pairs without a road."""

    places: int = 0
    stations: int = 0
    pairs: int = 0
    by_straight_line: int = 0
    places_far_from_road: int = 0
    places_on_islands: int = 0
    stations_off_network: list[str] = field(default_factory=list)


class Ranker:
    """Ranks every station for the same places."""

    def __init__(self, router: Router | None, policy: Policy, places: Doors) -> None:
        self._router, self._policy, self._places = router, policy, places
        self._spots = router.snapper.spots(places.lon, places.lat) if router else None
        self.counts = Counts(places=len(places.ids))
        if self._spots is not None:
            self.counts.places_far_from_road = int((self._spots.why == Why.FAR_FROM_ROAD).sum())
            self.counts.places_on_islands = int((self._spots.why == Why.ISLAND).sum())

    def level(self, name: str, stations: Sequence[Station], told: Told = lambda _: None) -> Level:
        """The nearest stations of one level for every place. told: hears of each block searched."""
        listed = sorted(stations, key=lambda s: s.id)
        kept = min(self._policy.ranking.get(name, 0), len(listed))
        shape = (len(self._places.ids), kept)
        order = np.full(shape, NOBODY, dtype=np.int64)
        road_m = np.zeros(shape, dtype=np.int32)
        straight = np.zeros(shape, dtype=bool)
        for begin in range(0, len(listed) if kept else 0, AT_ONCE):
            block = listed[begin : begin + AT_ONCE]
            travel_s, metres, by_line = self._block(block)
            numbers = np.arange(begin, begin + len(block))[:, None]
            fresh = ((travel_s << BITS) | numbers).T
            columns = np.concatenate([order, fresh], axis=1)
            best = np.argpartition(columns, kept - 1, axis=1)[:, :kept]
            order = np.take_along_axis(columns, best, axis=1)
            road_m = np.take_along_axis(np.concatenate([road_m, metres.T], axis=1), best, axis=1)
            straight = np.take_along_axis(
                np.concatenate([straight, by_line.T], axis=1), best, axis=1
            )
            told(len(block))
        sorted_ = np.argsort(order, axis=1)
        order = np.take_along_axis(order, sorted_, axis=1)
        number = np.where(order == NOBODY, -1, order & ((1 << BITS) - 1))
        return Level(
            name,
            listed,
            number,
            order >> BITS,
            np.take_along_axis(road_m, sorted_, axis=1),
            np.take_along_axis(straight, sorted_, axis=1),
        )

    def _block(self, block: Sequence[Station]) -> tuple[Any, Any, Any]:
        """(seconds, metres, by straight line) from each station of a block to each place."""
        lons, lats = np.array([s.lon for s in block]), np.array([s.lat for s in block])
        line_m = straight_m(lons[:, None], lats[:, None], self._places.lon, self._places.lat)
        if self._router is None or self._spots is None:
            found = _nothing(line_m.shape)
            spots = None
        else:
            spots = self._router.snapper.spots(lons, lats)
            found = self._router.from_each(spots, self._spots)
            off = np.flatnonzero(spots.why != Why.NONE).tolist()
            self.counts.stations_off_network += [block[at].id for at in off]
        made = timed(self._policy, found, spots, self._spots, line_m)
        self.counts.stations += len(block)
        self.counts.pairs += line_m.size
        self.counts.by_straight_line += int(made[2].sum())
        return made


def timed(
    policy: Policy,
    found: Travels,
    sources: Spots | None,
    targets: Spots | None,
    line_m: Any,  # noqa: ANN401 - metres of the straight line, sources × targets
) -> tuple[Any, Any, Any]:
    """(whole seconds, whole metres, by straight line) with the start and what lies off the road."""
    by_line = ~np.isfinite(found.drive_s)
    off_m = np.zeros(line_m.shape)
    if sources is not None and targets is not None:
        off_m = sources.off_road_m[:, None] + targets.off_road_m[None, :]
    start_s = policy.delays_s.start
    by_road_s = start_s + found.drive_s + policy.snapping.walk_s(1.0) * off_m
    line_s = start_s + policy.straight_line.travel_s(1.0) * line_m
    travel_s = np.rint(np.where(by_line, line_s, by_road_s)).astype(np.int64)
    metres = np.rint(np.where(by_line, line_m, found.road_m)).astype(np.int32)
    return travel_s, metres, by_line


def straight_m(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Any:  # noqa: ANN401 - arrays
    """Metres on a flat sheet, as place.near_distance_m, for arrays."""
    east = (lon2 - lon1) * np.cos(np.radians((lat1 + lat2) / 2.0))
    return METRES_PER_DEGREE * np.hypot(east, lat2 - lat1)


def _nothing(shape: tuple[int, ...]) -> Travels:
    return Travels(np.full(shape, np.inf), np.full(shape, np.inf))


class Nearest:
    """The nearest stations to any point, now; built once for a graph and its stations."""

    def __init__(self, router: Router | None, policy: Policy, stations: Sequence[Station]) -> None:
        self._router, self._policy = router, policy
        self.stations = sorted(stations, key=lambda s: s.id)
        self._lon = np.array([s.lon for s in self.stations])
        self._lat = np.array([s.lat for s in self.stations])
        self._spots = router.snapper.spots(self._lon, self._lat) if router else None

    def to(self, here: Coordinates, count: int, level: str = "") -> list[Travel]:
        """The quickest `count` stations, of one level or of all, quickest first."""
        line_m = straight_m(here.lon, here.lat, self._lon, self._lat)[None, :]
        fire = self._router.snapper.spots([here.lon], [here.lat]) if self._router else None
        wanted = np.array([level in {"", s.level} for s in self.stations], dtype=bool)
        for within_s in (NEAR_S, np.inf):
            found = self._found(fire, within_s, line_m.shape)
            travel_s, metres, by_line = timed(self._policy, found, fire, self._spots, line_m)
            if not np.isfinite(within_s):
                break
            # who is on the network and was not reached needs longer than the search went
            beyond = by_line[0] & self._is_on_road(fire)
            listed = np.sort(travel_s[0, wanted & ~beyond])
            walk_s = self._policy.snapping.walk_s(float(fire.off_road_m[0])) if fire else 0.0
            sure_s = self._policy.delays_s.start + within_s + walk_s
            if len(listed) >= count and listed[count - 1] < sure_s:
                wanted &= ~beyond
                break
        order = np.argsort(travel_s[0], kind="stable")
        named = (at for at in order.tolist() if wanted[at])
        return [
            Travel(
                self.stations[at].id, self.stations[at].level, int(travel_s[0, at]),
                int(metres[0, at]), STRAIGHT_LINE if by_line[0, at] else ROAD,
            )
            for at, _ in zip(named, range(count), strict=False)
        ]  # fmt: skip

    def _found(self, fire: Spots | None, within_s: float, shape: tuple[int, ...]) -> Travels:
        if self._router is None or fire is None or self._spots is None:
            return _nothing(shape)
        return self._router.to_each(fire, self._spots, within_s)

    def _is_on_road(self, fire: Spots | None) -> Any:  # noqa: ANN401 - an array of bool
        """Of each station: whether a road joins it to the fire."""
        if fire is None or self._spots is None or fire.why[0] != Why.NONE:
            return np.zeros(len(self.stations), dtype=bool)
        return self._spots.why == Why.NONE
