"""What a message of 119's machine means to the judge, as a body of the fire log. Pure.

Rule 1. 119 speaks for its own party alone.
Rule 2. What moves the party carries 119's sequence, so that the judge leaves late ones alone. What
        only informs is a note of the timeline and is kept whenever it comes.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from wanghuo.errors import Invalid
from wanghuo.facts.entry import ActionEntry, ActionKind, AnswerEntry, AnswerKind, Body
from wanghuo.identity import derived
from wanghuo.incidents.acts import tidy
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Message

NAME: Final = "119"
PERSON_ID: Final = "cad_119"
NOTE_MAX: Final = 500


def entry_id(message: Message) -> str:
    """The same message is the same entry, however often it comes."""
    kind = type(message).__name__
    return derived("entry", "cad_119", message.incident, message.id, message.sequence, kind)


def entry_body(message: Message, notice_id: str) -> Body:
    """What the judge reads. notice_id: 119's notice of the incident. Raises Invalid."""
    by = tidy(message.by) or NAME
    match message:
        case cad_119.Notification():
            raise Invalid("kind", "119 does not notify this platform", "answer, or send update")
        case cad_119.Update():
            return _note(message, by)
        case cad_119.Rejected(reason=reason):
            return AnswerEntry(
                notice_id,
                AnswerKind.REJECTED,
                by,
                _text(message.note),
                reason=reason.value,
                sequence=message.sequence,
            )
    answer, said = _ANSWERS[type(message)]
    text = _text(*said(message), message.note)
    return AnswerEntry(notice_id, answer, by, text, sequence=message.sequence)


def _note(message: cad_119.Update, by: str) -> ActionEntry:
    note = _text(message.note)
    if not note:
        raise Invalid("note", "an update of 119 that says nothing", "give a note")
    who = by if by == NAME else f"{NAME} {by}"
    return ActionEntry(ActionKind.NOTE, PERSON_ID, who, number=message.incident, reason=note)


def _text(*parts: str) -> str:
    return " ".join(filter(None, map(tidy, parts)))[:NOTE_MAX]


Said = Callable[[Any], tuple[str, ...]]
_ANSWERS: Final[Mapping[type, tuple[AnswerKind, Said]]] = {
    cad_119.Accepted: (AnswerKind.ACCEPTED, lambda message: (message.case,)),
    cad_119.Dispatched: (AnswerKind.TURNED_OUT, lambda message: tuple(message.units)),
    cad_119.OnScene: (AnswerKind.ARRIVED, lambda message: tuple(message.units)),
    cad_119.Closed: (AnswerKind.HANDLED, lambda message: (message.result,)),
}
