"""One incident's whole page: ledger, parties, notices, crews, alarms, timeline. Pure.

Rule 1. Telephone numbers are masked; `numbers` has them, for who may see them and is written down.
Rule 2. Sentences leave in both languages, rendered from what is kept.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, Final

import msgspec

from wanghuo.alarms.model import Site
from wanghuo.facts.sentences import Sentence, render, shown, word
from wanghuo.incidents.clocks import Clock, Clocks, Times, clocks_of
from wanghuo.incidents.model import Incident, Moment
from wanghuo.incidents.next_action import Glance
from wanghuo.incidents.outcomes import words_of
from wanghuo.incidents.rows import incident_row, stamp
from wanghuo.incidents.timeline import broken_line
from wanghuo.premises.search import masked

WINDOW: Final = timedelta(minutes=10)
WINDOWS: Final = 24
FLOOD_AT: Final = 10  # incidents in one window
CREW_ROLES: Final = frozenset({"micro_station", "brigade", "next_level"})
HINTS: Final = frozenset({"move_up"})  # of the timeline, shown beside the crews
NO_NUMBERS: Final = frozenset({"operator_desk", "cad_119"})  # addresses that are nobody's own
Row = dict[str, Any]


class Listed(Incident, frozen=True, kw_only=True):
    """An incident with what a list shows beside it."""

    address: str
    people: int
    town_name: str
    parties: list[Glance]

    def row(self) -> Row:
        """IncidentRow."""
        site = Site(
            id=self.place_id,
            name=self.place_name,
            address=self.address,
            town_name=self.town_name,
            people=self.people,
        )
        return incident_row(self, site, self.parties)


class Line(msgspec.Struct, frozen=True):
    """A line of the ledger as kept."""

    line: int
    at: datetime
    what: str
    weight_milli: int
    floor: int
    lowers_to: int
    origin: str
    sentence: Sentence


class PartyRow(msgspec.Struct, frozen=True):
    """A party as kept."""

    id: str
    role: str
    owner_id: str
    name: str
    state: str
    at_level: int
    reason: Sentence
    shortfall: Sentence | None
    planned_at: datetime
    acknowledged_at: datetime | None
    answer: str
    distance_m: int
    crew: str = ""
    told_at: datetime | None = None
    turned_out_at: datetime | None = None
    arrived_at: datetime | None = None
    handled_at: datetime | None = None
    returned_at: datetime | None = None
    released_at: datetime | None = None

    def times(self, levels: Mapping[int, datetime]) -> Times:
        """What its clocks go by. levels: when the incident first reached each."""
        return Times(
            role=self.role,
            level=self.at_level,
            told_at=self.told_at or self.planned_at,
            acknowledged_at=self.acknowledged_at,
            turned_out_at=self.turned_out_at,
            arrived_at=self.arrived_at,
            handled_at=self.handled_at,
            returned_at=self.returned_at,
            released_at=self.released_at,
            levels=levels,
        )


class Message(msgspec.Struct, frozen=True):
    """What a notice says, as kept."""

    key: str
    params: dict[str, str | int]
    level: int
    confirmed: bool


class NoticeRow(msgspec.Struct, frozen=True):
    """A notice as kept."""

    id: str
    party_id: str
    role: str
    recipient: str
    address: str
    channel: str
    purpose: str
    round: int
    state: str
    planned_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    acknowledged_at: datetime | None
    outcome: str
    repeat_of_unknown: bool
    attempts: int
    message: Message


class AlarmRow(msgspec.Struct, frozen=True):
    """An alarm as kept."""

    id: str
    origin: str
    alarm_type: str
    sensor: str
    device_id: str
    place_id: str
    state: str
    first_at: datetime
    last_at: datetime
    repeats: int
    shelved: bool
    text: str


class Whole(msgspec.Struct, frozen=True):
    """Everything about one incident. incident: None if there is none in the reader's towns."""

    incident: Listed | None
    evidence: list[Line]
    timeline: list[Moment]
    parties: list[PartyRow]
    notices: list[NoticeRow]
    alarms: list[AlarmRow]


