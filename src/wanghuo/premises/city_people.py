"""Stations, contacts and water of the demo city, in the numbers of the published account.

Every telephone number begins with 1640, a range without subscribers known to us, then a running
number: whoever dials one by mistake reaches nobody.
"""

from collections.abc import Iterator
from random import Random
from typing import Final

from wanghuo.place import Coordinates, moved
from wanghuo.premises.city_layout import Site, along, pulled_inside
from wanghuo.premises.city_sources import Outline
from wanghuo.premises.city_words import person_name, village_stem
from wanghuo.premises.model import (
    CITY_OWNER_ID,
    Contact,
    ContactRole,
    Entrance,
    OwnerKind,
    Place,
    Station,
    StationLevel,
    Town,
    Unit,
    Water,
)

PHONE_START: Final = 16_400_000_000
VERIFIED_CHANCE: Final = 0.95
MAIN_STATION_TOWNS: Final = ("HS", "ZX", "GH", "LS", "AD")
WORKSTATIONS, BRIGADES = 18, 17
VILLAGE_STATIONS, KEY_UNIT_STATIONS, ENTERPRISE_STATIONS = 331, 386, 1_552
KEY_UNIT_CATEGORIES: Final = frozenset(
    {"market", "hospital", "hotel", "entertainment", "school", "nursing", "highrise", "hazchem"}
)
MICRO_ON_DUTY_CHANCE: Final = 0.93
HYDRANT_EVERY_M: Final = 190.0
GATES_FROM_PEOPLE: Final = 60  # smaller places have their street door and no more
GATES: Final = (("东", 1, 0), ("南", 0, -1), ("北", 0, 1))  # name, east, north
ENGINE_WIDTH_M: Final = 4.0  # GB 50016 7.1.8
# What the id says, and the people on duty.
GOVERNMENT_STATIONS: Final = {
    StationLevel.MAIN: ("MAIN", 24),
    StationLevel.TOWN_WORKSTATION: ("WORK", 8),
    StationLevel.BRIGADE: ("BRIG", 12),
}


def stations(
    towns: list[Town], sites: list[Site], places: list[Place], rng: Random
) -> list[Station]:
    """5 main, 18 workstations, 17 brigades, 331 + 386 + 1,552 micro stations."""
    made = list(_government(towns, sites))
    villages = sorted(sites, key=lambda s: (s.village.kind != "村", -s.urban, s.village.code))
    for site in villages[:VILLAGE_STATIONS]:
        v = site.village
        name = f"{village_stem(v.name)}微型消防站"
        made.append(
            Station(
                f"S-V-{v.code}", StationLevel.MICRO, "village", name, v.town_code, v.code,
                v.lon, v.lat, rng.randint(4, 8), rng.random() < MICRO_ON_DUTY_CHANCE,
            )
        )  # fmt: skip
    key_units = [p for p in places if p.category in KEY_UNIT_CATEGORIES]
    enterprises = [p for p in places if p.category == "industrial"]
    made += _kept_by(key_units, "key_unit", KEY_UNIT_STATIONS, rng)
    made += _kept_by(enterprises, "enterprise", ENTERPRISE_STATIONS, rng)
    return made


def _government(towns: list[Town], sites: list[Site]) -> Iterator[Station]:
    for town in towns:
        if town.short in MAIN_STATION_TOWNS:
            name = f"慈溪市消防救援大队{_stem(town)}站"
            yield _of_town(StationLevel.MAIN, name, town, _spot(town, sites, 0))
    without = [town for town in towns if town.short != MAIN_STATION_TOWNS[0]]
    for town in without[:WORKSTATIONS]:
        name = f"{town.name}消防工作站"
        yield _of_town(StationLevel.TOWN_WORKSTATION, name, town, _spot(town, sites, 1))
    for town in without[:BRIGADES]:
        name = f"{town.name}专职消防队"
        yield _of_town(StationLevel.BRIGADE, name, town, _spot(town, sites, 2))


def _of_town(level: StationLevel, name: str, town: Town, spot: Coordinates) -> Station:
    short, crew = GOVERNMENT_STATIONS[level]
    return Station(
        f"S-{short}-{town.short}", level, "government", name, town.code, "", spot.lon, spot.lat,
        crew, on_duty=True,
    )  # fmt: skip


def _stem(town: Town) -> str:
    return town.name.removesuffix("街道").removesuffix("镇")


def _spot(town: Town, sites: list[Site], number: int) -> Coordinates:
    """On the main street of one of the town's villages; number: the most central first."""
    own = sorted(
        (s for s in sites if s.village.town_code == town.code),
        key=lambda s: (-s.urban, s.village.code),
    )
    site = own[number % len(own)]
    spot = along(site, site.streets[0], 30.0, 20.0)
    return Coordinates(round(spot.lon, 6), round(spot.lat, 6))


