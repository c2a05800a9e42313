"""A small city, its signals, answers and actions, with every field defaulted."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zlib import crc32

import msgspec

from wanghuo.alarms.model import Point, Site
from wanghuo.alarms.policy import Policy, parse
from wanghuo.facts.entry import (
    ActionEntry,
    ActionKind,
    AnswerEntry,
    AnswerKind,
    Body,
    Entry,
    SignalEntry,
    TimerEntry,
)
from wanghuo.facts.signal import SensorKind, Signal, SignalKind
from wanghuo.identity import derived
from wanghuo.notices.asked import Help
from wanghuo.notices.judge import judge
from wanghuo.notices.nearest import Stations
from wanghuo.notices.scene import Changes, Scene, Wait
from wanghuo.premises.model import CITY_OWNER_ID, Contact, Station

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)  # 12:00 in the city
TOWN = "330282105"
PANEL = "gb26875:0123456789ab"
POLICY_FILE = Path(__file__).parents[2] / "policy" / "alarm.toml"


@cache
def the_policy(profile: str = "validated") -> Policy:
    """The shipped policy, under one profile for everybody."""
    policy = parse(POLICY_FILE.read_text("utf-8"))
    choice = msgspec.structs.replace(policy.profile_choice, default=profile)
    return msgspec.structs.replace(policy, profile_choice=choice)


@cache
def the_policy_by_day() -> Policy:
    """The shipped policy where it is never night: for a judge who works by the wall's clock.

    At night a confirmed fire is one with people in danger, and tests run at any hour.
    """
    night = msgspec.structs.replace(the_policy().night, from_h=0, until_h=0)
    return msgspec.structs.replace(the_policy(), night=night)


def a_site(place_id: str = "P1", category: str = "industrial", **changed: object) -> Site:
    made = Site(
        id=place_id,
        name=f"Hongda {place_id}",
        category=category,
        unit_id=f"U-{place_id}",
        address="1 Lane",
        town_code=TOWN,
        town_name="新浦镇",
        town_short="XP",
        lon=121.25,
        lat=30.30,
        people=62,
    )
    return msgspec.structs.replace(made, **changed)


def a_phone(owner_id: str, sequence: int = 1) -> str:
    """Everybody has a number of their own."""
    own = 0 if owner_id == "U-P1" else crc32(owner_id.encode()) % 10**4
    return f"138{own:04d}{sequence:04d}"


def a_contact(owner_kind: str, owner_id: str, sequence: int = 1, **changed: object) -> Contact:
    made = Contact(
        id=f"C-{owner_kind}-{owner_id}-{sequence}",
        owner_kind=owner_kind,
        owner_id=owner_id,
        town_code=TOWN,
        name=f"{owner_id} {sequence}",
        role="responsible",
        phone=a_phone(owner_id, sequence),
        verified=True,
        sequence=sequence,
    )
    return msgspec.structs.replace(made, **changed)


def a_station(station_id: str, level: str = "micro", **changed: object) -> Station:
    made = Station(
        id=station_id,
        level=level,
        keeper="village",
        name=f"Station {station_id}",
        town_code=TOWN,
        village_code="",
        lon=121.255,
        lat=30.305,
        crew=4,
        on_duty=True,
    )
    return msgspec.structs.replace(made, **changed)


STATIONS = (
    a_station("M1"),
    a_station("M2", lon=121.26, lat=30.31),
    a_station("M3", lon=121.27, lat=30.31),
    a_station("B1", "brigade"),
    a_station("B2", "brigade", town_code="330282106", lon=121.4),
    a_station("W1", "town_workstation"),
    a_station("MAIN1", "main"),
)


def the_contacts(units: Sequence[str] = ("U-P1", "U-P2", "U-P3")) -> list[Contact]:
    contacts = [a_contact("unit", unit, n) for unit in units for n in (1, 2)]
    contacts += [a_contact("station", s.id, n) for s in STATIONS for n in (1, 2)]
    contacts += [a_contact("town", TOWN), a_contact("city", CITY_OWNER_ID)]
    return contacts


def the_help(
    contacts: Sequence[Contact] | None = None, stations: Sequence[Station] = STATIONS
) -> Help:
    by_owner: dict[tuple[str, str], tuple[Contact, ...]] = {}
    for contact in the_contacts() if contacts is None else contacts:
        key = (contact.owner_kind, contact.owner_id)
        by_owner[key] = (*by_owner.get(key, ()), contact)
    return Help(Stations(stations), by_owner, {TOWN: "新浦镇"}, {TOWN: (121.25, 30.3)})


def a_point(number: int = 1, place_id: str = "P1", sensor: SensorKind = SensorKind.SMOKE) -> Point:
    sender = f"gb26875:{int(place_id[1:]):012x}"
    return Point(
        origin=f"{sender}/1.1.40.{number:08x}",
        sender=sender,
        sensor=sensor,
        place_id=place_id,
        town_code=TOWN,
        device_id=f"D-{place_id}-{number}",
        location=f"room {number}",
    )


def a_scene(
    sites: Sequence[Site] = (), points: Sequence[Point] = (), help_: Help | None = None
) -> Scene:
    """A scene with these sites and points registered; by default P1 with points 1 to 3."""
    scene = Scene(help_ or the_help())
    scene.sites = {site.id: site for site in sites or (a_site(),)}
    scene.points = {p.origin: p for p in points or [a_point(n) for n in (1, 2, 3)]}
    return scene


def a_signal(
    point: Point, after_s: float = 0.0, kind: SignalKind = SignalKind.FIRE, **changed: object
) -> Signal:
    at = NOON + timedelta(seconds=after_s)
    made = Signal(
        kind=kind,
        sender=point.sender,
        received_at=at,
        digest=derived("digest", point.origin, kind, str(after_s))[:16],
        point=point.origin.partition("/")[2],
        sensor=point.sensor,
    )
    return msgspec.structs.replace(made, **changed)


def an_entry(body: Body, after_s: float, *causes: str | int) -> Entry:
    at = NOON + timedelta(seconds=after_s)
    return Entry(derived("entry", msgspec.msgpack.encode(body), str(after_s), *causes), at, body)


def sensed(point: Point, after_s: float = 0.0, **changed: object) -> Entry:
    return an_entry(SignalEntry(a_signal(point, after_s, **changed)), after_s)


def answer(notice_id: str, kind: AnswerKind, after_s: float, by: str = "王国强") -> Entry:
    return an_entry(AnswerEntry(notice_id, kind, by), after_s)


def action(kind: ActionKind, after_s: float, number: str = "", **more: object) -> Entry:
    made = ActionEntry(kind, "person-1", "陈立群", number=number)
    return an_entry(msgspec.structs.replace(made, **more), after_s)


def timer(wait: Wait) -> Entry:
    body = TimerEntry(wait.id, wait.kind, wait.subject, wait.due_at, wait.note)
    return an_entry(body, (wait.due_at - NOON).total_seconds())


class Story:
    """Entries judged one after the other over one scene; due timers fire by themselves."""

    def __init__(self, scene: Scene | None = None, policy: Policy | None = None) -> None:
        self.scene = scene or a_scene()
        self.policy = policy or the_policy()
        self.waits: dict[str, Wait] = {}
        self.log: list[Entry] = []
        self.moments = list(Changes().moments)

    def tell(self, *entries: Entry) -> Changes:
        """Judge entries in order, firing the timers that fall due before each; their changes."""
        total = Changes()
        for entry in entries:
            total.add(self.until((entry.at - NOON).total_seconds()))
            total.add(self._judge(entry))
        return total

    def until(self, after_s: float) -> Changes:
        """Fire every timer that is due until then."""
        total, until = Changes(), NOON + timedelta(seconds=after_s)
        while due := sorted(
            (w for w in self.waits.values() if w.due_at <= until), key=lambda w: (w.due_at, w.id)
        ):
            del self.waits[due[0].id]
            total.add(self._judge(timer(due[0])))
        return total

    def _judge(self, entry: Entry) -> Changes:
        self.log.append(entry)
        changes = judge(self.scene, entry, self.policy)
        self.moments.extend(changes.moments)
        self.waits.update(changes.waits)
        for gone in changes.cancelled:
            self.waits.pop(gone, None)
        return changes

    @property
    def incident(self):  # noqa: ANN201 - Incident
        """The only incident."""
        (only,) = self.scene.incidents.values()
        return only

    def roles(self) -> set[str]:
        return {party.role.value for party in self.scene.parties.values()}

    def party(self, role: str):  # noqa: ANN201 - Party
        return next(p for p in self.scene.parties.values() if p.role == role)

    def notice(self, role: str):  # noqa: ANN201 - Notice
        return self.scene.notices_of(self.party(role).id)[0]
