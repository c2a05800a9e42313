"""The 52,000 places of the demo city with their units, standing along the streets of its villages.

Schools, hospitals and commercial areas that OpenStreetMap knows come first with their real names
and positions; everything else is invented. Ids are the town's two letters and a running number.
"""

from collections.abc import Iterator
from itertools import accumulate
from random import Random

import msgspec

from wanghuo.place import Coordinates, moved, near_distance_m
from wanghuo.premises import city_names
from wanghuo.premises.city_layout import Site, Street, along, pulled_inside
from wanghuo.premises.city_mix import RECIPES, Recipe, kit
from wanghuo.premises.city_sources import NamedPoint, Outline, Sources
from wanghuo.premises.model import Place, Town, Unit

LANDMARK_CATEGORIES = {"school": "school", "hospital": "hospital", "commercial": "market"}
STREET_SIDE = ("shop", "catering")
HOUSES = ("rental", "vulnerable")
LIVED_IN_CHANCE = 0.22
BOARDING_CHANCE = 0.1
SLEEPS = frozenset(
    {"rental", "residential", "highrise", "vulnerable", "nursing", "hospital", "hotel"}
)
# With this chance the unit of the place before has this place of the same category too.
SHARED_UNIT_CHANCE = {"rental": 0.15, "industrial": 0.06, "shop": 0.04, "market": 0.1}


class Stand(msgspec.Struct, frozen=True):
    """Where a building stands: its point, its street and the number there."""

    at: Coordinates
    street: Street
    number: int


class Built(msgspec.Struct):
    """What the builder has made so far. kits[i] hangs in places[i]."""

    units: list[Unit]
    places: list[Place]
    kits: list[bytes]


class Builder:
    """Builds place after place; remembers running numbers and the unit before."""

    def __init__(self, outline: Outline, towns: list[Town], rng: Random) -> None:
        self._outline = outline
        self._rng = rng
        self._towns = {town.code: town for town in towns}
        self._numbers = dict.fromkeys(self._towns, 0)
        self._buildings = dict.fromkeys(self._towns, 0)
        self._last_unit: dict[str, Unit] = {}
        self.built = Built([], [], [])

    def village(self, site: Site, categories: list[str]) -> None:
        """Build one village: its categories in building-sized runs along its streets."""
        self._last_unit.clear()
        for mixed in (STREET_SIDE, HOUSES, *((name,) for name in RECIPES)):
            if len(mixed) == 1 and mixed[0] in STREET_SIDE + HOUSES:
                continue
            row = [name for name in categories if name in mixed]
            self._rng.shuffle(row)
            while row:
                recipe = RECIPES[row[0]]
                size = self._group_size(recipe)
                self._building(site, recipe, row[:size])
                del row[:size]

    def landmark(self, site: Site, point: NamedPoint) -> None:
        """A real, named place near a village."""
        category = LANDMARK_CATEGORIES[point.group]
        here = Stand(Coordinates(point.lon, point.lat), site.streets[0], 0)
        self._place(site, category, here, "", point.name)

    def _group_size(self, recipe: Recipe) -> int:
        sizes = range(1, len(recipe.grouped) + 1)
        return self._rng.choices(sizes, recipe.grouped)[0]

    def _building(self, site: Site, recipe: Recipe, categories: list[str]) -> None:
        stand = self._stand(site, recipe)
        building = ""
        if len(categories) > 1:
            town = self._towns[site.village.town_code]
            self._buildings[town.code] += 1
            building = f"{town.short}-B{self._buildings[town.code]:05d}"
        for at, category in enumerate(categories):
            beside = moved(stand.at, at * 5.0, at * 2.0)
            point = pulled_inside(self._outline, site, beside)
            number = stand.number + 2 * at
            self._place(site, category, Stand(point, stand.street, number), building, "")

    def _stand(self, site: Site, recipe: Recipe) -> Stand:
        rng = self._rng
        street = rng.choices(site.streets, (5, 3, 2))[0]
        along_m = street.half_m * rng.triangular(-1.0, 1.0, 0.0)
        left = rng.random() < 0.5  # noqa: PLR2004 - either side of the street
        away_m = rng.uniform(*recipe.side_m)
        number = 2 * int((along_m + street.half_m) / 8.0) + (1 if left else 2)
        at = along(site, street, along_m, away_m if left else -away_m)
        return Stand(at, street, number)

    def _place(
        self, site: Site, category: str, stand: Stand, building: str, real_name: str
    ) -> None:
        rng, village = self._rng, site.village
        town = self._towns[village.town_code]
        self._numbers[town.code] += 1
        number = self._numbers[town.code]
        place_id = f"{town.short}-{number:05d}"
        name = real_name or city_names.place_name(category, town, village, rng)
        unit = self._unit(category, place_id, name, town.code)
        recipe = RECIPES[category]
        people = int(recipe.people[0] + rng.random() ** 2 * (recipe.people[1] - recipe.people[0]))
        door = f"{stand.street.name}{stand.number}号" if stand.number else ""
        address = f"慈溪市{town.name}{village.name.removesuffix('委会')}{door}"
        self.built.places.append(
            Place(
                place_id, unit.id, name, category, address, town.code, village.code, building,
                stand.at.lon, stand.at.lat, people=people,
                sleeping=self._sleeps(category), hazards=city_names.hazard(category, name, rng),
            )
        )  # fmt: skip
        self.built.kits.append(kit(recipe, rng))

    def _unit(self, category: str, place_id: str, name: str, town_code: str) -> Unit:
        last = self._last_unit.get(category)
        if last is not None and self._rng.random() < SHARED_UNIT_CHANCE.get(category, 0.0):
            return last
        household = category in HOUSES
        credit_code = "" if household else f"91330282DEMO{len(self.built.units):06d}"
        unit = Unit(f"U-{place_id}", name, credit_code, town_code)
        self._last_unit[category] = unit
        self.built.units.append(unit)
        return unit

    def _sleeps(self, category: str) -> bool:
        if category == "shop":
            return self._rng.random() < LIVED_IN_CHANCE
        if category == "school":
            return self._rng.random() < BOARDING_CHANCE
        return category in SLEEPS


