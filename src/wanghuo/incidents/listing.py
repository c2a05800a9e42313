"""Which incidents a list shows: one statement with only the conditions that were asked for. Pure.

Rule 1. Every order is (opened_at, id), newest first; migration 0051 has an index for each filter in
        that order, so that a page costs the same at any cursor.
Rule 2. Only comparisons that row-level security lets an index answer narrow a search: equal, less,
        greater. A pattern is tried on what the index gave.
Rule 3. Values are always $n; what stands in the text is ours or a checked number.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from wanghuo.incidents.queries import COUNTED, FIRE, LIST

FEW_PLACES: Final = 200  # more places than that are found fast enough from newest to oldest
LAST_SIGN: Final = "\x7f"  # behind every sign of a number
_BEGINNING: Final = re.compile(
    r"20\d{2,6}|20\d{6}-[A-Z]{0,4}|20\d{6}-[A-Z]{1,4}-\d{0,6}", re.IGNORECASE
)
_TAIL: Final = re.compile(r"[A-Z]{1,4}-\d{1,6}", re.IGNORECASE)


class Wanted(msgspec.Struct, frozen=True):
    """Which incidents a list shows. after: (opened_at, id) of the last row of the page before.

    level_min: of the highest level it ever had; level_peak: exactly that. counted: only what
    figures count. ids: only these. operator: whose device spoke first.
    """

    place_id: str = ""
    open: bool | None = None
    since: datetime | None = None
    town: str = ""
    level: int | None = None
    q: str = ""
    after: tuple[datetime, str] | None = None
    size: int = 50
    test: bool = False
    until: datetime | None = None
    level_min: int | None = None
    level_peak: int | None = None
    category: str = ""
    disposition: str = ""
    cause: str = ""
    operator: str = ""
    fire: bool = False
    counted: bool = False
    ids: tuple[str, ...] | None = None


class Conditions:
    """Conditions that are put together, with the values of their blanks."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.walks = False
        self._texts: list[str] = []

    def add(self, text: str, *values: object) -> None:
        """A condition; each {} in it is the next value."""
        self.values += values
        first = len(self.values) - len(values) + 1
        self._texts.append(text.format(*(f"${first + at}" for at in range(len(values)))))

    def test(self, text: str, *values: object) -> None:
        """A condition that no index knows: rows are tried from the newest to the oldest."""
        self.add(text, *values)
        self.walks = True

    def joined(self) -> str:
        """All of them."""
        return " AND ".join(self._texts) or "true"


class Asking(NamedTuple):
    """A statement and its values. walks: the newest rows are to be tried first."""

    text: str
    values: list[object]
    walks: bool


def statement(wanted: Wanted, places: Sequence[str]) -> Asking:
    """The statement of a page.

    places: those whose name or address has wanted.q in it; FEW_PLACES of them mean more.
    """
    found = Conditions()
    for column, value in (
        ("place_id", wanted.place_id), ("town_code", wanted.town), ("category", wanted.category),
        ("disposition", wanted.disposition), ("cause", wanted.cause),
        ("operator_id", wanted.operator),
    ):  # fmt: skip
        if value:
            found.add(f"i.{column} = {{}}", value)
    if wanted.since:
        found.add("i.opened_at >= {}", wanted.since)
    if wanted.until:
        found.add("i.opened_at < {}", wanted.until)
    if wanted.after:
        found.add("(i.opened_at, i.id) < ({}, {})", *wanted.after)
    if wanted.ids is not None:
        found.add("i.id = ANY ({}::text[])", list(wanted.ids))
    _add_standing(found, wanted)
    if wanted.q:
        _add_search(found, wanted.q, places)
    found.values.append(wanted.size)
    text = LIST.format(where=found.joined(), size=f"${len(found.values)}")
    return Asking(text, found.values, found.walks)


def _add_standing(found: Conditions, wanted: Wanted) -> None:
    """What is said in whole numbers and words of ours, so that partial indexes see it."""
    if wanted.open is not None:
        found.add(f"i.state {'<>' if wanted.open else '='} 'closed'")
    if wanted.level is not None:
        found.add(f"i.level = {int(wanted.level)}")
    if wanted.level_peak is not None:
        found.add(f"i.level_peak = {int(wanted.level_peak)}")
    if wanted.level_min is not None:
        found.add(f"i.level_peak >= {int(wanted.level_min)}")
    if not wanted.test:
        found.add("NOT i.test")
    if wanted.fire:
        found.add(FIRE)
    if wanted.counted:
        found.add(f"({COUNTED})")


def _add_search(found: Conditions, q: str, places: Sequence[str]) -> None:
    """By the name or address of the place, or by the number or its beginning or end."""
    if _BEGINNING.fullmatch(q):
        start = q.upper()
        found.add("i.number >= {} AND i.number < {}", start, start + LAST_SIGN)
    elif _TAIL.fullmatch(q):
        start = q.upper()
        found.add("i.number_tail >= {} AND i.number_tail < {}", start, start + LAST_SIGN)
    elif len(places) < FEW_PLACES:
        found.add(
            "(i.place_id = ANY ({}::text[]) OR i.place_id = '' AND i.place_name ILIKE {})",
            list(places), pattern(q),
        )  # fmt: skip
    else:
        found.test("i.place_name ILIKE {}", pattern(q))


def names_number(q: str) -> bool:
    """Whether this is a part of a number, not of a place's name."""
    return bool(_BEGINNING.fullmatch(q) or _TAIL.fullmatch(q))


def pattern(q: str) -> str:
    """What ILIKE finds the text by, as it stands."""
    plain = q.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{plain}%"
