"""What the incident rules speak about: an incident, its timeline, its disposition."""

from datetime import datetime
from enum import StrEnum

import msgspec

from wanghuo.alarms.correlation import Suspect
from wanghuo.alarms.model import UNREGISTERED_MARK
from wanghuo.facts.sentences import Sentence


class IncidentState(StrEnum):
    """Where an incident stands. on_site: somebody is there."""

    OPEN = "open"
    ON_SITE = "on_site"
    CLOSED = "closed"


class Incident(msgspec.Struct, frozen=True):
    """One suspected fire at one place.

    place_id: "" while the sender is not registered, then place_name is the sender.
    log_odds_milli, level, level_peak follow from the ledger (alarms/level.py) and are kept here
    so that lists need not fold. sentence: what a stranger understands. alarm: the last line of the
    run card that was called, 0 for none. operator_id: whose device spoke first, "" if nobody's.
    """

    id: str
    number: str
    place_id: str
    place_name: str
    category: str
    town_code: str
    building: str
    lon: float | None
    lat: float | None
    level: int
    level_peak: int
    state: IncidentState
    profile: str
    policy_version: str
    drill: bool
    test: bool
    sleeping: bool
    opened_at: datetime
    last_at: datetime
    log_odds_milli: int
    sentence: Sentence
    desk_acknowledged_at: datetime | None = None
    desk_acknowledged_by: str = ""
    closed_at: datetime | None = None
    disposition: str = ""
    cause: str = ""
    alarm: int = 0
    operator_id: str = ""

    @property
    def place_key(self) -> str:
        """Site.key of its place."""
        return self.place_id or UNREGISTERED_MARK + self.place_name

    @property
    def is_open(self) -> bool:
        """Whether it is not closed."""
        return self.state is not IncidentState.CLOSED

    def suspect(self) -> Suspect:
        """The incident as far as joining goes."""
        return Suspect(
            incident_id=self.id,
            place_key=self.place_key,
            building=self.building,
            lon=self.lon,
            lat=self.lat,
            last_at=self.last_at,
            drill=self.drill,
            test=self.test,
        )


class Moment(msgspec.Struct, frozen=True):
    """One line of a timeline. line: from 1; digest: sha256 over the line before and this one."""

    incident_id: str
    line: int
    at: datetime
    what: str
    who: str
    sentence: Sentence
    digest: str


class Tail(msgspec.Struct, frozen=True):
    """The end of an incident's timeline."""

    line: int = 0
    digest: str = ""
