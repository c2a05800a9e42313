"""What the linkage rules speak about: parties, notices, and the channel that carries one."""

from collections.abc import Awaitable
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from wanghuo.facts.sentences import Sentence


class PartyRole(StrEnum):
    """In which role somebody is told."""

    UNIT = "unit"
    MICRO_STATION = "micro_station"
    OPERATOR_DESK = "operator_desk"
    BRIGADE = "brigade"
    TOWN_WORKSTATION = "town_workstation"
    CAD_119 = "cad_119"
    NEXT_LEVEL = "next_level"  # the stations of the run card
    TOWN_DUTY = "town_duty"  # in the place of a silent unit
    CITY_DUTY = "city_duty"  # in the place of everybody else who is silent


class PartyState(StrEnum):
    """Each party has its own; nobody acknowledges for another."""

    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"  # silent too long; somebody else was brought in, or it was recorded
    FAILED = "failed"  # cannot be told, or refused


class CrewState(StrEnum):
    """How far a crew has come; every other party has none. See crew.py."""

    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"  # on the way
    TURNED_OUT = "turned_out"
    ARRIVED = "arrived"
    HANDLED = "handled"
    RETURNED = "returned"
    CANNOT = "cannot"
    STOOD_DOWN = "stood_down"  # all clear


CREW_ROLES: Final = frozenset({PartyRole.MICRO_STATION, PartyRole.BRIGADE, PartyRole.NEXT_LEVEL})
CREWS_OUT: Final = frozenset(
    {CrewState.ACKNOWLEDGED, CrewState.TURNED_OUT, CrewState.ARRIVED, CrewState.HANDLED}
)


class Purpose(StrEnum):
    """Why a notice is sent."""

    ALARM = "alarm"
    UPDATE = "update"  # the same incident again, within the repeat interval
    ESCALATION = "escalation"  # in the place of a silent party
    ALL_CLEAR = "all_clear"  # it is over; asks for no answer
    TEST = "test"  # of a number; belongs to no incident


class NoticeState(StrEnum):
    """planned and sending belong to the caller; the rest is what became of it."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    STOPPED = "stopped"


class Party(msgspec.Struct, frozen=True):
    """One of those told about an incident. distance_m: -1 if it has no place.

    sequence: the last numbered answer that was heard; 0 before the first. crew: a CrewState, "" for
    who is no crew; its times are those of crew.py, told_at is when its clocks began.
    """

    id: str
    incident_id: str
    number: str
    town_code: str
    role: PartyRole
    owner_id: str
    name: str
    at_level: int
    reason: Sentence
    shortfall: Sentence | None
    state: PartyState
    planned_at: datetime
    acknowledged_at: datetime | None = None
    answer: str = ""
    distance_m: int = -1
    sequence: int = 0
    crew: str = ""
    told_at: datetime | None = None
    turned_out_at: datetime | None = None
    arrived_at: datetime | None = None
    handled_at: datetime | None = None
    returned_at: datetime | None = None
    released_at: datetime | None = None

    @property
    def is_out(self) -> bool:
        """Whether it is a crew that is with this incident now."""
        return self.crew in CREWS_OUT

    @property
    def is_waiting(self) -> bool:
        """Whether it has been told and has not acknowledged."""
        return self.state in {PartyState.TOLD, PartyState.ESCALATED}


class Away(msgspec.Struct, frozen=True):
    """A crew that is with some incident now. number: of that incident; told_at: of it."""

    party_id: str
    station_id: str
    number: str
    told_at: datetime


class Position(msgspec.Struct, frozen=True):
    """Where a station's crew was seen. at: when this system heard of it, UTC; degrees WGS-84."""

    station_id: str
    town_code: str
    lon: float
    lat: float
    at: datetime


class CallTest(msgspec.Struct, frozen=True):
    """The test of one contact's number. id: of its notice; month: YYYY-MM, local."""

    id: str
    contact_id: str
    town_code: str
    month: str
    asked_by: str
    planned_at: datetime
    answered_at: datetime | None = None
    answer: str = ""


class Message(msgspec.Struct, frozen=True):
    """What a notice says: a sentence, the level, and whether the fire is confirmed."""

    key: str
    params: dict[str, str | int]
    level: int
    confirmed: bool


class Notice(msgspec.Struct, frozen=True):
    """One message to one recipient, as the judge knows it. What the caller did is not judged."""

    id: str
    party_id: str
    incident_id: str
    number: str
    town_code: str
    role: PartyRole
    contact_id: str
    recipient: str
    address: str
    channel: str
    purpose: Purpose
    round: int
    message: Message
    planned_at: datetime
    due_at: datetime
    answered_at: datetime | None = None
    acknowledged_at: datetime | None = None
    answer: str = ""
    stopped: bool = False


class Handed(msgspec.Struct, frozen=True):
    """A notice on its way through a channel. place: name, address, coordinates for the reader.

    address: the contact's own for this channel, else the telephone number. addresses: all others
    of the contact, by channel. owner_id: of the party, e.g. a station.
    """

    id: str
    party_id: str
    incident_id: str
    number: str
    town_code: str
    role: str
    recipient: str
    address: str
    channel: str
    purpose: str
    round: int
    message: Message
    repeat_of_unknown: bool
    attempts: int
    planned_at: datetime
    opened_at: datetime
    test: bool
    drill: bool
    place: dict[str, str | float | int | None]
    contact_id: str = ""
    owner_id: str = ""
    addresses: dict[str, str] = {}


class Told(msgspec.Struct, frozen=True):
    """A notice as its receipt left it."""

    id: str
    number: str
    party_id: str
    town_code: str
    role: str
    recipient: str
    channel: str
    purpose: str
    round: int
    state: str
    outcome: str
    planned_at: datetime
    attempts: int
    repeat_of_unknown: bool


class Sent(msgspec.Struct, frozen=True):
    """What a channel made of a notice. state: sent or delivered; outcome: in its own words."""

    state: NoticeState
    outcome: str = ""


class SendFailed(Exception):
    """The channel knows that the notice did not arrive. The caller tries again.

    unknown: it may have arrived all the same, so the next try is marked as a repeat.
    lasting: a record that is worth having late: it is not given up while the channel says so.
    final: trying again would change nothing. not_before: when it is tried again at the earliest.
    """

    def __init__(
        self,
        outcome: str,
        *,
        unknown: bool,
        lasting: bool = False,
        final: bool = False,
        not_before: datetime | None = None,
    ) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.unknown = unknown
        self.lasting = lasting
        self.final = final
        self.not_before = not_before


class Channel(Protocol):
    """One way of reaching people. A slow or dead one delays no other."""

    name: str

    def send(self, notice: Handed) -> Awaitable[Sent]:
        """Carry one notice. Raises SendFailed."""
        ...
