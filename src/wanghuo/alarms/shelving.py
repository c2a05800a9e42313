"""Shelves and test windows: quiet with an author, a reason and an end.

Rule 1. A shelf holds back one point, a test window one place; a drill holds back nobody.
Rule 2. Both end by themselves, at the latest after the policy's time.
Rule 3. A second different point of the place passes every shelf (alarm-handling rule 4): two
        shelved points that report together are no longer the nuisance somebody shelved.
Rule 4. When one ends and the condition is still there, people are told (rule 5).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from wanghuo.alarms.model import Alarm, Shelf, ShelfKind, State
from wanghuo.alarms.policy import Policy
from wanghuo.errors import Invalid


class Passing(StrEnum):
    """What happens to a sensed condition at the shelves."""

    FREE = "free"  # nothing holds it back
    SHELVED = "shelved"
    IN_TEST = "in_test"
    DRILL = "drill"  # goes on, labelled
    SECOND_POINT = "second_point"  # shelved, and passes all the same


def is_live(shelf: Shelf, at: datetime) -> bool:
    """Whether the shelf or window holds at `at`."""
    return shelf.ended_at is None and shelf.from_at <= at < shelf.until_at


def passing(
    alarm: Alarm, shelves: Iterable[Shelf], at: datetime, others: Iterable[Alarm], policy: Policy
) -> Passing:
    """What the shelves do to an alarm.

    others: the alarms of other points of the same place that are not normal.
    """
    origin = alarm.origin
    live = [s for s in shelves if is_live(s, at)]
    windows = [s for s in live if s.kind is ShelfKind.TEST_WINDOW and s.place_id == alarm.place_key]
    if any(not w.drill for w in windows):
        return Passing.IN_TEST
    if any(s.kind is ShelfKind.SHELF and s.origin == origin for s in live):
        together = any(
            abs((at - other.last_at).total_seconds()) <= policy.windows.look_back_s
            for other in others
            if other.origin != origin
        )
        return Passing.SECOND_POINT if together else Passing.SHELVED
    return Passing.DRILL if windows else Passing.FREE


def still_there(alarm: Alarm) -> bool:
    """Whether the point last reported the condition and not its end."""
    return alarm.state in {State.UNACKNOWLEDGED, State.ACKNOWLEDGED}


def checked_until(
    kind: ShelfKind, from_at: datetime, until_at: datetime | None, policy: Policy
) -> datetime:
    """The end of a shelf or window that somebody asks for, never beyond the policy's time.

    Raises Invalid if it would end before it begins.
    """
    windows = policy.windows
    longest_s = windows.shelf_max_s if kind is ShelfKind.SHELF else windows.test_window_max_s
    latest = from_at + timedelta(seconds=longest_s)
    until = latest if until_at is None else min(until_at, latest)
    if until <= from_at:
        raise Invalid("until", "the end is before the beginning", "give a later time")
    return until
