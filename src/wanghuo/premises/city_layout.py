"""Where the villages of the demo city lie, and the streets along which its places stand.

No outline of a town is known, so a town is what lies nearest to its seats, inside the real
outline. Villages are thrown into it one by one, each as far from the others as a few tries give,
denser near the seat. The result depends on the random.Random handed in and on nothing else.
"""

import math
from itertools import accumulate
from random import Random

import msgspec

from wanghuo.place import Coordinates, moved, near_distance_m
from wanghuo.premises.city_sources import NamedPoint, NamedVillage, Outline, Sources
from wanghuo.premises.city_words import STREET_ENDS, STREET_WORDS, village_stem
from wanghuo.premises.model import Village

GRID_DEGREES = 0.004  # about 400 m
MARGIN_DEGREES = 0.0025
THROWS = 14
SEAT_REACH_M = 2500.0  # how fast villages thin out with the distance to the seat
URBAN_REACH_M = 3500.0
REACH_MIN_M, REACH_MAX_M = 140.0, 800.0


class Street(msgspec.Struct, frozen=True):
    """A straight street through its village. angle: radians from east; half_m: half its length."""

    name: str
    angle: float
    half_m: float


class Site(msgspec.Struct, frozen=True):
    """A village on the ground. urban: 0 countryside to 1 centre; reach_m: how far it spreads."""

    village: Village
    urban: float
    reach_m: float
    streets: tuple[Street, ...]

    @property
    def at(self) -> Coordinates:
        """Its middle."""
        return Coordinates(self.village.lon, self.village.lat)


def lay_out(sources: Sources, rng: Random) -> list[Site]:
    """The 406 villages with their streets, in the order of their codes."""
    ground = _ground_by_town(sources)
    villages: list[Village] = []
    for town in sources.towns:
        named = [v for v in sources.villages if v.town_code == town.code]
        seats = [seat for seat in sources.seats if seat.group == town.code]
        villages += _thrown(named, seats, ground[town.code], rng)
    villages.sort(key=lambda village: village.code)
    reaches = [_reach_m(village, villages) for village in villages]
    return [
        Site(village, _urban(village, sources.seats), reach_m, _streets(village, reach_m, rng))
        for village, reach_m in zip(villages, reaches, strict=True)
    ]


def _ground_by_town(sources: Sources) -> dict[str, list[tuple[float, float]]]:
    """Grid points well inside the outline, each given to the town with the nearest seat."""
    outline = sources.outline
    ground: dict[str, list[tuple[float, float]]] = {town.code: [] for town in sources.towns}
    for north in range(math.ceil((outline.north - outline.south) / GRID_DEGREES)):
        lat = outline.south + north * GRID_DEGREES
        for east in range(math.ceil((outline.east - outline.west) / GRID_DEGREES)):
            lon = outline.west + east * GRID_DEGREES
            if outline.contains_around(lon, lat, MARGIN_DEGREES):
                seat = nearest(sources.seats, lon, lat)
                ground[seat.group].append((lon, lat))
    return ground


def nearest(points: list[NamedPoint], lon: float, lat: float) -> NamedPoint:
    """The point of the list nearest to a position."""
    return min(points, key=lambda p: near_distance_m(p.lon, p.lat, lon, lat))


def _thrown(
    named: list[NamedVillage],
    seats: list[NamedPoint],
    ground: list[tuple[float, float]],
    rng: Random,
) -> list[Village]:
    """Positions for the villages of one town; a village named like a seat gets its real point."""
    placed: list[tuple[float, float]] = []
    made: list[Village] = []
    left = list(named)
    for seat in seats:
        match = next((v for v in left if village_stem(v.name) == village_stem(seat.name)), None)
        if match is not None:
            left.remove(match)
            placed.append((seat.lon, seat.lat))
            made.append(_village(match, seat.lon, seat.lat))
    seat_m = [min(near_distance_m(s.lon, s.lat, *point) for s in seats) for point in ground]
    thin = [1.0 + (away_m / SEAT_REACH_M) ** 2 for away_m in seat_m]
    weights = list(accumulate(1.0 / t for t in thin))
    for village in left:
        tries = rng.choices(range(len(ground)), cum_weights=weights, k=THROWS)
        best = max(tries, key=lambda i: _room_m(ground[i], placed) / math.sqrt(thin[i]))
        jitter = GRID_DEGREES * 0.35
        lon = round(ground[best][0] + rng.uniform(-jitter, jitter), 6)
        lat = round(ground[best][1] + rng.uniform(-jitter, jitter), 6)
        placed.append((lon, lat))
        made.append(_village(village, lon, lat))
    return made


def _village(named: NamedVillage, lon: float, lat: float) -> Village:
    return Village(named.code, named.town_code, named.name, named.kind, lon, lat)


def _room_m(point: tuple[float, float], placed: list[tuple[float, float]]) -> float:
    return min((near_distance_m(*point, *other) for other in placed), default=1e9)


def _reach_m(village: Village, villages: list[Village]) -> float:
    """Half the way to the nearest other village, within sensible limits."""
    nearest_m = min(
        near_distance_m(village.lon, village.lat, other.lon, other.lat)
        for other in villages
        if other is not village
    )
    return max(REACH_MIN_M, min(REACH_MAX_M, nearest_m * 0.55))


def _urban(village: Village, seats: list[NamedPoint]) -> float:
    """1 beside a town's seat, falling with the distance; the city's own seats count most."""
    best = 0.0
    for seat in seats:
        weight = 1.0 if seat.name.endswith("街道") else 0.6
        away_m = near_distance_m(seat.lon, seat.lat, village.lon, village.lat)
        best = max(best, weight * math.exp(-away_m / URBAN_REACH_M))
    return best


def _streets(village: Village, reach_m: float, rng: Random) -> tuple[Street, ...]:
    """Three streets through the village: one main, two across."""
    stem = village_stem(village.name)
    main = rng.uniform(0.0, math.pi)
    first, second = rng.sample(STREET_WORDS, 2)
    return (
        Street(f"{stem}{rng.choice(STREET_ENDS)}", main, reach_m),
        Street(f"{first}{rng.choice(STREET_ENDS)}", main + rng.uniform(1.2, 1.9), reach_m * 0.8),
        Street(f"{second}{rng.choice(STREET_ENDS)}", main + rng.uniform(0.4, 0.9), reach_m * 0.6),
    )


def along(site: Site, street: Street, along_m: float, side_m: float) -> Coordinates:
    """The point `along_m` metres up a street from the village's middle and `side_m` beside it."""
    cosine, sine = math.cos(street.angle), math.sin(street.angle)
    east_m = cosine * along_m - sine * side_m
    north_m = sine * along_m + cosine * side_m
    return moved(site.at, east_m, north_m)


def pulled_inside(outline: Outline, site: Site, point: Coordinates) -> Coordinates:
    """`point`, or the first point on the way to the village's middle that is inside the city.

    Rounded to 6 decimals (0.1 m).
    """
    lon, lat = point.lon, point.lat
    while True:
        lon, lat = round(lon, 6), round(lat, 6)
        if outline.contains(lon, lat):
            return Coordinates(lon, lat)
        lon, lat = (lon + site.village.lon) / 2.0, (lat + site.village.lat) / 2.0
