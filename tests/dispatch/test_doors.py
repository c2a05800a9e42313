"""The doors of travel over real HTTP: routes, the nearest, what is refused and how."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.dispatch.makers import a_graph, at, the_square
from tests.web.makers import HERE, THERE, Site, open_site
from wanghuo.dispatch import routes as dispatch_routes
from wanghuo.dispatch import store
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream

START, END = at(20, 5), at(220, 180)
WAY = {"from_lon": START.lon, "from_lat": START.lat, "to_lon": END.lon, "to_lat": END.lat}


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    async with database.transaction("*") as tx:
        for number, code in enumerate((HERE, THERE)):
            await tx.execute(
                "INSERT INTO premises.town VALUES ($1, $1, $2, 121, 30)", code, f"T{number}"
            )
        for key, code, where in (("S1", HERE, at(20, 0)), ("S2", THERE, at(300, 0))):
            await tx.execute(
                "INSERT INTO premises.station (id, level, keeper, name, town_code, lon, lat)"
                " VALUES ($1, 'micro', 'village', $1, $2, $3, $4)",
                key, code, where.lon, where.lat,
            )  # fmt: skip
        for number, lon, lat in (("N1", END.lon, END.lat), ("N2", None, None)):
            await tx.execute(
                "INSERT INTO incidents.incident (id, number, place_id, place_name, category,"
                " town_code, level, level_peak, state, profile, policy_version, opened_at, last_at,"
                " log_odds_milli, sentence, lon, lat) VALUES ($1, $1, 'P', 'P', 'rental', $2, 1, 1,"
                " 'open', 'validated', '1', now(), now(), 0, jsonb_build_object('key', 'k',"
                " 'params', jsonb_build_object()), $3, $4)",
                number, HERE, lon, lat,
            )  # fmt: skip
    opened = open_site(
        database, web_database, nats_stream, tmp_path, routers=[dispatch_routes.router]
    )
    async with opened as made:
        yield made


def import_roads(site: Site) -> None:
    store.keep_graph(store.graph_path(site.house.settings.data_dir), a_graph(the_square()))


async def test_a_route_is_a_line_with_time_length_and_steps(site: Site) -> None:
    client = site.client("city_duty")
    before = (await client.get("/api/v1/route", params=WAY)).json()
    assert (before["kind"], before["why"]["key"]) == ("straight_line", "no_road.no_graph")
    import_roads(site)
    found = (await client.get("/api/v1/route", params=WAY)).json()
    assert (found["kind"], found["why"], found["road_m"]) == ("road", None, 360)
    assert found["travel_s"] == 63
    assert found["off_road_m"] == {"start": 5, "end": 20}
    assert found["steps"][0]["zh"] == "沿12路行驶 180 m，左转进入23路"
    assert [len(point) for point in found["line"]] == [2] * len(found["line"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from_lon", "181"),
        ("to_lat", "-91"),
        ("from_lat", "nan"),
        ("to_lon", "inf"),
        ("to_lon", ""),
    ],
)
async def test_a_coordinate_that_is_none_is_named(site: Site, name: str, value: str) -> None:
    answer = await site.client("city_duty").get("/api/v1/route", params={**WAY, name: value})
    assert answer.status_code == 422
    assert answer.json()["field"] == name


async def test_the_way_to_an_incident_starts_at_a_station(site: Site) -> None:
    import_roads(site)
    client = site.client("city_duty")
    found = await client.get("/api/v1/incidents/N1/route", params={"station_id": "S1"})
    assert found.json()["kind"] == "road"
    assert 350 < found.json()["road_m"] < 370
    for path, status in (
        ("/api/v1/incidents/N1/route?station_id=S9", 404),
        ("/api/v1/incidents/N9/route?station_id=S1", 404),
        ("/api/v1/incidents/N2/route?station_id=S1", 409),
        ("/api/v1/incidents/N1/route", 422),
    ):
        assert (await client.get(path)).status_code == status, path


async def test_a_town_asks_about_its_own_stations(site: Site) -> None:
    import_roads(site)
    where = {"lon": START.lon, "lat": START.lat}
    town = (await site.client("town_office").get("/api/v1/stations/nearest", params=where)).json()
    city = (await site.client("city_duty").get("/api/v1/stations/nearest", params=where)).json()
    assert [one["station_id"] for one in town["items"]] == ["S1"]
    assert [one["station_id"] for one in city["items"]] == ["S1", "S2"]
    assert city["items"][1]["kind"] == "road"
    foreign = await site.client("town_office").get("/api/v1/incidents/N1/route?station_id=S2")
    assert foreign.status_code == 404


async def test_a_moved_station_is_asked_where_it_is_now(site: Site) -> None:
    import_roads(site)
    client, where = site.client("city_duty"), {"lon": START.lon, "lat": START.lat, "limit": 1}
    first = (await client.get("/api/v1/stations/nearest", params=where)).json()["items"][0]
    async with site.owner.transaction("*") as tx:
        await tx.execute("UPDATE premises.station SET lon = 122 WHERE id = 'S1'")
    second = (await client.get("/api/v1/stations/nearest", params=where)).json()["items"][0]
    assert (first["station_id"], second["station_id"]) == ("S1", "S2")
