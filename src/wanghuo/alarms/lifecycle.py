"""The life of an alarm: the ISA-18.2 core.

Rule 1. Every change of alarm state is a row of TRANSITIONS; no other file assigns `state`.
Rule 2. Nothing here reads a clock or a table: `at` is handed in, and may be earlier than the last
        one, for devices report late.
Rule 3. A device can begin an alarm and can never end an incident: CLEARED and RESET touch only
        the point.
Shelved is not a state: it is a flag beside the state, set and ended by alarms/shelving.py.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from wanghuo.alarms.model import Alarm, State
from wanghuo.errors import Refused


class Trigger(StrEnum):
    """Something that happened to an alarm, in the words of the control room."""

    FIRED = "fired"  # the point reports the condition, again
    RESENT = "resent"  # the same bytes a second time
    CLEARED = "cleared"  # the point reports normal
    RESET = "reset"  # its panel was reset (复位)
    ACKNOWLEDGED = "acknowledged"  # a person at the desk has seen it
    UNACKNOWLEDGED = "unacknowledged"  # that was a mistake
    DISPOSED = "disposed"  # its incident was closed


S, T = State, Trigger
TRANSITIONS: Final[Mapping[tuple[State, Trigger], State]] = {
    (S.UNACKNOWLEDGED, T.FIRED): S.UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, T.RESENT): S.UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, T.CLEARED): S.RETURNED,
    (S.UNACKNOWLEDGED, T.RESET): S.RETURNED,
    (S.UNACKNOWLEDGED, T.ACKNOWLEDGED): S.ACKNOWLEDGED,
    (S.UNACKNOWLEDGED, T.UNACKNOWLEDGED): S.UNACKNOWLEDGED,
    (S.UNACKNOWLEDGED, T.DISPOSED): S.NORMAL,
    (S.ACKNOWLEDGED, T.FIRED): S.ACKNOWLEDGED,  # it was never gone
    (S.ACKNOWLEDGED, T.RESENT): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, T.CLEARED): S.NORMAL,
    (S.ACKNOWLEDGED, T.RESET): S.NORMAL,
    (S.ACKNOWLEDGED, T.ACKNOWLEDGED): S.ACKNOWLEDGED,  # two operators, one second apart
    (S.ACKNOWLEDGED, T.UNACKNOWLEDGED): S.UNACKNOWLEDGED,
    (S.ACKNOWLEDGED, T.DISPOSED): S.NORMAL,
    (S.RETURNED, T.FIRED): S.UNACKNOWLEDGED,  # smoke again: look again
    (S.RETURNED, T.RESENT): S.RETURNED,  # the doubled message was slow
    (S.RETURNED, T.CLEARED): S.RETURNED,
    (S.RETURNED, T.RESET): S.RETURNED,
    (S.RETURNED, T.ACKNOWLEDGED): S.NORMAL,
    (S.RETURNED, T.UNACKNOWLEDGED): S.RETURNED,
    (S.RETURNED, T.DISPOSED): S.NORMAL,
    (S.NORMAL, T.CLEARED): S.NORMAL,  # the panel's message was slow
    (S.NORMAL, T.RESET): S.NORMAL,
    (S.NORMAL, T.ACKNOWLEDGED): S.NORMAL,
    (S.NORMAL, T.UNACKNOWLEDGED): S.NORMAL,  # it has ended meanwhile
    (S.NORMAL, T.DISPOSED): S.NORMAL,
}


class TransitionRefused(Refused):
    """The alarm is in a state where this trigger has no meaning."""

    def __init__(self, alarm: Alarm, trigger: Trigger) -> None:
        super().__init__(f"alarm {alarm.id} is {alarm.state}; {trigger} has no meaning there")


def advance(alarm: Alarm, trigger: Trigger) -> Alarm:
    """The alarm after `trigger`; the same object if nothing changed.

    Raises TransitionRefused. A refused FIRED or RESENT is a new alarm: a normal alarm is over.
    """
    state = TRANSITIONS.get((alarm.state, trigger))
    if state is None:
        raise TransitionRefused(alarm, trigger)
    return alarm if state is alarm.state else replace(alarm, state=state)


def extended(alarm: Alarm, at: datetime, digest: str, *, resent: bool) -> Alarm:
    """The alarm after its point reported the condition once more."""
    moved = advance(alarm, Trigger.RESENT if resent else Trigger.FIRED)
    return replace(
        moved,
        last_at=max(alarm.last_at, at),
        repeats=alarm.repeats + 1,
        last_digest=digest,
    )


def is_resend(alarm: Alarm, at: datetime, digest: str, resend_s: int) -> bool:
    """Whether these bytes are those of the last report, so soon after it that they are a resend."""
    return alarm.last_digest == digest and abs((at - alarm.last_at).total_seconds()) <= resend_s
