"""Which brigade could move up when the picks leave a town without one. Nobody is ordered."""

from typing import Final

from msgspec.structs import replace

from wanghuo.facts.sentences import Sentence, said
from wanghuo.notices import choice
from wanghuo.notices.asked import Asked
from wanghuo.premises.model import StationLevel

ANYWHERE_M: Final = 1e9


def hint(owner_id: str, asked: Asked) -> Sentence | None:
    """What to say after this owner was told; None if its town still has a brigade, or had none.

    asked: as things stand with it, so that it counts as taken.
    """
    stations = asked.help.stations
    told = stations.by_id.get(owner_id)
    if told is None or told.level != StationLevel.BRIGADE:
        return None
    town = told.town_code
    for other in stations.of_town(StationLevel.BRIGADE, town):
        if other.id not in asked.taken and choice.held_back(other, asked) is None:
            return None
    name = asked.help.town_names.get(town, town)
    lon, lat = asked.help.town_seats.get(town, (told.lon, told.lat))
    seat = replace(asked.site, lon=lon, lat=lat, travel=())
    found = choice.nearest(StationLevel.BRIGADE, replace(asked, site=seat), ANYWHERE_M).found
    if found is None:
        return said("timeline.move_up_none", town=name)
    return said("timeline.move_up", town=name, name=found.station.name, distance_m=found.distance_m)
