"""One question to the plan: where it burns, who could help, and what they are doing now."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from wanghuo.alarms.model import Site
from wanghuo.alarms.policy import Policy
from wanghuo.facts.sentences import Sentence
from wanghuo.notices.model import Position
from wanghuo.notices.nearest import Stations
from wanghuo.premises.duty import Shift
from wanghuo.premises.model import Contact

Contacts = Mapping[tuple[str, str], Sequence[Contact]]  # by (owner_kind, owner_id)
AT_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Help(msgspec.Struct, frozen=True):
    """Everybody who could be told. town_names, town_seats (lon, lat) by code; rosters by station.

    A station without a roster is on duty as its register says.
    """

    stations: Stations
    contacts: Contacts
    town_names: Mapping[str, str]
    town_seats: Mapping[str, tuple[float, float]] = {}
    rosters: Mapping[str, Sequence[Shift]] = {}


class Asked(msgspec.Struct, frozen=True):
    """taken: owner ids already told in this incident. at: the entry's time, UTC.

    out: numbers of the other incidents that a station is out at. positions: by station, as far as
    they are known. called: who was rung in this incident, by telephone number, and as whom. alarm:
    the line of the run card that is asked for.
    """

    site: Site
    help: Help
    policy: Policy
    taken: Collection[str]
    at: datetime = AT_NO_TIME
    out: Mapping[str, Collection[str]] = {}
    positions: Mapping[str, Position] = {}
    called: Mapping[str, Sentence] = {}
    alarm: int = 1
