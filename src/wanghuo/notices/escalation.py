"""What happens when nobody answers: the next contact, the next party, and a record of each.

Rule 1. The next contact is called while the first keeps ringing.
Rule 2. A silent party is escalated and rung again; it stays a party and may still acknowledge.
Rule 3. Time passing without an answer widens the circle and never narrows it.
Timers carry their party and round as `party_id round` and may come late or twice: each asks
first whether it still means anything.
"""

from typing import Final

from msgspec.structs import replace

from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.lifecycle import Turn, moved
from wanghuo.incidents.model import Incident
from wanghuo.notices import all_clear, crew, telling
from wanghuo.notices.crew import Step
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import Party, PartyRole, PartyState, Purpose
from wanghuo.notices.scene import Wait, wait_id
from wanghuo.notices.telling import NEXT_CONTACT, PARTY_SILENT, RING_AGAIN, RINGING

RECORDS: Final = frozenset({"cad_119"})  # channels that write down, and ring nobody


def next_contact_due(hearing: Hearing, party: Party, number: int) -> None:
    """The contact before has not acknowledged in time. number: contacts called when it was set."""
    if _still_silent(hearing, party) and len(telling.told_contacts(hearing, party)) == number:
        call_next(hearing, party)


def call_next(hearing: Hearing, party: Party) -> bool:
    """Call the next contact of a party; False if there is none left."""
    told = telling.told_contacts(hearing, party)
    left = [c for c in telling.free_calls_of(hearing, party) if c not in told]
    if not left:
        return False
    contact = left[0]
    telling.plan_notice(hearing, party, contact, Purpose.ALARM, round_=1)
    words = _words(party) | {"contact": contact.name}
    hearing.note(party.incident_id, "next_contact", Sentence("timeline.next_contact", words))
    if len(left) > 1:
        due_at = hearing.in_s(hearing.policy.windows.next_contact_s)
        note = f"{party.id} {len(told) + 1}"
        hearing.scene.put_wait(Wait(NEXT_CONTACT, party.incident_id, due_at, note))
    return True


def party_silent_due(hearing: Hearing, party: Party) -> None:
    """A whole party has been silent for its time: escalate, and ring it again later."""
    if not _still_silent(hearing, party) or party.state is not PartyState.TOLD:
        return
    _escalated(hearing, party, "silent")
    _ring_later(hearing, party, telling.rounds_of(hearing, party) + 1)


def ring_again_due(hearing: Hearing, party: Party, number: int) -> None:
    """A silent party is called once more, until the policy's rounds are used up."""
    if not _still_silent(hearing, party):
        return
    if number > hearing.policy.windows.rounds_max:
        hearing.scene.put_party(replace(party, state=PartyState.FAILED))
        hearing.note(party.incident_id, "gave_up", Sentence("timeline.gave_up", _words(party)))
        telling.stand_in(hearing, party)
        return
    telling.ring(hearing, party)
    _ring_later(hearing, party, number + 1)


def refused(hearing: Hearing, party: Party) -> None:
    """Somebody of the party cannot come, or 119 rejected the report."""
    if not party.is_waiting:
        return
    if party.role is PartyRole.CAD_119:
        hearing.scene.put_party(replace(party, state=PartyState.FAILED))
        telling.stand_in(hearing, party)
        return
    if call_next(hearing, party) or party.state is not PartyState.TOLD:
        return
    answered = {n.contact_id for n in hearing.scene.notices_of(party.id) if n.answered_at}
    if all(c.id in answered for c in telling.told_contacts(hearing, party)):
        _escalated(hearing, party, "all_refused")


