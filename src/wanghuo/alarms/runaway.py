"""A point that fires again and again: a hint for the desk, never silence.

Two counters side by side: a sliding window catches a storm, a token bucket catches the slow drip
that never fills a window. Both live in the state of the point, so a restart loses no count.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from wanghuo.alarms.policy import Policy, RunawayLimits


class Runaway(msgspec.Struct, frozen=True):
    """The counters of one point. recent: times in the window; spent: tokens used up."""

    origin: str
    recent: tuple[datetime, ...] = ()
    spent: int = 0
    spent_at: datetime | None = None
    hinted_at: datetime | None = None


class Hint(StrEnum):
    """Why the desk is told of a possible runaway."""

    STORM = "storm"
    DRIP = "drip"


def counted(runaway: Runaway, at: datetime, policy: Policy) -> tuple[Runaway, Hint | None]:
    """The counters after one more report at `at`, and the hint if there is a new reason for one.

    One hint a window at most.
    """
    limits = policy.runaway
    since = at - timedelta(seconds=limits.window_s)
    recent = (*(t for t in runaway.recent if t > since), at)[-limits.window_count :]
    spent, spent_at = _bucket(runaway, at, limits)
    hint: Hint | None = None
    if len(recent) >= limits.window_count:
        hint = Hint.STORM
    elif spent >= limits.bucket_count:
        hint = Hint.DRIP
    if hint and runaway.hinted_at and runaway.hinted_at > since:
        hint = None
    hinted_at = at if hint else runaway.hinted_at
    after = replace(runaway, recent=recent, spent=spent, spent_at=spent_at, hinted_at=hinted_at)
    return after, hint


def _bucket(runaway: Runaway, at: datetime, limits: RunawayLimits) -> tuple[int, datetime]:
    """Tokens spent, and the time up to which refilling has been counted."""
    if runaway.spent_at is None:
        return 1, at
    refilled = max(0, int((at - runaway.spent_at).total_seconds()) // limits.bucket_refill_s)
    spent = min(max(0, runaway.spent - refilled) + 1, limits.bucket_count)
    counted_to = runaway.spent_at + timedelta(seconds=refilled * limits.bucket_refill_s)
    return spent, counted_to
