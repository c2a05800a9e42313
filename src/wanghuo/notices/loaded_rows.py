"""The shapes in which a scene comes out of the database: one JSON document an answer."""

from datetime import date, datetime
from typing import Final

import msgspec

from wanghuo.alarms.model import Alarm, Evidence, Point, Shelf, Site
from wanghuo.alarms.runaway import Runaway
from wanghuo.incidents.model import Incident
from wanghuo.notices.model import Away, CallTest, Notice, Party, Position
from wanghuo.premises.duty import Shift
from wanghuo.premises.model import Contact, Station, Town


class Sender(msgspec.Struct):
    """Where a sender stands."""

    sender: str
    place_id: str
    town_code: str


class Named(msgspec.Struct):
    """What the keys of a batch name."""

    points: list[Point]
    senders: list[Sender]
    incident_ids: list[str]
    shelves: list[Shelf]
    call_tests: list[CallTest]
    asked_contacts: list[Contact]


class Line(Evidence, frozen=True, kw_only=True):
    """A line of a ledger, with its incident."""

    incident_id: str
    line: int


class RawTail(msgspec.Struct):
    """The last line of a timeline."""

    incident_id: str
    line: int
    digest: str


class Nuisances(msgspec.Struct):
    """When false alarms of a place were closed."""

    place_id: str
    times: list[datetime]


class Counter(msgspec.Struct):
    """How many incidents a day and town have had."""

    day: date
    town_short: str
    used: int


class Loaded(msgspec.Struct):
    """Everything about the places and incidents concerned."""

    sites: list[Site]
    incidents: list[Incident]
    evidence: list[Line]
    tails: list[RawTail]
    parties: list[Party]
    notices: list[Notice]
    alarms: list[Alarm]
    held: list[Point]
    shelves: list[Shelf]
    contacts: list[Contact]
    nuisances: list[Nuisances]
    counters: list[Counter]
    runaways: list[Runaway]
    away: list[Away]
    positions: list[Position]


class RawHelp(msgspec.Struct):
    """Everybody who could be told."""

    stations: list[Station]
    towns: list[Town]
    contacts: list[Contact]
    rosters: list[Shift]


named: Final = msgspec.json.Decoder(Named)
loaded: Final = msgspec.json.Decoder(Loaded)
help_: Final = msgspec.json.Decoder(RawHelp)
