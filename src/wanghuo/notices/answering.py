"""What the judge does when a told party answers: the notice, the party, the ledger.

The meaning of each answer is a row of notices/receipts.py.
"""

import math
from typing import Final

from msgspec.structs import replace

from wanghuo.alarms.policy import ALARMS_MAX
from wanghuo.facts.entry import AnswerEntry, AnswerKind
from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.lifecycle import Turn, moved
from wanghuo.notices import call_testing, crew, escalation, telling
from wanghuo.notices.crew import Step
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import CrewState, Notice, Party, PartyState, Purpose
from wanghuo.notices.receipts import SIDES, Receipt, Side, receipt
from wanghuo.notices.scene import Wait

REJECTED: Final = "shortfall.rejected"
BROKE_OFF: Final = "shortfall.broke_off"
BREAKS_OFF: Final = frozenset({CrewState.ACKNOWLEDGED, CrewState.TURNED_OUT})
CREW_RETURNS: Final = "crew_returns"


def answered(hearing: Hearing, answer: AnswerEntry) -> None:
    """Judge one answer. An answer to a notice that nobody sent changes nothing."""
    scene = hearing.scene
    notice = scene.notices.get(answer.notice_id)
    if notice is None or notice.purpose is Purpose.TEST:
        call_testing.answered(hearing, answer)
        return
    party = scene.parties[notice.party_id]
    if answer.sequence:
        if answer.sequence <= party.sequence:
            return  # late, or heard before
        party = replace(party, sequence=answer.sequence)
        scene.put_party(party)
    meaning = receipt(party.role, answer.answer)
    asks_more = _asks_for_more(hearing, party, answer)
    _mark(hearing, notice, answer, meaning)
    if answer.answer is AnswerKind.DELIVERED:
        return
    who = answer.by or notice.recipient
    hearing.note(party.incident_id, "answered", _words(party, answer, who), who=who)
    if meaning.acknowledges:
        _acknowledge(hearing, party, answer)
    elif meaning.refuses:
        _refuse(hearing, party, answer)
    _step(hearing, party.id, answer.answer)
    before = hearing.incident(party.incident_id)
    _on_site(hearing, party, meaning)
    if meaning.evidence:
        _testify(hearing, party, answer, meaning, who)
        telling.tell(hearing, party.incident_id, before.level)
    if asks_more and hearing.incident(before.id).is_open:
        after = hearing.incident(before.id)
        if after.alarm == before.alarm < ALARMS_MAX:
            telling.call_next_alarm(hearing, before.id, who)


def _asks_for_more(hearing: Hearing, party: Party, answer: AnswerEntry) -> bool:
    """Whether this asks for the next alarm; a second press within the policy's time asks once."""
    if answer.answer is not AnswerKind.NEED_MORE or SIDES[party.role] not in {Side.CREW, Side.CAD}:
        return False
    if party.answer != AnswerKind.NEED_MORE:
        return True
    times = [n.answered_at for n in hearing.scene.notices_of(party.id) if n.answered_at]
    since_s = (hearing.at - max(times)).total_seconds() if times else math.inf
    return since_s > hearing.policy.windows.need_more_again_s


def _step(hearing: Hearing, party_id: str, answer: AnswerKind) -> None:
    """Move the crew on, and see to it that one that has handled it comes back."""
    scene = hearing.scene
    party, step = scene.parties[party_id], crew.STEPS.get(answer)
    if step is None:
        return
    moved_on = crew.advanced(party, step, hearing.at)
    if moved_on is party:
        return
    scene.put_party(moved_on)
    if moved_on.crew == CrewState.HANDLED != party.crew:
        due_at = hearing.in_s(hearing.policy.crews.returns_after_s)
        note = f"{party_id} {int(hearing.at.timestamp())}"
        scene.put_wait(Wait(CREW_RETURNS, party.incident_id, due_at, note))


def _words(party: Party, answer: AnswerEntry, who: str) -> Sentence:
    """The line of the timeline: who answered what; a machine's reason has a sentence of its own."""
    key = "timeline.rejected" if answer.reason else "timeline.answered"
    params: dict[str, str | int] = {
        "role": party.role.value,
        "name": party.name,
        "by": who,
        "answer": answer.answer.value,
        "note": answer.note,
    }
    return Sentence(key, params | {"reason": answer.reason} if answer.reason else params)


def _mark(hearing: Hearing, notice: Notice, answer: AnswerEntry, meaning: Receipt) -> None:
    """Write the answer onto its notice."""
    if answer.answer is AnswerKind.DELIVERED and notice.answered_at:
        return
    acknowledged_at = notice.acknowledged_at
    if meaning.acknowledges and acknowledged_at is None:
        acknowledged_at = hearing.at
    hearing.scene.put_notice(
        replace(
            notice,
            answered_at=None if answer.answer is AnswerKind.DELIVERED else hearing.at,
            acknowledged_at=acknowledged_at,
            answer=answer.answer.value,
        )
    )


def _acknowledge(hearing: Hearing, party: Party, answer: AnswerEntry) -> None:
    """The party has acknowledged: its calls stop, nobody else's."""
    rejected = party.shortfall is not None and party.shortfall.key in {REJECTED, BROKE_OFF}
    hearing.scene.put_party(
        replace(
            party,
            state=PartyState.ACKNOWLEDGED,
            acknowledged_at=party.acknowledged_at or hearing.at,
            answer=answer.answer.value,
            shortfall=None if rejected else party.shortfall,
        )
    )
    escalation.quiet(hearing, party)


def _refuse(hearing: Hearing, party: Party, answer: AnswerEntry) -> None:
    """The party will not come. Who counts its messages may take back what it accepted before."""
    if answer.sequence and party.state is PartyState.ACKNOWLEDGED:
        party = replace(party, state=PartyState.TOLD, acknowledged_at=None)
    if answer.reason:
        words: dict[str, str | int] = {"reason": answer.reason, "note": answer.note}
        party = replace(party, answer=answer.answer.value, shortfall=Sentence(REJECTED, words))
        hearing.scene.put_party(party)
    if answer.answer is AnswerKind.CANNOT and party.crew in BREAKS_OFF:
        escalation.broke_off(hearing, party, answer.note)
        return
    escalation.refused(hearing, party)
    after = hearing.scene.parties[party.id]
    if after.state is PartyState.ESCALATED:
        gone = crew.advanced(after, Step.CANNOT, hearing.at)
        if gone is not after:
            hearing.scene.put_party(gone)


def _on_site(hearing: Hearing, party: Party, meaning: Receipt) -> None:
    incident = hearing.incident(party.incident_id)
    if meaning.arrives:
        there = moved(incident, Turn.ARRIVED)
        if there is not incident:
            hearing.scene.put_incident(there)


def _testify(
    hearing: Hearing, party: Party, answer: AnswerEntry, meaning: Receipt, who: str
) -> None:
    """Put a person's word into the ledger, once per person; a fire reopens what was closed."""
    scene = hearing.scene
    line = hearing.line(
        meaning.evidence, by=who, role=party.role.value, name=party.name, note=answer.note
    )
    known = any(
        e.what == line.what and e.sentence.params.get("by") == who
        for e in scene.ledgers.get(party.incident_id, ())
    )
    incident = hearing.incident(party.incident_id)
    if line.floor > 0 and not incident.is_open:
        escalation.reopen(hearing, incident, who, answering=party.id)
    elif known and incident.level >= line.floor:
        return
    hearing.weigh(party.incident_id, line)
