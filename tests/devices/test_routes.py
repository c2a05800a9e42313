"""Labels and files of the register over real HTTP, within the asker's towns."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from tests.web.makers import HERE, NOON, THERE, Site, open_site
from wanghuo.access import store as access
from wanghuo.devices import health_store, labels, routes, store, table_routes
from wanghuo.devices.model import Device, Health
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream

PLACE = """
INSERT INTO premises.place (id, unit_id, name, category, town_code, lon, lat)
VALUES ($1, 'u1', $2, 'rental', $3, 121, 30)
"""


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """Three devices at a place of HERE, one online, and one at a place of THERE."""
    routers = [routes.router, table_routes.table_router(access.audit)]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as opened:
        async with database.transaction("*") as tx:
            for town in (HERE, THERE):
                await tx.execute(
                    "INSERT INTO premises.town VALUES ($1, $1, $2, 121, 30)", town, town[-2:]
                )
            await tx.execute(PLACE, "P1", "=危险的名字", HERE)
            await tx.execute(PLACE, "P2", "外镇", THERE)
            at = {"D1": "P1", "D2": "P1", "D3": "P1", "D4": "P2"}
            towns = {"P1": HERE, "P2": THERE}
            origins = {device: f"access:op1/{device}" for device in at}
            await store.upsert_devices(
                tx,
                [
                    Device(d, origins[d], origins[d], place, towns[place], "smoke", "op1")
                    for d, place in at.items()
                ],
            )
            await health_store.upsert_health(
                tx, [Health("access:op1/D1", NOON + timedelta(hours=1), "normal")]
            )
        yield opened


async def table(site: Site, name: str, role: str = "city_duty", **query: Any) -> list[list[str]]:
    answer = await site.client(role).get(f"/api/v1/tables/{name}", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_devices_leave_whole_page_by_page_with_their_filters(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_routes, "PAGE_ROWS", 2)
    every = await table(site, "devices", columns="id,state,last_seen_at,place_name")
    assert every == [
        ["设备编号", "状态", "最后上报", "场所"],
        ["D1", "正常", "2026-06-01 21:00:00", "'=危险的名字"],
        ["D2", "未报过", "", "'=危险的名字"],
        ["D3", "未报过", "", "'=危险的名字"],
        ["D4", "未报过", "", "外镇"],
    ]
    own = await table(site, "devices", "town_office", columns="id")
    assert own[1:] == [["D1"], ["D2"], ["D3"]]
    assert await table(site, "devices", columns="id", online="true") == [["设备编号"], ["D1"]]


async def test_places_leave_with_how_their_devices_live(site: Site) -> None:
    asked = {"columns": "id,online,devices", "lang": "en"}
    assert await table(site, "places", **asked) == [
        ["Place id", "Devices online", "Devices in service"],
        ["P1", "1", "3"],
        ["P2", "0", "1"],
    ]


async def test_a_file_leaves_a_line_in_the_audit_trail(site: Site) -> None:
    await table(site, "devices", town=HERE)
    asked = {"act": "table.export"}
    lines = (await site.client("auditor").get("/api/v1/audit", params=asked)).json()["items"]
    assert [(line["subject"], line["detail"]) for line in lines] == [("devices", {"town": HERE})]


async def test_labels_open_the_devices_page_as_others_reach_this_house(site: Site) -> None:
    site.house.settings = msgspec.structs.replace(
        site.house.settings, public_url="https://fire.example.cn/"
    )
    client = site.client("town_office")
    asked = [("device", "D2"), ("device", "D4"), ("device", "nothing")]
    answer = (await client.get("/api/v1/labels", params=asked)).json()
    assert [one["url"] for one in answer["items"]] == ["https://fire.example.cn/#/devices/D2"]
    assert answer["left_out"] == 2, "of another town, or of nobody"
    of_place = (await client.get("/api/v1/labels", params={"place_id": "P1"})).json()
    assert [one["id"] for one in of_place["items"]] == ["D1", "D2", "D3"]
    nobody = await client.get("/api/v1/labels")
    assert (nobody.status_code, nobody.json()["field"]) == (422, "device")


def test_a_label_holds_any_id_and_draws_no_scripts() -> None:
    url = labels.page_of("http://127.0.0.1:8119", "D 1/火?")
    assert unquote(url) == "http://127.0.0.1:8119/#/devices/D 1/火?"
    assert re.fullmatch(r"[!-~]+", url)
    assert labels.picture(url).startswith("data:image/svg+xml")
