"""What the judge does when a told party answers: the notice, the party, the ledger.

The meaning of each answer is a row of notices/receipts.py.
"""

from typing import Final

from msgspec.structs import replace

from wanghuo.facts.entry import AnswerEntry, AnswerKind
from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.lifecycle import Turn, moved
from wanghuo.notices import escalation, telling
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import Notice, Party, PartyState
from wanghuo.notices.receipts import Receipt, receipt

REJECTED: Final = "shortfall.rejected"


def answered(hearing: Hearing, answer: AnswerEntry) -> None:
    """Judge one answer. An answer to a notice that nobody sent changes nothing."""
    scene = hearing.scene
    notice = scene.notices.get(answer.notice_id)
    if notice is None:
        return
    party = scene.parties[notice.party_id]
    if answer.sequence:
        if answer.sequence <= party.sequence:
            return  # late, or heard before
        party = replace(party, sequence=answer.sequence)
        scene.put_party(party)
    meaning = receipt(party.role, answer.answer)
    _mark(hearing, notice, answer, meaning)
    if answer.answer is AnswerKind.DELIVERED:
        return
    who = answer.by or notice.recipient
    hearing.note(party.incident_id, "answered", _words(party, answer, who), who=who)
    if meaning.acknowledges:
        _acknowledge(hearing, party, answer)
    elif meaning.refuses:
        _refuse(hearing, party, answer)
    before_level = hearing.incident(party.incident_id).level
    _on_site(hearing, party, meaning)
    if meaning.evidence:
        _testify(hearing, party, answer, meaning, who)
        telling.tell(hearing, party.incident_id, before_level)


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
    rejected = party.shortfall is not None and party.shortfall.key == REJECTED
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
    escalation.refused(hearing, party)


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
        escalation.reopen(hearing, incident, who)
    elif known and incident.level >= line.floor:
        return
    hearing.weigh(party.incident_id, line)
