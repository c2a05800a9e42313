"""The clocks of a crew (1-3-5): what runs since when, until when it may, and how it ended. Pure.

Definitions are policy/clocks.toml. A clock that was not met in time is missed from that moment on,
also while nobody has stopped it. A crew that is released before its time is up (it cannot, or all
is clear) has neither met nor missed it: that clock is void and counts in no figure.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec

from wanghuo.errors import Invalid

FILE: Final = "policy/clocks.toml"
CLOCKS_SPAN: Final = timedelta(days=30)  # what is told of them unless somebody asks otherwise
Starts = Literal["told", "acknowledged", "f1", "f2", "f3", "f4"]
Stops = Literal["acknowledged", "turned_out", "arrived", "handled", "returned"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the policy: a key nobody knows is a mistake, not a wish."""


class Limit(_Part, frozen=True):
    """Another limit for a role ("" any) told at this level or above."""

    limit_s: int
    role: str = ""
    from_level: int = 0


class Definition(_Part, frozen=True):
    """One clock."""

    name: str
    starts: Starts
    stops: Stops
    limit_s: int
    limit: list[Limit] = []

    def limit_of(self, role: str, level: int) -> int:
        """The limit for a crew of this role, told at this level, in seconds."""
        for one in self.limit:
            if one.role in {"", role} and level >= one.from_level:
                return one.limit_s
        return self.limit_s


class Clocks(_Part, frozen=True):
    """The whole file."""

    version: str
    clock: list[Definition] = []


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    VOID = "void"  # its crew was released in time


class Times(msgspec.Struct, frozen=True):
    """What is known of a crew. level: at which it was told; released_at: not expected any more.

    levels: when the incident first reached each level.
    """

    role: str
    level: int
    told_at: datetime
    acknowledged_at: datetime | None = None
    turned_out_at: datetime | None = None
    arrived_at: datetime | None = None
    handled_at: datetime | None = None
    returned_at: datetime | None = None
    released_at: datetime | None = None
    levels: Mapping[int, datetime] = {}


class Clock(msgspec.Struct, frozen=True):
    """One clock of one crew. overdue_s: whole seconds past the limit, 0 while there are none."""

    name: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    limit_s: int
    state: ClockState
    overdue_s: int

    @property
    def took_s(self) -> float | None:
        """How long it ran until it was stopped."""
        if self.stopped_at is None:
            return None
        return max(0.0, (self.stopped_at - self.started_at).total_seconds())


def clocks_of(times: Times, policy: Clocks, now: datetime) -> list[Clock]:
    """The clocks of a crew that have started, in the order of the policy."""
    made = (_clock(times, definition, now) for definition in policy.clock)
    return [clock for clock in made if clock is not None]


def _clock(times: Times, definition: Definition, now: datetime) -> Clock | None:
    started_at = _started(times, definition.starts)
    if started_at is None:
        return None
    limit_s = definition.limit_of(times.role, times.level)
    due_at = started_at + timedelta(seconds=limit_s)
    stopped_at: datetime | None = getattr(times, f"{definition.stops}_at")
    until = stopped_at or times.released_at or now
    overdue_s = max(0, int((until - due_at).total_seconds()))
    if until > due_at:
        state = ClockState.MISSED
    elif stopped_at is not None:
        state = ClockState.MET
    else:
        state = ClockState.VOID if times.released_at else ClockState.RUNNING
    return Clock(definition.name, started_at, due_at, stopped_at, limit_s, state, overdue_s)


def _started(times: Times, starts: Starts) -> datetime | None:
    if starts == "told":
        return times.told_at
    if starts == "acknowledged":
        return times.acknowledged_at
    reached = times.levels.get(int(starts[1:]))
    return None if reached is None else max(reached, times.told_at)


def by_level(policy: Clocks) -> bool:
    """Whether some clock begins with a level."""
    return any(one.starts[0] == "f" for one in policy.clock)


def parse(text: str) -> Clocks:
    """The clocks that this TOML text defines. Raises Invalid naming the key and the remedy."""
    try:
        policy = msgspec.convert(tomllib.loads(text), Clocks)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(FILE, str(error), "see the comments in that file") from error
    names = [one.name for one in policy.clock]
    for definition in policy.clock:
        limits: Sequence[int] = [definition.limit_s, *(one.limit_s for one in definition.limit)]
        if min(limits) <= 0:
            raise Invalid(FILE, f"{definition.name}: limit_s", "give seconds above 0")
        if names.count(definition.name) > 1:
            raise Invalid(FILE, f"{definition.name} is defined twice", "name each clock once")
    return policy


@cache
def load(policy_dir: Path) -> Clocks:
    """The clocks of `policy_dir`/clocks.toml, read once per process."""
    return parse((policy_dir / "clocks.toml").read_text(encoding="utf-8"))
