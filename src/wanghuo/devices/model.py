"""The register of everything that senses. Field order is column order of migration 0004."""

from datetime import date, datetime
from typing import Final

import msgspec

TEST_OPERATOR_ID: Final = "test"  # premises/model.py has the same word; never counted


class Device(msgspec.Struct, frozen=True):
    """One sensing point. origin: Signal.origin(); sender: Signal.sender; kind: SensorKind."""

    id: str
    origin: str
    sender: str
    place_id: str
    town_code: str
    kind: str
    operator_id: str
    location: str = ""
    profile: str = "standard"
    installed_on: date | None = None
    out_of_service: bool = False


class Sender(msgspec.Struct, frozen=True):
    """A transmitter, or another sender that holds points. peer: "" or the bound address."""

    sender: str
    place_id: str
    town_code: str
    operator_id: str
    profile: str = "standard"
    peer: str = ""


class Operator(msgspec.Struct, frozen=True):
    """A company that runs devices for a town. key_digest: SHA-256 of its key, or None."""

    id: str
    name: str
    town_code: str = ""
    key_digest: bytes | None = None


SILENT = "silent"  # Health.detail of who is offline because nothing was heard for too long
SEEN_ALIVE = ""  # told to upsert_health: keep the state that is known, but offline is over


class Health(msgspec.Struct, frozen=True):
    """The last state of a point. state: normal, fault, shielded, offline."""

    origin: str
    last_seen_at: datetime
    state: str
    detail: str = ""


class Point(msgspec.Struct, frozen=True):
    """What the judge needs to know of a point that spoke.

    device_id: "" if only its sender is registered. kind: "" then too. town_code of the place.
    """

    origin: str
    device_id: str
    place_id: str
    town_code: str
    kind: str
    location: str
    operator_id: str
    out_of_service: bool


class Wanted(msgspec.Struct, frozen=True):
    """Which devices a list shows. after: the last id of the page before; "" leaves a filter out."""

    place_id: str = ""
    sender: str = ""
    operator_id: str = ""
    town: str = ""
    online: bool | None = None
    after: str = ""
    size: int = 50


class OnlineTown(msgspec.Struct, frozen=True):
    """A town. covered: places with a device that is online. heard: devices that ever spoke."""

    code: str
    name: str
    places: int
    covered: int
    devices: int
    heard: int
    online: int


class OnlineOperator(msgspec.Struct, frozen=True):
    """An operator's devices in service."""

    id: str
    name: str
    devices: int
    heard: int
    online: int


class OnlineFigures(msgspec.Struct, frozen=True):
    """How devices live, within the asker's towns."""

    towns: list[OnlineTown]
    operators: list[OnlineOperator]


def sender_of(origin: str) -> str:
    """The sender in an origin. Only `access:OPERATOR/DEVICE` has a slash of its own."""
    parts = origin.split("/")
    return "/".join(parts[:2]) if origin.startswith("access:") else parts[0]
