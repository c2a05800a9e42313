"""What the judge does when a timer falls due. A timer that has lost its meaning changes nothing."""

from wanghuo.alarms.model import Level
from wanghuo.facts.entry import TimerEntry
from wanghuo.facts.sentences import said
from wanghuo.incidents.lifecycle import Turn
from wanghuo.incidents.model import IncidentState
from wanghuo.notices import closing, crew, escalation, quieting, telling
from wanghuo.notices.answering import CREW_RETURNS
from wanghuo.notices.crew import Step
from wanghuo.notices.hearing import TEST_OVER, UNANSWERED, Hearing
from wanghuo.notices.model import CrewState, PartyRole
from wanghuo.notices.quieting import SHELF_OVER

SYSTEM = "合成火情 synthetic fire"


def fell_due(hearing: Hearing, timer: TimerEntry) -> None:
    """Judge one timer."""
    if timer.kind == SHELF_OVER:
        quieting.ended(hearing, timer.subject, by="")
    elif timer.subject in hearing.scene.incidents:
        if timer.kind == UNANSWERED:
            _unanswered(hearing, timer.subject)
        elif timer.kind == TEST_OVER:
            _test_over(hearing, timer.subject)
        else:
            _party_due(hearing, timer)


def _unanswered(hearing: Hearing, incident_id: str) -> None:
    """Nobody of the unit answered where people sleep. An answer of others wakes nobody there."""
    incident = hearing.incident(incident_id)
    if incident.state is not IncidentState.OPEN:
        return
    units = [p for p in hearing.scene.parties_of(incident_id) if p.role is PartyRole.UNIT]
    if any(party.acknowledged_at for party in units):
        return
    waited_s = hearing.policy.windows.unanswered_s
    hearing.weigh(incident_id, hearing.line("unanswered_at_risk", waited_s=waited_s))
    telling.tell(hearing, incident_id, incident.level)


def _test_over(hearing: Hearing, incident_id: str) -> None:
    """The system puts out the fire that it lit itself."""
    incident = hearing.incident(incident_id)
    if incident.test and incident.is_open:
        closing.close(hearing, incident, "test", "", SYSTEM, Turn.SYNTHETIC_PUT_OUT)
        assert hearing.incident(incident_id).level == Level.F0


def _returned(hearing: Hearing, party_id: str) -> None:
    """A crew that has handled it and said no more counts as back."""
    party = hearing.scene.parties.get(party_id)
    if party is None or party.crew != CrewState.HANDLED:
        return
    hearing.scene.put_party(crew.advanced(party, Step.RETURNED, hearing.at))
    words = said("timeline.crew_returned", role=party.role.value, name=party.name)
    hearing.note(party.incident_id, "crew_returned", words)


def _party_due(hearing: Hearing, timer: TimerEntry) -> None:
    party_id, _, number = timer.note.partition(" ")
    if timer.kind == CREW_RETURNS:
        _returned(hearing, party_id)
        return
    party = hearing.scene.parties.get(party_id)
    if party is None or not number.isdigit():
        return
    if timer.kind == telling.NEXT_CONTACT:
        escalation.next_contact_due(hearing, party, int(number))
    elif timer.kind == telling.PARTY_SILENT:
        escalation.party_silent_due(hearing, party)
    elif timer.kind == telling.RING_AGAIN:
        escalation.ring_again_due(hearing, party, int(number))
