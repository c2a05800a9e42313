"""Which ways a fire engine drives, how fast and in which direction, by the tags of OpenStreetMap.

Source: the project's wiki pages Key:highway, Key:access, Key:oneway, Key:maxspeed, Key:emergency.
Rule 1. The most particular tag of access decides: emergency, motor_vehicle, vehicle, access.
Rule 2. A way that only emergency vehicles may use is used, slowly.
Rule 3. A tag that cannot be read changes nothing: the class of the road stands.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from wanghuo.dispatch.policy import Policy

KMH_PER_MPH: Final = 1.609344
WALKING_KMH: Final = 7.0
OPEN: Final = frozenset({"yes", "designated", "official", "permissive"})
ACCESS_KEYS: Final = ("emergency", "motor_vehicle", "vehicle", "access")
ON_FOOT: Final = frozenset({"footway", "path", "cycleway", "bridleway"})
CIRCLES: Final = frozenset({"roundabout", "circular"})
ONE_WAY_CLASSES: Final = frozenset({"motorway"})
FORWARD: Final = frozenset({"yes", "1", "true"})
BACKWARD: Final = frozenset({"-1", "reverse"})
CHANGING: Final = frozenset({"reversible"})
_LIMIT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?$")

Tags = Mapping[str, str]


class Driven(msgspec.Struct, frozen=True):
    """A way that is driven. name: "" if it has none."""

    kmh: float
    forward: bool
    backward: bool
    name: str


def driven(tags: Tags, policy: Policy) -> Driven | None:
    """How a way with these tags is driven; None if it is not."""
    kmh = _class_kmh(tags, policy)
    if kmh is None or not _is_open(tags, policy.driving.refused_access):
        return None
    limit_kmh = _limit_kmh(tags.get("maxspeed", ""))
    if limit_kmh is not None:
        kmh = min(kmh, limit_kmh * policy.driving.limit_factor)
    directions = _directions(tags)
    if directions is None:
        return None
    return Driven(kmh, *directions, name=name_of(tags))


def name_of(tags: Tags) -> str:
    """What the street is called: in Chinese if that is known, else as it is, else its number."""
    return (tags.get("name:zh") or tags.get("name") or tags.get("ref") or "").strip()


def barrier_s(tags: Tags, policy: Policy) -> float | None:
    """Seconds that a barrier on the road takes; None if nothing passes it."""
    kind = tags.get("barrier", "")
    if tags.get("emergency") in OPEN:
        return policy.barriers_s.get(kind, 0.0)
    if kind in policy.barriers_closed.kinds:
        return None
    return policy.barriers_s.get(kind, 0.0)


def _class_kmh(tags: Tags, policy: Policy) -> float | None:
    kind = tags.get("highway", "")
    if kind in policy.speeds_kmh:
        return policy.speeds_kmh[kind]
    if kind in ON_FOOT and tags.get("emergency") in OPEN:
        return policy.driving.emergency_only_kmh
    return None


def _is_open(tags: Tags, refused: frozenset[str]) -> bool:
    if tags.get("area") == "yes":
        return False
    said = next((tags[key] for key in ACCESS_KEYS if tags.get(key)), "")
    return said not in refused


def _directions(tags: Tags) -> tuple[bool, bool] | None:
    """(forward, backward); None if it changes with the hour."""
    said = tags.get("oneway", "")
    if tags.get("oneway:emergency") == "no":
        return True, True
    if said in CHANGING:
        return None
    if said in BACKWARD:
        return False, True
    circle = tags.get("junction") in CIRCLES or tags.get("highway") in ONE_WAY_CLASSES
    if said in FORWARD or (circle and said != "no"):
        return True, False
    return True, True


def _limit_kmh(text: str) -> float | None:
    if text == "walk":
        return WALKING_KMH
    found = _LIMIT.match(text.strip())
    if found is None:
        return None
    value = float(found[1]) * (KMH_PER_MPH if found[2] == "mph" else 1.0)
    return value if value > 0 else None
