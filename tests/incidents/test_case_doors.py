"""The doors of the after-action report over real HTTP: made, audited, checked, fenced."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.notices.city import settle
from tests.notices.makers import a_point, sensed, the_policy_by_day
from tests.sights.makers import a_png
from tests.web.makers import Site, open_site
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.incidents import case_routes
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices.feed import Judge
from wanghuo.sights import routes as sights_routes
from wanghuo.signals import store as signals

P1 = "20260601-XP-0001"
IMAGE = b"/Subtype/Image"
REPORT, CHECK = f"/api/v1/incidents/{P1}/report.pdf", f"/api/v1/incidents/{P1}/report/check"


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """One open incident at P1, served, its judge running."""
    await settle(database)
    routers = [sights_routes.router, incidents_routes.router, case_routes.router]
    opened = open_site(database, web_database, nats_stream, tmp_path, routers=routers)
    async with opened as site:
        judge = Judge(database, the_policy_by_day(), WallClock())
        async with database.transaction() as tx:
            await signals.append(tx, [sensed(a_point(1))])
        await judge.judge_once()
        working = asyncio.ensure_future(judge.run())
        yield site
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def made(site: Site, role: str = "city_duty", **asked: Any) -> Any:
    return await site.client(role).get(REPORT, params=asked)


async def checked(site: Site, digest: str, role: str = "city_duty") -> Any:
    return await site.client(role).get(CHECK, params={"sha256": digest})


async def test_a_report_is_made_and_written_down(site: Site) -> None:
    answer = await made(site, lang="en")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert f"wanghuo-{P1}-en.pdf" in answer.headers["content-disposition"]
    trail = (await site.client("auditor").get("/api/v1/audit?act=report.incident")).json()["items"]
    assert [(line["subject"], line["role"]) for line in trail] == [(P1, "city_duty")]
    assert trail[0]["detail"]["file_sha256"] == sha256(answer.content).hexdigest()
    assert trail[0]["detail"]["sha256"] == answer.headers["x-wanghuo-sha256"]


async def test_a_report_is_checked_by_its_file_and_by_its_printed_digest(site: Site) -> None:
    answer = await made(site)
    by_file = (await checked(site, sha256(answer.content).hexdigest())).json()
    assert (by_file["known"], by_file["same"], by_file["lang"]) == ("file", True, "zh")
    printed = (await checked(site, answer.headers["x-wanghuo-sha256"])).json()
    assert (printed["known"], printed["same"]) == ("content", True)
    noted = await site.client("city_duty").post(
        f"/api/v1/incidents/{P1}/note", json={"note": "the owner called"}
    )
    assert noted.status_code == 200
    later = (await checked(site, sha256(answer.content).hexdigest())).json()
    assert later["same"] is False
    assert "timeline" in [part["part"] for part in later["changed"]]
    altered = (await checked(site, sha256(answer.content + b" ").hexdigest())).json()
    assert (altered["known"], altered["same"]) == ("", False)
    assert (await checked(site, "no digest")).status_code == 422


async def test_pictures_are_set_for_who_may_see_people(site: Site) -> None:
    path = f"/api/v1/incidents/{P1}/pictures"
    kept = await site.client("city_duty").post(
        path, content=a_png(), headers={"Content-Type": "image/png"}
    )
    assert kept.status_code == 201, kept.text
    full, without = await made(site), await made(site, "auditor")
    assert IMAGE in full.content
    assert IMAGE not in without.content
    trail = (await site.client("auditor").get("/api/v1/audit?act=report.incident")).json()["items"]
    assert [line["detail"]["pictures"] for line in trail] == [[], [kept.json()["sha256"]]]


async def test_numbers_in_full_are_for_who_may_see_them(site: Site) -> None:
    assert (await made(site, numbers=True)).status_code == 200
    refused = await made(site, "auditor", numbers=True)
    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"


async def test_another_town_gets_no_report_and_no_check(site: Site) -> None:
    assert (await made(site, "town_office")).status_code == 404
    assert (await checked(site, "0" * 64, "town_office")).status_code == 404
    assert (await made(site, lang="fr")).status_code == 422


async def test_many_at_once_are_set_one_after_the_other(site: Site) -> None:
    answers = await asyncio.gather(*(made(site) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
