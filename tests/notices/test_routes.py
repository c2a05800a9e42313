"""The doors of linkage: the next alarm, positions of crews, how their clocks were kept."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.notices.city import Desk, settle
from tests.notices.makers import NOON, TOWN, a_point, action, answer, sensed
from tests.web.makers import HERE, Site, open_site
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.entry import ActionKind, AnswerKind
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices import routes

NOTICE = "SELECT id FROM notices.notice WHERE role = $1 ORDER BY id LIMIT 1"


@pytest.fixture
async def desk(database: Database) -> Desk:
    await settle(database)
    return Desk(database)


@pytest.fixture
async def site(
    desk: Desk, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    doors = [routes.router, incidents_routes.router]
    async with open_site(desk.database, web_database, nats_stream, tmp_path, routers=doors) as made:
        yield made


async def says(desk: Desk, role: str, kind: AnswerKind, at_s: float) -> None:
    await desk.hear(answer((await desk.one(NOTICE, role))["id"], kind, at_s, by="crew"))


SPAN = {"from": "2026-06-01T00:00:00Z", "to": "2026-06-02T00:00:00Z"}


async def test_the_clocks_of_crews_are_kept_by_role_and_town(site: Site, desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)), sensed(a_point(2), 5))
    await says(desk, "micro_station", AnswerKind.TURNED_OUT, 45)
    await says(desk, "micro_station", AnswerKind.ARRIVED, 200)
    await says(desk, "brigade", AnswerKind.ARRIVED, 155)
    page = (await site.client("city_duty").get("/api/v1/clocks", params=SPAN)).json()
    assert page["policy"] == "2026.1"
    rows = {(r["clock"], r["role"], r["town_code"]): r for r in page["items"]}
    arrival = rows["arrival", "", ""]
    assert (arrival["n"], arrival["met"], arrival["met_share"]) == (2, 1, 0.5)
    assert (arrival["median_s"], arrival["p90_s"]) == (150.0, 200.0)
    micro = rows["turn_out", "micro_station", TOWN]
    assert (micro["n"], micro["met"], micro["median_s"]) == (1, 1, 45.0)
    assert micro["town_name"] == "新浦镇"
    text = (
        await site.client("city_duty").get("/api/v1/clocks", params={**SPAN, "format": "csv"})
    ).text
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == len(page["items"])
    assert lines[0]["clock"] == "turn_out"
    other = {**SPAN, "town": "330282199"}
    assert (await site.client("city_duty").get("/api/v1/clocks", params=other)).json()[
        "items"
    ] == []


async def test_another_towns_office_sees_no_clock_and_a_turned_span_is_refused(
    site: Site, desk: Desk
) -> None:
    await desk.hear(sensed(a_point(1)))
    assert HERE != TOWN
    page = (await site.client("town_office").get("/api/v1/clocks", params=SPAN)).json()
    assert page["items"] == []
    turned = {"from": SPAN["to"], "to": SPAN["from"]}
    answer_ = await site.client("city_duty").get("/api/v1/clocks", params=turned)
    assert (answer_.status_code, answer_.json()["field"]) == (422, "from")


async def test_the_page_of_an_incident_shows_crews_clocks_and_hints(site: Site, desk: Desk) -> None:
    await desk.hear(sensed(a_point(1)), sensed(a_point(2), 5))
    number = (await desk.one("SELECT number FROM incidents.incident"))["number"]
    await says(desk, "micro_station", AnswerKind.ARRIVED, 60)
    page = (await site.client("city_duty").get(f"/api/v1/incidents/{number}")).json()
    crew = next(one for one in page["crews"] if one["role"] == "micro_station")
    assert (crew["crew"], crew["turned_out_at"]) == ("arrived", "2026-06-01T04:01:00Z")
    states = {one["name"]: one["state"] for one in crew["clocks"]}
    assert states == {"turn_out": "met", "arrival": "met", "handled": "missed"}, "it is long ago"
    overdue = {one["name"]: one["overdue_s"] for one in crew["clocks"]}
    assert overdue == {"turn_out": 0, "arrival": 0, "handled": None}, (
        "what runs is counted by who shows it"
    )
    assert [hint["key"] for hint in page["hints"]] == ["timeline.move_up"]
    assert page["alarm"] == 0


async def test_an_alarm_that_was_called_already_is_refused_with_its_reason(
    site: Site, desk: Desk
) -> None:
    await desk.hear(sensed(a_point(1)))
    number = (await desk.one("SELECT number FROM incidents.incident"))["number"]
    await desk.hear(action(ActionKind.ALARM_LEVEL, 10, number, level=2))
    client = site.client("city_duty")
    again = await client.post(f"/api/v1/incidents/{number}/alarm-level", json={"level": 2})
    assert (again.status_code, again.json()["detail_zh"]) == (409, "已到第 2 级调派")
    wrong = await client.post(f"/api/v1/incidents/{number}/alarm-level", json={"level": 4})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "level")


async def test_a_position_is_taken_or_not_and_why(site: Site, desk: Desk) -> None:
    client = site.client("city_duty")
    now = site.house.clock.now_utc()

    async def report(lon: float, age_s: float = 1.0, station: str = "M1") -> tuple[int, bool, str]:
        body = {"lon": lon, "lat": 30.305, "at": (now - timedelta(seconds=age_s)).isoformat()}
        said = await client.post(f"/api/v1/stations/{station}/position", json=body)
        found = said.json()
        why = (found.get("why") or {}).get("key", "")
        return said.status_code, bool(found.get("taken")), why

    assert await report(121.2560) == (200, True, "")
    await desk.judge_all()
    kept = await desk.one("SELECT station_id, town_code, lon FROM notices.position")
    assert tuple(kept.values()) == ("M1", TOWN, 121.256)
    assert await report(121.2560) == (200, False, "position.often")
    assert await report(122.5) == (200, False, "position.jump")
    assert await report(121.27, age_s=600) == (200, False, "position.stale")
    assert (await report(121.27, station="M77"))[0] == 404
    body = msgspec.json.encode({"lon": 300, "lat": 30, "at": NOON.isoformat()})
    assert (await client.post("/api/v1/stations/M1/position", content=body)).status_code == 422
