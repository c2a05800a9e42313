"""What an answer means: for the notice, for the party, and as evidence.

Rule 1. Each party acknowledges for itself; one acknowledgement stops nobody else's calls.
Rule 2. An occupant can confirm a fire and can never cancel one.
Rule 3. A machine that took a message, and a person who cannot come, have not acknowledged.
Every pair of side and answer is decided in RECEIPTS.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import PartyRole


class Side(StrEnum):
    """From where somebody answers."""

    OCCUPANT = "occupant"  # the unit
    CREW = "crew"  # micro station, brigade, next level
    OFFICE = "office"  # desk, town, city
    CAD = "cad"  # 119


class Receipt(msgspec.Struct, frozen=True):
    """What an answer does. evidence: the ledger entry it makes, or "".

    acknowledges: the party's calls stop. refuses: the next contact is called at once.
    arrives: somebody is on site.
    """

    acknowledges: bool = False
    refuses: bool = False
    arrives: bool = False
    evidence: str = ""


ACK: Final = Receipt(acknowledges=True)
REFUSED: Final = Receipt(refuses=True)
NOTHING: Final = Receipt()
ON_SITE: Final = Receipt(acknowledges=True, arrives=True)

A = AnswerKind
RECEIPTS: Final[Mapping[tuple[Side, AnswerKind], Receipt]] = {
    (Side.OCCUPANT, A.ON_THE_WAY): ACK,
    (Side.OCCUPANT, A.FIRE): Receipt(acknowledges=True, evidence="key_press_fire"),
    (Side.OCCUPANT, A.LOOKING): ACK,
    (Side.OCCUPANT, A.FALSE_ALARM): Receipt(acknowledges=True, evidence="occupant_says_false"),
    (Side.OCCUPANT, A.CANNOT): REFUSED,
    (Side.OCCUPANT, A.ACCEPTED): ACK,
    (Side.OCCUPANT, A.REJECTED): REFUSED,
    (Side.OCCUPANT, A.DELIVERED): NOTHING,
    (Side.OCCUPANT, A.ARRIVED): ON_SITE,
    (Side.OCCUPANT, A.TURNED_OUT): ACK,
    (Side.OCCUPANT, A.HANDLED): ACK,  # an occupant's word ends nothing
    (Side.OCCUPANT, A.RETURNED): ACK,
    (Side.OCCUPANT, A.NEED_MORE): ACK,
    (Side.CREW, A.ON_THE_WAY): ACK,
    (Side.CREW, A.FIRE): Receipt(acknowledges=True, evidence="crew_confirms"),
    (Side.CREW, A.LOOKING): ACK,
    (Side.CREW, A.FALSE_ALARM): Receipt(acknowledges=True, evidence="crew_sees_no_fire"),
    (Side.CREW, A.CANNOT): REFUSED,
    (Side.CREW, A.ACCEPTED): ACK,
    (Side.CREW, A.REJECTED): REFUSED,
    (Side.CREW, A.DELIVERED): NOTHING,
    (Side.CREW, A.ARRIVED): ON_SITE,
    (Side.CREW, A.TURNED_OUT): ACK,
    (Side.CREW, A.HANDLED): ON_SITE,
    (Side.CREW, A.RETURNED): ACK,
    (Side.CREW, A.NEED_MORE): Receipt(acknowledges=True, evidence="crew_asks_for_more"),
    (Side.OFFICE, A.ON_THE_WAY): ACK,
    (Side.OFFICE, A.FIRE): Receipt(acknowledges=True, evidence="person_confirms"),
    (Side.OFFICE, A.LOOKING): ACK,
    (Side.OFFICE, A.FALSE_ALARM): ACK,  # nobody in an office is on site
    (Side.OFFICE, A.CANNOT): REFUSED,
    (Side.OFFICE, A.ACCEPTED): ACK,
    (Side.OFFICE, A.REJECTED): REFUSED,
    (Side.OFFICE, A.DELIVERED): NOTHING,
    (Side.OFFICE, A.ARRIVED): ON_SITE,
    (Side.OFFICE, A.TURNED_OUT): ACK,
    (Side.OFFICE, A.HANDLED): ACK,
    (Side.OFFICE, A.RETURNED): ACK,
    (Side.OFFICE, A.NEED_MORE): ACK,
    (Side.CAD, A.ON_THE_WAY): ACK,
    (Side.CAD, A.FIRE): Receipt(acknowledges=True, evidence="person_confirms"),
    (Side.CAD, A.LOOKING): ACK,
    (Side.CAD, A.FALSE_ALARM): ACK,
    (Side.CAD, A.CANNOT): REFUSED,
    (Side.CAD, A.ACCEPTED): ACK,
    (Side.CAD, A.REJECTED): REFUSED,
    (Side.CAD, A.DELIVERED): NOTHING,
    (Side.CAD, A.ARRIVED): ON_SITE,
    (Side.CAD, A.TURNED_OUT): ACK,
    (Side.CAD, A.HANDLED): ON_SITE,
    (Side.CAD, A.RETURNED): ACK,
    (Side.CAD, A.NEED_MORE): ACK,
}

SIDES: Final[Mapping[PartyRole, Side]] = {
    PartyRole.UNIT: Side.OCCUPANT,
    PartyRole.MICRO_STATION: Side.CREW,
    PartyRole.BRIGADE: Side.CREW,
    PartyRole.NEXT_LEVEL: Side.CREW,
    PartyRole.OPERATOR_DESK: Side.OFFICE,
    PartyRole.TOWN_WORKSTATION: Side.OFFICE,
    PartyRole.TOWN_DUTY: Side.OFFICE,
    PartyRole.CITY_DUTY: Side.OFFICE,
    PartyRole.CAD_119: Side.CAD,
}


def receipt(role: PartyRole, answer: AnswerKind) -> Receipt:
    """What this answer from this role does."""
    return RECEIPTS[SIDES[role], answer]