def page(whole: Whole, *, clocks: Clocks, now: datetime) -> Row:
    """The document of one incident."""
    assert whole.incident is not None
    levels = levels_reached(whole.timeline)
    totals = accumulate(line.weight_milli for line in whole.evidence)
    return {
        **whole.incident.row(),
        "evidence": [_evidence(e, t) for e, t in zip(whole.evidence, totals, strict=True)],
        "parties": [_party(party) for party in whole.parties],
        "notices": [_notice(notice) for notice in whole.notices],
        "crews": [
            _crew(party, levels, clocks, now) for party in whole.parties if party.role in CREW_ROLES
        ],
        "hints": [shown(m.sentence) for m in whole.timeline if m.what in HINTS],
        "alarms": [_alarm(alarm) for alarm in whole.alarms],
        "timeline": [_moment(moment) for moment in whole.timeline],
        "timeline_broken_at": broken_line(whole.timeline),
    }


def numbers(whole: Whole) -> dict[str, str]:
    """Where each person was called, by notice: what `page` masks."""
    return {n.id: n.address for n in whole.notices if n.role not in NO_NUMBERS and n.address}


def _evidence(line: Line, total_milli: int) -> Row:
    return {
        "line": line.line,
        "at": stamp(line.at),
        "what": line.what,
        "weight": line.weight_milli / 1000,
        "total": total_milli / 1000,
        "floor": line.floor,
        "lowers_to": None if line.lowers_to < 0 else line.lowers_to,
        "origin": line.origin,
        "sentence": shown(line.sentence),
    }


def _party(party: PartyRow) -> Row:
    return {
        "id": party.id,
        "role": party.role,
        "name": party.name,
        "state": party.state,
        "at_level": party.at_level,
        "reason": shown(party.reason),
        "shortfall": shown(party.shortfall) if party.shortfall else None,
        "planned_at": stamp(party.planned_at),
        "acknowledged_at": stamp(party.acknowledged_at),
        "answer": party.answer,
        "distance_m": None if party.distance_m < 0 else party.distance_m,
    }


def _notice(notice: NoticeRow) -> Row:
    return {
        "id": notice.id,
        "party_id": notice.party_id,
        "party_role": notice.role,
        "recipient": notice.recipient,
        "address": notice.address if notice.role in NO_NUMBERS else masked(notice.address),
        "channel": notice.channel,
        "purpose": notice.purpose,
        "round": notice.round,
        "state": notice.state,
        "planned_at": stamp(notice.planned_at),
        "sent_at": stamp(notice.sent_at),
        "answered_at": stamp(notice.answered_at),
        "acknowledged_at": stamp(notice.acknowledged_at),
        "outcome": notice.outcome,
        "said": words_of(notice.channel, notice.state, notice.outcome),
        "attempts": notice.attempts,
        "repeat_of_unknown": notice.repeat_of_unknown,
        "message": {
            "level": notice.message.level,
            "confirmed": notice.message.confirmed,
            **render(notice.message.key, notice.message.params),
        },
    }


def _crew(party: PartyRow, levels: Mapping[int, datetime], policy: Clocks, now: datetime) -> Row:
    """A crew, how far it has come, and its clocks as of now."""
    way = party.reason.params
    return {
        "party_id": party.id,
        "role": party.role,
        "name": party.name,
        "station_id": party.owner_id,
        "state": party.state,
        "crew": party.crew,
        "distance_m": None if party.distance_m < 0 else party.distance_m,
        "travel_s": way.get("travel_s"),
        "road_m": way.get("road_m"),
        "told_at": stamp(party.told_at or party.planned_at),
        "acknowledged_at": stamp(party.acknowledged_at),
        "turned_out_at": stamp(party.turned_out_at),
        "arrived_at": stamp(party.arrived_at),
        "handled_at": stamp(party.handled_at),
        "returned_at": stamp(party.returned_at),
        "released_at": stamp(party.released_at),
        "clocks": [
            _clock(one, ended=party.released_at is not None)
            for one in (clocks_of(party.times(levels), policy, now) if party.crew else ())
        ],
    }


