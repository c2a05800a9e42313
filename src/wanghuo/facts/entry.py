"""An entry of the fire log: everything that may change a judgement, in one order.

Signals of the fire lane, answers and actions of people, timers that fell due. The judge is a pure
function of the registry and of these entries in the order in which they were judged, so replaying
them gives the same incidents, levels and parties (rule 10).
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from wanghuo.facts.signal import Signal
from wanghuo.identity import derived


class ActionKind(StrEnum):
    """What a person did at the desk, on the phone or on site."""

    ACKNOWLEDGE = "acknowledge"  # the desk has seen it; stops nobody's calls
    UNACKNOWLEDGE = "unacknowledge"  # that was a mistake: the desk has not seen it
    CONFIRM = "confirm"  # a person says: fire
    NO_FIRE_ON_SITE = "no_fire_on_site"  # someone on site looked; needs a cause
    CLOSE = "close"  # with disposition
    RAISE = "raise"
    LOWER = "lower"  # needs a reason
    NOTE = "note"
    SHELVE = "shelve"  # person, reason, ends within 2 h
    UNSHELVE = "unshelve"
    TEST_WINDOW = "test_window"
    PEOPLE_INSIDE = "people_inside"
    REOPEN = "reopen"  # undo of a close within the policy's time
    CALL_TEST = "call_test"  # see whether somebody answers a contact's number
    ALARM_LEVEL = "alarm_level"  # the next line of the run card, up to `level`


class AnswerKind(StrEnum):
    """What a party answered; voice keys 1, 2, 0 and their like on other channels."""

    ON_THE_WAY = "on_the_way"  # 1 from a crew
    FIRE = "fire"  # 1 from an occupant: confirms
    LOOKING = "looking"  # 2
    FALSE_ALARM = "false_alarm"  # an occupant's word: noted, cancels nothing (rule 3)
    CANNOT = "cannot"  # 0
    ACCEPTED = "accepted"  # 119 took it
    REJECTED = "rejected"  # 119 refused, with a reason
    DELIVERED = "delivered"  # a machine took it; not an acknowledgement
    ARRIVED = "arrived"
    TURNED_OUT = "turned_out"
    HANDLED = "handled"
    RETURNED = "returned"  # back at the station, ready for the next one
    NEED_MORE = "need_more"  # a crew asks for more help


class SignalEntry(msgspec.Struct, frozen=True, tag="signal"):
    """A device spoke."""

    signal: Signal


class AnswerEntry(msgspec.Struct, frozen=True, tag="answer"):
    """A told party answered one notice. by: who answered, in words.

    reason: a code of words.rejection, for a machine that rejects. sequence: the sender's own count
    of its messages about the incident, 0 if it does not count; what is not above the last is late.
    """

    notice_id: str
    answer: AnswerKind
    by: str = ""
    note: str = ""
    reason: str = ""
    sequence: int = 0


class ActionEntry(msgspec.Struct, frozen=True, tag="action"):
    """A person acted. number: incident number ("" for shelves and test windows of a place).

    level: for raise, lower and alarm_level; cause and disposition: for the end of an incident;
    origin: the point for a shelf; place_id for a test window; until: for shelf and window;
    contact_id: for a call test.
    """

    action: ActionKind
    person_id: str
    person_name: str
    number: str = ""
    reason: str = ""
    level: int = -1
    disposition: str = ""
    cause: str = ""
    origin: str = ""
    place_id: str = ""
    until: datetime | None = None
    drill: bool = False
    contact_id: str = ""


class TimerEntry(msgspec.Struct, frozen=True, tag="timer"):
    """A durable timer fell due. kind and subject are those it was set with."""

    timer_id: str
    kind: str
    subject: str
    due_at: datetime
    note: str = ""


class PositionEntry(msgspec.Struct, frozen=True, tag="position"):
    """A station's crew says where it is. measured_at: by its own clock; degrees WGS-84."""

    station_id: str
    lon: float
    lat: float
    measured_at: datetime


Body = SignalEntry | AnswerEntry | ActionEntry | TimerEntry | PositionEntry


class Entry(msgspec.Struct, frozen=True):
    """One row of the fire log.

    id: derived from its cause, so that a retry after an unknown commit collides (24 hex digits).
    at: UTC; when this system received it. The judge knows no other now.
    """

    id: str
    at: datetime
    body: Body


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """The entry as MessagePack: what the fire log and the fallback stream keep."""
    return _encoder.encode(entry)


def decode(packed: bytes) -> Entry:
    """The entry that `encode` packed. Raises msgspec.ValidationError on foreign bytes."""
    return _decoder.decode(packed)


def entry_of_signal(signal: Signal, *, delivery: str) -> Entry:
    """The log entry of a signal. delivery: names this reception (boot, connection, serial)."""
    made = derived("entry", signal.sender, signal.point, signal.digest, delivery)
    return Entry(id=made, at=signal.received_at, body=SignalEntry(signal=signal))
