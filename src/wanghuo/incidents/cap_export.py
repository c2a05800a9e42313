"""An incident as a CAP 1.2 alert, in Chinese and English. Pure.

Rule 1. A version for each time the level moved or the incident ended: `NUMBER.k`, sent when that
        happened. Asked again, the same state gives the same bytes.
Rule 2. The first version is an Alert, later ones are Updates that refer to all before them. The end
        of what was no fire cancels.
Rule 3. Whoever warns people learns what was sensed and how sure it is, and nobody's name or number.
"""

from collections.abc import Mapping
from typing import Final

from wanghuo.facts.sentences import Sentence, rendered, word
from wanghuo.incidents.disposition import Disposition
from wanghuo.incidents.views import Listed, Whole
from wanghuo.place import Coordinates
from wanghuo.protocols import cap
from wanghuo.protocols.cap import (
    GRADES,
    Alert,
    Area,
    Certainty,
    Grade,
    Info,
    MessageType,
    Reference,
    Severity,
    Status,
    Urgency,
)

LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
TURNS: Final = frozenset({"raised", "lowered", "closed", "reopened"})
NOT_SENSED: Final = frozenset({"prior", "false_alarm_history", "disposed", "lowered", "reopened"})
PRIVATE: Final = ("by", "note", "reason")
SENTENCES_MAX: Final = 20
FIRES: Final = frozenset({Disposition.FIRE, Disposition.FIRE_DAMAGING})
NO_FIRES: Final = frozenset({Disposition.NUISANCE, Disposition.TEST, Disposition.DRILL})
OVER_FIRE: Final = Grade(Urgency.PAST, Severity.SEVERE, Certainty.OBSERVED)
OVER_NO_FIRE: Final = Grade(Urgency.PAST, Severity.MINOR, Certainty.UNLIKELY)
OVER_UNKNOWN: Final = Grade(Urgency.PAST, Severity.UNKNOWN, Certainty.UNKNOWN)
STOPS: Final[Mapping[str, str]] = {"zh": "；", "en": "; "}


def alert(whole: Whole, sender: str) -> Alert:
    """The newest version of the alert about an incident. sender: who sends it, by CAP's rules."""
    incident = whole.incident
    assert incident is not None
    turns = {moment.at for moment in whole.timeline if moment.what in TURNS}
    times = sorted(turns | {incident.opened_at})
    versions = [Reference(f"{incident.number}.{k}", at) for k, at in enumerate(times, start=1)]
    return Alert(
        version=versions[-1],
        sender=sender,
        status=_status(incident),
        message_type=_message_type(incident, len(versions)),
        restriction=" / ".join(word("cap", "restriction").values()),
        incident=incident.number,
        grade=_grade(incident),
        infos=tuple(_info(whole, incident, language) for language in LANGUAGES),
        before=tuple(versions[:-1]),
    )


def document(whole: Whole, sender: str) -> bytes:
    """That alert as XML. Raises Invalid for a sender that CAP cannot hold."""
    return cap.written(alert(whole, sender))


def _status(incident: Listed) -> Status:
    if incident.test:
        return Status.TEST
    return Status.EXERCISE if incident.drill else Status.ACTUAL


def _message_type(incident: Listed, versions: int) -> MessageType:
    if versions == 1:
        return MessageType.ALERT
    over = not incident.is_open and incident.disposition in NO_FIRES
    return MessageType.CANCEL if over else MessageType.UPDATE


def _grade(incident: Listed) -> Grade:
    if incident.is_open:
        return GRADES[incident.level]
    if incident.disposition in FIRES:
        return OVER_FIRE
    return OVER_NO_FIRE if incident.disposition in NO_FIRES else OVER_UNKNOWN


def _info(whole: Whole, incident: Listed, language: str) -> Info:
    sentence = _told(incident.sentence, language)
    sensed = [_told(e.sentence, language) for e in whole.evidence if e.what not in NOT_SENSED]
    where = " ".join(filter(None, (incident.town_name, incident.place_name, incident.address)))
    parameters = [
        (word("cap", "level")[language], f"F{incident.level}"),
        (word("cap", "category")[language], _category(incident)[language]),
    ]
    if incident.people:
        parameters.append((word("cap", "people")[language], str(incident.people)))
    return Info(
        language=LANGUAGES[language],
        event=word("cap", "event")[language],
        headline=f"{incident.place_name}{word('cap', 'colon')[language]}{sentence}",
        description=STOPS[language].join(sensed[-SENTENCES_MAX:]) or sentence,
        sender_name=word("cap", "sender")[language],
        area=Area(where, _centre(incident), geocode=incident.town_code),
        parameters=tuple(parameters),
    )


def _told(sentence: Sentence, language: str) -> str:
    """A sentence without who said it and what they wrote in their own words."""
    return rendered(sentence.key, {**sentence.params, **dict.fromkeys(PRIVATE, "")}, language)


def _category(incident: Listed) -> dict[str, str]:
    return word("category", incident.category or "unknown")


def _centre(incident: Listed) -> Coordinates | None:
    if incident.lon is None or incident.lat is None:
        return None
    return Coordinates(incident.lon, incident.lat)
