"""Which unit, station and desk a role means for one incident, with a reason per pick.

Rule 1. A role always gives at least one pick. If nobody can be told, the pick says why
        (shortfall), so that the gap is seen and escalated, never silent.
Rule 2. Contacts are called in their sequence. Numbers that nobody verified are called only if there
        is no other, and the pick says so.
Rule 3. Straight lines for now; the reason names the distance.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from wanghuo.alarms.model import Site
from wanghuo.alarms.policy import Policy
from wanghuo.facts.sentences import Sentence, said
from wanghuo.notices.model import PartyRole
from wanghuo.notices.nearest import Stations
from wanghuo.premises.model import CITY_OWNER_ID, Contact, OwnerKind, Station, StationLevel

ANYWHERE_M: Final = 1e9
Contacts = Mapping[tuple[str, str], Sequence[Contact]]  # by (owner_kind, owner_id)


class Pick(msgspec.Struct, frozen=True):
    """One party to be. calls: contacts in the order of calling; reachable without any: a desk."""

    role: PartyRole
    owner_id: str
    name: str
    reason: Sentence
    shortfall: Sentence | None = None
    calls: tuple[Contact, ...] = ()
    distance_m: int = -1
    reachable: bool = True


class Help(msgspec.Struct, frozen=True):
    """Everybody who could be told. town_names by code."""

    stations: Stations
    contacts: Contacts
    town_names: Mapping[str, str]


class Asked(msgspec.Struct, frozen=True):
    """One question to the plan. taken: owner ids already told in this incident."""

    site: Site
    help: Help
    policy: Policy
    taken: Collection[str]


def picks(role: PartyRole, asked: Asked) -> list[Pick]:
    """The parties that this role means here; at least one."""
    if role is PartyRole.NEXT_LEVEL:
        return _next_level(asked)
    return [_PICKERS[role](asked)]


def contacts_of(role: PartyRole, owner_id: str, help_: Help) -> tuple[Contact, ...]:
    """The contacts of a party that was picked before, in the order of calling."""
    kind = _OWNERS.get(role)
    if kind is None:
        return ()
    if role is PartyRole.TOWN_WORKSTATION and owner_id not in help_.stations.by_id:
        kind = OwnerKind.TOWN
    return callable_contacts(help_.contacts.get((kind.value, owner_id), ()))[0]


def callable_contacts(contacts: Sequence[Contact]) -> tuple[tuple[Contact, ...], Sentence | None]:
    """The contacts to call, in order, and what is wrong with them if anything is."""
    numbered = [c for c in sorted(contacts, key=lambda c: (c.sequence, c.id)) if c.phone]
    verified = tuple(c for c in numbered if c.verified)
    if verified:
        return verified, None
    if numbered:
        return tuple(numbered), said("shortfall.unverified")
    return (), said("shortfall.no_number" if contacts else "shortfall.no_contact")


def _owned(pick: Pick, kind: OwnerKind, asked: Asked) -> Pick:
    """The pick with the contacts of its owner."""
    contacts = asked.help.contacts.get((kind.value, pick.owner_id), ())
    calls, shortfall = callable_contacts(contacts)
    return msgspec.structs.replace(pick, shortfall=shortfall, calls=calls, reachable=bool(calls))


def _unit(asked: Asked) -> Pick:
    site = asked.site
    reason = said("reason.unit", place=site.name)
    pick = Pick(PartyRole.UNIT, site.unit_id, site.name, reason)
    return _owned(pick, OwnerKind.UNIT, asked)


def _desk(asked: Asked) -> Pick:
    del asked
    return Pick(PartyRole.OPERATOR_DESK, "desk", "值守席", said("reason.desk"))


def _cad(asked: Asked) -> Pick:
    del asked
    return Pick(PartyRole.CAD_119, "119", "119", said("reason.cad"))


def _town_duty(asked: Asked) -> Pick:
    town = asked.site.town_code
    name = asked.help.town_names.get(town, town)
    reason = said("reason.town_duty", town=name)
    return _owned(Pick(PartyRole.TOWN_DUTY, town, name, reason), OwnerKind.TOWN, asked)


def _city_duty(asked: Asked) -> Pick:
    pick = Pick(PartyRole.CITY_DUTY, CITY_OWNER_ID, "市值班", said("reason.city_duty"))
    return _owned(pick, OwnerKind.CITY, asked)


def _town_workstation(asked: Asked) -> Pick:
    role = PartyRole.TOWN_WORKSTATION
    town = asked.site.town_code
    name = asked.help.town_names.get(town, town)
    own = [
        station
        for station in asked.help.stations.of_town(StationLevel.TOWN_WORKSTATION, town)
        if station.id not in asked.taken
    ]
    if own:
        return _station(role, own[0], said("reason.town_workstation", town=name), -1, asked)
    reason = said("reason.town_instead_of_workstation", town=name)
    return _owned(Pick(role, town, name, reason), OwnerKind.TOWN, asked)


def _micro_station(asked: Asked) -> Pick:
    radius_m = asked.policy.thresholds.micro_station_radius_m
    return _nearest(PartyRole.MICRO_STATION, StationLevel.MICRO, radius_m, asked)


def _brigade(asked: Asked) -> Pick:
    site, stations = asked.site, asked.help.stations
    own = [
        s
        for s in stations.of_town(StationLevel.BRIGADE, site.town_code)
        if s.on_duty and s.id not in asked.taken
    ]
    if own:
        reason = said("reason.brigade_of_town", town=site.town_name)
        return _station(PartyRole.BRIGADE, own[0], reason, -1, asked)
    radius_m = asked.policy.thresholds.brigade_radius_m
    return _nearest(PartyRole.BRIGADE, StationLevel.BRIGADE, radius_m, asked)


def _nearest(role: PartyRole, level: StationLevel, radius_m: float, asked: Asked) -> Pick:
    """The nearest station on duty; else the nearest at all in radius; else a shortfall."""
    site, stations = asked.site, asked.help.stations
    if site.lon is None or site.lat is None:
        return _none(role, said("shortfall.no_location"))
    for on_duty in (True, False):
        found = stations.nearest(
            level, (site.lon, site.lat), radius_m=radius_m, without=asked.taken, on_duty=on_duty
        )
        if found:
            station, distance_m = found
            key = "reason.nearest" if on_duty else "reason.nearest_off_duty"
            reason = said(key, level=level.value, distance_m=distance_m)
            pick = _station(role, station, reason, distance_m, asked)
            if on_duty or pick.shortfall:
                return pick
            return msgspec.structs.replace(pick, shortfall=said("shortfall.off_duty"))
    beyond = stations.nearest(
        level, (site.lon, site.lat), radius_m=ANYWHERE_M, without=asked.taken, on_duty=False
    )
    if beyond:
        return _none(
            role, said("shortfall.out_of_radius", name=beyond[0].name, distance_m=beyond[1])
        )
    return _none(role, said("shortfall.no_station", level=level.value))


def _station(
    role: PartyRole, station: Station, reason: Sentence, distance_m: int, asked: Asked
) -> Pick:
    pick = Pick(role, station.id, station.name, reason, distance_m=distance_m)
    return _owned(pick, OwnerKind.STATION, asked)


def _none(role: PartyRole, shortfall: Sentence) -> Pick:
    reason = said("reason.nobody", role=role.value)
    return Pick(role, "", "", reason, shortfall=shortfall, reachable=False)


def _next_level(asked: Asked) -> list[Pick]:
    """The stations of the run card, nearest first, without those already told."""
    found: list[Pick] = []
    taken = set(asked.taken)
    for card_line in asked.policy.run_card_of(asked.site.category):
        level = StationLevel(card_line.level)
        for _ in range(card_line.count):
            question = msgspec.structs.replace(asked, taken=taken)
            pick = _nearest(PartyRole.NEXT_LEVEL, level, ANYWHERE_M, question)
            if not pick.owner_id:
                break
            taken.add(pick.owner_id)
            found.append(pick)
    return found or [_none(PartyRole.NEXT_LEVEL, said("shortfall.run_card_empty"))]


_OWNERS: Final[Mapping[PartyRole, OwnerKind]] = {
    PartyRole.UNIT: OwnerKind.UNIT,
    PartyRole.MICRO_STATION: OwnerKind.STATION,
    PartyRole.BRIGADE: OwnerKind.STATION,
    PartyRole.NEXT_LEVEL: OwnerKind.STATION,
    PartyRole.TOWN_WORKSTATION: OwnerKind.STATION,
    PartyRole.TOWN_DUTY: OwnerKind.TOWN,
    PartyRole.CITY_DUTY: OwnerKind.CITY,
}
_PICKERS: Final[Mapping[PartyRole, Callable[[Asked], Pick]]] = {
    PartyRole.UNIT: _unit,
    PartyRole.MICRO_STATION: _micro_station,
    PartyRole.OPERATOR_DESK: _desk,
    PartyRole.BRIGADE: _brigade,
    PartyRole.TOWN_WORKSTATION: _town_workstation,
    PartyRole.CAD_119: _cad,
    PartyRole.TOWN_DUTY: _town_duty,
    PartyRole.CITY_DUTY: _city_duty,
}
