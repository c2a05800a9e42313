"""What a batch of entries speaks of: the keys by which a door loads its scene."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from wanghuo.alarms.policy import Policy
from wanghuo.facts.entry import (
    ActionEntry,
    AnswerEntry,
    Entry,
    PositionEntry,
    SignalEntry,
    TimerEntry,
)
from wanghuo.notices.quieting import SHELF_OVER


class Concerned(msgspec.Struct, frozen=True):
    """Keys named by a batch, each once and sorted. first_at: the earliest entry's time."""

    origins: list[str]
    senders: list[str]
    notice_ids: list[str]
    numbers: list[str]
    shelf_ids: list[str]
    incident_ids: list[str]
    place_ids: list[str]
    station_ids: list[str]
    contact_ids: list[str]
    days: list[date]
    first_at: datetime


def concerned(entries: Sequence[Entry], policy: Policy) -> Concerned:
    """The keys of a batch of at least one entry."""
    keys: dict[str, set[str]] = {name: set() for name in Concerned.__struct_fields__[:-2]}
    for entry in entries:
        match entry.body:
            case SignalEntry(signal=signal):
                keys["origins"].add(signal.origin())
                keys["senders"].add(signal.sender)
                keys["place_ids"].add(signal.place_id)
            case AnswerEntry(notice_id=notice_id):
                keys["notice_ids"].add(notice_id)
            case ActionEntry() as action:
                keys["numbers"].add(action.number)
                keys["origins"].add(action.origin)
                keys["place_ids"].add(action.place_id)
                keys["contact_ids"].add(action.contact_id)
            case PositionEntry(station_id=station_id):
                keys["station_ids"].add(station_id)
            case TimerEntry(kind=kind, subject=subject):
                keys["shelf_ids" if kind == SHELF_OVER else "incident_ids"].add(subject)
    offset = timedelta(hours=policy.night.utc_offset_h)
    days = {(entry.at + offset).date() for entry in entries}
    return Concerned(
        **{name: sorted(found - {""}) for name, found in keys.items()},
        days=sorted(days),
        first_at=min(entry.at for entry in entries),
    )
