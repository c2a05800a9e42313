"""Saved views are their owner's alone; tables leave as files and are written down."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.web.makers import Site, open_site
from wanghuo.access import table_routes, view_routes
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream

VIEW = {"filters": {"town": "330282101"}, "columns": ["id", "state"]}


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    routers = [view_routes.router, table_routes.router]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as opened:
        yield opened


async def lines(site: Site, table: str, role: str = "admin", **query: Any) -> list[list[str]]:
    answer = await site.client(role).get(f"/api/v1/tables/{table}", params=query)
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def exports(site: Site) -> list[dict[str, Any]]:
    asked = {"act": "table.export"}
    audit = (await site.client("auditor").get("/api/v1/audit", params=asked)).json()
    return [line["detail"] | {"table": line["subject"]} for line in audit["items"]]


async def test_a_view_is_kept_replaced_and_deleted_by_its_owner_alone(site: Site) -> None:
    duty, other = site.client("city_duty"), site.client("town_office")
    path = "/api/v1/views/devices/我的镇"
    assert (await duty.put(path, json=VIEW)).json() == {"name": "我的镇", **VIEW}
    assert (await duty.put(path, json=VIEW | {"columns": []})).status_code == 200
    mine = (await duty.get("/api/v1/views", params={"page": "devices"})).json()["items"]
    assert mine == [{"name": "我的镇", "filters": VIEW["filters"], "columns": []}]
    assert (await duty.get("/api/v1/views", params={"page": "places"})).json()["items"] == []
    assert (await other.get("/api/v1/views", params={"page": "devices"})).json()["items"] == []
    assert (await other.delete(path)).status_code == 404
    assert (await duty.delete(path)).status_code == 200
    assert (await duty.delete(path)).status_code == 404


async def test_views_have_a_limit_that_says_what_to_do(site: Site) -> None:
    duty = site.client("city_duty")
    for n in range(50):
        assert (await duty.put(f"/api/v1/views/audit/v{n}", json=VIEW)).status_code == 200
    refused = await duty.put("/api/v1/views/audit/one-more", json=VIEW)
    assert (refused.status_code, "delete one" in refused.json()["detail_en"]) == (409, True)
    assert (await duty.put("/api/v1/views/audit/v7", json=VIEW)).status_code == 200
    assert (await duty.put("/api/v1/views/nowhere/v", json=VIEW)).status_code == 422


async def test_people_leave_with_the_filters_of_their_page(site: Site) -> None:
    every = await lines(site, "people")
    assert every[0][:3] == ["账号", "姓名", "角色"]
    assert "市级值守" in {line[2] for line in every}
    duty = await lines(site, "people", role="admin", lang="en", columns="role,login", q="duty")
    assert duty[0] == ["Role", "Account"]
    assert {line[0] for line in duty[1:]} == {"City duty"}
    told = await exports(site)
    assert {"table": "people", "lang": "en", "columns": "role,login", "q": "duty"} in told


async def test_a_strange_column_is_refused_before_anything_is_written_down(site: Site) -> None:
    answer = await site.client("admin").get("/api/v1/tables/people", params={"columns": "phone"})
    assert (answer.status_code, answer.json()["field"]) == (422, "columns")
    assert await exports(site) == []


async def test_tokens_leave_without_a_secret(site: Site) -> None:
    written = await lines(site, "tokens", lang="en")
    assert {"API token"} == {line[2] for line in written[1:]}
    assert not any(token in str(written) for token in site.tokens.values())


async def test_the_audit_trail_leaves_whole_page_by_page(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanghuo.access.table_routes.PAGE_ROWS", 2)
    for name in ("=1+1", "b", "c", "d", "e"):
        await site.client("admin").put(f"/api/v1/views/audit/{name}", json=VIEW)
    written = await lines(site, "audit", "auditor", act="view.save", columns="subject,at")
    assert [line[0] for line in written[1:]] == [f"audit/{name}" for name in "edcb"] + [
        "audit/=1+1"
    ]


async def test_a_workbook_holds_the_same(site: Site) -> None:
    answer = await site.client("admin").get("/api/v1/tables/people", params={"format": "xlsx"})
    assert answer.headers["content-disposition"] == 'attachment; filename="people.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in rows] == await lines(site, "people")