def quiet(hearing: Hearing, party: Party) -> None:
    """Stop a party's calls: its open notices and its timers.

    A machine's record is no call: whoever answered the telephone, it follows all the same.
    """
    scene = hearing.scene
    notices = scene.notices_of(party.id)
    recorded = any(n.channel in RECORDS and n.answered_at for n in notices)
    for notice in notices:
        if notice.channel in RECORDS and not recorded:
            continue
        if not notice.stopped and notice.acknowledged_at is None and notice.purpose in RINGING:
            scene.put_notice(replace(notice, stopped=True))
    rounds = telling.rounds_of(hearing, party)
    contacts = len(telling.told_contacts(hearing, party))
    scene.cancel(wait_id(NEXT_CONTACT, party.incident_id, f"{party.id} {contacts}"))
    for number in {1, rounds}:
        scene.cancel(wait_id(PARTY_SILENT, party.incident_id, f"{party.id} {number}"))
    scene.cancel(wait_id(RING_AGAIN, party.incident_id, f"{party.id} {rounds + 1}"))


def broke_off(hearing: Hearing, party: Party, note: str) -> None:
    """A crew that had acknowledged cannot come after all: it is let go and somebody stands in."""
    words: dict[str, str | int] = {"note": note}
    shortfall = Sentence("shortfall.broke_off", words)
    gone = crew.advanced(
        replace(party, state=PartyState.FAILED, shortfall=shortfall), Step.CANNOT, hearing.at
    )
    hearing.scene.put_party(gone)
    telling.stand_in(hearing, gone)


def reopen(hearing: Hearing, incident: Incident, who: str, *, answering: str = "") -> None:
    """Open a closed incident again, at the level it had, and tell everybody again.

    answering: the party whose word opens it; it knows.
    """
    ledger = hearing.scene.ledgers.get(incident.id, [])
    before = next((e for e in reversed(ledger) if e.what == "disposed"), None)
    level = int(before.sentence.params.get("level", 1)) if before else 1
    opened = replace(
        moved(incident, Turn.REOPENED), closed_at=None, disposition="", cause="", last_at=hearing.at
    )
    hearing.scene.put_incident(opened)
    hearing.note(incident.id, "reopened", Sentence("timeline.reopened", {"by": who}), who=who)
    hearing.weigh(incident.id, hearing.line("reopened", floor=level, by=who))
    for party in hearing.scene.parties_of(incident.id):
        if party.id == answering:
            there = crew.advanced(party, Step.TOLD_AGAIN, hearing.at)
            hearing.scene.put_party(crew.advanced(there, Step.ACKNOWLEDGED, hearing.at))
        elif party.is_waiting or (party.state is PartyState.ACKNOWLEDGED and _went(hearing, party)):
            tell_again(hearing, party)


def _went(hearing: Hearing, party: Party) -> bool:
    """Whether a party that had acknowledged was told that it is over."""
    return bool(party.crew) or all_clear.was_given(hearing, party)


def tell_again(hearing: Hearing, party: Party) -> None:
    """A party is rung as at first, with its clocks from now on."""
    waiting = replace(party, state=PartyState.TOLD, acknowledged_at=None)
    hearing.scene.put_party(crew.advanced(waiting, Step.TOLD_AGAIN, hearing.at))
    telling.ring(hearing, party)
    due_at = hearing.in_s(hearing.policy.windows.party_silent_s)
    note = f"{party.id} {telling.rounds_of(hearing, party)}"
    hearing.scene.put_wait(Wait(PARTY_SILENT, party.incident_id, due_at, note))


def _escalated(hearing: Hearing, party: Party, what: str) -> None:
    escalated = replace(party, state=PartyState.ESCALATED)
    hearing.scene.put_party(escalated)
    hearing.note(party.incident_id, what, Sentence(f"timeline.{what}", _words(party)))
    telling.stand_in(hearing, escalated)


def _ring_later(hearing: Hearing, party: Party, number: int) -> None:
    due_at = hearing.in_s(hearing.policy.windows.ring_again_s)
    hearing.scene.put_wait(Wait(RING_AGAIN, party.incident_id, due_at, f"{party.id} {number}"))


def _still_silent(hearing: Hearing, party: Party) -> bool:
    return party.is_waiting and hearing.incident(party.incident_id).is_open


def _words(party: Party) -> dict[str, str | int]:
    return {"role": party.role.value, "name": party.name}
