"""The travel policy: every number of driving, read from policy/dispatch.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from wanghuo.errors import Invalid

FILE: Final = "dispatch.toml"
KMH_PER_M_S: Final = 3.6


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the policy: a key nobody knows is a mistake, not a wish."""


class Driving(_Part, frozen=True):
    """Which ways are driven, and what the tags of a way change."""

    limit_factor: float
    emergency_only_kmh: float
    refused_access: frozenset[str]
    obey_turn_restrictions: bool
    straight_below_degrees: float


class Delays(_Part, frozen=True):
    """Seconds lost at the start, at signals and in turns. around: turning back at an end."""

    start: float
    signal: float
    right: float
    left: float
    around: float


class Closed(_Part, frozen=True):
    """Barriers that nothing passes."""

    kinds: frozenset[str]


class Snapping(_Part, frozen=True):
    """From a door to the road."""

    far_from_road_m: float
    island_margin_m: float
    off_road_kmh: float

    def walk_s(self, distance_m: float) -> float:
        """How long the way between road and door takes."""
        return distance_m / (self.off_road_kmh / KMH_PER_M_S)


class StraightLine(_Part, frozen=True):
    """Where no road is known."""

    detour: float
    kmh: float

    def travel_s(self, distance_m: float) -> float:
        """How long the way takes, guessed from the straight line."""
        return distance_m * self.detour / (self.kmh / KMH_PER_M_S)


class Limits(_Part, frozen=True):
    """Of one route."""

    line_points_max: int
    jump_max_m: float


class Policy(_Part, frozen=True):
    """The whole file. ranking: how many stations of each level are kept for a place."""

    version: str
    speeds_kmh: dict[str, float]
    driving: Driving
    delays_s: Delays
    barriers_s: dict[str, float]
    barriers_closed: Closed
    snapping: Snapping
    straight_line: StraightLine
    ranking: dict[str, int]
    route: Limits


def parse(text: str) -> Policy:
    """The policy of a TOML text. Raises Invalid naming the key."""
    try:
        made = msgspec.convert(tomllib.loads(text), Policy, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(FILE, str(error), "see the comments in that file") from error
    slow = [name for name, kmh in made.speeds_kmh.items() if kmh <= 0]
    slow += ["emergency_only_kmh"] if made.driving.emergency_only_kmh <= 0 else []
    slow += ["off_road_kmh"] if made.snapping.off_road_kmh <= 0 else []
    slow += ["straight_line.kmh"] if made.straight_line.kmh <= 0 else []
    if slow:
        raise Invalid(FILE, f"{', '.join(slow)}: not a speed", "give km/h above 0")
    return made


@cache
def load(policy_dir: Path) -> Policy:
    """The policy of `policy_dir`/dispatch.toml, read once per process."""
    return parse((policy_dir / FILE).read_text(encoding="utf-8"))
