"""What premises are made of. Field order is column order of the tables in migration 0003.

Coordinates are WGS-84 degrees. Town codes are the statistics bureau's nine digits.
"""

from enum import StrEnum
from typing import Final

import msgspec

from wanghuo.place import Coordinates

# The place of the synthetic fire: test = true, so no count and no list of places holds it.
TEST_PLACE_ID: Final = "TEST-PLACE"
TEST_UNIT_ID: Final = "TEST-UNIT"
TEST_SENDER: Final = "gb26875:feed00000000"
TEST_POINT: Final = "1.1.40.01000100"
TEST_ORIGIN: Final = f"{TEST_SENDER}/{TEST_POINT}"
TEST_DEVICE_ID: Final = "TEST-DEVICE"
TEST_CONTACT_ID: Final = "TEST-CONTACT"
TEST_OPERATOR_ID: Final = "test"  # devices/model.py has the same word: its counts leave it out
CITY_OWNER_ID: Final = "city"  # owner_id of the contacts with owner_kind "city"


class Town(msgspec.Struct, frozen=True):
    """A town or subdistrict. short: two capital letters, unique, e.g. XP."""

    code: str
    name: str
    short: str
    lon: float
    lat: float


class Village(msgspec.Struct, frozen=True):
    """An administrative village or community. code: 12 digits."""

    code: str
    town_code: str
    name: str
    kind: str
    lon: float
    lat: float


class Unit(msgspec.Struct, frozen=True):
    """The legal or natural person responsible for places."""

    id: str
    name: str
    credit_code: str
    town_code: str


class Place(msgspec.Struct, frozen=True):
    """Premises of one unit, of exactly one category (policy/categories.toml).

    building: places with the same one are adjacent, "" stands alone. datum: what the source said.
    profile: alarm policy profile override, "" for the town's and category's own.
    test: the synthetic fire's place.
    """

    id: str
    unit_id: str
    name: str
    category: str
    address: str
    town_code: str
    village_code: str
    building: str
    lon: float
    lat: float
    datum: str = "WGS-84"
    people: int = 0
    sleeping: bool = False
    hazards: str = ""
    profile: str = ""
    test: bool = False

    @property
    def at(self) -> Coordinates:
        """Where it is."""
        return Coordinates(self.lon, self.lat)


class OwnerKind(StrEnum):
    """Whose contact: owner_id is a unit id, a station id, a town code or CITY_OWNER_ID."""

    UNIT = "unit"
    STATION = "station"
    TOWN = "town"
    CITY = "city"


class ContactRole(StrEnum):
    """What a contact is to its owner."""

    RESPONSIBLE = "responsible"
    SAFETY_OFFICER = "safety_officer"
    DUTY = "duty"
    LEADER = "leader"


ADDRESSES: Final = ("email", "wecom", "dingtalk", "feishu")  # beside the telephone number


class Contact(msgspec.Struct, frozen=True):
    """Who is told. sequence: 1 is called first. verified: somebody answered this number.

    duty: the hours in which this person may be rung (premises/duty.py), "" for always. The same
    number is the same person, however many owners it stands at.
    """

    id: str
    owner_kind: str
    owner_id: str
    town_code: str
    name: str
    role: str
    phone: str
    verified: bool
    sequence: int
    duty: str = ""


class StationLevel(StrEnum):
    """The levels of help, biggest first."""

    MAIN = "main"
    TOWN_WORKSTATION = "town_workstation"
    BRIGADE = "brigade"
    MICRO = "micro"


class Station(msgspec.Struct, frozen=True):
    """A rescue station. keeper: government, village, key_unit, enterprise. crew: people on duty."""

    id: str
    level: str
    keeper: str
    name: str
    town_code: str
    village_code: str
    lon: float
    lat: float
    crew: int
    on_duty: bool

    @property
    def at(self) -> Coordinates:
        """Where it is."""
        return Coordinates(self.lon, self.lat)


class Travel(msgspec.Struct, frozen=True):
    """How a station reaches a place, as ranked beforehand. kind: road or straight_line.

    travel_s: from the order to drive until the door; road_m: of the drive, or of the straight line.
    """

    station_id: str
    level: str
    travel_s: int
    road_m: int
    kind: str


class Water(msgspec.Struct, frozen=True):
    """A water source. kind: hydrant, tank, intake, pond. flow_l_per_s: None if never measured."""

    id: str
    kind: str
    name: str
    town_code: str
    lon: float
    lat: float
    flow_l_per_s: float | None


class Entrance(msgspec.Struct, frozen=True):
    """A gate or door of a place. town_code: of the place. width_m: None if never measured."""

    id: str
    place_id: str
    town_code: str
    name: str
    lon: float
    lat: float
    width_m: float | None = None
    note: str = ""


class CameraKind(StrEnum):
    """How a camera looks: a lookout sees far from a tower or a roof."""

    FIXED = "fixed"
    PTZ = "ptz"
    LOOKOUT = "lookout"
    THERMAL = "thermal"


class Camera(msgspec.Struct, frozen=True):
    """A camera. place_id: the place it watches, "" for none. height_m: of the lens above ground.

    bearing_deg: 0 is north; tilt_deg: below the horizon; fov_deg: width of the view; None where
    nobody measured. login: the name of a login in cameras.toml. gb_id: its 20 digits of GB/T 28181.
    """

    id: str
    name: str
    kind: str
    town_code: str
    place_id: str
    lon: float
    lat: float
    height_m: float | None = None
    bearing_deg: float | None = None
    tilt_deg: float | None = None
    fov_deg: float | None = None
    snapshot_url: str = ""
    login: str = ""
    gb_id: str = ""

    @property
    def at(self) -> Coordinates:
        """Where it stands."""
        return Coordinates(self.lon, self.lat)
