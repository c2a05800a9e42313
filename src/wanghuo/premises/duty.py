"""Who is on duty when: weekly hours of a contact, shifts of a station. Pure; times are local.

Written as `1-5 08:00-18:00; 6,7 09:00-12:00`: days (1 is Monday) and from-until, parted by `;`.
Days may be written 一 to 日 or mon to sun. Until a time that is not later means the next day's.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

DAYS: Final = {
    word: number
    for number, words in enumerate(
        ("1 一 周一 mon", "2 二 周二 tue", "3 三 周三 wed", "4 四 周四 thu", "5 五 周五 fri",
         "6 六 周六 sat", "7 日 天 周日 周天 sun"), start=1
    )
    for word in words.split()
}  # fmt: skip
EVERY_DAY: Final = "1234567"
TIME: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
MINUTES_PER_HOUR: Final = 60
DAY_MIN: Final = 24 * MINUTES_PER_HOUR


class Hours(msgspec.Struct, frozen=True):
    """Some days of every week. days: digits 1 to 7; minutes since midnight."""

    days: str
    from_min: int
    until_min: int


class Shift(msgspec.Struct, frozen=True):
    """A row of a roster. Field order is column order. hours: as written above.

    contact_id: the contact who is on duty, "" for somebody who is only counted by name. valid_from,
    valid_until: the first and last day of the pattern, None for no end.
    """

    id: str
    station_id: str
    town_code: str
    contact_id: str
    name: str
    hours: str
    valid_from: date | None = None
    valid_until: date | None = None


def minutes(text: str) -> int:
    """Minutes since midnight of `HH:MM`. Raises ValueError."""
    found = TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    made = int(found[1]) * MINUTES_PER_HOUR + int(found[2])
    if made > DAY_MIN:
        raise ValueError(text)
    return made


def days(text: str) -> str:
    """The digits of days written as `1-5`, `一,三` or `mon-fri`. Raises ValueError."""
    found: set[int] = set()
    for part in re.split(r"[,，、]", text.strip().lower()):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(text)
        at, end = DAYS[first], DAYS[last] if dash else DAYS[first]
        span = end - at if end >= at else end + 7 - at
        found |= {(at + step - 1) % 7 + 1 for step in range(span + 1)}
    return "".join(map(str, sorted(found)))


def parse(text: str) -> tuple[Hours, ...]:
    """The hours that this text says; none for "", which means always. Raises ValueError."""
    made = []
    for part in filter(None, map(str.strip, re.split(r"[;；]", text))):
        named, _, times = part.rpartition(" ")
        first, dash, last = times.partition("-")
        if not dash:
            raise ValueError(part)
        made.append(Hours(days(named) if named else EVERY_DAY, minutes(first), minutes(last)))
    return tuple(made)


def written(hours: Iterable[Hours]) -> str:
    """The hours in one fixed form that `parse` reads."""
    return "; ".join(
        f"{','.join(one.days)} {_clock(one.from_min)}-{_clock(one.until_min)}" for one in hours
    )


def _clock(minute: int) -> str:
    return f"{minute // MINUTES_PER_HOUR:02d}:{minute % MINUTES_PER_HOUR:02d}"


def begun_on(hours: Hours, local: datetime) -> date | None:
    """The day on which the hours that hold at this local time began; None outside them."""
    today, minute = local.date(), local.hour * MINUTES_PER_HOUR + local.minute
    yesterday = today - timedelta(days=1)
    over_midnight = hours.until_min <= hours.from_min
    before_end = over_midnight or minute < hours.until_min
    if str(today.isoweekday()) in hours.days and minute >= hours.from_min and before_end:
        return today
    if over_midnight and minute < hours.until_min and str(yesterday.isoweekday()) in hours.days:
        return yesterday
    return None


def holds(text: str, local: datetime) -> bool:
    """Whether hours written like this hold at a local time; always if nothing is written.

    What nobody can read holds: a typing mistake must not silence a fire.
    """
    try:
        hours = parse(text)
    except ValueError:
        return True
    return not hours or any(begun_on(one, local) is not None for one in hours)


def covers(shift: Shift, local: datetime) -> bool:
    """Whether a shift holds at a local time; one that nobody can read always does."""
    try:
        hours = parse(shift.hours)
    except ValueError:
        return True
    for one in hours:
        began = begun_on(one, local)
        if began is not None and _valid(shift, began):
            return True
    return False


def _valid(shift: Shift, day: date) -> bool:
    after = shift.valid_from is None or day >= shift.valid_from
    return after and (shift.valid_until is None or day <= shift.valid_until)


def on_shift(roster: Sequence[Shift], local: datetime) -> list[Shift]:
    """The shifts of a roster that hold at a local time."""
    return [shift for shift in roster if covers(shift, local)]


def strength(roster: Sequence[Shift], local: datetime) -> int:
    """How many people of a roster are on duty: each person once."""
    return len({shift.contact_id or shift.name for shift in on_shift(roster, local)})
