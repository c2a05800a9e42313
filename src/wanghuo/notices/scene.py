"""The working set of a judgement: everything about the places concerned, and what changed.

Rule 1. A judgement reads and writes here and nowhere else; a door loads a scene and saves its
        changes in one transaction.
Rule 2. Every collection is a dict in the order of insertion and is looked up by key: no rule may
        depend on the order in which a door loaded rows.
Rule 3. `put_…` is the only way to change a scene, so that nothing changes unrecorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from wanghuo.alarms.level import Standing
from wanghuo.alarms.model import (
    UNREGISTERED_MARK,
    Alarm,
    AlarmType,
    Evidence,
    Point,
    Shelf,
    Site,
    State,
)
from wanghuo.alarms.runaway import Runaway
from wanghuo.facts.signal import SensorKind, Signal
from wanghuo.identity import derived
from wanghuo.incidents.model import Incident, Moment, Tail
from wanghuo.notices.asked import Help
from wanghuo.notices.model import Away, CallTest, Notice, Party, Position
from wanghuo.premises.model import Contact  # noqa: TC001 - of a table that rules read

VAGUE_KINDS = frozenset({SensorKind.OTHER, SensorKind.UITD})  # the signal may know better


class Wait(msgspec.Struct, frozen=True):
    """A durable timer to set. subject: incident or shelf id; note: what exactly waits."""

    kind: str
    subject: str
    due_at: datetime
    note: str = ""

    @property
    def id(self) -> str:
        """Derived, so that setting it twice is setting it once."""
        return wait_id(self.kind, self.subject, self.note)


def wait_id(kind: str, subject: str, note: str = "") -> str:
    """The id of a timer."""
    return derived("timer", kind, subject, note)


@dataclass
class Changes:
    """What one or more entries changed, keyed so that the last state of a thing counts."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    evidence: list[tuple[str, int, Evidence]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    parties: dict[str, Party] = field(default_factory=dict)
    planned: dict[str, Notice] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)
    cancelled: dict[str, None] = field(default_factory=dict)
    counters: dict[tuple[date, str], int] = field(default_factory=dict)
    runaways: dict[str, Runaway] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    call_tests: dict[str, CallTest] = field(default_factory=dict)

    def add(self, later: "Changes") -> None:
        """Take in the changes of a later entry."""
        self.alarms.update(later.alarms)
        self.shelves.update(later.shelves)
        self.incidents.update(later.incidents)
        self.evidence.extend(later.evidence)
        self.moments.extend(later.moments)
        self.parties.update(later.parties)
        self.planned.update(later.planned)
        for notice_id, notice in later.notices.items():
            (self.planned if notice_id in self.planned else self.notices)[notice_id] = notice
        self.waits.update(later.waits)
        self.cancelled.update(later.cancelled)
        self.counters.update(later.counters)
        self.runaways.update(later.runaways)
        self.positions.update(later.positions)
        self.call_tests.update(later.call_tests)


