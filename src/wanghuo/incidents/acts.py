"""What a person may ask of an incident over HTTP, as the entry that the judge will read.

Pure checks, so that a mistake is told at once with its field and its remedy, in both languages;
the judge checks again, for the state may have moved on.
"""

from datetime import datetime

from wanghuo.alarms.model import Level
from wanghuo.alarms.policy import ALARMS_MAX
from wanghuo.errors import Invalid, Refused
from wanghuo.facts.entry import ActionEntry, ActionKind
from wanghuo.facts.sentences import rendered
from wanghuo.incidents import disposition
from wanghuo.incidents.model import Incident
from wanghuo.principal import Principal

# The words of the address line, and the acts they stand for.
PATHS = {
    "acknowledge": ActionKind.ACKNOWLEDGE,
    "unacknowledge": ActionKind.UNACKNOWLEDGE,
    "confirm": ActionKind.CONFIRM,
    "no-fire": ActionKind.NO_FIRE_ON_SITE,
    "close": ActionKind.CLOSE,
    "raise": ActionKind.RAISE,
    "lower": ActionKind.LOWER,
    "note": ActionKind.NOTE,
    "people-inside": ActionKind.PEOPLE_INSIDE,
    "reopen": ActionKind.REOPEN,
    "alarm-level": ActionKind.ALARM_LEVEL,
}


def tidy(text: str) -> str:
    """A person's words on one line: control characters, which no table takes, become spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def checked_act(incident: Incident, action: ActionEntry) -> ActionEntry:
    """The action if it can be asked now. Raises Invalid and Refused."""
    closed_too = action.action in {ActionKind.NOTE, ActionKind.REOPEN}
    if not incident.is_open and not closed_too:
        raise Refused(
            f"incident {incident.number} is closed; undo the close first",
            f"警情 {incident.number} 已结案，可先撤销结案",
        )
    if action.action is ActionKind.REOPEN and incident.is_open:
        raise Refused(f"incident {incident.number} is not closed", f"警情 {incident.number} 未结案")
    if action.action is ActionKind.UNACKNOWLEDGE and incident.desk_acknowledged_at is None:
        raise Refused(
            f"incident {incident.number} was not acknowledged", f"警情 {incident.number} 未确认看到"
        )
    if action.action is ActionKind.CLOSE:
        disposition.checked(action.disposition, action.cause)
    if action.action is ActionKind.NO_FIRE_ON_SITE:
        disposition.checked_cause(action.cause)
    if action.action in {ActionKind.LOWER, ActionKind.NOTE} and not action.reason.strip():
        raise Invalid("reason", _words("no_reason"), "写明理由 / say why")
    if action.action in {ActionKind.RAISE, ActionKind.LOWER}:
        _check_level(incident, action)
    if action.action is ActionKind.ALARM_LEVEL:
        _check_alarm(incident, action)
    return action


def _check_level(incident: Incident, action: ActionEntry) -> None:
    if not Level.F1 <= action.level <= Level.F4:
        raise Invalid("level", _words("no_level"), "1, 2, 3, 4")
    up = action.action is ActionKind.RAISE
    if (action.level > incident.level) is not up or action.level == incident.level:
        raise Refused(
            f"the incident is at F{incident.level} already", f"警情现为 F{incident.level}"
        )


def _check_alarm(incident: Incident, action: ActionEntry) -> None:
    if not 1 <= action.level <= ALARMS_MAX:
        raise Invalid("level", _words("no_alarm"), "1, 2, 3")
    if action.level <= incident.alarm:
        raise Refused(
            f"alarm {incident.alarm} has been called already", f"已到第 {incident.alarm} 级调派"
        )


def _words(code: str) -> str:
    key = {"because": code, "act": "", "by": ""}
    zh = rendered("timeline.refused", key, "zh").rpartition("：")[2]
    en = rendered("timeline.refused", key, "en").rpartition(": ")[2]
    return f"{zh} / {en}"


def checked_shelf(who: Principal, origin: str, reason: str, until: datetime | None) -> ActionEntry:
    """The action that shelves a point. Raises Invalid."""
    _need_reason(reason)
    if not origin:
        raise Invalid("origin", "缺少点位 / no point is named", "gb26875:…/1.1.40.0a000200")
    return ActionEntry(
        ActionKind.SHELVE, who.person_id, who.name, reason=reason, origin=origin, until=until
    )


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason", _words("no_reason"), "写明理由 / say why")


def checked_window(
    who: Principal, place_id: str, reason: str, until: datetime | None, *, drill: bool
) -> ActionEntry:
    """The action that opens a test window or a drill at a place. Raises Invalid."""
    _need_reason(reason)
    return ActionEntry(
        ActionKind.TEST_WINDOW,
        who.person_id,
        who.name,
        reason=reason,
        place_id=place_id,
        until=until,
        drill=drill,
    )
