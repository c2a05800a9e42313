"""The nearest stations to a fire, by straight line, out of a grid of cells.

Ties are broken by id, so the same city always gives the same answer.
"""

from collections.abc import Collection, Iterable
from typing import Final

from wanghuo.place import METRES_PER_DEGREE, near_distance_m
from wanghuo.premises.model import Station

CELL_DEGREES: Final = 0.02  # about 2 km
RINGS_MAX: Final = 40  # beyond that everything is looked at


class Stations:
    """An index of rescue stations; built once, asked for every incident."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self.by_id: dict[str, Station] = {}
        self._cells: dict[str, dict[tuple[int, int], list[Station]]] = {}
        self._towns: dict[tuple[str, str], list[Station]] = {}
        for station in sorted(stations, key=lambda s: s.id):
            self.by_id[station.id] = station
            self._towns.setdefault((station.level, station.town_code), []).append(station)
            cells = self._cells.setdefault(station.level, {})
            cells.setdefault(_cell(station.lon, station.lat), []).append(station)
        self._sizes = {lv: sum(map(len, cells.values())) for lv, cells in self._cells.items()}

    def of_town(self, level: str, town_code: str) -> list[Station]:
        """The stations of a level that belong to a town, by id."""
        return self._towns.get((level, town_code), [])

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
        lon, lat = where
        cells = self._cells.get(level)
        if not cells:
            return None
        best: tuple[float, str, Station] | None = None
        seen, home = 0, _cell(lon, lat)
        for ring in range(RINGS_MAX + 1):
            reach_m = (ring - 1) * CELL_DEGREES * METRES_PER_DEGREE * _SHRINK
            if reach_m > radius_m or (best is not None and best[0] <= reach_m):
                break
            for station in self._ring(cells, home, ring):
                seen += 1
                if (on_duty and not station.on_duty) or station.id in without:
                    continue
                distance = near_distance_m(lon, lat, station.lon, station.lat)
                if best is None or (distance, station.id) < best[:2]:
                    best = (distance, station.id, station)
            if seen == self._sizes[level]:
                break
        if best is None or best[0] > radius_m:
            return None
        return best[2], round(best[0])

    @staticmethod
    def _ring(
        cells: dict[tuple[int, int], list[Station]], home: tuple[int, int], ring: int
    ) -> Iterable[Station]:
        """The stations of the square ring of cells `ring` steps away from `home`."""
        east, north = home
        for x in range(east - ring, east + ring + 1):
            edge = abs(x - east) == ring
            steps = range(north - ring, north + ring + 1) if edge else (north - ring, north + ring)
            for y in steps:
                yield from cells.get((x, y), ())


_SHRINK: Final = 0.6  # a cell is narrower east to west; enough up to 53 degrees of latitude


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return int(lon // CELL_DEGREES), int(lat // CELL_DEGREES)
