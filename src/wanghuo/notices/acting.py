"""What the judge does when a person acts.

Rule 1. Only a named person lowers a level, closes an incident or finds no fire, with a reason.
        An action that lacks its name, reason or cause changes nothing and says so.
Rule 2. The desk's acknowledgement stops nobody's calls.
Rule 3. A person may raise to any level at once.
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from wanghuo.alarms import lifecycle
from wanghuo.alarms.lifecycle import Trigger
from wanghuo.alarms.model import Level
from wanghuo.alarms.policy import ALARMS_MAX
from wanghuo.errors import Invalid
from wanghuo.facts.entry import ActionEntry, ActionKind
from wanghuo.facts.sentences import said
from wanghuo.incidents import disposition
from wanghuo.incidents.lifecycle import Turn, moved
from wanghuo.incidents.model import Incident
from wanghuo.notices import call_testing, closing, escalation, quieting, telling
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import PartyRole, PartyState


def acted(hearing: Hearing, action: ActionEntry) -> None:
    """Judge one action. An action on an incident that nobody knows changes nothing."""
    if action.action is ActionKind.CALL_TEST:
        call_testing.asked(hearing, action)
        return
    if action.action in _QUIETING:
        _QUIETING[action.action](hearing, action)
        return
    incident_id = hearing.scene.numbers.get(action.number)
    if incident_id is None:
        return
    incident = hearing.incident(incident_id)
    if not action.person_name.strip():
        _refuse(hearing, incident, action, "no_name")
        return
    closed_too = action.action in {ActionKind.NOTE, ActionKind.REOPEN}
    if not incident.is_open and not closed_too:
        _refuse(hearing, incident, action, "closed")
        return
    _ACTS[action.action](hearing, incident, action)
    if hearing.incident(incident_id).is_open:
        telling.tell(hearing, incident_id, incident.level)


def _refuse(hearing: Hearing, incident: Incident, action: ActionEntry, why: str) -> None:
    words = said("timeline.refused", act=action.action.value, by=action.person_name, because=why)
    hearing.note(incident.id, "refused", words, who=action.person_name)


def _say(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    """The line of the timeline that says who did what and why."""
    words = said(f"timeline.{action.action.value}", by=action.person_name, reason=action.reason)
    hearing.note(incident.id, action.action.value, words, who=action.person_name)


def _acknowledge(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    scene = hearing.scene
    if incident.desk_acknowledged_at is None:
        _say(hearing, incident, action)
        scene.put_incident(
            replace(
                incident,
                desk_acknowledged_at=hearing.at,
                desk_acknowledged_by=action.person_name,
            )
        )
    for alarm in scene.alarms_in(incident.id):
        moved_on = lifecycle.advance(alarm, Trigger.ACKNOWLEDGED)
        if moved_on is not alarm:
            scene.put_alarm(moved_on)
    for party in scene.parties_of(incident.id):
        if party.role is PartyRole.OPERATOR_DESK and party.acknowledged_at is None:
            scene.put_party(
                replace(party, state=PartyState.ACKNOWLEDGED, acknowledged_at=hearing.at)
            )
            for notice in scene.notices_of(party.id):
                seen = replace(
                    notice, answered_at=hearing.at, acknowledged_at=hearing.at, answer="seen"
                )
                scene.put_notice(seen)
            escalation.quiet(hearing, party)


def _unacknowledge(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    """Nobody at the desk has seen it after all: it is as new, and the desk is told again."""
    if incident.desk_acknowledged_at is None:
        return
    scene = hearing.scene
    _say(hearing, incident, action)
    scene.put_incident(replace(incident, desk_acknowledged_at=None, desk_acknowledged_by=""))
    for alarm in scene.alarms_in(incident.id):
        moved_back = lifecycle.advance(alarm, Trigger.UNACKNOWLEDGED)
        if moved_back is not alarm:
            scene.put_alarm(moved_back)
    for party in scene.parties_of(incident.id):
        if party.role is PartyRole.OPERATOR_DESK and party.state is PartyState.ACKNOWLEDGED:
            escalation.tell_again(hearing, party)


def _confirm(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    _say(hearing, incident, action)
    line = hearing.line("person_confirms", by=action.person_name, note=action.reason)
    hearing.weigh(incident.id, line)
    if incident.drill and not action.drill:
        quieting.make_real(hearing, incident.id, action.person_name)


def _no_fire_on_site(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    try:
        cause = disposition.checked_cause(action.cause)
    except Invalid:
        _refuse(hearing, incident, action, "no_cause")
        return
    _say(hearing, incident, action)
    arrived = moved(incident, Turn.ARRIVED)
    hearing.scene.put_incident(replace(arrived, cause=cause.value))
    line = hearing.line(
        "no_fire_on_site",
        lowers_to=Level.F1,
        by=action.person_name,
        cause=cause.value,
        note=action.reason,
    )
    hearing.weigh(incident.id, line)


def _close(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    try:
        kind, cause = disposition.checked(action.disposition, action.cause)
    except Invalid:
        _refuse(hearing, incident, action, "no_disposition")
        return
    why = cause.value if cause else ""
    closing.close(hearing, incident, kind.value, why, action.person_name, Turn.CLOSED_BY_PERSON)


def _raise(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    if not Level.F1 <= action.level <= Level.F4:
        _refuse(hearing, incident, action, "no_level")
        return
    _say(hearing, incident, action)
    line = hearing.line(
        "raised_by_person",
        floor=action.level,
        by=action.person_name,
        reason=action.reason,
        level=action.level,
    )
    hearing.weigh(incident.id, line)


def _lower(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    if not Level.F1 <= action.level <= Level.F4:
        _refuse(hearing, incident, action, "no_level")
        return
    if not action.reason.strip():
        _refuse(hearing, incident, action, "no_reason")
        return
    _say(hearing, incident, action)
    line = hearing.line(
        "lowered",
        lowers_to=action.level,
        by=action.person_name,
        reason=action.reason,
        level=action.level,
    )
    hearing.weigh(incident.id, line)


def _note(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    _say(hearing, incident, action)


def _people_inside(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    _say(hearing, incident, action)
    line = hearing.line("people_inside", by=action.person_name, note=action.reason)
    hearing.weigh(incident.id, line)


def _alarm_level(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    if not incident.alarm < action.level <= ALARMS_MAX:
        _refuse(hearing, incident, action, "no_alarm")
        return
    telling.raise_alarm(hearing, incident.id, action.level, action.person_name, action.reason)


def _reopen(hearing: Hearing, incident: Incident, action: ActionEntry) -> None:
    if incident.closed_at is None:
        return
    since_s = (hearing.at - incident.closed_at).total_seconds()
    if since_s > hearing.policy.windows.reopen_s:
        _refuse(hearing, incident, action, "too_late")
        return
    escalation.reopen(hearing, incident, action.person_name)


_QUIETING: Final[Mapping[ActionKind, Callable[[Hearing, ActionEntry], None]]] = {
    ActionKind.SHELVE: quieting.shelved,
    ActionKind.TEST_WINDOW: quieting.shelved,
    ActionKind.UNSHELVE: quieting.unshelved,
}
_ACTS: Final[Mapping[ActionKind, Callable[[Hearing, Incident, ActionEntry], None]]] = {
    ActionKind.ACKNOWLEDGE: _acknowledge,
    ActionKind.UNACKNOWLEDGE: _unacknowledge,
    ActionKind.CONFIRM: _confirm,
    ActionKind.NO_FIRE_ON_SITE: _no_fire_on_site,
    ActionKind.CLOSE: _close,
    ActionKind.RAISE: _raise,
    ActionKind.LOWER: _lower,
    ActionKind.NOTE: _note,
    ActionKind.PEOPLE_INSIDE: _people_inside,
    ActionKind.REOPEN: _reopen,
    ActionKind.ALARM_LEVEL: _alarm_level,
}
