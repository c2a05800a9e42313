"""Which incident an alarm belongs to: the same place, or a place beside it, and the same time.

Rule 1. A place's alarms within the look-back are one suspected fire.
Rule 2. Places of one building, or closer than the policy's metres, are adjacent.
Rule 3. A panel and its own point are one witness, not two.
Rule 4. A synthetic fire joins only its own place's incident; a drill draws in no neighbour, for a
        neighbour's fire may be real.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from wanghuo.alarms.model import Alarm, Site
from wanghuo.alarms.policy import Policy
from wanghuo.facts.signal import SensorKind
from wanghuo.place import METRES_PER_DEGREE, near_distance_m

SUMMARIES: Final = frozenset({SensorKind.OTHER, SensorKind.UITD})


class Link(StrEnum):
    """Why an alarm joined an incident."""

    SAME_PLACE = "same_place"
    SAME_BUILDING = "same_building"
    NEAR = "near"


class Suspect(msgspec.Struct, frozen=True):
    """An open incident as far as joining goes. place_key: Site.key."""

    incident_id: str
    place_key: str
    building: str
    lon: float | None
    lat: float | None
    last_at: datetime
    drill: bool
    test: bool


def join(
    site: Site, at: datetime, open_incidents: Iterable[Suspect], policy: Policy, *, drill: bool
) -> tuple[str, Link] | None:
    """The incident that an alarm at `site` joins, and why; None: it opens its own.

    drill: whether the site is in a drill. Of several the closest kind, then the latest.
    """
    order = {Link.SAME_PLACE: 0, Link.SAME_BUILDING: 1, Link.NEAR: 2}
    found: list[tuple[int, float, str, Link]] = []
    for suspect in open_incidents:
        gap_s = abs((at - suspect.last_at).total_seconds())
        if gap_s > policy.windows.look_back_s:
            continue
        link = _link(site, suspect, policy, drill=drill)
        if link is not None:
            found.append((order[link], gap_s, suspect.incident_id, link))
    if not found:
        return None
    *_, incident_id, link = min(found)
    return incident_id, link


def same_witness(one: Alarm, other: Alarm) -> bool:
    """Whether two alarms are one observation: of one point, or of a point and its own panel.

    A panel that says "fire in system 1.1" and then "smoke at 1.1.40.0a000200" saw one thing. A
    lookout that sees smoke in two directions is one witness, too: it cannot bear itself out.
    """
    if one.sender != other.sender:
        return False
    if one.sensor is other.sensor is SensorKind.LOOKOUT:
        return True
    return one.origin == other.origin or sums_up(one, other) or sums_up(other, one)


def sums_up(summary: Alarm, detail: Alarm) -> bool:
    """Whether `summary` is a panel's or system's word for what `detail` names exactly."""
    if summary.sensor not in SUMMARIES or summary.sender != detail.sender:
        return False
    if summary.origin == summary.sender:
        return detail.origin != detail.sender
    return detail.origin.startswith(summary.origin + ".")


def _link(site: Site, suspect: Suspect, policy: Policy, *, drill: bool) -> Link | None:
    if suspect.place_key == site.key:
        return Link.SAME_PLACE
    if drill or suspect.drill or suspect.test or site.test:
        return None
    if site.building and site.building == suspect.building:
        return Link.SAME_BUILDING
    if site.lon is None or site.lat is None or suspect.lon is None or suspect.lat is None:
        return None
    near_m = policy.thresholds.near_m
    if abs(site.lat - suspect.lat) * METRES_PER_DEGREE > near_m:
        return None
    distance_m = near_distance_m(site.lon, site.lat, suspect.lon, suspect.lat)
    return Link.NEAR if distance_m <= near_m else None