class OutElsewhere(Mapping[str, Sequence[str]]):
    """Numbers of other incidents by station that is out; looked up one by one: few are asked."""

    def __init__(self, out: Mapping[str, Mapping[str, Away]], number: str, since: datetime) -> None:
        self._out = out
        self._number = number
        self._since = since

    def __getitem__(self, station_id: str) -> Sequence[str]:
        at = self._out[station_id].values()
        found = [o.number for o in at if o.number != self._number and o.told_at >= self._since]
        if not found:
            raise KeyError(station_id)
        return sorted(found)

    def __iter__(self) -> Iterator[str]:
        return (station_id for station_id in self._out if station_id in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _id(incident: Incident) -> str:
    return incident.id


class Scene:
    """The places concerned, with everything open about them."""

    def __init__(self, help_: Help) -> None:
        self.help = help_
        self.points: dict[str, Point] = {}
        self.senders: dict[str, tuple[str, str]] = {}  # sender → (place id, town code)
        self.sites: dict[str, Site] = {}  # by place id
        self.nuisances: dict[str, tuple[datetime, ...]] = {}  # closed_at by place id
        self.alarms: dict[str, Alarm] = {}
        self.shelves: dict[str, Shelf] = {}
        self.incidents: dict[str, Incident] = {}
        self.numbers: dict[str, str] = {}  # number → incident id
        self.ledgers: dict[str, list[Evidence]] = {}
        self.tails: dict[str, Tail] = {}
        self.parties: dict[str, Party] = {}
        self.notices: dict[str, Notice] = {}
        self.counters: dict[tuple[date, str], int] = {}
        self.runaways: dict[str, Runaway] = {}
        self.sighted: dict[str, Site] = {}  # by place key: where this entry's lookout saw it
        self.positions: dict[str, Position] = {}  # by station
        self.call_tests: dict[str, CallTest] = {}  # by notice
        self.asked_contacts: dict[str, Contact] = {}  # whose numbers are to be tested
        self.changes = Changes()
        self._out: dict[str, dict[str, Away]] = {}  # station → {party id: where it is}
        self._live: dict[tuple[str, AlarmType], str] = {}
        self._alarms_at: dict[str, dict[str, None]] = {}
        self._alarms_in: dict[str, dict[str, None]] = {}
        self._parties_of: dict[str, dict[str, None]] = {}
        self._notices_of: dict[str, dict[str, None]] = {}

    # Looking up.

    def point_of(self, signal: Signal) -> Point:
        """The point that spoke: as registered, or under its sender's place, or as nobody's."""
        origin = signal.origin()
        known = self.points.get(origin)
        if known is not None:
            if known.sensor in VAGUE_KINDS and signal.sensor not in VAGUE_KINDS:
                return msgspec.structs.replace(known, sensor=signal.sensor)
            return known
        place_id, town_code = self.senders.get(signal.sender, ("", ""))
        if not place_id and (signal.place_id or signal.town_code):
            return self._seen(signal)
        return Point(origin, signal.sender, signal.sensor, place_id, town_code)

    def _seen(self, signal: Signal) -> Point:
        """A point that hangs nowhere: a lookout names the place, or only where it looked."""
        seen = self.sites.get(signal.place_id)
        if seen is None:
            lon, lat, town = signal.lon, signal.lat, signal.town_code
            nowhere = Site(id="", name=signal.sender, town_code=town, lon=lon, lat=lat)
            self.sighted[nowhere.key] = nowhere
        place_id, town = (seen.id, seen.town_code) if seen else ("", signal.town_code)
        origin, spot = signal.origin(), signal.text
        return Point(origin, signal.sender, signal.sensor, place_id, town, location=spot)

    def site_of(self, point: Point) -> Site:
        """The place of a point; for nobody's point a place named by its sender."""
        known = self.sites.get(point.place_id)
        return known or self.site_at(UNREGISTERED_MARK + point.sender)

    def site_at(self, place_key: str) -> Site:
        """The place behind a Site.key."""
        known = self.sites.get(place_key)
        if known is not None:
            return known
        site = self.sighted.get(place_key)
        opened = min(
            (i for i in self.open_incidents() if i.place_key == place_key), key=_id, default=None
        )
        if opened is not None and opened.lon is not None:
            site = Site(
                id="", name=opened.place_name, town_code=opened.town_code, lon=opened.lon,
                lat=opened.lat,
            )  # fmt: skip
        return site or Site(id="", name=place_key.removeprefix(UNREGISTERED_MARK))

    def live_alarm(self, origin: str, kind: AlarmType) -> Alarm | None:
        """The one alarm of a point that is not normal, if there is one."""
        alarm_id = self._live.get((origin, kind))
        return self.alarms[alarm_id] if alarm_id else None

    def alarms_at(self, place_key: str) -> list[Alarm]:
        """The alarms at a place that are not normal, oldest first."""
        return self._sorted_alarms(self._alarms_at.get(place_key, ()))

    def alarms_in(self, incident_id: str) -> list[Alarm]:
        """The alarms of an incident, oldest first."""
        return self._sorted_alarms(self._alarms_in.get(incident_id, ()))

    def _sorted_alarms(self, ids: Iterable[str]) -> list[Alarm]:
        return sorted((self.alarms[i] for i in ids), key=lambda a: (a.first_at, a.id))

    def alarms_of_sender(self, sender: str) -> list[Alarm]:
        """The alarms of a sender's points that are not normal, oldest first."""
        ids = [i for i in self._live.values() if self.alarms[i].sender == sender]
        return self._sorted_alarms(ids)

    def open_incidents(self) -> list[Incident]:
        """Every open incident of the scene."""
        return [i for i in self.incidents.values() if i.is_open]

    def parties_of(self, incident_id: str) -> list[Party]:
        """The parties of an incident, first told first."""
        found = [self.parties[i] for i in self._parties_of.get(incident_id, ())]
        return sorted(found, key=lambda p: (p.planned_at, p.at_level, p.role, p.id))

    def out_elsewhere(self, incident_number: str, since: datetime) -> "OutElsewhere":
        """The stations that are out at other incidents, and the numbers of those.

        since: who was told before was forgotten by everybody and counts as back.
        """
        return OutElsewhere(self._out, incident_number, since)

    def notices_of(self, party_id: str) -> list[Notice]:
        """The notices of a party, first planned first."""
        found = [self.notices[i] for i in self._notices_of.get(party_id, ())]
        return sorted(found, key=lambda n: (n.planned_at, n.round, n.id))

    # Loading: what was so before.

    def load(  # noqa: PLR0913 - one argument a table, all by name
        self,
        *,
        alarms: Sequence[Alarm] = (),
        shelves: Sequence[Shelf] = (),
        incidents: Sequence[Incident] = (),
        parties: Sequence[Party] = (),
        notices: Sequence[Notice] = (),
        runaways: Sequence[Runaway] = (),
        away: Sequence[Away] = (),
        positions: Sequence[Position] = (),
    ) -> None:
        """Take in rows as they stand, without recording a change."""
        for alarm in alarms:
            self._keep_alarm(alarm)
        for incident in incidents:
            self._keep_incident(incident)
        for party in parties:
            self._keep_party(party)
        for notice in notices:
            self._keep_notice(notice)
        self.shelves.update((shelf.id, shelf) for shelf in shelves)
        self.runaways.update((runaway.origin, runaway) for runaway in runaways)
        for one in away:
            self._out.setdefault(one.station_id, {})[one.party_id] = one
        self.positions.update((position.station_id, position) for position in positions)

    # Changing.

    def put_alarm(self, alarm: Alarm) -> None:
        """A new or changed alarm."""
        self._keep_alarm(alarm)
        self.changes.alarms[alarm.id] = alarm

    def put_shelf(self, shelf: Shelf) -> None:
        """A new or ended shelf or test window."""
        self.shelves[shelf.id] = shelf
        self.changes.shelves[shelf.id] = shelf

    def put_incident(self, incident: Incident) -> None:
        """A new or changed incident."""
        self._keep_incident(incident)
        self.changes.incidents[incident.id] = incident

    def put_evidence(self, incident_id: str, line: Evidence) -> None:
        """One more line of a ledger."""
        ledger = self.ledgers.setdefault(incident_id, [])
        ledger.append(line)
        self.changes.evidence.append((incident_id, len(ledger), line))

    def put_moment(self, moment: Moment) -> None:
        """One more line of a timeline."""
        self.tails[moment.incident_id] = Tail(moment.line, moment.digest)
        self.changes.moments.append(moment)

    def put_party(self, party: Party) -> None:
        """A new or changed party."""
        self._keep_party(party)
        self.changes.parties[party.id] = party

    def plan_notice(self, notice: Notice) -> None:
        """A new notice."""
        self._keep_notice(notice)
        self.changes.planned[notice.id] = notice

    def put_notice(self, notice: Notice) -> None:
        """A notice that was answered or stopped."""
        self._keep_notice(notice)
        planned = notice.id in self.changes.planned
        (self.changes.planned if planned else self.changes.notices)[notice.id] = notice

    def put_wait(self, wait: Wait) -> None:
        """A timer to set."""
        self.changes.waits[wait.id] = wait

    def cancel(self, timer_id: str) -> None:
        """A timer that has lost its meaning."""
        self.changes.cancelled[timer_id] = None

    def put_runaway(self, runaway: Runaway) -> None:
        """Counted once more."""
        self.runaways[runaway.origin] = runaway
        self.changes.runaways[runaway.origin] = runaway

    def put_position(self, position: Position) -> None:
        """A station's crew was seen there."""
        self.positions[position.station_id] = position
        self.changes.positions[position.station_id] = position

    def put_call_test(self, test: CallTest) -> None:
        """A call test that is planned or was answered."""
        self.call_tests[test.id] = test
        self.changes.call_tests[test.id] = test

    def next_number(self, day: date, town_short: str) -> int:
        """The next incident number of a day and town."""
        used = self.counters.get((day, town_short), 0) + 1
        self.counters[day, town_short] = used
        self.changes.counters[day, town_short] = used
        return used

    def standing_of(self, incident_id: str) -> Standing:
        """What the ledger of an incident amounts to."""
        incident = self.incidents[incident_id]
        return Standing(incident.level, incident.level_peak, incident.log_odds_milli)

    # Keeping the indexes.

    def _keep_alarm(self, alarm: Alarm) -> None:
        before = self.alarms.get(alarm.id)
        if before is not None and before.incident_id != alarm.incident_id:
            self._alarms_in.get(before.incident_id, {}).pop(alarm.id, None)
        self.alarms[alarm.id] = alarm
        if alarm.incident_id:
            self._alarms_in.setdefault(alarm.incident_id, {})[alarm.id] = None
        if alarm.state is State.NORMAL:
            if self._live.get((alarm.origin, alarm.type)) == alarm.id:
                del self._live[alarm.origin, alarm.type]
            self._alarms_at.get(alarm.place_key, {}).pop(alarm.id, None)
        else:
            self._live[alarm.origin, alarm.type] = alarm.id
            self._alarms_at.setdefault(alarm.place_key, {})[alarm.id] = None

    def _keep_incident(self, incident: Incident) -> None:
        self.incidents[incident.id] = incident
        self.numbers[incident.number] = incident.id

    def _keep_party(self, party: Party) -> None:
        self.parties[party.id] = party
        self._parties_of.setdefault(party.incident_id, {})[party.id] = None
        if party.is_out:
            told_at = party.told_at or party.planned_at
            away = Away(party.id, party.owner_id, party.number, told_at)
            self._out.setdefault(party.owner_id, {})[party.id] = away
        elif party.crew:
            self._out.get(party.owner_id, {}).pop(party.id, None)

    def _keep_notice(self, notice: Notice) -> None:
        self.notices[notice.id] = notice
        self._notices_of.setdefault(notice.party_id, {})[notice.id] = None
