"""The nearest stations to a fire, by straight line, out of a grid of cells.

Ties are broken by id, so the same city always gives the same answer.
"""

import heapq
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from wanghuo.place import METRES_PER_DEGREE, near_distance_m
from wanghuo.premises.model import Station

CELL_DEGREES: Final = 0.01  # about 1 km
RINGS_MAX: Final = 10  # beyond about 10 km every station is looked at
_NARROW: Final = 0.6  # a cell is narrower from east to west; enough up to 53 degrees of latitude
Cells = dict[tuple[int, int], list[Station]]


class Stations:
    """An index of rescue stations; built once, asked for every incident."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self.by_id: dict[str, Station] = {}
        self._cells: dict[str, Cells] = {}
        self._towns: dict[tuple[str, str], list[Station]] = {}
        for station in sorted(stations, key=lambda s: s.id):
            self.by_id[station.id] = station
            self._towns.setdefault((station.level, station.town_code), []).append(station)
            cells = self._cells.setdefault(station.level, {})
            cells.setdefault(_cell(station.lon, station.lat), []).append(station)

    def of_town(self, level: str, town_code: str) -> list[Station]:
        """The stations of a level that belong to a town, by id."""
        return self._towns.get((level, town_code), [])

    def by_distance(
        self, level: str, where: tuple[float, float], *, radius_m: float
    ) -> Iterator[tuple[Station, int]]:
        """The stations of a level with their distance in metres, nearest first, as far as asked."""
        cells = self._cells.get(level, {})
        lon, lat = where
        seen: set[str] = set()
        heap: list[tuple[float, str, Station]] = []
        for ring in range(RINGS_MAX + 2):
            reach_m = (ring - 1) * CELL_DEGREES * METRES_PER_DEGREE * _NARROW
            while heap and heap[0][0] <= reach_m:
                yield _measured(heapq.heappop(heap))
            if reach_m > radius_m:
                return
            found = _ring(cells, _cell(lon, lat), ring) if ring <= RINGS_MAX else _all(cells)
            for station in found:
                distance_m = near_distance_m(lon, lat, station.lon, station.lat)
                if distance_m <= radius_m and station.id not in seen:
                    seen.add(station.id)
                    heapq.heappush(heap, (distance_m, station.id, station))
        while heap:
            yield _measured(heapq.heappop(heap))

    def nearest(
        self,
        level: str,
        where: tuple[float, float],
        *,
        radius_m: float,
        without: Collection[str] = (),
        on_duty: bool = True,
    ) -> tuple[Station, int] | None:
        """The nearest station of a level and its distance in metres; None if none is in radius.

        where: longitude and latitude. without: ids not to pick. on_duty False: those off duty
        are picked as well.
        """
        cells = self._cells.get(level, {})
        lon, lat = where
        best: tuple[float, str, Station] | None = None
        for ring in range(RINGS_MAX + 2):
            reach_m = (ring - 1) * CELL_DEGREES * METRES_PER_DEGREE * _NARROW
            if reach_m > radius_m or (best is not None and best[0] <= reach_m):
                break
            found = _ring(cells, _cell(lon, lat), ring) if ring <= RINGS_MAX else _all(cells)
            for station in found:
                if (on_duty and not station.on_duty) or station.id in without:
                    continue
                distance = near_distance_m(lon, lat, station.lon, station.lat)
                if best is None or (distance, station.id) < best[:2]:
                    best = (distance, station.id, station)
        if best is None or best[0] > radius_m:
            return None
        return best[2], round(best[0])


def _measured(one: tuple[float, str, Station]) -> tuple[Station, int]:
    return one[2], round(one[0])


def _ring(cells: Cells, home: tuple[int, int], ring: int) -> Iterator[Station]:
    """The stations of the square ring of cells `ring` steps away from `home`."""
    east, north = home
    for x in range(east - ring, east + ring + 1):
        edge = abs(x - east) == ring
        for y in range(north - ring, north + ring + 1, 1 if edge else 2 * ring):
            yield from cells.get((x, y), ())


def _all(cells: Cells) -> Iterator[Station]:
    for stations in cells.values():
        yield from stations


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return int(lon // CELL_DEGREES), int(lat // CELL_DEGREES)
