"""The life of a crew at one incident, from being told to being back.

Rule 1. Every change of a crew's state is a row of TRANSITIONS; no other file assigns `crew`.
Rule 2. A crew is out from its acknowledgement until it is back, cannot, or all is clear.
Rule 3. The time of each step is the first one that is known; a later step implies those before it.
Late, doubled and out-of-order answers are rows too: people press twice, and a network keeps back.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec.structs import replace

from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import CrewState, Party


class Step(StrEnum):
    """Something that happened to a crew."""

    TOLD_AGAIN = "told_again"  # the incident was opened again
    ACKNOWLEDGED = "acknowledged"
    TURNED_OUT = "turned_out"
    ARRIVED = "arrived"
    HANDLED = "handled"
    RETURNED = "returned"
    CANNOT = "cannot"
    ALL_CLEAR = "all_clear"


S, T = CrewState, Step
TRANSITIONS: Final[Mapping[tuple[CrewState, Step], CrewState]] = {
    (S.TOLD, T.TOLD_AGAIN): S.TOLD,
    (S.TOLD, T.ACKNOWLEDGED): S.ACKNOWLEDGED,
    (S.TOLD, T.TURNED_OUT): S.TURNED_OUT,
    (S.TOLD, T.ARRIVED): S.ARRIVED,  # they saw the smoke and ran
    (S.TOLD, T.HANDLED): S.HANDLED,
    (S.TOLD, T.RETURNED): S.RETURNED,
    (S.TOLD, T.CANNOT): S.CANNOT,
    (S.TOLD, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.ACKNOWLEDGED, T.TOLD_AGAIN): S.TOLD,
    (S.ACKNOWLEDGED, T.ACKNOWLEDGED): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, T.TURNED_OUT): S.TURNED_OUT,
    (S.ACKNOWLEDGED, T.ARRIVED): S.ARRIVED,
    (S.ACKNOWLEDGED, T.HANDLED): S.HANDLED,
    (S.ACKNOWLEDGED, T.RETURNED): S.RETURNED,
    (S.ACKNOWLEDGED, T.CANNOT): S.CANNOT,  # the engine does not start
    (S.ACKNOWLEDGED, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.TURNED_OUT, T.TOLD_AGAIN): S.TOLD,
    (S.TURNED_OUT, T.ACKNOWLEDGED): S.TURNED_OUT,  # late
    (S.TURNED_OUT, T.TURNED_OUT): S.TURNED_OUT,
    (S.TURNED_OUT, T.ARRIVED): S.ARRIVED,
    (S.TURNED_OUT, T.HANDLED): S.HANDLED,
    (S.TURNED_OUT, T.RETURNED): S.RETURNED,
    (S.TURNED_OUT, T.CANNOT): S.CANNOT,  # it broke down on the way
    (S.TURNED_OUT, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.ARRIVED, T.TOLD_AGAIN): S.TOLD,
    (S.ARRIVED, T.ACKNOWLEDGED): S.ARRIVED,
    (S.ARRIVED, T.TURNED_OUT): S.ARRIVED,
    (S.ARRIVED, T.ARRIVED): S.ARRIVED,
    (S.ARRIVED, T.HANDLED): S.HANDLED,
    (S.ARRIVED, T.RETURNED): S.RETURNED,
    (S.ARRIVED, T.CANNOT): S.ARRIVED,  # who is there is there; more help is another word
    (S.ARRIVED, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.HANDLED, T.TOLD_AGAIN): S.TOLD,
    (S.HANDLED, T.ACKNOWLEDGED): S.HANDLED,
    (S.HANDLED, T.TURNED_OUT): S.HANDLED,
    (S.HANDLED, T.ARRIVED): S.HANDLED,
    (S.HANDLED, T.HANDLED): S.HANDLED,
    (S.HANDLED, T.RETURNED): S.RETURNED,
    (S.HANDLED, T.CANNOT): S.HANDLED,
    (S.HANDLED, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.RETURNED, T.TOLD_AGAIN): S.TOLD,
    (S.RETURNED, T.ACKNOWLEDGED): S.RETURNED,
    (S.RETURNED, T.TURNED_OUT): S.RETURNED,
    (S.RETURNED, T.ARRIVED): S.RETURNED,
    (S.RETURNED, T.HANDLED): S.RETURNED,  # pressed before, sent after
    (S.RETURNED, T.RETURNED): S.RETURNED,
    (S.RETURNED, T.CANNOT): S.RETURNED,
    (S.RETURNED, T.ALL_CLEAR): S.RETURNED,
    (S.CANNOT, T.TOLD_AGAIN): S.TOLD,
    (S.CANNOT, T.ACKNOWLEDGED): S.ACKNOWLEDGED,  # somebody else of the crew can
    (S.CANNOT, T.TURNED_OUT): S.TURNED_OUT,
    (S.CANNOT, T.ARRIVED): S.ARRIVED,
    (S.CANNOT, T.HANDLED): S.HANDLED,
    (S.CANNOT, T.RETURNED): S.RETURNED,
    (S.CANNOT, T.CANNOT): S.CANNOT,
    (S.CANNOT, T.ALL_CLEAR): S.STOOD_DOWN,
    (S.STOOD_DOWN, T.TOLD_AGAIN): S.TOLD,
    (S.STOOD_DOWN, T.ACKNOWLEDGED): S.STOOD_DOWN,  # too late to be needed
    (S.STOOD_DOWN, T.TURNED_OUT): S.STOOD_DOWN,
    (S.STOOD_DOWN, T.ARRIVED): S.STOOD_DOWN,
    (S.STOOD_DOWN, T.HANDLED): S.STOOD_DOWN,
    (S.STOOD_DOWN, T.RETURNED): S.RETURNED,
    (S.STOOD_DOWN, T.CANNOT): S.STOOD_DOWN,
    (S.STOOD_DOWN, T.ALL_CLEAR): S.STOOD_DOWN,
}
# What an answer is to the crew that gives it; a rejection or a delivery is nothing.
STEPS: Final[Mapping[AnswerKind, Step]] = {
    AnswerKind.ON_THE_WAY: Step.ACKNOWLEDGED,
    AnswerKind.FIRE: Step.ACKNOWLEDGED,
    AnswerKind.LOOKING: Step.ACKNOWLEDGED,
    AnswerKind.FALSE_ALARM: Step.ACKNOWLEDGED,
    AnswerKind.ACCEPTED: Step.ACKNOWLEDGED,
    AnswerKind.NEED_MORE: Step.ACKNOWLEDGED,
    AnswerKind.TURNED_OUT: Step.TURNED_OUT,
    AnswerKind.ARRIVED: Step.ARRIVED,
    AnswerKind.HANDLED: Step.HANDLED,
    AnswerKind.RETURNED: Step.RETURNED,
}
_TIMES: Final = ("turned_out_at", "arrived_at", "handled_at")
_IMPLIED: Final[Mapping[Step, tuple[str, ...]]] = {
    Step.TURNED_OUT: _TIMES[:1],
    Step.ARRIVED: _TIMES[:2],
    Step.HANDLED: _TIMES,
}
_COUNTING: Final = frozenset({S.TURNED_OUT, S.ARRIVED, S.HANDLED, S.RETURNED})
_RELEASED: Final = frozenset({S.CANNOT, S.STOOD_DOWN})


def advanced(party: Party, step: Step, at: datetime) -> Party:
    """The party after this step; the same object if nothing changed, or if it is no crew."""
    if not party.crew:
        return party
    state = TRANSITIONS[CrewState(party.crew), step]
    changed: dict[str, Any] = {"crew": state}
    if step is Step.TOLD_AGAIN:
        again = dict.fromkeys((*_TIMES, "returned_at", "released_at"))
        return replace(party, **changed, **again, told_at=at)
    if state in _COUNTING:
        known_by = min(at, party.returned_at or at)
        for name in _IMPLIED.get(step, ()):
            if getattr(party, name) is None:
                changed[name] = known_by
    if state is S.RETURNED and party.returned_at is None:
        changed["returned_at"] = at
    if state in _RELEASED:
        changed["released_at"] = party.released_at or at
    elif party.crew in _RELEASED and state is not S.RETURNED:
        changed["released_at"] = None
    moved = replace(party, **changed)
    return party if moved == party else moved
