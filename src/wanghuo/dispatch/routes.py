"""The doors of dispatch on HTTP: the way to a fire, and who is nearest to it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from wanghuo.dispatch import store
from wanghuo.dispatch.route import document
from wanghuo.dispatch.store import Roads
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from wanghuo.incidents import store as incidents
from wanghuo.place import Coordinates
from wanghuo.premises import store as premises
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="WGS-84 degrees.")]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="WGS-84 degrees.")]
Level = Literal["", "main", "town_workstation", "brigade", "micro"]
NEAREST_MAX = 100

router = APIRouter(prefix="/api/v1", tags=["dispatch"])


def roads_of(request: Request) -> Roads:
    """The roads of this house; read when they are first asked for."""
    settings = house_of(request).settings
    return store.roads_of(settings.data_dir, settings.policy_dir)


Ways = Annotated[Roads, Depends(roads_of)]


@router.get("/route", responses=problems(Unauthenticated, Forbidden, Invalid))
async def route(
    _who: See, ways: Ways, from_lon: Lon, from_lat: Lat, to_lon: Lon, to_lat: Lat
) -> dict[str, Any]:
    """The quickest way by road; `kind` straight_line with `why` where no road leads."""
    start, end = Coordinates(from_lon, from_lat), Coordinates(to_lon, to_lat)
    return document(await ways.between(start, end))


@router.get(
    "/incidents/{number}/route",
    responses=problems(Unauthenticated, Forbidden, Missing, Refused, Invalid),
)
async def incident_route(
    number: str, _who: See, tx: Tx, ways: Ways, station_id: Annotated[str, Query(max_length=64)]
) -> dict[str, Any]:
    """The way from a station to the place of an incident."""
    incident = (await incidents.whole(tx, number)).incident
    assert incident is not None
    station = (await premises.stations_by_id(tx, [station_id])).get(station_id)
    if station is None:
        raise Missing(f"there is no station {station_id}")
    if incident.lon is None or incident.lat is None:
        raise Refused(f"where {number} burns is not in the register")
    return document(await ways.between(station.at, Coordinates(incident.lon, incident.lat)))


@router.get("/stations/nearest", responses=problems(Unauthenticated, Forbidden, Invalid))
async def nearest(  # noqa: PLR0913, PLR0917 - each is a filter of the query
    _who: See,
    tx: Tx,
    ways: Ways,
    lon: Lon,
    lat: Lat,
    level: Level = "",
    limit: Annotated[int, Query(ge=1, le=NEAREST_MAX)] = 20,
) -> dict[str, Any]:
    """The stations that reach a point soonest, of the asker's towns, quickest first."""
    known = await premises.stations(tx)
    named = {station.id: station for station in known}
    found = await ways.nearest(known, Coordinates(lon, lat), limit, level)
    return {
        "items": [
            {
                "station_id": one.station_id, "name": named[one.station_id].name,
                "level": one.level, "on_duty": named[one.station_id].on_duty,
                "travel_s": one.travel_s, "road_m": one.road_m, "kind": one.kind,
            }
            for one in found
        ]
    }  # fmt: skip
