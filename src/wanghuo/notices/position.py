"""Where a crew says it is: what of it is believed.

A position is believed if it is young and if a crew can have come there. What is not believed
changes nothing, and whoever sent it is told why.
"""

from datetime import datetime

from wanghuo.alarms.policy import Policy
from wanghuo.facts.entry import PositionEntry
from wanghuo.facts.sentences import Sentence, said
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import Position
from wanghuo.place import near_distance_m
from wanghuo.premises.model import Station
from wanghuo.units import METRES_PER_KILOMETRE


def doubt(
    seen: PositionEntry, station: Station, last: Position | None, at: datetime, policy: Policy
) -> Sentence | None:
    """Why a report is not believed; None if it is. last: the last one that was. at: now, UTC."""
    age_s = abs((at - seen.measured_at).total_seconds())
    if age_s > policy.travelling.position_stale_s:
        most_s = policy.travelling.position_stale_s
        return said("position.stale", age_s=int(age_s), most_s=most_s)
    lon, lat = (last.lon, last.lat) if last else (station.lon, station.lat)
    jump_m = near_distance_m(lon, lat, seen.lon, seen.lat)
    if jump_m > policy.travelling.position_jump_m:
        return said("position.jump", jump_km=round(jump_m / METRES_PER_KILOMETRE))
    if last and last.at > at:
        return said("position.late")
    return None


def adds_nothing(seen: PositionEntry, last: Position | None, at: datetime, policy: Policy) -> bool:
    """Whether the judge need not hear of it: hardly moved, and the last one is young enough yet."""
    if last is None:
        return False
    moved_m = near_distance_m(last.lon, last.lat, seen.lon, seen.lat)
    age_s = (at - last.at).total_seconds()
    travelling = policy.travelling
    return moved_m < travelling.position_moved_m and age_s < travelling.position_stale_s / 2


def reported(hearing: Hearing, seen: PositionEntry) -> None:
    """Judge one report. A station that nobody knows changes nothing."""
    station = hearing.scene.help.stations.by_id.get(seen.station_id)
    if station is None:
        return
    last = hearing.scene.positions.get(seen.station_id)
    if doubt(seen, station, last, hearing.at, hearing.policy) is None:
        hearing.scene.put_position(
            Position(station.id, station.town_code, seen.lon, seen.lat, hearing.at)
        )
