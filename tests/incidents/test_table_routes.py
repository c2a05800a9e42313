"""Incidents leave as a file with the filters of their list, page after page, none twice."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.web.makers import HERE, THERE, Site, open_site
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.incidents import routes, table_routes

FIRST = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
INCIDENT = """
INSERT INTO incidents.incident (id, number, place_id, place_name, category, town_code, level,
    level_peak, state, profile, policy_version, opened_at, last_at, log_odds_milli, sentence,
    closed_at, disposition)
VALUES ('i' || $1, 'N' || $1, 'p', '宏达', 'rental', $2, 1, 2, 'closed', 'validated', '1',
    $3::timestamptz, $3::timestamptz, 0, '{"key": "incident.sensor", "params": {}}',
    $3::timestamptz + interval '90 seconds', 'nuisance')
"""


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """Five incidents a minute apart, the last one of another town."""
    async with database.transaction("*") as tx:
        for n in range(5):
            town = THERE if n == 4 else HERE
            await tx.execute(INCIDENT, str(n), town, FIRST + timedelta(minutes=n))
    routers = [routes.router, table_routes.table_router(routes.wanted_of)]
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as opened:
        yield opened


async def numbers(site: Site, role: str, **query: Any) -> list[str]:
    answer = await site.client(role).get("/api/v1/tables/incidents", params=query)
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return [line[0] for line in lines[1:]]


async def test_every_page_once_newest_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_routes, "PAGE_ROWS", 2)
    assert await numbers(site, "city_duty") == ["N4", "N3", "N2", "N1", "N0"]


async def test_filters_and_towns_narrow_it(site: Site) -> None:
    assert await numbers(site, "town_office") == ["N3", "N2", "N1", "N0"]
    since = (FIRST + timedelta(minutes=2)).isoformat()
    assert await numbers(site, "city_duty", since=since, town=HERE) == ["N3", "N2"]
    assert await numbers(site, "unit_head") == []


async def test_codes_are_words_and_times_the_citys(site: Site) -> None:
    asked = {"columns": "opened_at,category,disposition,took_min,state", "lang": "zh"}
    answer = await site.client("city_duty").get("/api/v1/tables/incidents", params=asked)
    line = answer.content.decode("utf-8-sig").splitlines()[-1]
    assert line == "2026-06-01 12:00:00,10 人以上出租房,误报,1.5,已结案"