def _clock(clock: Clock, *, ended: bool) -> Row:
    """One clock. ended: its crew was released, so that it does not run on.

    overdue_s is None while it runs: whoever shows it counts from due_at, and the page of an
    incident in which nothing happens stays the same.
    """
    stands = ended or clock.stopped_at is not None
    return {
        "name": clock.name,
        "words": word("clock", clock.name),
        "started_at": stamp(clock.started_at),
        "due_at": stamp(clock.due_at),
        "stopped_at": stamp(clock.stopped_at),
        "limit_s": clock.limit_s,
        "state": clock.state.value,
        "overdue_s": clock.overdue_s if stands else None,
        "ended": ended,
    }


def levels_reached(timeline: Iterable[Moment]) -> dict[int, datetime]:
    """When an incident first stood at each level or above."""
    reached: dict[int, datetime] = {}
    for moment in timeline:
        if moment.what == "raised":
            for level in range(1, int(moment.sentence.params.get("to_level", 0)) + 1):
                reached.setdefault(level, moment.at)
    return reached


def _alarm(alarm: AlarmRow) -> Row:
    return {
        "id": alarm.id,
        "origin": alarm.origin,
        "type": alarm.alarm_type,
        "sensor": alarm.sensor,
        "device_id": alarm.device_id,
        "place_id": alarm.place_id,
        "state": alarm.state,
        "first_at": stamp(alarm.first_at),
        "last_at": stamp(alarm.last_at),
        "repeats": alarm.repeats,
        "shelved": alarm.shelved,
        "text": alarm.text,
    }


def _moment(moment: Moment) -> Row:
    return {
        "line": moment.line,
        "at": stamp(moment.at),
        "what": moment.what,
        "who": moment.who,
        "sentence": shown(moment.sentence),
        "digest": moment.digest,
    }


class Canary(msgspec.Struct, frozen=True):
    """The last synthetic fire that reached the desk."""

    at: datetime
    took_s: float


class DeskFigures(msgspec.Struct, frozen=True):
    """What the desk's page counts, as asked of the database."""

    handled_today: int
    fires_today: int
    incidents_open: int
    opened: list[datetime]
    canary: Canary | None
    troubles_open: int
    heard: int
    offline: int
    delay_s: float


def first_window(now: datetime) -> datetime:
    """The beginning of the oldest of the load windows that end with the present one."""
    span_s = int(WINDOW.total_seconds())
    since_s = int(now.timestamp()) // span_s * span_s
    return datetime.fromtimestamp(since_s, now.tzinfo) - WINDOW * (WINDOWS - 1)


def desk_page(figures: DeskFigures, now: datetime) -> Row:
    """The document of the desk: load in ten-minute windows, the canary, delays, troubles."""
    since = first_window(now)
    load = [0] * WINDOWS
    for at in figures.opened:
        load[min(int((at - since) / WINDOW), WINDOWS - 1)] += 1
    online = figures.heard - figures.offline
    canary: Mapping[str, object] | None = None
    if figures.canary:
        canary = {"at": stamp(figures.canary.at), "took_s": round(figures.canary.took_s, 3)}
    return {
        "handled_today": figures.handled_today,
        "fires_today": figures.fires_today,
        "incidents_open": figures.incidents_open,
        "troubles_open": figures.troubles_open,
        "load": [
            {"from": stamp(since + WINDOW * at), "incidents": count}
            for at, count in enumerate(load)
        ],
        "flood_at": FLOOD_AT,
        "canary": canary,
        "delay_s": round(max(0.0, figures.delay_s), 3),
        "online_percent": round(100 * online / figures.heard, 2) if figures.heard else None,
    }
