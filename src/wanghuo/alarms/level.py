"""The level of an incident: a fold over its ledger and the policy, and nothing else.

Rule 1. A level rises by itself: by an entry's floor, or by the weight of the whole ledger (to F2).
Rule 2. Only an entry with `lowers_to` lowers a level, and only people write such entries.
Rule 3. An entry that speaks against a fire changes the sum, never the level.
"""

from collections.abc import Iterable
from functools import reduce
from math import exp
from typing import Final

import msgspec

from wanghuo.alarms.model import Evidence, Level
from wanghuo.alarms.policy import Policy

MILLI: Final = 1000.0


class Standing(msgspec.Struct, frozen=True):
    """What a ledger amounts to so far. log_odds_milli: the sum of the weights."""

    level: int = Level.F0
    peak: int = Level.F0
    log_odds_milli: int = 0


def weighed(standing: Standing, line: Evidence, policy: Policy) -> Standing:
    """The standing after one more entry."""
    total = standing.log_odds_milli + line.weight_milli
    if line.lowers_to >= 0:
        level = min(standing.level, line.lowers_to)
    else:
        level = max(standing.level, line.floor)
        heavy = total >= policy.thresholds.f2_log_odds_milli and line.weight_milli > 0
        if heavy and level >= Level.F1:
            level = max(level, Level.F2)
    return Standing(level, max(standing.peak, level), total)


def standing_of(ledger: Iterable[Evidence], policy: Policy) -> Standing:
    """The standing of a whole ledger, from nothing."""
    return reduce(lambda standing, line: weighed(standing, line, policy), ledger, Standing())


def probability(log_odds_milli: int) -> float:
    """The probability of a fire that these log-odds mean, 0 to 1."""
    return 1.0 / (1.0 + exp(-log_odds_milli / MILLI))
