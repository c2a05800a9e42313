"""The wall over real tables: what counts, whose it is, and that each figure opens its records."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.wall.city import a_crew, a_device, a_sender, an_alarm, an_incident, settle
from tests.web.makers import HERE, THERE, Site, open_site
from wanghuo.clock import HandClock
from wanghuo.devices import routes as devices_routes
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.incidents import routes as incidents_routes
from wanghuo.wall import routes as wall_routes

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)  # ten in the morning of the city
MIDNIGHT = datetime(2026, 5, 31, 16, 0, tzinfo=UTC)
S, DAY = timedelta(seconds=1), timedelta(days=1)
TODAY = {"since": "2026-05-31T16:00:00Z", "counted": True}


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
async def site(
    database: Database,
    web_database: Database,
    nats_stream: Stream,
    tmp_path: Path,
    clock: HandClock,
) -> AsyncIterator[Site]:
    """Two settled towns in which nothing has happened yet."""
    routers = [incidents_routes.router, devices_routes.router, wall_routes.router]
    opened = open_site(database, web_database, nats_stream, tmp_path, clock=clock, routers=routers)
    async with opened as site:
        async with site.owner.transaction() as tx:
            await settle(tx)
        yield site


async def look(site: Site, role: str = "city_duty") -> Any:
    answer = await site.client(role).get("/api/v1/wall")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def records(site: Site, path: str = "incidents", **filters: Any) -> list[str]:
    """What the list shows that a figure opens to, in order."""
    answer = await site.client("city_duty").get(f"/api/v1/{path}", params=filters)
    assert answer.status_code == 200, answer.text
    return [row.get("number") or row["id"] for row in answer.json()["items"]]


async def a_morning(site: Site) -> None:
    """Four incidents that count, and everything that looks like one and does not."""
    async with site.owner.transaction() as tx:
        await an_incident(tx, "fire", MIDNIGHT, peak=4, disposition="fire", closed_at=NOW)
        await an_incident(tx, "strong", MIDNIGHT + S, peak=3)
        await an_incident(tx, "both", MIDNIGHT + 2 * S, peak=2, town=THERE)
        await an_incident(tx, "steam", MIDNIGHT + 3 * S, disposition="nuisance", closed_at=NOW)
        await an_incident(tx, "yesterday", MIDNIGHT - S, peak=4, disposition="fire_damaging")
        await an_incident(tx, "synthetic", NOW, peak=4, disposition="fire", test=True)
        await an_incident(tx, "drilled", NOW, peak=4, disposition="fire", drill=True)
        await an_incident(tx, "tested", NOW, peak=4, disposition="test")
        await an_alarm(tx, "fire", 1, NOW, repeats=2)
        await an_alarm(tx, "fire", 2, NOW)
        await an_alarm(tx, "both", 1, NOW)
        await an_alarm(tx, "synthetic", 1, NOW, repeats=9)


async def test_the_funnel_counts_the_citys_day_without_tests_and_drills(site: Site) -> None:
    await a_morning(site)
    assert (await look(site))["today"] == {
        "from": "2026-05-31T16:00:00Z",
        "warnings": 5,
        "incidents": 4,
        "f2": 3,
        "f3": 2,
        "fires": 1,
    }


async def test_each_step_of_the_funnel_opens_exactly_its_incidents(site: Site) -> None:
    await a_morning(site)
    today = (await look(site))["today"]
    steps: dict[str, dict[str, Any]] = {
        "incidents": {},
        "f2": {"level_min": 2},
        "f3": {"level_min": 3},
        "fires": {"fire": True},
    }
    for step, filters in steps.items():
        assert len(await records(site, **TODAY, **filters)) == today[step], step
    assert await records(site, **TODAY, level_min=3) == ["N-strong", "N-fire"]


async def test_a_town_office_sees_its_own_town_only(site: Site) -> None:
    await a_morning(site)
    async with site.owner.transaction() as tx:
        await a_device(tx, "here", "P1", state="normal")
        await a_device(tx, "there", "P3", state="normal", town=THERE, operator="op2")
        await a_crew(tx, "both", NOW, town=THERE, after_s=(30, 90, 200))
        await an_incident(tx, "far", NOW, peak=3, town=THERE, disposition="fire")
    seen, all_seen = await look(site, "town_office"), await look(site)
    assert (seen["today"]["incidents"], all_seen["today"]["incidents"]) == (3, 5)
    assert [town["code"] for town in seen["devices"]["towns"]] == [HERE]
    assert [one["id"] for one in seen["devices"]["operators"]] == ["op1"]
    assert [one["id"] for one in all_seen["devices"]["operators"]] == ["op1", "op2"]
    assert "N-far" not in [fire["number"] for fire in seen["fires"]]
    assert seen["trend"]["incidents"] == 4
    assert [row["n"] for row in seen["clocks"]] == [0, 0, 0]
    assert [row["n"] for row in all_seen["clocks"]] == [1, 1, 1]


async def test_devices_are_online_when_heard_or_carried_and_not_said_to_be_offline(
    site: Site,
) -> None:
    async with site.owner.transaction() as tx:
        await a_device(tx, "spoke", "P1", state="fault")
        await a_device(tx, "gone", "P1", state="offline")
        await a_device(tx, "carried", "P2", sender="panel")
        await a_device(tx, "cut off", "P2", sender="dead panel", state="normal")
        await a_device(tx, "never", "P2")
        await a_device(tx, "retired", "P2", out_of_service=True)
        await a_device(tx, "synthetic", "PT", operator="test", state="normal")
        await a_device(tx, "other", "P3", town=THERE, operator="op2")
        await a_sender(tx, "panel", "normal")
        await a_sender(tx, "dead panel", "offline")
    devices = (await look(site))["devices"]
    assert {k: devices[k] for k in ("places", "covered", "devices", "heard", "online")} == {
        "places": 3,
        "covered": 2,
        "devices": 6,
        "heard": 4,
        "online": 2,
    }
    first, last = devices["towns"]
    assert (first["code"], first["covered_share"], first["online_share"]) == (HERE, 1.0, 0.4)
    assert (last["code"], last["covered_share"], last["online_share"]) == (THERE, 0.0, 0.0)
    assert [(o["id"], o["name"], o["online_share"]) for o in devices["operators"]] == [
        ("op1", "One", 0.4),
        ("op2", "op2", 0.0),
    ]
    assert await records(site, "devices", operator="op1", online=True) == ["carried", "spoke"]
    assert await records(site, "devices", town=HERE, online=False) == ["cut off", "gone", "never"]
    assert "retired" in await records(site, "devices", operator="op1")
    assert await records(site, "coverage", covered=True) == ["P1", "P2"]
    assert await records(site, "coverage", covered=False, town=THERE) == ["P3"]
    assert await records(site, "coverage", limit=1) == ["P1"]
    of_here = await site.client("town_office").get("/api/v1/coverage")
    assert [(row["id"], row["devices"], row["online"]) for row in of_here.json()["items"]] == [
        ("P1", 2, 1),
        ("P2", 3, 1),
    ]


async def test_crews_in_time_and_late_open_their_incidents(site: Site) -> None:
    async with site.owner.transaction() as tx:
        for name, after_s in (("good", (60, 180, 300)), ("slow", (61, 100, None))):
            await an_incident(tx, name, NOW - DAY)
            await a_crew(tx, name, NOW - DAY, after_s=after_s)
        await an_incident(tx, "drilled", NOW - DAY, drill=True)
        await a_crew(tx, "drilled", NOW - DAY)
        await an_incident(tx, "old", NOW - 31 * DAY)
        await a_crew(tx, "old", NOW - 31 * DAY)
    rows = {row["clock"]: row for row in (await look(site))["clocks"]}
    assert {name: (row["met"], row["missed"]) for name, row in rows.items()} == {
        "turn_out": (1, 1),
        "arrival": (2, 0),
        "handled": (1, 1),
    }
    assert rows["arrival"]["met_share"] == 1.0
    assert (rows["arrival"]["limit_s"], rows["arrival"]["median_s"]) == (180, 100.0)
    asked = {"since": "2026-05-02T16:00:00Z", "clock": "turn_out"}
    assert await records(site, **asked, clock_state="missed") == ["N-slow"]
    assert await records(site, **asked, clock_state="met") == ["N-good"]
    assert await records(site, clock="no such clock") == []


async def test_the_trend_compares_with_the_same_days_a_year_before(site: Site) -> None:
    async with site.owner.transaction() as tx:
        await an_incident(tx, "today", NOW)
        await an_incident(tx, "first of thirty", MIDNIGHT - 29 * DAY)
        await an_incident(tx, "too old", MIDNIGHT - 29 * DAY - S)
        await an_incident(tx, "year ago", datetime(2025, 5, 20, 1, tzinfo=UTC))
        await an_incident(tx, "same day", datetime(2025, 6, 1, 1, 59, tzinfo=UTC))
        await an_incident(tx, "later that day", datetime(2025, 6, 1, 2, 1, tzinfo=UTC))
        await an_incident(tx, "drill", datetime(2025, 5, 4, 1, tzinfo=UTC), drill=True)
    trend = (await look(site))["trend"]
    days = {day["day"]: (day["incidents"], day["year_before"]) for day in trend["days"]}
    assert next(iter(days)) == "2026-05-03"
    assert len(days) == 30
    assert (days["2026-05-03"], days["2026-05-19"]) == ((1, None), (0, None))
    assert (days["2026-05-20"], days["2026-06-01"]) == ((0, 1), (1, 1))
    assert (trend["incidents"], trend["year_before"]) == (2, 2)
    assert (trend["compared_days"], trend["compared_incidents"]) == (13, 1)
    asked = {"since": "2026-05-02T16:00:00Z", "until": "2026-05-03T16:00:00Z", "counted": True}
    assert await records(site, **asked) == ["N-first of thirty"]


async def test_the_last_fires_come_newest_first_and_say_how_long_they_took(site: Site) -> None:
    async with site.owner.transaction() as tx:
        for n in range(12):
            at = NOW - n * timedelta(hours=1)
            await an_incident(tx, f"{n:02}", at, peak=3, disposition="fire", closed_at=at + 90 * S)
        await an_incident(tx, "steam", NOW, disposition="nuisance", closed_at=NOW)
        await a_crew(tx, "00", NOW, after_s=(10, 20, 40))
    fires = (await look(site))["fires"]
    assert [fire["number"] for fire in fires] == [f"N-{n:02}" for n in range(10)]
    assert [(f["took_s"], f["handled"]) for f in fires[:2]] == [(40, True), (90, False)]
    assert fires[0]["town_name"] == "Town XP"


async def test_an_empty_house_has_an_empty_wall(site: Site) -> None:
    wall = await look(site)
    assert set(wall["today"].values()) == {0, "2026-05-31T16:00:00Z"}
    assert wall["fires"] == []
    assert [(row["clock"], row["met_share"]) for row in wall["clocks"]] == [
        ("turn_out", None),
        ("arrival", None),
        ("handled", None),
    ]
    assert wall["devices"]["operators"] == []
    assert wall["trend"]["year_before"] is None
    assert [day["incidents"] for day in wall["trend"]["days"]] == [0] * 30


async def test_what_costs_much_is_kept_and_today_is_not(site: Site, clock: HandClock) -> None:
    first = await look(site)
    async with site.owner.transaction() as tx:
        await an_incident(tx, "new", NOW)
        await a_device(tx, "new", "P1", state="normal")
    kept = await look(site)
    assert (kept["today"]["incidents"], kept["trend"]["incidents"]) == (1, 1)
    assert (kept["devices"], kept["slow_at"]) == (first["devices"], first["slow_at"])
    await clock.turn(wall_routes.KEEP_S)
    later = await look(site)
    assert later["devices"]["online"] == 1
    assert later["slow_at"] == "2026-06-01T02:01:00Z"