def _kept_by(places: list[Place], keeper: str, count: int, rng: Random) -> Iterator[Station]:
    """Micro stations in the places with most people, one a unit."""
    biggest = sorted(places, key=lambda p: (-p.people, p.id))
    seen: set[str] = set()
    for place in biggest:
        if len(seen) == count:
            return
        if place.unit_id in seen:
            continue
        seen.add(place.unit_id)
        yield Station(
            f"S-{'K' if keeper == 'key_unit' else 'E'}-{place.id}", StationLevel.MICRO, keeper,
            f"{place.name}微型消防站", place.town_code, place.village_code, place.lon, place.lat,
            rng.randint(3, 6), rng.random() < MICRO_ON_DUTY_CHANCE,
        )  # fmt: skip


def contacts(
    units: list[Unit], made: list[Station], towns: list[Town], rng: Random
) -> Iterator[Contact]:
    """Two for each unit and station, three for each town and for the city; about 95 % verified."""
    phone = PHONE_START
    roles = {
        OwnerKind.UNIT: (ContactRole.RESPONSIBLE, ContactRole.SAFETY_OFFICER),
        OwnerKind.STATION: (ContactRole.DUTY, ContactRole.LEADER),
        OwnerKind.TOWN: (ContactRole.DUTY, ContactRole.DUTY, ContactRole.LEADER),
        OwnerKind.CITY: (ContactRole.DUTY, ContactRole.DUTY, ContactRole.LEADER),
    }
    owners = [(OwnerKind.UNIT, unit.id, unit.town_code) for unit in units]
    owners += [(OwnerKind.STATION, station.id, station.town_code) for station in made]
    owners += [(OwnerKind.TOWN, town.code, town.code) for town in towns]
    owners += [(OwnerKind.CITY, CITY_OWNER_ID, "")]
    for kind, owner_id, town_code in owners:
        for at, role in enumerate(roles[kind], start=1):
            phone += 1
            verified = kind is OwnerKind.CITY or rng.random() < VERIFIED_CHANCE
            yield Contact(
                f"C-{owner_id}-{at}", kind, owner_id, town_code, person_name(rng), role,
                str(phone), verified, at,
            )  # fmt: skip


def water(outline: Outline, sites: list[Site], places: list[Place], rng: Random) -> Iterator[Water]:
    """Hydrants along the streets, an intake or pond by each village, tanks in big factories."""
    for site in sites:
        yield from _water_of(outline, site, rng)
    big = sorted(
        (p for p in places if p.category in {"industrial", "market"}),
        key=lambda p: (-p.people, p.id),
    )
    for place in big[:400]:
        yield Water(
            f"W-T-{place.id}", "tank", f"{place.name}消防水池", place.town_code,
            place.lon, place.lat, round(rng.uniform(15.0, 40.0), 1),
        )  # fmt: skip


def _water_of(outline: Outline, site: Site, rng: Random) -> Iterator[Water]:
    village, number = site.village, 0
    for street in site.streets:
        steps = int(2.0 * street.half_m / HYDRANT_EVERY_M)
        for step in range(steps + 1):
            number += 1
            along_m = -street.half_m + step * HYDRANT_EVERY_M + rng.uniform(-20.0, 20.0)
            spot = pulled_inside(outline, site, along(site, street, along_m, 6.0))
            flow = None if rng.random() < 0.1 else round(rng.uniform(8.0, 25.0), 1)  # noqa: PLR2004
            yield Water(
                f"W-H-{village.code}-{number:02d}", "hydrant", f"{street.name}{number}号消火栓",
                village.town_code, spot.lon, spot.lat, flow,
            )  # fmt: skip
    kind, word = rng.choice((("pond", "池塘"), ("intake", "河道取水口")))
    away_m = rng.uniform(0.3, 0.9) * site.reach_m
    spot = pulled_inside(outline, site, along(site, site.streets[0], away_m, away_m))
    flow = round(rng.uniform(10.0, 60.0), 1)
    name = f"{village_stem(village.name)}{word}"
    yield Water(f"W-N-{village.code}", kind, name, village.town_code, spot.lon, spot.lat, flow)


def entrances(places: list[Place], rng: Random) -> Iterator[Entrance]:
    """One to three gates for each place with many people or with hazards; none for the others."""
    for place in places:
        if place.people < GATES_FROM_PEOPLE and not place.hazards:
            continue
        for number in range(1, rng.choice((1, 2, 2, 3)) + 1):
            side, east, north = GATES[number - 1]
            away_m = rng.uniform(15.0, 45.0)
            spot = moved(place.at, east * away_m, north * away_m)
            width_m = rng.choice((3.0, 3.5, 4.0, 4.5, 6.0))
            note = "消防车可进" if width_m >= ENGINE_WIDTH_M else "仅供人员"
            yield Entrance(
                f"E-{place.id}-{number}", place.id, place.town_code, f"{side}门",
                round(spot.lon, 6), round(spot.lat, 6), width_m, note,
            )  # fmt: skip
