"""Which unit, station and desk a role means for one incident, with a reason per pick.

Rule 1. A role always gives at least one pick. If nobody can be told, the pick says why
        (shortfall), so that the gap is seen and escalated, never silent.
Rule 2. Contacts are called in their sequence. Numbers that nobody verified are called only if there
        is no other, and the pick says so.
Rule 3. Off duty is off duty, for stations and for people; nobody is rung twice for one incident.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from wanghuo.facts.sentences import Sentence, said
from wanghuo.notices import choice
from wanghuo.notices.asked import Asked, Help
from wanghuo.notices.choice import Candidate
from wanghuo.notices.model import PartyRole
from wanghuo.premises import duty
from wanghuo.premises.model import CITY_OWNER_ID, Contact, OwnerKind, Station, StationLevel

ANYWHERE_M: Final = 1e9


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


def picks(role: PartyRole, asked: Asked) -> list[Pick]:
    """The parties that this role means here; at least one."""
    if role is PartyRole.NEXT_LEVEL:
        return _next_level(asked)
    return [_PICKERS[role](asked)]


def contacts_of(role: PartyRole, owner_id: str, help_: Help) -> tuple[Contact, ...]:
    """The contacts of a party that was picked before, in the order of calling."""
    return callable_contacts(all_contacts_of(role, owner_id, help_))[0]


def all_contacts_of(role: PartyRole, owner_id: str, help_: Help) -> Sequence[Contact]:
    """Every contact of a party, whether it can be called or not."""
    kind = _OWNERS.get(role)
    if kind is None:
        return ()
    if role is PartyRole.TOWN_WORKSTATION and owner_id not in help_.stations.by_id:
        kind = OwnerKind.TOWN
    return help_.contacts.get((kind.value, owner_id), ())


def callable_contacts(contacts: Sequence[Contact]) -> tuple[tuple[Contact, ...], Sentence | None]:
    """The contacts to call, in order, and what is wrong with them if anything is."""
    numbered = [c for c in sorted(contacts, key=lambda c: (c.sequence, c.id)) if c.phone]
    verified = tuple(c for c in numbered if c.verified)
    if verified:
        return verified, None
    if numbered:
        return tuple(numbered), said("shortfall.unverified")
    return (), said("shortfall.no_number" if contacts else "shortfall.no_contact")


def free_contacts(
    contacts: Sequence[Contact], asked: Asked
) -> tuple[tuple[Contact, ...], Sentence | None]:
    """The contacts to call now: on duty, and not rung in this incident as somebody else."""
    present = [contact for contact in contacts if is_on_duty(contact, asked)]
    if contacts and not present:
        return (), said("shortfall.contacts_off_duty", name=contacts[0].name)
    calls, shortfall = callable_contacts(present)
    free = tuple(contact for contact in calls if contact.phone not in asked.called)
    if calls and not free:
        known = asked.called[calls[0].phone]
        return (), Sentence("shortfall.already_called", {**known.params, "contact": calls[0].name})
    return free, shortfall


def is_on_duty(contact: Contact, asked: Asked) -> bool:
    """Whether somebody may be rung now: inside the own hours, and on shift if the roster has it."""
    local = choice.local_time(asked)
    if not duty.holds(contact.duty, local):
        return False
    roster = asked.help.rosters.get(contact.owner_id, ())
    mine = [shift for shift in roster if shift.contact_id == contact.id]
    return not mine or bool(duty.on_shift(mine, local))


def _owned(pick: Pick, kind: OwnerKind, asked: Asked) -> Pick:
    """The pick with the contacts of its owner."""
    contacts = asked.help.contacts.get((kind.value, pick.owner_id), ())
    calls, shortfall = free_contacts(contacts, asked)
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
    """The town's own brigade, the nearest of several; else the nearest of another town."""
    site, radius_m = asked.site, asked.policy.thresholds.brigade_radius_m
    own = {
        station.id: station
        for station in asked.help.stations.of_town(StationLevel.BRIGADE, site.town_code)
        if station.id not in asked.taken and choice.held_back(station, asked) is None
    }
    if site.lon is None or site.lat is None:
        if not own:
            return _none(PartyRole.BRIGADE, said("shortfall.no_location"))
        first = own[min(own)]
        reason = said("reason.brigade_of_town", town=site.town_name)
        return _station(PartyRole.BRIGADE, first, reason, -1, asked)
    near = (
        one
        for one in choice.candidates(StationLevel.BRIGADE, asked, ANYWHERE_M)
        if one.station.id in own
    )
    found = next(near, None)
    if found is None:
        return _nearest(PartyRole.BRIGADE, StationLevel.BRIGADE, radius_m, asked)
    travel = None if found.moving else found.travel
    if travel is None or travel.kind != choice.BY_ROAD:
        reason = said("reason.brigade_of_town", town=site.town_name)
    else:
        words = {"town": site.town_name, **choice.way(travel)}
        reason = Sentence("reason.brigade_by_road", words)
    return _station(PartyRole.BRIGADE, found.station, reason, found.distance_m, asked)


def _nearest(role: PartyRole, level: StationLevel, radius_m: float, asked: Asked) -> Pick:
    """The nearest crew that can come; else, if the policy lets it be asked, one off duty."""
    site = asked.site
    if site.lon is None or site.lat is None:
        return _none(role, said("shortfall.no_location"))
    chosen = choice.nearest(level, asked, radius_m)
    if chosen.found:
        reason = choice.with_passed(choice.reason(chosen.found, asked), chosen.passed)
        return _came(role, chosen.found, reason, asked)
    if chosen.off_duty and asked.policy.crews.ask_off_duty:
        words = {"level": level.value, "distance_m": chosen.off_duty.distance_m}
        pick = _came(role, chosen.off_duty, Sentence("reason.nearest_off_duty", words), asked)
        if pick.shortfall:
            return pick
        return msgspec.structs.replace(pick, shortfall=said("shortfall.off_duty"))
    return _none(role, chosen.passed or _nobody(level, radius_m, asked))


def _nobody(level: StationLevel, radius_m: float, asked: Asked) -> Sentence:
    """Why there is no station of a level to ask: too far, or none at all. The site is known."""
    site = asked.site
    assert site.lon is not None
    assert site.lat is not None
    beyond = asked.help.stations.nearest(
        level, (site.lon, site.lat), radius_m=ANYWHERE_M, without=asked.taken, on_duty=False
    )
    if beyond and beyond[1] > radius_m:
        return said("shortfall.out_of_radius", name=beyond[0].name, distance_m=beyond[1])
    return said("shortfall.no_station", level=level.value)


def _came(role: PartyRole, found: Candidate, reason: Sentence, asked: Asked) -> Pick:
    return _station(role, found.station, reason, found.distance_m, asked)


def _station(
    role: PartyRole, station: Station, reason: Sentence, distance_m: int, asked: Asked
) -> Pick:
    pick = Pick(role, station.id, station.name, reason, distance_m=distance_m)
    return _owned(pick, OwnerKind.STATION, asked)


def _none(role: PartyRole, shortfall: Sentence) -> Pick:
    reason = said("reason.nobody", role=role.value)
    return Pick(role, "", "", reason, shortfall=shortfall, reachable=False)


def _next_level(asked: Asked) -> list[Pick]:
    """The stations that this alarm of the run card adds, nearest first, without those told."""
    found: list[Pick] = []
    taken = set(asked.taken)
    for card_line in asked.policy.run_card_of(asked.site.category, asked.alarm):
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
