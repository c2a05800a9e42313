"""What a place's page and a device's page are told, from a real judge and real history."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.notices.city import settle
from tests.notices.makers import a_point, sensed, the_policy_by_day
from tests.web.makers import Site, open_site
from wanghuo.clock import WallClock
from wanghuo.devices import routes as devices_routes
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.incidents import record_routes
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices.feed import Judge
from wanghuo.signals import routes as signals_routes
from wanghuo.signals import store as signals
from wanghuo.signals.archive import Archive

POINT = a_point(1)
DEVICE = f"/api/v1/devices/{POINT.device_id}"
NOW = datetime.now(UTC)
FIRE_S = (NOW - datetime(2026, 6, 1, 4, 0, tzinfo=UTC)).total_seconds() - 60  # a minute ago


def a_word(minutes_ago: int, kind: SignalKind = SignalKind.READING, **more: Any) -> Signal:
    """A routine signal of the point."""
    sender, _, point = POINT.origin.partition("/")
    at = NOW - timedelta(minutes=minutes_ago)
    return Signal(kind, sender, at, f"{minutes_ago:016x}", point, **more)


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """A small city whose first point burned a minute ago and measured before, its judge at work."""
    await settle(database)
    routers = [
        devices_routes.router,
        signals_routes.router,
        record_routes.router,
        incidents_routes.router,
    ]
    archive = Archive(tmp_path / "history")
    archive.begin(0)
    warm = {"quantity": "temperature", "unit": "℃"}
    archive.add(
        1,
        [
            a_word(30, value=20.0, raw=b"\x01\x02", **warm),
            a_word(20, value=30.0, **warm),
            a_word(15, SignalKind.HEARTBEAT),
            a_word(10, SignalKind.OFFLINE, text="断电"),
        ],
    )
    archive.flush()
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as opened:
        judge = Judge(database, the_policy_by_day(), WallClock())
        async with database.transaction() as tx:
            await signals.append(tx, [sensed(POINT, FIRE_S, raw=b"\xfe")])
        await judge.judge_once()
        working = asyncio.ensure_future(judge.run())
        yield opened
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def get(site: Site, path: str, role: str = "city_duty", **query: Any) -> Any:
    return await site.client(role).get(path, params=query)


async def test_what_a_device_said_on_both_lanes_with_its_bytes(site: Site) -> None:
    items = (await get(site, f"{DEVICE}/said", heartbeats=False)).json()["items"]
    assert [(line["lane"], line["kind"], line["raw"]) for line in items] == [
        ("fire", "fire", "fe"),
        ("routine", "offline", ""),
        ("routine", "reading", ""),
        ("routine", "reading", "0102"),
    ]
    assert [line["zh"] for line in items[1:]] == ["离线：断电", "温度 30 ℃", "温度 20 ℃"]
    newest = (await get(site, f"{DEVICE}/said", limit=3)).json()["items"]
    assert newest[:2] == items[:2]
    assert newest[2]["en"] == "Heartbeat"


async def test_what_a_device_measures_and_when_it_was_there(site: Site) -> None:
    known = (await get(site, f"{DEVICE}/readings")).json()
    assert [(one["quantity"], one["value"], one["readings"]) for one in known["quantities"]] == [
        ("temperature", 30.0, 2)
    ]
    assert [one["online"] for one in known["presence"]] == [False]
    drawn = (await get(site, f"{DEVICE}/chart", quantity="temperature", points=24)).json()["items"]
    assert [one["mean"] for one in drawn] in ([20.0, 30.0], [25.0])


@pytest.mark.parametrize(
    "span",
    [
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
        {"since": "0001-01-01T00:00:00+14:00", "until": "2026-06-01T00:00:00Z"},
    ],
)
async def test_a_span_that_cannot_be_is_refused_by_its_field(
    site: Site, span: dict[str, str]
) -> None:
    answer = await get(site, f"{DEVICE}/said", **span)
    assert (answer.status_code, answer.json()["field"]) == (422, "since")


async def test_a_place_tells_its_alarms_months_and_windows(site: Site) -> None:
    body = {"place_id": "P1", "reason": "年检", "drill": True}
    opened = await site.client("city_duty").post("/api/v1/test-windows", json=body)
    assert opened.json()["judged"]
    told = (await get(site, "/api/v1/places/P1/record")).json()
    assert [(one["device_id"], one["state"]) for one in told["alarms"]] == [
        (POINT.device_id, "unacknowledged")
    ]
    assert len(told["months"]) == 12
    assert [(one["kind"], one["reason"], one["ended_at"]) for one in told["shelves"]] == [
        ("drill", "年检", None)
    ]
    ended = {"place_id": "P1"}
    await site.client("city_duty").post("/api/v1/shelves/end", json=ended)
    told = (await get(site, "/api/v1/places/P1/record")).json()
    assert told["shelves"][0]["ended_at"] is not None


async def test_a_device_tells_its_incidents_and_shelves(site: Site) -> None:
    body = {"origin": POINT.origin, "reason": "蒸汽"}
    assert (await site.client("city_duty").post("/api/v1/shelves", json=body)).status_code == 201
    told = (await get(site, f"{DEVICE}/record")).json()
    assert [(one["sensor"], one["level_peak"]) for one in told["alarms"]] == [("smoke", 1)]
    assert told["alarms"][0]["number"].startswith("20")
    assert [one["kind"] for one in told["shelves"]] == ["shelf"]


async def test_nothing_is_told_of_a_device_outside_the_askers_towns(site: Site) -> None:
    for path in ("said", "readings", "record", "chart?quantity=gas"):
        answer = await get(
            site, f"{DEVICE}/{path}".partition("?")[0], "town_office", quantity="gas"
        )
        assert answer.status_code == 404, path
    assert (await get(site, "/api/v1/places/P1/record", "town_office")).status_code == 404
