"""Which answers the page of each side may give.

Rule 1. An occupant can confirm a fire and can never cancel one: the page of a unit has no such
        button, and its link takes no such answer.
Rule 2. The first answer of a list that has not been given is the next action of the page.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import PartyRole
from wanghuo.notices.receipts import SIDES, Side

A = AnswerKind


class Buttons(msgspec.Struct, frozen=True):
    """steps: one after the other, each the big button in its turn. always: beside it at any time.

    more: behind one more press.
    """

    steps: tuple[AnswerKind, ...]
    always: tuple[AnswerKind, ...]
    more: tuple[AnswerKind, ...]

    def all(self) -> frozenset[AnswerKind]:
        """Every answer that the page may give."""
        return frozenset((*self.steps, *self.always, *self.more))


CREW: Final = Buttons(
    steps=(A.ON_THE_WAY, A.TURNED_OUT, A.ARRIVED, A.HANDLED, A.RETURNED),
    always=(A.FIRE, A.NEED_MORE),
    more=(A.FALSE_ALARM, A.CANNOT),
)
BUTTONS: Final[Mapping[Side, Buttons]] = {
    Side.OCCUPANT: Buttons(steps=(A.LOOKING,), always=(A.FIRE,), more=(A.CANNOT,)),
    Side.CREW: CREW,
    Side.OFFICE: Buttons(steps=(A.ON_THE_WAY, A.ARRIVED), always=(A.FIRE,), more=(A.CANNOT,)),
    Side.CAD: Buttons(
        steps=(A.ACCEPTED, A.TURNED_OUT, A.ARRIVED, A.HANDLED),
        always=(A.FIRE, A.NEED_MORE),
        more=(A.REJECTED,),
    ),
}


def side_of(role: str) -> Side:
    """From where a told party of this role answers."""
    return SIDES[PartyRole(role)]
