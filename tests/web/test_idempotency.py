"""A repeated write gives the first answer again and happens once."""

import asyncio

import pytest

from tests.web.makers import THERE, Site

UNIT = {"name": "new unit"}


async def units(site: Site) -> int:
    async with site.owner.connection() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM premises.unit"))


async def test_the_same_key_gives_the_same_answer_and_one_effect(site: Site) -> None:
    client = site.client("city_duty", Idempotency_Key="k1")
    first = await client.post("/api/v1/try/units", json=UNIT)
    again = await client.post("/api/v1/try/units", json=UNIT)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await units(site) == 3


async def test_ten_repeats_at_once_happen_once(site: Site) -> None:
    client = site.client("city_duty", Idempotency_Key="k2")
    asked = [client.post("/api/v1/try/units", json=UNIT) for _ in range(10)]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await units(site) == 3


async def test_the_same_key_with_another_request_is_refused(site: Site) -> None:
    client = site.client("city_duty", Idempotency_Key="k3")
    await client.post("/api/v1/try/units", json=UNIT)
    other = await client.post("/api/v1/try/units", json={"name": "other unit"})
    assert other.status_code == 409
    assert await units(site) == 3


async def test_the_same_key_of_another_person_is_another_key(site: Site) -> None:
    for role in ("city_duty", "admin"):
        client = site.client(role, Idempotency_Key="k4")
        assert (await client.post("/api/v1/try/units", json=UNIT)).status_code == 201
    assert await units(site) == 4


async def test_without_a_key_each_request_counts(site: Site) -> None:
    client = site.client("city_duty")
    for _ in range(2):
        await client.post("/api/v1/try/units", json=UNIT)
    assert await units(site) == 4


async def test_a_request_that_failed_keeps_nothing_and_may_be_tried_again(site: Site) -> None:
    client = site.client("city_duty", Idempotency_Key="k5")
    undone = await client.post("/api/v1/try/units", json={"name": "undo"})
    assert undone.status_code == 409
    assert await units(site) == 2
    again = await client.post("/api/v1/try/units", json={"name": "undo"})
    assert "idempotency-replayed" not in again.headers


async def test_an_answer_that_holds_a_secret_is_not_kept(site: Site) -> None:
    admin = site.client("admin", Idempotency_Key="k6")
    me = (await admin.get("/api/v1/session")).json()["person"]["id"]
    issued = await admin.post("/api/v1/tokens", json={"person_id": me})
    again = await admin.post("/api/v1/tokens", json={"person_id": me})
    assert issued.status_code == 201
    assert again.status_code == 409
    async with site.owner.connection() as connection:
        kept = await connection.fetchval("SELECT body FROM engines.idempotency")
    assert kept == b""


async def test_a_cause_is_the_same_for_a_repeat_and_new_otherwise(site: Site) -> None:
    with_key = site.client("city_duty", Idempotency_Key="k7")
    without = site.client("city_duty")
    causes = [(await with_key.post("/api/v1/try/cause")).json()["cause"] for _ in range(2)]
    others = [(await without.post("/api/v1/try/cause")).json()["cause"] for _ in range(2)]
    assert causes[0] == causes[1]
    assert len({causes[0], *others}) == 3


@pytest.mark.parametrize("key", ["x" * 201, "a\tb"])
async def test_an_unusable_key_is_told_so(site: Site, key: str) -> None:
    client = site.client("city_duty", Idempotency_Key=key)
    answer = await client.post("/api/v1/try/units", json=UNIT)
    assert answer.status_code == 422
    assert answer.json()["field"] == "Idempotency-Key"


async def test_a_write_into_another_town_is_refused_by_the_database_itself(site: Site) -> None:
    client = site.client("town_office")
    answer = await client.post("/api/v1/try/units", json={"name": "far", "town": THERE})
    assert answer.status_code == 403
    assert await units(site) == 2
