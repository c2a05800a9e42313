"""What the telephone says, as phrases, and what its keys mean. Pure: words in, words out.

Rule 1. Where, what and how sure are told first, the keys after that, in 20 s at most.
Rule 2. A phrase is spoken alone, so that what many calls share is turned into sound once: the same
        fire told to four parties is one new phrase.
Rule 3. Keys: 1 = the answer that acknowledges, 2 = looking, 3 = say it again, 0 = cannot.
"""

from collections.abc import Mapping
from typing import Final, Literal

from wanghuo.facts.entry import AnswerKind
from wanghuo.facts.sentences import rendered
from wanghuo.notices.model import Handed, PartyRole, Purpose
from wanghuo.notices.receipts import SIDES, Side

Language = Literal["zh", "en"]

REPEAT: Final = "3"
SPEECH_MAX_S: Final = 20.0

KEYS: Final[Mapping[Side, Mapping[str, AnswerKind]]] = {
    Side.OCCUPANT: {"1": AnswerKind.FIRE, "2": AnswerKind.LOOKING, "0": AnswerKind.CANNOT},
    Side.CREW: {"1": AnswerKind.ON_THE_WAY, "2": AnswerKind.LOOKING, "0": AnswerKind.CANNOT},
    Side.OFFICE: {"1": AnswerKind.ACCEPTED, "2": AnswerKind.LOOKING, "0": AnswerKind.CANNOT},
    Side.CAD: {"1": AnswerKind.ACCEPTED, "0": AnswerKind.REJECTED},
}
# What is longer is cut, so that the keys are heard within the time. In characters.
LONGEST: Final[Mapping[Language, Mapping[str, int]]] = {
    "zh": {"town": 6, "place": 17, "what": 20},
    "en": {"town": 16, "place": 32, "what": 64},
}
RECORDED_TAKES: Final[Mapping[Language, int]] = {"zh": 8, "en": 30}  # characters less of what


def side(notice: Handed) -> Side:
    """From where the person who is called answers."""
    return SIDES[PartyRole(notice.role)]


def asks(notice: Handed) -> bool:
    """Whether the call wants a key; an all-clear only tells."""
    return notice.purpose != Purpose.ALL_CLEAR


def meaning(notice: Handed, key: str) -> AnswerKind | None:
    """What this key answers to this notice; None for every other key."""
    if notice.purpose == Purpose.TEST:
        return AnswerKind.ACCEPTED if key == "1" else None
    return KEYS[side(notice)].get(key)


def phrases(notice: Handed, language: Language, *, recorded: bool = False) -> tuple[str, ...]:
    """What a call says: the fire, that it is recorded if it is, the keys if it asks for one."""
    params = notice.message.params
    longest = LONGEST[language]
    what = rendered(str(params.get("what", "")), params, language)
    told = {
        "test": "test" if notice.test else "",
        "drill": "drill" if notice.drill else "",
        "again": "again" if notice.repeat_of_unknown else "",
        "certainty": "confirmed" if notice.message.confirmed else "not_confirmed",
        "town": _cut(str(params.get("town", "")), longest["town"]),
        "place": _cut(str(params.get("place", "")), longest["place"]),
        "what": _cut(what, longest["what"] - RECORDED_TAKES[language] * recorded),
    }
    words = (
        rendered(f"voice.{notice.purpose}", told, language),
        *([rendered("voice.recorded", {}, language)] * recorded),
    )
    if not asks(notice):
        return words
    keys = "test" if notice.purpose == Purpose.TEST else side(notice).value
    return (*words, rendered(f"voice.keys_{keys}", {}, language))


def shared_phrases(language: Language) -> tuple[str, ...]:
    """What every call may say, whatever burns: worth having ready."""
    keys = (rendered(f"voice.keys_{s.value}", {}, language) for s in Side)
    return (*keys, rendered("voice.recorded", {}, language), taken(language))


def taken(language: Language) -> str:
    """What is said once an answer is safe."""
    return rendered("voice.taken", {}, language)


def _cut(text: str, longest: int) -> str:
    """At most so many characters, in one line."""
    return " ".join(text.split())[:longest]
