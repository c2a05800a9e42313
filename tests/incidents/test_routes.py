"""Incidents, acts, shelves, the desk and signed answers over real HTTP, with a judge at work."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.notices.city import settle
from tests.notices.makers import TOWN, a_point, a_site, sensed, the_policy_by_day
from tests.web.makers import Site, open_site
from wanghuo.clock import WallClock
from wanghuo.desk import routes as desk_routes
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices import routes as notices_routes
from wanghuo.notices.feed import Judge
from wanghuo.settings import WebhookSettings
from wanghuo.signals import store as signals
from wanghuo.web import signature

SECRET = "the webhook's secret"
P1 = "20260601-XP-0001"


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """The small city with one open incident at P1, served, its judge running."""
    await settle(database)
    routers = [incidents_routes.router, notices_routes.router, desk_routes.router]
    opened = open_site(database, web_database, nats_stream, tmp_path, routers=routers)
    async with opened as site:
        webhook = WebhookSettings(secret=SECRET)
        site.house.settings = msgspec.structs.replace(site.house.settings, webhook=webhook)
        judge = Judge(database, the_policy_by_day(), WallClock())
        await log(database, sensed(a_point(1)))
        await judge.judge_once()
        working = asyncio.ensure_future(judge.run())
        yield site
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def log(database: Database, *entries: Any) -> None:
    async with database.transaction() as tx:
        await signals.append(tx, entries)


async def post(site: Site, path: str, role: str = "city_duty", **body: Any) -> Any:
    return await site.client(role).post(f"/api/v1/{path}", json=body)


async def act(site: Site, what: str, role: str = "city_duty", **body: Any) -> Any:
    return await post(site, f"incidents/{P1}/{what}", role, **body)


async def get(site: Site, path: str, role: str = "city_duty", **query: Any) -> Any:
    return await site.client(role).get(f"/api/v1/{path}", params=query)


async def test_the_list_shows_rows_newest_first_and_pages(site: Site) -> None:
    await log(site.owner, sensed(a_point(1, "P2"), 100), sensed(a_point(1, "P3"), 200))
    for _ in range(200):
        items = (await get(site, "incidents")).json()["items"]
        if len(items) == 3:
            break
        await asyncio.sleep(0.01)
    assert [row["place"]["id"] for row in items] == ["P3", "P2", "P1"]
    first = (await get(site, "incidents", limit=2)).json()
    then = (await get(site, "incidents", limit=2, cursor=first["next"])).json()
    assert [r["number"] for r in first["items"] + then["items"]] == [r["number"] for r in items]
    assert then["next"] is None
    row = items[-1]
    assert (row["number"], row["level"], row["state"], row["registered"]) == (P1, 1, "open", True)
    assert row["place"]["category_zh"] == "工业企业"
    assert row["place"]["town_name"] == "新浦镇"
    assert row["sentence"]["en"] == "Smoke detector at room 1 reports fire; one point"
    assert (row["parties_total"], row["parties_acknowledged"]) == (3, 0)
    assert row["next_action"]["act"] == "acknowledge"
    assert row["opened_at"] == "2026-06-01T04:00:00Z"
    assert row["log_odds"] == -4.7


FILTERS: list[tuple[dict[str, Any], int]] = [
    ({"place_id": "P1"}, 1),
    ({"place_id": "P2"}, 0),
    ({"open": "true"}, 1),
    ({"open": "false"}, 0),
    ({"level": 1}, 1),
    ({"level": 2}, 0),
    ({"town": TOWN}, 1),
    ({"town": "330282199"}, 0),
    ({"q": "hongda"}, 1),
    ({"q": "XP-0001"}, 1),
    ({"q": "%"}, 0),
    ({"since": "2026-06-01T04:00:00Z"}, 1),
    ({"since": "2026-06-01T04:00:01Z"}, 0),
]


async def test_each_filter(site: Site) -> None:
    for query, found in FILTERS:
        assert len((await get(site, "incidents", **query)).json()["items"]) == found, query


async def test_one_incident_is_a_whole_page(site: Site) -> None:
    page = (await get(site, f"incidents/{P1}")).json()
    assert [line["what"] for line in page["evidence"]] == ["prior", "sensor_fire"]
    assert [line["total"] for line in page["evidence"]] == [-8.6, -4.7]
    assert page["evidence"][0]["sentence"]["zh"].startswith("起点：工业企业")
    assert {p["role"] for p in page["parties"]} == {"unit", "micro_station", "operator_desk"}
    micro = next(p for p in page["parties"] if p["role"] == "micro_station")
    assert micro["reason"]["en"] == (
        f"Nearest micro station on duty by straight line, no road known, {micro['distance_m']} m"
    )
    assert [n["party_role"] for n in page["notices"]].count("unit") == 1
    assert "按 1 确认起火" in next(
        n["message"]["zh"] for n in page["notices"] if n["party_role"] == "unit"
    )
    assert [m["line"] for m in page["timeline"]] == [1, 2, 3, 4, 5]
    assert page["timeline_broken_at"] is None
    assert page["stations"][0]["distance_m"] >= 0
    assert [crew["role"] for crew in page["crews"]] == ["micro_station"]


async def test_numbers_are_masked_until_somebody_asks_and_is_written_down(site: Site) -> None:
    notices = (await get(site, f"incidents/{P1}")).json()["notices"]
    unit = next(n for n in notices if n["party_role"] == "unit")
    assert unit["address"] == "138****0001"
    refused = await site.client("auditor").post(f"/api/v1/incidents/{P1}/numbers")
    assert refused.status_code == 403
    shown = await site.client("city_duty").post(f"/api/v1/incidents/{P1}/numbers")
    assert shown.json()["notices"][unit["id"]] == "13800000001"
    acts = (await site.client("auditor").get("/api/v1/audit?act=numbers.incident")).json()["items"]
    assert [(line["subject"], line["role"]) for line in acts] == [(P1, "city_duty")]


async def test_another_towns_office_sees_nothing(site: Site) -> None:
    assert (await get(site, "incidents", "town_office")).json()["items"] == []
    assert (await get(site, f"incidents/{P1}", "town_office")).status_code == 404
    assert (await act(site, "acknowledge", "town_office")).status_code == 404


async def test_a_role_that_may_not_judge_is_refused(site: Site) -> None:
    for role in ("auditor", "operator"):
        assert (await act(site, "confirm", role)).status_code == 403
        assert (await post(site, "shelves", role, origin="x", reason="y")).status_code == 403


async def test_an_act_is_judged_before_the_answer_leaves(site: Site) -> None:
    seen = await act(site, "acknowledge")
    assert seen.status_code == 200
    assert seen.json()["desk_acknowledged_by"]
    raised = (await act(site, "confirm", reason="flames on the camera")).json()
    assert raised["level"] >= 3
    assert "cad_119" in {p["role"] for p in raised["parties"]}
    lowered = await act(site, "lower", level=2, reason="it was the drill next door")
    assert lowered.json()["level"] == 2
    noted = (await act(site, "note", note="the owner\x00 called\n twice")).json()
    assert noted["timeline"][-1]["sentence"]["params"]["reason"] == "the owner called twice"
    closed = (await act(site, "close", disposition="nuisance", cause="steam")).json()
    assert (closed["state"], closed["level"], closed["cause"]) == ("closed", 0, "steam")
    assert closed["timeline_broken_at"] is None
    again = await act(site, "confirm")
    assert again.status_code == 409
    assert "结案" in again.json()["detail_zh"]
    assert (await act(site, "reopen")).json()["state"] == "open"


async def test_each_act_leaves_an_audit_line(site: Site) -> None:
    await act(site, "raise", level=2, reason="smoke on the camera")
    async with site.owner.transaction() as tx:
        row = await tx.fetchrow("SELECT act, subject, detail FROM access.audit ORDER BY seq DESC")
    assert row is not None
    assert (row["act"], row["subject"]) == ("incident.raise", P1)
    assert row["detail"]["reason"] == "smoke on the camera"


async def test_a_repeated_act_under_its_key_is_done_once(site: Site) -> None:
    client = site.client("city_duty", Idempotency_Key="one")
    for _ in range(2):
        answer = await client.post(f"/api/v1/incidents/{P1}/note", json={"note": "once"})
        assert answer.status_code == 200
    page = (await get(site, f"incidents/{P1}")).json()
    assert [m["what"] for m in page["timeline"]].count("note") == 1


MISTAKES: list[tuple[str, dict[str, Any], int, str]] = [
    ("close", {}, 422, "disposition"),
    ("close", {"disposition": "nuisance"}, 422, "cause"),
    ("no-fire", {"reason": "looked"}, 422, "cause"),
    ("lower", {"level": 1}, 422, "reason"),
    ("raise", {}, 422, "level"),
    ("raise", {"level": 9}, 422, "level"),
    ("raise", {"level": 1}, 409, ""),
    ("lower", {"level": 3, "reason": "seen"}, 409, ""),
    ("reopen", {}, 409, ""),
    ("note", {}, 422, "reason"),
    ("note", {"note": "x" * 501}, 422, "note"),
    ("explode", {}, 422, "act"),
]


async def test_a_mistake_is_told_with_its_field(site: Site) -> None:
    for what, body, status, field in MISTAKES:
        answer = await act(site, what, **body)
        assert answer.status_code == status, what
        assert field in answer.json().get("field", ""), what


async def test_an_act_on_no_incident_is_missing(site: Site) -> None:
    assert (await post(site, "incidents/20260601-XP-0009/confirm")).status_code == 404
    assert (await get(site, "incidents/20260601-XP-0009")).status_code == 404


async def test_a_shelf_is_set_seen_and_ended(site: Site) -> None:
    origin = a_point(2).origin
    made = await post(site, "shelves", origin=origin, reason="works in room 2")
    assert made.status_code == 201
    (shelf,) = made.json()["items"]
    assert (shelf["kind"], shelf["origin"], shelf["author_name"]) == (
        "shelf",
        origin,
        shelf["author_name"],
    )
    assert (await post(site, "shelves/end", origin=origin)).json()["items"] == []


async def test_a_test_window_and_a_drill_are_set_for_a_place(site: Site) -> None:
    made = await post(site, "test-windows", place_id="P2", reason="yearly", drill=True)
    assert [(s["kind"], s["place_id"]) for s in made.json()["items"]] == [("drill", "P2")]
    nowhere = await post(site, "test-windows", place_id="P77", reason="yearly")
    assert nowhere.status_code == 404
    foreign = await post(site, "test-windows", "town_office", place_id="P2", reason="yearly")
    assert foreign.status_code == 404


async def test_a_shelf_without_a_point_or_a_reason_is_refused(site: Site) -> None:
    for body in ({"origin": "x"}, {"reason": "works"}, {"origin": "", "reason": "w"}):
        assert (await post(site, "shelves", **body)).status_code == 422


async def test_the_desk_counts_and_shows_its_load(site: Site) -> None:
    await act(site, "close", disposition="fire")
    desk = (await get(site, "desk")).json()
    assert (desk["handled_today"], desk["fires_today"], desk["incidents_open"]) == (1, 1, 0)
    assert len(desk["load"]) == 24
    assert desk["canary"] is None
    assert desk["delay_s"] == 0


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {signature.HEADER: signature.signed(secret, body, int(datetime.now(UTC).timestamp()))}


async def answer(site: Site, body: bytes, headers: dict[str, str]) -> Any:
    return await site.client().post("/api/v1/answers", content=body, headers=headers)


async def unit_notice(site: Site) -> str:
    page = (await get(site, f"incidents/{P1}")).json()
    return str(next(n["id"] for n in page["notices"] if n["party_role"] == "unit"))


async def test_a_signed_answer_is_judged(site: Site) -> None:
    notice = await unit_notice(site)
    body = msgspec.json.encode(
        {"notice_id": notice, "answer": "fire", "by": "王国强", "note": "", "answer_id": "1"}
    )
    taken = await answer(site, body, signed(body))
    assert taken.status_code == 200
    assert taken.json()["number"] == P1
    assert (await answer(site, body, signed(body))).status_code == 200
    for _ in range(200):
        page = (await get(site, f"incidents/{P1}")).json()
        if page["level"] >= 3:
            break
        await asyncio.sleep(0.01)
    assert [line["what"] for line in page["timeline"]].count("answered") == 1
    told = next(n for n in page["notices"] if n["id"] == notice)
    assert (told["state"], told["outcome"]) == ("acknowledged", "fire")


async def test_an_answer_that_is_not_signed_or_not_understood_is_refused(site: Site) -> None:
    notice = await unit_notice(site)
    body = msgspec.json.encode({"notice_id": notice, "answer": "fire"})
    assert (await answer(site, body, {})).status_code == 401
    assert (await answer(site, body, signed(body, "another"))).status_code == 401
    assert (await answer(site, body + b" ", signed(body))).status_code == 401
    for wrong, status in (
        (b"{}", 422),
        (b"not json", 422),
        (b"\xff\xfe", 422),
        (msgspec.json.encode({"notice_id": notice, "answer": "maybe"}), 422),
        (msgspec.json.encode({"notice_id": "nobody", "answer": "fire"}), 404),
    ):
        assert (await answer(site, wrong, signed(wrong))).status_code == status
    async with site.owner.transaction() as tx:
        assert await tx.fetchval("SELECT count(*) FROM signals.fire_log") == 1


async def test_a_synthetic_fire_is_not_in_the_list_unless_asked_for(site: Site) -> None:
    async with site.owner.transaction() as tx:
        await tx.execute("UPDATE premises.place SET test = true WHERE id = 'P2'")
    await log(site.owner, sensed(a_point(1, "P2"), 1))
    for _ in range(200):
        items = (await get(site, "incidents", test=True)).json()["items"]
        if len(items) == 2:
            break
        await asyncio.sleep(0.01)
    assert {row["test"] for row in items} == {True, False}
    assert len((await get(site, "incidents")).json()["items"]) == 1
    assert a_site(test=True).test
