"""Pictures over the API: who may see and send them, how they leave, and that it is audited."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.notices.city import Desk, settle
from tests.notices.makers import TOWN, a_point, sensed
from tests.sights.makers import a_jpeg, a_png
from tests.web.makers import Site, open_site
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.sights import routes


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    await settle(database)
    await Desk(database).hear(sensed(a_point(1), 0))
    opened = open_site(database, web_database, nats_stream, tmp_path, routers=[routes.router])
    async with opened as made:
        yield made


async def number(site: Site) -> str:
    async with site.owner.transaction() as tx:
        return str(await tx.fetchval("SELECT number FROM incidents.incident"))


async def test_a_picture_is_sent_listed_seen_and_audited(site: Site) -> None:
    client, path = site.client("city_duty"), f"/api/v1/incidents/{await number(site)}/pictures"
    sent = await client.post(
        path, content=a_png(), params={"note": "东侧起烟"}, headers={"Idempotency-Key": "one"}
    )
    again = await client.post(
        path, content=a_png(), params={"note": "东侧起烟"}, headers={"Idempotency-Key": "one"}
    )
    assert (sent.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    listed = (await client.get(path)).json()
    (only,) = listed["items"]
    assert (only["note"], only["width"], only["origin"]) == ("东侧起烟", 4, "desk")
    assert listed["visible"]
    shown = await client.get(f"/api/v1/pictures/{only['id']}")
    assert shown.content == a_png()
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"
    async with site.owner.transaction() as tx:
        acts = await tx.fetch("SELECT act FROM access.audit ORDER BY seq")
    assert [row["act"] for row in acts][-2:] == ["picture.upload", "picture.see"]


async def test_who_may_see_no_people_sees_that_there_are_pictures_and_opens_none(
    site: Site,
) -> None:
    path = f"/api/v1/incidents/{await number(site)}/pictures"
    made = (await site.client("city_duty").post(path, content=a_jpeg())).json()
    auditor = site.client("auditor")
    listed = (await auditor.get(path)).json()
    assert (len(listed["items"]), listed["visible"]) == (1, False)
    assert (await auditor.get(f"/api/v1/pictures/{made['id']}")).status_code == 403
    assert (await auditor.post(path, content=a_jpeg())).status_code == 403


async def test_a_picture_of_another_town_is_not_there(site: Site) -> None:
    path = f"/api/v1/incidents/{await number(site)}/pictures"
    made = (await site.client("city_duty").post(path, content=a_jpeg())).json()
    assert TOWN != "330282101"
    office = site.client("town_office")
    for address in (path, f"/api/v1/pictures/{made['id']}"):
        assert (await office.get(address)).status_code == 404
    assert (await office.post(path, content=a_jpeg())).status_code == 404


async def test_what_is_no_picture_is_refused_and_a_lost_file_is_said(
    site: Site, tmp_path: Path
) -> None:
    client, path = site.client("city_duty"), f"/api/v1/incidents/{await number(site)}/pictures"
    assert (await client.post(path, content=b"<html>")).status_code == 422
    made = (await client.post(path, content=a_jpeg())).json()
    for file in (tmp_path / "pictures").rglob("*.jpg"):
        file.unlink()
    assert (await client.get(f"/api/v1/pictures/{made['id']}")).status_code == 404


async def test_the_weather_door_answers_with_nothing_while_nobody_observed(site: Site) -> None:
    answer = await site.client("auditor").get(f"/api/v1/incidents/{await number(site)}/weather")
    assert answer.json() == {"items": []}
    missing = await site.client("auditor").get("/api/v1/incidents/none/weather")
    assert missing.status_code == 404
