"""The data of the responder's page: one document that is enough when the network is gone.

Rule 1. What the register does not know is said to be unknown; nothing is guessed.
Rule 2. Personal data only as far as the role needs it: a crew may ring the unit's people; a unit
        head gets 119 and the crews' duty numbers, no names of other people.
Rule 3. The way is by road where one leads; every other distance is by straight line. Both say so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from wanghuo.alarms.model import Level
from wanghuo.dispatch.route import Route
from wanghuo.facts.entry import AnswerKind
from wanghuo.facts.sentences import Sentence, render, word
from wanghuo.incidents.rows import stamp
from wanghuo.incidents.views import CREW_ROLES, Line, Listed, NoticeRow, PartyRow, Whole
from wanghuo.notices.receipts import Side
from wanghuo.place import Coordinates
from wanghuo.premises.model import Contact, Entrance, Place, Station, Water
from wanghuo.responder.buttons import BUTTONS, side_of
from wanghuo.sights.pictures import Kept

HOSE_LENGTH_M: Final = 20
WATER_SHOWN: Final = 4
SENSED_MAX: Final = 12
PHONES_MAX: Final = 3
PICTURES_SHOWN: Final = 6
FIRE_SERVICE: Final = "119"
NOT_SENSED: Final = frozenset({"prior", "false_alarm_history"})
DIGITS: Final = 6  # of a degree: 0.1 m
Row = dict[str, Any]


class Known(msgspec.Struct, frozen=True):
    """What the register knows about the place of an incident and those who come to it.

    place: None while the sender is unregistered. water: nearest first, with metres. broken: id to
    reason. stations: by id. contacts: (owner kind, owner id) to contacts, called first first. way:
    from the reader's own station, None if there is none. wind: sights.weather.document of the
    newest sample, None while there is none.
    """

    place: Place | None
    water: Sequence[tuple[Water, float]]
    broken: Mapping[str, str]
    stations: Mapping[str, Station]
    contacts: Mapping[tuple[str, str], Sequence[Contact]]
    way: Route | None = None
    entrances: Sequence[Entrance] = ()
    wind: Row | None = None
    pictures: Sequence[Kept] = ()


def packet(whole: Whole, notice: NoticeRow, known: Known, now: datetime) -> Row:
    """The packet of one notice. whole: of its incident, which is there."""
    incident = whole.incident
    assert incident is not None
    party = next(p for p in whole.parties if p.id == notice.party_id)
    side = side_of(notice.role)
    buttons = BUTTONS[side]
    here = _point(incident.lon, incident.lat)
    return {
        "made_at": stamp(now),
        "notice_id": notice.id,
        "side": side.value,
        "me": {"role": notice.role, "role_words": word("role", notice.role), "name": party.name},
        "incident": _incident(incident),
        "sensed": _sensed(whole.evidence, side),
        "place": _place(incident, known),
        "fire": _lon_lat(here),
        "station": _station(known.stations.get(party.owner_id)),
        "route": None if known.way is None else way(known.way),
        "water": water_lines(known.water, known.broken),
        "wind": _wind(known.wind),
        "pictures": [_picture(one) for one in shown_pictures(known.pictures, notice)],
        "others": [_other(p, whole, known.stations) for p in whole.parties if p.id != party.id],
        "phones": _phones(side, incident, known, whole.parties),
        "answers": _answers(whole, party),
        "buttons": {
            "steps": list(buttons.steps),
            "always": list(buttons.always),
            "more": list(buttons.more),
        },
    }


def _incident(incident: Listed) -> Row:
    return {
        "number": incident.number,
        "level": incident.level,
        "confirmed": incident.level >= Level.F3,
        "state": incident.state.value,
        "drill": incident.drill,
        "test": incident.test,
        "opened_at": stamp(incident.opened_at),
        "closed_at": stamp(incident.closed_at),
        "sentence": _words(incident.sentence),
    }


def _words(sentence: Sentence) -> dict[str, str]:
    return render(sentence.key, sentence.params)


def _sensed(ledger: Iterable[Line], side: Side) -> list[Row]:
    """What was sensed and said, oldest first; an occupant sees what the devices said."""
    lines = [line for line in ledger if line.what not in NOT_SENSED]
    if side is Side.OCCUPANT:
        lines = [line for line in lines if line.origin]
    return [{"at": stamp(line.at), **_words(line.sentence)} for line in lines[-SENSED_MAX:]]


def _wind(sample: Row | None) -> Row | None:
    """What of a weather sample a crew needs; None where nobody observed any."""
    if sample is None:
        return None
    kept = ("wind_from_deg", "wind_m_s", "observed_at", "age_s", "stale", "words", "doubt")
    return {name: sample[name] for name in kept}


def shown_pictures(kept: Sequence[Kept], notice: NoticeRow) -> list[Kept]:
    """The pictures that a party may see: a unit its own photos, everybody else all of them."""
    if side_of(notice.role) is not Side.OCCUPANT:
        return list(kept)[:PICTURES_SHOWN]
    own = [k for k in kept if k.origin == "responder" and k.by_whom == notice.recipient]
    return own[:PICTURES_SHOWN]


def _picture(kept: Kept) -> Row:
    """A picture in the packet: the page asks for the bytes by its id."""
    return {"id": kept.id, "origin": kept.origin, "at": stamp(kept.taken_at)}


def _entrance(entrance: Entrance) -> Row:
    return {
        "name": entrance.name,
        "at": [round(entrance.lon, DIGITS), round(entrance.lat, DIGITS)],
        "width_m": entrance.width_m,
        "note": entrance.note,
    }


def _place(incident: Listed, known: Known) -> Row:
    """hazards, entrances, people: None where the register does not know."""
    place = known.place
    return {
        "name": incident.place_name,
        "address": incident.address,
        "town": incident.town_name,
        "category": word("category", incident.category or "unknown"),
        "registered": place is not None,
        "people": (place.people or None) if place else None,
        "sleeping": place.sleeping if place else incident.sleeping,
        "hazards": (place.hazards or None) if place else None,
        "entrances": [_entrance(one) for one in known.entrances] or None,
    }


def _point(lon: float | None, lat: float | None) -> Coordinates | None:
    return None if lon is None or lat is None else Coordinates(lon, lat)


def _lon_lat(point: Coordinates | None) -> list[float] | None:
    return None if point is None else [round(point.lon, DIGITS), round(point.lat, DIGITS)]


def _station(station: Station | None) -> Row | None:
    if station is None:
        return None
    return {"name": station.name, "at": _lon_lat(station.at), "crew": station.crew}


def way(route: Route) -> Row:
    """A route as the page draws it. walk_m: from the road to the door."""
    return {
        "kind": route.kind,
        "why": None if route.why is None else _words(route.why),
        "travel_s": route.travel_s,
        "road_m": route.road_m,
        "walk_m": route.off_road_m[1],
        "line": route.line,
        "steps": [_words(step) for step in route.steps],
    }


def hose_lengths(distance_m: float) -> int:
    """How many lengths of hose reach so far; at least one."""
    return max(1, math.ceil(distance_m / HOSE_LENGTH_M))


def water_lines(near: Sequence[tuple[Water, float]], broken: Mapping[str, str]) -> Row:
    """The best sources: fewest lengths of hose, then the most flow. Broken ones are named apart.

    flow_l_per_s: None if it was never measured.
    """
    best = sorted(
        (pair for pair in near if pair[0].id not in broken),
        key=lambda one: (hose_lengths(one[1]), -(one[0].flow_l_per_s or 0.0), one[1], one[0].id),
    )
    shown = best[:WATER_SHOWN]
    reach_m = max((distance_m for _, distance_m in shown), default=math.inf)
    return {
        "best": [
            {
                "kind": water.kind,
                "name": water.name,
                "at": [round(water.lon, DIGITS), round(water.lat, DIGITS)],
                "flow_l_per_s": water.flow_l_per_s,
                "distance_m": round(distance_m),
                "hose_lengths": hose_lengths(distance_m),
                "hose_m": hose_lengths(distance_m) * HOSE_LENGTH_M,
            }
            for water, distance_m in shown
        ],
        "out_of_order": [
            {
                "kind": water.kind,
                "name": water.name,
                "distance_m": round(distance_m),
                "reason": broken[water.id],
            }
            for water, distance_m in near
            if water.id in broken and distance_m <= max(reach_m, 500.0)
        ],
    }


def _other(party: PartyRow, whole: Whole, stations: Mapping[str, Station]) -> Row:
    """Somebody else who was told. at: where a crew's station is, None for everybody else."""
    station = stations.get(party.owner_id) if party.role in CREW_ROLES else None
    said = _answers(whole, party)
    return {
        "role": party.role,
        "role_words": word("role", party.role),
        "name": party.name if party.role in CREW_ROLES else "",
        "state": party.state,
        "crew": party.crew or None,
        "crew_words": word("crew", party.crew) if party.crew else None,
        "answer": party.answer,
        "answer_words": word("answer", party.answer) if party.answer else None,
        "answered_at": said[-1]["at"] if said else None,
        "distance_m": None if party.distance_m < 0 else party.distance_m,
        "at": _lon_lat(station.at) if station else None,
        "missing": _words(party.shortfall) if party.shortfall else None,
    }


