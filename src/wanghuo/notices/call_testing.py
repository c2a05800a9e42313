"""Call tests: somebody's number is called to see whether anybody answers. Pure.

Rule 1. A test has no incident: it says that it is a test and asks for key 1.
Rule 2. Whoever answers is verified from then on, whatever was answered.
"""

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from wanghuo.facts.entry import ActionEntry, AnswerEntry, AnswerKind
from wanghuo.identity import derived
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import CallTest, Message, Notice, PartyRole, Purpose
from wanghuo.notices.receipts import SIDES
from wanghuo.premises.model import Contact, OwnerKind, StationLevel

# As whom a contact is called: it decides the channels.
ROLES: Final = {
    OwnerKind.UNIT: PartyRole.UNIT,
    OwnerKind.TOWN: PartyRole.TOWN_DUTY,
    OwnerKind.CITY: PartyRole.CITY_DUTY,
}


def asked(hearing: Hearing, action: ActionEntry) -> None:
    """Plan the test of a contact that has a number; of any other nothing."""
    contact = hearing.scene.asked_contacts.get(action.contact_id)
    if contact is None or not contact.phone:
        return
    local = hearing.at + timedelta(hours=hearing.policy.night.utc_offset_h)
    role = _role(hearing, contact)
    for channel in hearing.policy.channels_of(role):
        notice_id = derived("call_test", hearing.entry_id, contact.id, channel)
        hearing.scene.plan_notice(_notice(hearing, contact, role, channel, notice_id))
        test = CallTest(
            notice_id, contact.id, contact.town_code, f"{local:%Y-%m}", action.person_name,
            hearing.at,
        )  # fmt: skip
        hearing.scene.put_call_test(test)


def _role(hearing: Hearing, contact: Contact) -> PartyRole:
    station = hearing.scene.help.stations.by_id.get(contact.owner_id)
    if station is None or contact.owner_kind != OwnerKind.STATION:
        return ROLES.get(OwnerKind(contact.owner_kind), PartyRole.MICRO_STATION)
    if station.level == StationLevel.TOWN_WORKSTATION:
        return PartyRole.TOWN_WORKSTATION
    return PartyRole.MICRO_STATION if station.level == StationLevel.MICRO else PartyRole.BRIGADE


def _notice(
    hearing: Hearing, contact: Contact, role: PartyRole, channel: str, notice_id: str
) -> Notice:
    key = f"message.{Purpose.TEST.value}.{SIDES[role].value}"
    return Notice(
        id=notice_id,
        party_id="",
        incident_id="",
        number="",
        town_code=contact.town_code,
        role=role,
        contact_id=contact.id,
        recipient=contact.name,
        address=contact.phone,
        channel=channel,
        purpose=Purpose.TEST,
        round=1,
        message=Message(key, {"name": contact.name}, level=0, confirmed=False),
        planned_at=hearing.at,
        due_at=hearing.at,
    )


def answered(hearing: Hearing, answer: AnswerEntry) -> None:
    """Somebody answered a test: the number is verified. A machine's receipt proves nothing."""
    test = hearing.scene.call_tests.get(answer.notice_id)
    if test is None or test.answered_at or answer.answer is AnswerKind.DELIVERED:
        return
    hearing.scene.put_call_test(replace(test, answered_at=hearing.at, answer=answer.answer.value))
