"""The generated city: exact counts, one seed one city, everything inside the real outline."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from wanghuo.facts.signal import SensorKind
from wanghuo.place import near_distance_m
from wanghuo.premises import categories, city_sources
from wanghuo.premises.city_mix import DEVICES, PLACES
from wanghuo.premises.city_whole import City, generate
from wanghuo.premises.import_rows import GB_POINT, SENDER
from wanghuo.settings import Settings

pytestmark = pytest.mark.city


def test_the_counts_are_those_of_the_account(city: City) -> None:
    assert len(city.places) == PLACES == 52_000
    assert sum(1 for _ in city.devices()) == DEVICES == 296_400
    assert (len(city.towns), len(city.villages), len(city.operators)) == (19, 406, 12)
    assert Counter((s.level, s.keeper) for s in city.stations) == {
        ("main", "government"): 5,
        ("town_workstation", "government"): 18,
        ("brigade", "government"): 17,
        ("micro", "village"): 331,
        ("micro", "key_unit"): 386,
        ("micro", "enterprise"): 1_552,
    }


def test_the_same_seed_gives_the_same_city_in_any_process(city: City) -> None:
    """Also where Python hashes text otherwise."""
    program = (
        f"from wanghuo.premises.city_whole import generate; print(generate({city.seed}).digest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == city.digest()


def test_another_seed_gives_another_city_on_the_same_ground(city: City) -> None:
    other = generate(city.seed + 1)
    assert other.digest() != city.digest()
    assert other.towns == city.towns
    assert [v.code for v in other.villages] == [v.code for v in city.villages]


def test_everything_lies_inside_the_outline_but_real_landmarks(city: City) -> None:
    """The outline is coarse: a real school may stand some metres outside it."""
    sources = city_sources.read()
    inside = sources.outline.contains
    real = {(point.lon, point.lat) for point in sources.landmarks}
    groups = (city.villages, city.stations, city.water, city.places)
    points = [(thing.lon, thing.lat) for group in groups for thing in group]
    assert len(points) > PLACES
    assert [point for point in points if not inside(*point) and point not in real] == []


def test_the_real_landmarks_are_places_under_their_names(city: City) -> None:
    named = {place.name: place for place in city.places}
    hospital = named["慈溪市人民医院"]
    assert hospital.category == "hospital"
    assert near_distance_m(hospital.lon, hospital.lat, 121.25536, 30.16115) < 50


def test_every_place_has_its_town_its_village_its_unit_and_a_known_category(city: City) -> None:
    towns = {town.code for town in city.towns}
    villages = {village.code: village.town_code for village in city.villages}
    units = {unit.id: unit.town_code for unit in city.units}
    known = set(categories.load(Settings().policy_dir))
    for place in city.places:
        assert place.town_code in towns
        assert villages[place.village_code] == place.town_code
        assert units[place.unit_id] == place.town_code
    assert {place.category for place in city.places} == known


def test_ids_and_wire_addresses_are_unique(city: City) -> None:
    devices = list(city.devices())
    for ids in (
        [p.id for p in city.places], [u.id for u in city.units], [c.id for c in city.contacts],
        [s.id for s in city.stations], [w.id for w in city.water], [d.id for d in devices],
        [d.origin for d in devices], [t.short for t in city.towns],
    ):  # fmt: skip
        assert len(ids) == len(set(ids))


def test_devices_speak_in_the_forms_of_the_wire(city: City) -> None:
    kinds = set(SensorKind)
    senders = {row.sender for row in city.senders()}
    ways: Counter[str] = Counter()
    for device in city.devices():
        assert SENDER.fullmatch(device.sender)
        assert device.kind in kinds
        way = device.sender.partition(":")[0]
        ways[way] += 1
        if way == "gb26875":
            assert device.sender in senders
            point = device.origin[len(device.sender) + 1 :]
            assert (point == "") == (device.kind == "uitd")
            assert not point or GB_POINT.fullmatch(point)
        else:
            assert device.origin == device.sender
    assert min(ways[way] for way in ("gb26875", "access", "ctwing", "onenet", "iotda")) > 10_000
    assert len(senders) > 3_000


def test_each_place_has_a_device_and_mostly_several(city: City) -> None:
    assert min(map(len, city.kits)) >= 1


def test_places_of_one_building_stand_together_in_one_town(city: City) -> None:
    buildings: dict[str, list[int]] = {}
    for at, place in enumerate(city.places):
        if place.building:
            buildings.setdefault(place.building, []).append(at)
    assert len(buildings) > 5_000
    for members in buildings.values():
        first = city.places[members[0]]
        for at in members:
            other = city.places[at]
            assert other.town_code == first.town_code
            assert near_distance_m(first.lon, first.lat, other.lon, other.lat) < 1000


def test_telephone_numbers_belong_to_nobody_and_most_are_verified(city: City) -> None:
    assert all(re.fullmatch(r"1640\d{7}", contact.phone) for contact in city.contacts)
    verified = sum(contact.verified for contact in city.contacts) / len(city.contacts)
    assert 0.93 <= verified <= 0.97
    owners = {(contact.owner_kind, contact.owner_id) for contact in city.contacts}
    assert {("unit", unit.id) for unit in city.units} <= owners
    assert {("station", station.id) for station in city.stations} <= owners
    assert {("town", town.code) for town in city.towns} | {("city", "city")} <= owners


def test_larger_places_have_one_to_three_entrances_beside_them(city: City) -> None:
    places = {place.id: place for place in city.places}
    counts = Counter(entrance.place_id for entrance in city.entrances)
    assert set(counts.values()) == {1, 2, 3}
    crowded = [place.id for place in city.places if place.people >= 60]
    assert set(crowded) <= set(counts)
    for entrance in city.entrances:
        place = places[entrance.place_id]
        assert entrance.town_code == place.town_code
        assert near_distance_m(entrance.lon, entrance.lat, place.lon, place.lat) < 60
