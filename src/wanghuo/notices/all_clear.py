"""How the end of an incident is told: crews stand down, and who was told hears that it is over.

Rule 1. Once at each close, by the channels of the party, to those who answered or else to whoever
        was called first; the policy says which roles.
Rule 2. Who could never be reached is not rung for it: no telephone call to somebody who never
        answered, and nothing to a party that could not be told at all.
"""

from collections.abc import Sequence
from typing import Final

from wanghuo.incidents.model import Incident
from wanghuo.notices import crew, telling
from wanghuo.notices.crew import Step
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import Notice, Party, PartyState, Purpose
from wanghuo.premises.model import Contact

TELEPHONE: Final = "voice"


def give(hearing: Hearing, incident: Incident) -> None:
    """Stand crews down and tell everybody who was told. A synthetic fire ends in silence."""
    for party in hearing.scene.parties_of(incident.id):
        stood_down = crew.advanced(party, Step.ALL_CLEAR, hearing.at)
        if stood_down is not party:
            hearing.scene.put_party(stood_down)
        if not incident.test and hearing.policy.gives_all_clear(party.role):
            _tell(hearing, party)


def was_given(hearing: Hearing, party: Party) -> bool:
    """Whether a party was told that it is over."""
    notices = hearing.scene.notices_of(party.id)
    return any(notice.purpose is Purpose.ALL_CLEAR for notice in notices)


def _tell(hearing: Hearing, party: Party) -> None:
    notices = hearing.scene.notices_of(party.id)
    answered = {n.contact_id for n in notices if n.answered_at}
    if not notices or (party.state is PartyState.FAILED and not answered):
        return
    round_ = 1 + max((n.round for n in notices if n.purpose is Purpose.ALL_CLEAR), default=0)
    for channel in hearing.policy.channels_of(party.role):
        for contact in _listeners(hearing, party, notices, answered, channel):
            telling.plan_by(hearing, party, contact, channel, (Purpose.ALL_CLEAR, round_))


def _listeners(
    hearing: Hearing, party: Party, notices: Sequence[Notice], answered: set[str], channel: str
) -> Sequence[Contact | None]:
    """To whom of a party it is said; None stands for a party without contacts."""
    told = telling.told_contacts(hearing, party)
    if not told:
        called = any(notice.contact_id for notice in notices)
        return () if called else (None,)
    heard = [contact for contact in told if contact.id in answered]
    return heard if heard or channel == TELEPHONE else told[:1]
