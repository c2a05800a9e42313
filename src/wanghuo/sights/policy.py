"""The numbers of policy/sights.toml."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from wanghuo.errors import Invalid


class Pictures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long pictures are kept, how many, and from how far a photo may come."""

    keep_days: int
    incident_max: int
    near_m: float


class Cameras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which cameras are asked about an incident, and how often."""

    from_level: int
    near_m: float
    incident_max: int
    tries_max: int
    retry_s: float


class Lookouts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well lookouts know where they look, and what is made of it."""

    bearing_error_deg: float
    tilt_error_deg: float
    reach_m: float
    pair_within_s: float
    assign_max_m: float


class SightsPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: str
    pictures: Pictures
    cameras: Cameras
    lookouts: Lookouts


def parse(text: str) -> SightsPolicy:
    """The policy in a TOML text. Raises Invalid naming the key."""
    try:
        return msgspec.convert(tomllib.loads(text), SightsPolicy, strict=False)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(
            "policy/sights.toml", str(error), "compare it with the shipped file"
        ) from error


@cache
def load(folder: Path) -> SightsPolicy:
    """The policy of a policy folder, read once. Raises Invalid and OSError."""
    return parse((folder / "sights.toml").read_text(encoding="utf-8"))
