"""The one next thing for the desk: what, until when, and why.

The rows are asked in order; the first that fits is shown. It is a hint for a person and changes
nothing by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from wanghuo.alarms.model import Level
from wanghuo.facts.sentences import Sentence, said
from wanghuo.incidents.model import Incident, IncidentState

DESK_ROLE = "operator_desk"
CAD_ROLE = "cad_119"
ACKNOWLEDGE_S = 60  # how long a new incident may stay unseen at the desk
PARTY_SILENT_S = 60  # when a waiting party is escalated; shown as the deadline


class Act(StrEnum):
    """What the desk does next."""

    ACKNOWLEDGE = "acknowledge"
    CALL_PARTY = "call_party"
    CONFIRM = "confirm"
    WAIT = "wait"
    CLOSE = "close"
    NONE = "none"


class Glance(msgspec.Struct, frozen=True):
    """A party as far as the desk's next action goes. state: of notices.model.PartyState."""

    role: str
    name: str
    state: str
    planned_at: datetime

    @property
    def is_silent(self) -> bool:
        """Whether a person should ring it by hand."""
        return self.state in {"escalated", "failed"}


class NextAction(msgspec.Struct, frozen=True):
    """due_at: None if there is no deadline."""

    act: Act
    sentence: Sentence
    due_at: datetime | None = None


def next_action(incident: Incident, parties: Sequence[Glance]) -> NextAction:
    """What the desk does next about this incident."""
    if not incident.is_open:
        return NextAction(Act.NONE, said("next.none"))
    if incident.desk_acknowledged_at is None:
        due_at = incident.opened_at + timedelta(seconds=ACKNOWLEDGE_S)
        return NextAction(Act.ACKNOWLEDGE, said("next.acknowledge"), due_at)
    return _linkage(incident, [p for p in parties if p.role != DESK_ROLE])


def _linkage(incident: Incident, others: Sequence[Glance]) -> NextAction:
    """What the parties' answers ask of the desk."""
    silent = sorted((p for p in others if p.is_silent), key=_urgency)
    if silent and incident.level >= Level.F2:
        return _call(silent[0])
    if incident.cause and incident.level <= Level.F1:
        return NextAction(Act.CLOSE, said("next.close_no_fire", cause=incident.cause))
    if incident.state is IncidentState.ON_SITE and incident.level < Level.F3:
        return NextAction(Act.CONFIRM, said("next.ask_site"))
    waiting = sorted((p for p in others if p.state == "told"), key=_urgency)
    if waiting or silent:
        return _wait(waiting[0]) if waiting else _call(silent[0])
    if incident.level < Level.F3:
        return NextAction(Act.CONFIRM, said("next.ask_crew"))
    return NextAction(Act.CLOSE, said("next.close_fire"))


def _wait(party: Glance) -> NextAction:
    due_at = party.planned_at + timedelta(seconds=PARTY_SILENT_S)
    return NextAction(Act.WAIT, said("next.wait", role=party.role, name=party.name), due_at)


def _call(party: Glance) -> NextAction:
    return NextAction(Act.CALL_PARTY, said("next.call_party", role=party.role, name=party.name))


def _urgency(party: Glance) -> tuple[int, datetime, str, str]:
    """119 first, then who has been waiting longest."""
    return (0 if party.role == CAD_ROLE else 1, party.planned_at, party.role, party.name)
