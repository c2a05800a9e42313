"""Shelves and test windows as the judge sees them: set by a person, ended by time or a person.

The rules themselves are in alarms/shelving.py.
"""

from typing import Final

from msgspec.structs import replace

from wanghuo.alarms import shelving
from wanghuo.alarms.model import Alarm, AlarmType, Shelf, ShelfKind
from wanghuo.errors import Invalid
from wanghuo.facts.entry import ActionEntry, ActionKind
from wanghuo.facts.sentences import said
from wanghuo.identity import derived
from wanghuo.notices import sensing, telling
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import PartyRole, PartyState
from wanghuo.notices.scene import Wait, wait_id

SHELF_OVER: Final = "shelf_over"


def shelved(hearing: Hearing, action: ActionEntry) -> None:
    """Set a shelf on a point, or a test window or drill on a place, with an author and a reason."""
    kind = ShelfKind.SHELF if action.action is ActionKind.SHELVE else ShelfKind.TEST_WINDOW
    subject = action.origin if kind is ShelfKind.SHELF else action.place_id
    if not (subject and action.person_name.strip() and action.reason.strip()):
        return
    scene = hearing.scene
    place_id = action.place_id or _place_key(hearing, action.origin)
    try:
        until = shelving.checked_until(kind, hearing.at, action.until, hearing.policy)
    except Invalid:
        return
    site = scene.sites.get(place_id)
    shelf = Shelf(
        id=derived("shelf", hearing.entry_id),
        kind=kind,
        origin=action.origin if kind is ShelfKind.SHELF else "",
        place_id=place_id,
        town_code=site.town_code if site else "",
        author_id=action.person_id,
        author_name=action.person_name,
        reason=action.reason,
        from_at=hearing.at,
        until_at=until,
        drill=action.drill and kind is ShelfKind.TEST_WINDOW,
    )
    scene.put_shelf(shelf)
    scene.put_wait(Wait(SHELF_OVER, shelf.id, until))
    for alarm in _under(hearing, shelf):
        if alarm.incident_id in scene.incidents and kind is ShelfKind.SHELF:
            scene.put_alarm(replace(alarm, shelved=True))
            words = said("timeline.shelved", by=action.person_name, reason=action.reason)
            hearing.note(alarm.incident_id, "shelved", words, who=action.person_name)


def _place_key(hearing: Hearing, origin: str) -> str:
    """Where the point is: its place, or its sender's key if nobody has registered it."""
    point = hearing.scene.points.get(origin)
    if point is not None:
        return point.place_id
    alarms = (hearing.scene.live_alarm(origin, kind) for kind in AlarmType)
    return next((alarm.place_key for alarm in alarms if alarm), "")


def unshelved(hearing: Hearing, action: ActionEntry) -> None:
    """End the shelves of a point, or the test windows of a place, before their time."""
    for shelf in sorted(hearing.scene.shelves.values(), key=lambda s: (s.from_at, s.id)):
        mine = (
            (shelf.origin == action.origin)
            if action.origin
            else (shelf.kind is ShelfKind.TEST_WINDOW and shelf.place_id == action.place_id != "")
        )
        if mine and shelf.ended_at is None:
            hearing.scene.cancel(wait_id(SHELF_OVER, shelf.id))
            ended(hearing, shelf.id, by=action.person_name)


def ended(hearing: Hearing, shelf_id: str, *, by: str) -> None:
    """A shelf or window ends. Conditions that are still there are told (rule 5)."""
    scene = hearing.scene
    shelf = scene.shelves.get(shelf_id)
    if shelf is None or shelf.ended_at is not None:
        return
    scene.put_shelf(replace(shelf, ended_at=hearing.at))
    if shelf.drill:
        _drill_over(hearing, shelf)
    for alarm in _under(hearing, shelf):
        if not shelving.still_there(alarm):
            if alarm.shelved:
                scene.put_alarm(replace(alarm, shelved=False))
        elif not alarm.incident_id:
            _release(hearing, alarm)
        elif alarm.shelved:
            _remind(hearing, replace(alarm, shelved=False), by)


def _under(hearing: Hearing, shelf: Shelf) -> list[Alarm]:
    """The alarms that are not normal and that the shelf or window covers."""
    if shelf.kind is ShelfKind.SHELF:
        found = (hearing.scene.live_alarm(shelf.origin, kind) for kind in AlarmType)
        return [alarm for alarm in found if alarm is not None]
    return hearing.scene.alarms_at(shelf.place_id)


def _release(hearing: Hearing, alarm: Alarm) -> None:
    """An alarm that was held back becomes an incident now, with the reason in its ledger."""
    current = hearing.scene.alarms[alarm.id]
    if current.incident_id:
        return  # went along with another point just now
    sensed = sensing.sensed_before(hearing, current)
    if sensing.let_through(hearing, current, sensed):
        incident_id = hearing.scene.alarms[alarm.id].incident_id
        before_level = hearing.incident(incident_id).level
        line = hearing.line("condition_after_window", origin=alarm.origin)
        hearing.weigh(incident_id, line)
        telling.tell(hearing, incident_id, before_level)


def _remind(hearing: Hearing, alarm: Alarm, by: str) -> None:
    """The shelf of an alarm with an open incident ended: the desk is rung again."""
    hearing.scene.put_alarm(alarm)
    if alarm.incident_id not in hearing.scene.incidents:
        return
    hearing.note(alarm.incident_id, "shelf_over", said("timeline.shelf_over"), who=by)
    for party in hearing.scene.parties_of(alarm.incident_id):
        if party.role is PartyRole.OPERATOR_DESK:
            telling.ring(hearing, party)


def _drill_over(hearing: Hearing, shelf: Shelf) -> None:
    """A drill ended and its points still report: from now on it is a real incident."""
    scene = hearing.scene
    for incident in sorted(scene.open_incidents(), key=lambda i: i.number):
        if not (incident.drill and incident.place_id == shelf.place_id):
            continue
        if any(shelving.still_there(alarm) for alarm in scene.alarms_in(incident.id)):
            make_real(hearing, incident.id, who="")


def make_real(hearing: Hearing, incident_id: str, who: str) -> None:
    """A drill turns out to be a fire: the label goes and everybody is told again, 119 as well.

    Who acknowledged the drill has not acknowledged the fire.
    """
    scene = hearing.scene
    incident = hearing.incident(incident_id)
    scene.put_incident(replace(incident, drill=False))
    hearing.note(incident_id, "drill_is_real", said("timeline.drill_is_real", by=who), who=who)
    for party in scene.parties_of(incident_id):
        if party.state is PartyState.ACKNOWLEDGED:
            telling.await_again(hearing, party)
        elif party.state is not PartyState.FAILED:
            telling.ring(hearing, party)
    telling.tell(hearing, incident_id, incident.level)
    if incident.alarm:
        telling.call_alarm(hearing, incident_id, incident.alarm)
