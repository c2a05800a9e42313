"""The life of an incident: open, on site, closed.

Rule 1. Every change of incident state is a row of TRANSITIONS; no other file assigns `state`.
Rule 2. A device cannot end an incident and neither can an occupant: only CLOSED_BY_PERSON does, and
        for a synthetic fire the system that lit it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from wanghuo.errors import Refused
from wanghuo.incidents.model import Incident, IncidentState


class Turn(StrEnum):
    """Something that moves an incident on."""

    SENSED = "sensed"  # one more signal
    ARRIVED = "arrived"  # somebody is on site
    CLOSED_BY_PERSON = "closed_by_person"
    SYNTHETIC_PUT_OUT = "synthetic_put_out"
    REOPENED = "reopened"


S, T = IncidentState, Turn
TRANSITIONS: Final[Mapping[tuple[IncidentState, Turn], IncidentState]] = {
    (S.OPEN, T.SENSED): S.OPEN,
    (S.OPEN, T.ARRIVED): S.ON_SITE,
    (S.OPEN, T.CLOSED_BY_PERSON): S.CLOSED,
    (S.OPEN, T.SYNTHETIC_PUT_OUT): S.CLOSED,
    (S.OPEN, T.REOPENED): S.OPEN,  # two operators, one second apart
    (S.ON_SITE, T.SENSED): S.ON_SITE,
    (S.ON_SITE, T.ARRIVED): S.ON_SITE,  # the second crew
    (S.ON_SITE, T.CLOSED_BY_PERSON): S.CLOSED,
    (S.ON_SITE, T.SYNTHETIC_PUT_OUT): S.CLOSED,
    (S.ON_SITE, T.REOPENED): S.ON_SITE,
    (S.CLOSED, T.ARRIVED): S.CLOSED,  # the answer was slow
    (S.CLOSED, T.CLOSED_BY_PERSON): S.CLOSED,
    (S.CLOSED, T.SYNTHETIC_PUT_OUT): S.CLOSED,
    (S.CLOSED, T.REOPENED): S.OPEN,
}


class TurnRefused(Refused):
    """The incident is in a state where this has no meaning."""

    def __init__(self, incident: Incident, turn: Turn) -> None:
        super().__init__(f"incident {incident.number} is {incident.state}; {turn} means nothing")


def moved(incident: Incident, turn: Turn) -> Incident:
    """The incident after `turn`; the same object if nothing changed.

    Raises TurnRefused. A signal refused by a closed incident opens a new one.
    """
    state = TRANSITIONS.get((incident.state, turn))
    if state is None:
        raise TurnRefused(incident, turn)
    return incident if state is incident.state else replace(incident, state=state)
