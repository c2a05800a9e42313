"""The end of an incident: a disposition by a person; alarms end, calls and timers stop."""

from msgspec.structs import replace

from wanghuo.alarms import lifecycle
from wanghuo.alarms.lifecycle import Trigger
from wanghuo.alarms.model import Level
from wanghuo.facts.sentences import said
from wanghuo.incidents.disposition import Disposition
from wanghuo.incidents.lifecycle import Turn, moved
from wanghuo.incidents.model import Incident
from wanghuo.notices import all_clear, escalation
from wanghuo.notices.hearing import TEST_OVER, UNANSWERED, Hearing
from wanghuo.notices.scene import wait_id


def close(  # noqa: PLR0913, PLR0917 - who ended which incident how
    hearing: Hearing, incident: Incident, disposition: str, cause: str, who: str, turn: Turn
) -> None:
    """Close an open incident. disposition and cause are checked already."""
    scene = hearing.scene
    level = incident.level
    ended = replace(
        moved(incident, turn), closed_at=hearing.at, disposition=disposition, cause=cause
    )
    scene.put_incident(ended)
    line = hearing.line(
        "disposed",
        lowers_to=Level.F0,
        by=who,
        disposition=disposition,
        cause=cause,
        level=level,
    )
    hearing.weigh(incident.id, line)
    words = said("timeline.closed", by=who, disposition=disposition, cause=cause)
    hearing.note(incident.id, "closed", words, who=who)
    for alarm in scene.alarms_in(incident.id):
        over = lifecycle.advance(alarm, Trigger.DISPOSED)
        if over is not alarm:
            scene.put_alarm(over)
    for party in scene.parties_of(incident.id):
        escalation.quiet(hearing, party)
    all_clear.give(hearing, hearing.incident(incident.id))
    scene.cancel(wait_id(UNANSWERED, incident.id))
    scene.cancel(wait_id(TEST_OVER, incident.id))
    if disposition == Disposition.NUISANCE and incident.place_id:
        past = scene.nuisances.get(incident.place_id, ())
        scene.nuisances[incident.place_id] = (*past, hearing.at)
