"""A city is filled over HTTP alone, from nothing, and the guide sees each table as it comes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.web.makers import Site, open_site, routers_of_the_product
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.premises.model import TEST_PLACE_ID
from wanghuo.settings import NO_CITY

KINDS = ("towns", "stations", "places", "contacts", "operators", "devices", "water")
BORDER = b'{"type": "Polygon", "coordinates": [[[121, 30], [122, 30], [122, 31], [121, 30]]]}'


@pytest.fixture
async def site(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Site]:
    """The product's doors over tables that hold no city."""
    routers = routers_of_the_product()
    async with open_site(database, web_database, nats_stream, tmp_path, routers=routers) as opened:
        yield opened


async def states(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.get("/api/v1/first-day")
    assert answer.status_code == 200, answer.text
    return {step["key"]: step["state"] for step in answer.json()["steps"]}


async def sent(client: httpx.AsyncClient, kind: str) -> dict[str, Any]:
    """The example of a table, sent back as it is."""
    example = (await client.get(f"/api/v1/import/{kind}/template?format=csv")).content
    answer = await client.post(
        f"/api/v1/import/{kind}?commit=true&file={kind}.csv", content=example
    )
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_the_examples_in_order_are_a_small_city(site: Site) -> None:
    site.house.settings = msgspec.structs.replace(site.house.settings, city=NO_CITY)
    client = site.client("admin")
    assert (await states(client))["towns"] == "todo"
    for kind in KINDS:
        report = await sent(client, kind)
        assert (report["new"], report["errors"]) == (1, []), kind
    after = await states(client)
    assert after["towns"] == "gaps"
    assert {after[key] for key in ("places", "stations")} == {"done"}
    assert after["devices"] == "gaps"
    async with site.owner.transaction() as tx:
        home = await tx.fetchval(
            "SELECT town_code FROM premises.place WHERE id = $1", TEST_PLACE_ID
        )
    assert home == "330282112", "the synthetic fire found a home in the first town"


async def test_the_border_is_drawn_once_it_was_sent(site: Site) -> None:
    client = site.client("admin")
    example = (await client.get("/api/v1/map/outline/template")).content
    assert (await client.put("/api/v1/map/outline", content=example)).json()["corners"] == 5
    kept = await client.put("/api/v1/map/outline", content=BORDER)
    assert kept.json() == {"rings": 1, "corners": 4}
    shown = (await site.client("town_office").get("/api/v1/map/outline")).json()
    assert shown == {"rings": [[[121, 30], [122, 30], [122, 31], [121, 30]]]}
    refused = await client.put("/api/v1/map/outline?file=b.json", content=b"{}")
    assert refused.status_code == 422
    assert refused.json()["field"] == "b.json"


async def test_an_operators_new_key_opens_and_the_old_one_does_not(site: Site) -> None:
    client = site.client("admin")
    body = {"name": "甲公司", "town_code": ""}
    assert (await client.put("/api/v1/operators/cx9", json=body)).status_code == 200
    assert (await client.post("/api/v1/operators/nobody/key")).status_code == 404
    wrong = await client.put("/api/v1/operators/cx9", json={**body, "town_code": "1"})
    assert wrong.json()["field"] == "town_code"
    first = (await client.post("/api/v1/operators/cx9/key")).json()["key"]
    second = await client.post("/api/v1/operators/cx9/key")
    assert second.headers["cache-control"] == "no-store"
    for key, status in ((first, 401), (second.json()["key"], 200)):
        asked = site.client(Authorization=f"Bearer {key}")
        assert (await asked.get("/api/v1/session")).status_code == status
    listed = (await client.get("/api/v1/operators")).json()["items"]
    assert {o["id"]: o["has_key"] for o in listed}["cx9"] is True
    async with site.owner.transaction() as tx:
        acts = [row["act"] for row in await tx.fetch("SELECT act FROM access.audit ORDER BY seq")]
    assert acts == ["operator.put", "operator.key", "operator.key"]
