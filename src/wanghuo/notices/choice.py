"""Which station comes: the nearest crew by road that is on duty, strong enough and not out. Pure.

Rule 1. By travel time on roads where it is known, by straight line where it is not, and the reason
        says which. A crew on the move counts from where it is, while its position can be trusted.
Rule 2. Who is nearer and was passed over is named with why: out, off duty, too few.
Rule 3. Ties are broken by id; everything is as of the entry's time.
"""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from wanghuo.alarms.model import Travel
from wanghuo.facts.sentences import Sentence, said
from wanghuo.notices.asked import Asked
from wanghuo.notices.model import Position
from wanghuo.place import near_distance_m
from wanghuo.premises import duty
from wanghuo.premises.model import Station
from wanghuo.units import METRES_PER_KILOMETRE

SECONDS_PER_MINUTE: Final = 60
BY_ROAD: Final = "road"


class Candidate(msgspec.Struct, frozen=True):
    """A station that could come. distance_m: by straight line, from where its crew is now.

    travel: what is known of its way by road, from its house. moving: it is not in its house.
    """

    station: Station
    distance_m: int
    travel: Travel | None = None
    moving: bool = False


class Choice(msgspec.Struct, frozen=True):
    """found: None if nobody can come. passed: why the nearest of those passed over was."""

    found: Candidate | None
    passed: Sentence | None = None
    off_duty: Candidate | None = None


def local_time(asked: Asked) -> datetime:
    """The entry's time on the clocks of the city."""
    return asked.at + timedelta(hours=asked.policy.night.utc_offset_h)


def held_back(station: Station, asked: Asked) -> Sentence | None:
    """Why this station cannot be picked now; None if it can."""
    out = asked.out.get(station.id)
    if out:
        return said("shortfall.is_out", name=station.name, busy=min(out))
    roster = asked.help.rosters.get(station.id)
    crew = duty.strength(roster, local_time(asked)) if roster else station.crew
    if not station.on_duty or (roster and not crew):
        return said("shortfall.is_off_duty", name=station.name)
    needed = asked.policy.crews.crew_min.get(station.level, 0)
    if (roster or crew) and crew < needed:
        return said("shortfall.too_few", name=station.name, crew=crew, needed=needed)
    return None


def nearest(level: str, asked: Asked, radius_m: float) -> Choice:
    """The nearest station of a level that can come. The site has a location."""
    passed: Sentence | None = None
    off_duty: Candidate | None = None
    for candidate in candidates(level, asked, radius_m):
        station = candidate.station
        if station.id in asked.taken:
            continue
        why = held_back(station, asked)
        if why is None:
            return Choice(candidate, passed or _stale(candidate, asked), off_duty)
        passed = passed or why
        if off_duty is None and why.key == "shortfall.is_off_duty":
            off_duty = candidate
    return Choice(None, passed, off_duty)


def candidates(level: str, asked: Asked, radius_m: float) -> Iterator[Candidate]:
    """Every station of a level within the radius, in the order in which they would be there."""
    moving = deque(_moving(level, asked, radius_m))
    away = {candidate.station.id for candidate in moving}
    for still in _still(level, asked, radius_m, away):
        while moving and arrival_s(moving[0], asked) < arrival_s(still, asked):
            yield moving.popleft()
        yield still
    yield from moving


def arrival_s(candidate: Candidate, asked: Asked) -> float:
    """How long it is thought to take, in seconds."""
    if candidate.travel is not None and not candidate.moving:
        return float(candidate.travel.travel_s)
    travelling = asked.policy.travelling
    way_m = candidate.distance_m * travelling.detour_percent / 100
    return way_m / METRES_PER_KILOMETRE / travelling.speed_km_per_h * 3600


def _moving(level: str, asked: Asked, radius_m: float) -> list[Candidate]:
    """Stations whose crew said lately where it is, nearest first."""
    found = []
    for position in asked.positions.values():
        station = asked.help.stations.by_id.get(position.station_id)
        if station is None or station.level != level or not is_fresh(position, asked):
            continue
        distance_m = _distance_m(asked, position.lon, position.lat)
        if distance_m <= radius_m:
            found.append(Candidate(station, distance_m, moving=True))
    return sorted(found, key=lambda one: (one.distance_m, one.station.id))


def is_fresh(position: Position, asked: Asked) -> bool:
    """Whether a position is young enough to count."""
    age_s = (asked.at - position.at).total_seconds()
    return 0 <= age_s <= asked.policy.travelling.position_stale_s


def _stale(candidate: Candidate, asked: Asked) -> Sentence | None:
    """What to say of a crew whose last position is too old to count; None if it has none."""
    position = asked.positions.get(candidate.station.id)
    if position is None or candidate.moving:
        return None
    age_s = (asked.at - position.at).total_seconds()
    if not 0 <= age_s <= asked.policy.travelling.position_said_s:
        return None
    age_min = int(age_s) // SECONDS_PER_MINUTE
    return said("shortfall.stale_position", name=candidate.station.name, age_min=age_min)


def _still(level: str, asked: Asked, radius_m: float, away: set[str]) -> Iterator[Candidate]:
    """Stations whose crew is thought at home: by road as far as it is known, then by line."""
    stations, ranked = asked.help.stations, set(away)
    for travel in asked.site.travel:
        station = stations.by_id.get(travel.station_id)
        if travel.level != level or station is None or station.id in ranked:
            continue
        ranked.add(station.id)
        distance_m = _distance_m(asked, station.lon, station.lat)
        if distance_m <= radius_m:
            yield Candidate(station, distance_m, travel)
    site = asked.site
    assert site.lon is not None
    assert site.lat is not None
    for station, distance_m in stations.by_distance(level, (site.lon, site.lat), radius_m=radius_m):
        if station.id not in ranked:
            yield Candidate(station, distance_m)


def _distance_m(asked: Asked, lon: float, lat: float) -> int:
    site = asked.site
    assert site.lon is not None
    assert site.lat is not None
    return round(near_distance_m(site.lon, site.lat, lon, lat))


def reason(candidate: Candidate, asked: Asked) -> Sentence:
    """Why this one: how far by which measure, on duty, and whether it keeps this village."""
    station, travel = candidate.station, candidate.travel
    covers = station.village_code == asked.site.village_code != ""
    common: dict[str, str | int] = {
        "level": station.level,
        "distance_m": candidate.distance_m,
        "covers": "village" if covers else "",
    }
    if candidate.moving:
        return Sentence("reason.moving", common)
    if travel is None or travel.kind != BY_ROAD:
        return Sentence("reason.by_line" if covers else "reason.nearest", common)
    return Sentence("reason.by_road", common | way(travel))


def way(travel: Travel) -> dict[str, str | int]:
    """The way by road as parameters of a sentence."""
    return {
        "travel_s": travel.travel_s,
        "road_m": travel.road_m,
        "minutes": travel.travel_s // SECONDS_PER_MINUTE,
        "seconds": travel.travel_s % SECONDS_PER_MINUTE,
        "road_km": f"{travel.road_m / METRES_PER_KILOMETRE:.1f}",
    }


def with_passed(why: Sentence, passed: Sentence | None) -> Sentence:
    """A reason that also names who was passed over."""
    if passed is None:
        return why
    words = {**passed.params, **why.params, "pick": why.key, "why": passed.key}
    return Sentence("reason.passing", words)