def build(sources: Sources, sites: list[Site], rng: Random) -> Built:
    """Units, places and kits; places of a village stand together in the list."""
    landmarks = _by_site(sources.landmarks, sites)
    categories = _spread(sites, sources.landmarks, rng)
    builder = Builder(sources.outline, sources.towns, rng)
    for at, site in enumerate(sites):
        for point in landmarks.get(at, ()):
            builder.landmark(site, point)
        builder.village(site, categories[at])
    return builder.built


def _by_site(points: list[NamedPoint], sites: list[Site]) -> dict[int, list[NamedPoint]]:
    found: dict[int, list[NamedPoint]] = {}
    for point in points:
        at = min(
            range(len(sites)),
            key=lambda i: near_distance_m(
                sites[i].village.lon, sites[i].village.lat, point.lon, point.lat
            ),
        )
        found.setdefault(at, []).append(point)
    return found


def _spread(sites: list[Site], landmarks: list[NamedPoint], rng: Random) -> list[list[str]]:
    """The invented places' categories per village: exact counts, centres preferred as told."""
    real = [LANDMARK_CATEGORIES[point.group] for point in landmarks]
    size = [rng.lognormvariate(0.0, 0.35) * (0.35 + site.reach_m / 800.0) for site in sites]
    made: list[list[str]] = [[] for _ in sites]
    for category, recipe in RECIPES.items():
        weights = list(accumulate(_weights(recipe, sites, size)))
        count = recipe.total - real.count(category)
        for at in rng.choices(range(len(sites)), cum_weights=weights, k=count):
            made[at].append(category)
    return made


def _weights(recipe: Recipe, sites: list[Site], size: list[float]) -> Iterator[float]:
    for site, bulk in zip(sites, size, strict=True):
        yield bulk * (0.15 + site.urban) ** recipe.urban