def _answers(whole: Whole, party: PartyRow) -> list[Row]:
    """What a party answered, first time of each, in the order of judging."""
    found: dict[str, Row] = {}
    for moment in whole.timeline:
        params = moment.sentence.params
        if moment.what != "answered" or params.get("role") != party.role:
            continue
        answer = str(params.get("answer", ""))
        if params.get("name") == party.name and answer != AnswerKind.DELIVERED:
            found.setdefault(answer, {"answer": answer, "at": stamp(moment.at)})
    return list(found.values())


def _phones(side: Side, incident: Listed, known: Known, parties: Iterable[PartyRow]) -> list[Row]:
    """Numbers to ring. name: "" where the number is an office's or the reader needs no name."""
    if side is not Side.OCCUPANT:
        unit = ("unit", known.place.unit_id) if known.place else ("unit", "")
        return [
            {"role": word("role", "unit"), "name": one.name, "phone": one.phone}
            for one in _reachable(known.contacts.get(unit, ()))
        ]
    crews = [
        {"role": word("role", party.role), "name": party.name, "phone": one.phone}
        for party in parties
        if party.role in CREW_ROLES
        for one in _reachable(known.contacts.get(("station", party.owner_id), ()))[:1]
    ]
    real = (
        []
        if incident.drill
        else [{"role": word("role", "cad_119"), "name": "", "phone": FIRE_SERVICE}]
    )
    return real + crews[:PHONES_MAX]


def _reachable(contacts: Iterable[Contact]) -> list[Contact]:
    return [one for one in contacts if one.verified and one.phone][:PHONES_MAX]
