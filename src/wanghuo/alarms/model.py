"""What the alarm rules speak about: points, sites, alarms, shelves, evidence, levels."""

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from wanghuo.facts.sentences import Sentence
from wanghuo.facts.signal import SensorKind

UNREGISTERED_MARK = "?"  # begins the key of a site that nobody has registered


class Level(IntEnum):
    """How far the circle of those who are told has widened."""

    F0 = 0  # test, or disposed
    F1 = 1  # one sensor, nothing else
    F2 = 2  # corroborated, or unanswered at risk
    F3 = 3  # confirmed
    F4 = 4  # confirmed, people in danger


class State(StrEnum):
    """The ISA-18.2 core; shelved stands beside it as a flag of the alarm."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"


class AlarmType(StrEnum):
    """What kind of condition a point is in."""

    FIRE = "fire"
    NOTABLE = "notable"


class ShelfKind(StrEnum):
    """A shelf quiets one point; a test window one place; a drill is a window that calls people."""

    SHELF = "shelf"
    TEST_WINDOW = "test_window"


class Point(msgspec.Struct, frozen=True):
    """A sensing point as registered, or as far as its signal tells.

    origin: Signal.origin(); place_id: "" while nobody has registered it or its sender.
    """

    origin: str
    sender: str
    sensor: SensorKind
    place_id: str = ""
    town_code: str = ""
    device_id: str = ""
    location: str = ""
    operator_id: str = ""


class Travel(msgspec.Struct, frozen=True, array_like=True):
    """How a station comes to a place. kind: road, or straight_line where no road is known."""

    level: str
    station_id: str
    travel_s: int
    road_m: int
    kind: str


class Site(msgspec.Struct, frozen=True):
    """What judging needs to know of a place.

    id: place id, "" while unregistered; lon, lat: WGS-84 degrees, None while unregistered;
    profile: the place's own choice of policy profile, "" for none; town_short: two letters;
    travel: the stations nearest by road, of each level nearest first, empty while none are known.
    """

    id: str
    name: str
    category: str = ""
    unit_id: str = ""
    address: str = ""
    town_code: str = ""
    town_name: str = ""
    town_short: str = ""
    building: str = ""
    lon: float | None = None
    lat: float | None = None
    people: int = 0
    sleeping: bool = False
    profile: str = ""
    test: bool = False
    village_code: str = ""
    travel: tuple[Travel, ...] = ()

    @property
    def key(self) -> str:
        """The place id; for an unregistered sender `?sender`."""
        return self.id or UNREGISTERED_MARK + self.name

    @property
    def registered(self) -> bool:
        """Whether somebody has registered this place."""
        return self.id != ""


class Alarm(msgspec.Struct, frozen=True):
    """A device point in alarm. Repeats extend it; one per (origin, type) while not normal.

    place_key: Site.key. incident_id: "" while a shelf or a test window holds it back.
    """

    id: str
    origin: str
    sender: str
    type: AlarmType
    sensor: SensorKind
    device_id: str
    place_key: str
    town_code: str
    incident_id: str
    state: State
    first_at: datetime
    last_at: datetime
    repeats: int
    last_digest: str
    shelved: bool = False
    text: str = ""


class Shelf(msgspec.Struct, frozen=True):
    """A shelf or a test window: an author, a reason, an end. drill: people are called, labelled."""

    id: str
    kind: ShelfKind
    origin: str
    place_id: str
    town_code: str
    author_id: str
    author_name: str
    reason: str
    from_at: datetime
    until_at: datetime
    ended_at: datetime | None = None
    drill: bool = False


class Evidence(msgspec.Struct, frozen=True):
    """One entry of an incident's ledger, before it has a line number.

    weight_milli: thousandths of log-odds, negative speaks against a fire. floor: the level this
    entry alone asks for. lowers_to: -1, or the level to which a named person lowers.
    origin: the point it came from, "" if none.
    """

    what: str
    at: datetime
    weight_milli: int
    floor: int
    sentence: Sentence
    origin: str = ""
    lowers_to: int = -1
    entry_id: str = ""
