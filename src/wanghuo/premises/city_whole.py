"""The whole demo city from one seed: the same seed gives the same city, byte for byte.

Only random.Random with text seeds is used, so neither PYTHONHASHSEED nor the machine matters.
"""

import hashlib
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import msgspec

from wanghuo.premises import city_devices, city_layout, city_mix, city_people, city_places
from wanghuo.premises import city_sources as sources_
from wanghuo.premises.city_devices import DeviceMaker, DeviceRow, OperatorRow, SenderRow
from wanghuo.premises.city_mix import PANEL, UITD
from wanghuo.premises.model import Contact, Entrance, Place, Station, Town, Unit, Village, Water

DEFAULT_SEED = 2023_04_06


class City(msgspec.Struct, frozen=True):
    """Everything but the devices, which `devices` and `senders` make one by one.

    kits[i] hangs in places[i]; see city_mix.
    """

    seed: int
    towns: list[Town]
    villages: list[Village]
    units: list[Unit]
    places: list[Place]
    kits: list[bytes]
    contacts: list[Contact]
    stations: list[Station]
    water: list[Water]
    entrances: list[Entrance]
    operators: list[OperatorRow]

    def devices(self) -> Iterator[DeviceRow]:
        """Exactly city_mix.DEVICES rows; a new, equal iterator each time."""
        maker = DeviceMaker(self.towns, _rng(self.seed, "devices"))
        for place, kit in zip(self.places, self.kits, strict=True):
            yield from maker.of(place, kit)

    def senders(self) -> Iterator[SenderRow]:
        """The transmitters, in the order of the places."""
        operator = city_devices.operator_of_town(self.towns)
        number = 0
        for place, kit in zip(self.places, self.kits, strict=True):
            if PANEL | UITD in kit:
                sender = city_devices.transmitter(number)
                town = place.town_code
                yield SenderRow(sender, place.id, town, operator[town], "standard")
                number += 1

    def digest(self) -> str:
        """SHA-256 over every record, hex: two equal digests are two equal cities."""
        whole = hashlib.sha256()
        encoder = msgspec.msgpack.Encoder()
        parts: tuple[Iterable[Any], ...] = (
            self.towns, self.villages, self.units, self.places, self.contacts, self.stations,
            self.water, self.entrances, self.operators, self.senders(), self.devices(),
        )  # fmt: skip
        for part in parts:
            for record in part:
                whole.update(encoder.encode(record))
        return whole.hexdigest()


def _rng(seed: int, part: str) -> Random:
    """An own stream of numbers for each part, so that one part may change without the others."""
    return Random(f"{seed}/{part}")


def generate(seed: int = DEFAULT_SEED) -> City:
    """The city of this seed; some seconds of work, no waiting."""
    sources = sources_.read()
    sites = city_layout.lay_out(sources, _rng(seed, "layout"))
    built = city_places.build(sources, sites, _rng(seed, "places"))
    categories = [place.category for place in built.places]
    kits = city_mix.fitted(built.kits, categories, city_mix.DEVICES, _rng(seed, "fit"))
    people = _rng(seed, "people")
    stations = city_people.stations(sources.towns, sites, built.places, people)
    contacts = city_people.contacts(built.units, stations, sources.towns, people)
    water = city_people.water(sources.outline, sites, built.places, _rng(seed, "water"))
    return City(
        seed=seed,
        towns=sources.towns,
        villages=[site.village for site in sites],
        units=built.units,
        places=built.places,
        kits=kits,
        contacts=list(contacts),
        stations=stations,
        water=list(water),
        entrances=list(city_people.entrances(built.places, _rng(seed, "entrances"))),
        operators=city_devices.operators(sources.towns),
    )
