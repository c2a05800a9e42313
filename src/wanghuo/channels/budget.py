"""When a provider takes the next message for one number. Pure.

A provider counts what it was asked to send to a number within the last minute, hour and day, and
refuses more. Asking anyway would lose the message, so a notice within a limit's shadow waits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from wanghuo.errors import Invalid


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many to one number at most. retry_s: the pause before a call that nobody took."""

    per_minute: int
    per_hour: int
    per_day: int
    retry_s: float = 60.0


class Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """policy/channels.toml."""

    version: str
    sms: Budget
    voice_cloud: Budget


DAY: Final = timedelta(days=1)


def parse(text: str) -> Budgets:
    """The policy file. Raises Invalid."""
    try:
        made = msgspec.toml.decode(text, type=Budgets)
    except (msgspec.DecodeError, ValueError) as error:
        raise Invalid(
            "channels.toml", str(error), "see the shipped policy/channels.toml"
        ) from error
    for budget in (made.sms, made.voice_cloud):
        if min(budget.per_minute, budget.per_hour, budget.per_day) < 1:
            raise Invalid("channels.toml", "a limit below 1 sends nothing", "give at least 1")
    return made


def free_at(budget: Budget, sent: Sequence[datetime], now: datetime) -> tuple[datetime, str]:
    """When the next may go, and which limit it waits for; (now, "") if at once.

    sent: when a number was sent to before, in any order.
    """
    newest = sorted(sent, reverse=True)
    latest, why = now, ""
    for most, span, name in (
        (budget.per_minute, timedelta(minutes=1), "limit_minute"),
        (budget.per_hour, timedelta(hours=1), "limit_hour"),
        (budget.per_day, DAY, "limit_day"),
    ):
        if len(newest) < most:
            continue
        free = newest[most - 1] + span
        if free > latest:
            latest, why = free, name
    return latest, why
