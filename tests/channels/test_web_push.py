"""Web pushes: encrypted for one browser, signed by this house, ended when the browser is gone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.channels.cad_house import served
from tests.channels.provider_house import (
    PAGE_SECRET,
    Texting,
    WebPushSettings,
    texting,
    told_by,
)
from wanghuo.channels import push_crypto
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.simulator.push_peer import PushService
from wanghuo.web import page_link
from wanghuo.web.page_link import token

PRIVATE = push_crypto.new_private_key()


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    made = PushService(WallClock())
    async with served(made.app) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


@pytest.fixture
async def house(
    database: Database, web_database: Database, nats_stream: Stream, tmp_path: Path
) -> AsyncIterator[Texting]:
    policy = told_by({"unit": ("push",)})
    pushes = WebPushSettings(private_key=PRIVATE, timeout_s=1.0)
    opened = texting(database, web_database, nats_stream, tmp_path, policy, web_push=pushes)
    async with opened as made:
        yield made


async def link(house: Texting) -> str:
    """The path of the page of the unit's first notice."""
    (row,) = await house.rows(
        "SELECT id, planned_at FROM notices.notice WHERE channel = 'push' ORDER BY planned_at"
        " LIMIT 1"
    )
    made = token(PAGE_SECRET, row["id"], row["planned_at"], timedelta(hours=24))
    return f"{page_link.PATH}{made}/push"


async def subscribed(house: Texting, service: PushService) -> dict[str, Any]:
    """Burn, open the page, switch pushes on: as a phone does."""
    await house.burn(place="P1")
    await house.eventually("push", lambda one: one["outcome"] == "push_nobody")
    path = await link(house)
    client = house.site.client()
    key = (await client.get(path)).json()["key"]
    wish = service.browser(key)
    answer = await client.post(path, json=wish)
    assert answer.status_code == 201, answer.text
    return wish


async def test_a_page_that_switched_pushes_on_gets_the_next_fire(
    house: Texting, service: PushService
) -> None:
    await subscribed(house, service)
    (row,) = await house.rows("SELECT contact_id, party_id FROM channels.subscription")
    assert row["contact_id"] == "C-unit-U-P1-1"
    await again(house)
    notice = await house.eventually("push", lambda one: one["state"] == "sent")
    assert notice["said"]["zh"] == "网页推送已发出：已推送到浏览器（1）"
    assert service.refused == []
    (got,) = service.got
    assert got["zh"]["title"] == "尚未确认：Hongda P1"
    assert "Where: Hongda P1" in got["en"]["body"]
    assert got["url"].startswith(f"{house.site.url}/r/")
    (headers,) = service.headers
    assert headers["urgency"] == "high"


async def again(house: Texting) -> None:
    """The same notice once more: as the caller does when a party is rung again."""
    async with house.site.owner.transaction() as tx:
        await tx.execute(
            "UPDATE notices.notice SET state = 'planned', due_at = now()"
            " WHERE channel = 'push' AND state = 'failed'"
        )
        await tx.execute("SELECT pg_notify('notices', '')")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_removed_with_a_record(
    house: Texting, service: PushService, status: int
) -> None:
    await subscribed(house, service)
    service.statuses.append(status)
    await again(house)
    await house.eventually("push", lambda one: one["outcome"] == "push_gone")
    (row,) = await house.rows("SELECT gone_at, gone_why FROM channels.subscription")
    assert row["gone_at"] is not None
    assert row["gone_why"] == f"http_{status}"
    await again(house)
    await house.eventually("push", lambda one: one["outcome"] == "push_nobody")
    assert service.got == []


async def test_a_service_that_stumbles_is_tried_again(house: Texting, service: PushService) -> None:
    await subscribed(house, service)
    service.statuses.extend([503, 429])
    await again(house)
    notice = await house.eventually("push", lambda one: one["state"] == "sent")
    assert notice["attempts"] >= 3
    assert len(service.got) == 1


async def test_a_subscription_needs_a_link_and_real_keys(
    house: Texting, service: PushService
) -> None:
    wish = await subscribed(house, service)
    client, path = house.site.client(), await link(house)
    forged = await client.post("/r/forged/push", json=wish)
    assert forged.status_code == 401
    bad_keys = {**wish, "keys": {"p256dh": "A" * 87, "auth": "A" * 22}}
    plain = {**wish, "endpoint": "http://push.example.org/x"}
    for body in (bad_keys, plain, {}):
        assert (await client.post(path, json=body)).status_code == 422
    for _ in range(9):
        assert (await client.post(path, json=service.browser("k"))).status_code == 201
    assert (await client.post(path, json=service.browser("k"))).status_code == 422
    assert (await client.post(path, json=wish)).status_code == 201, "the same again is harmless"


def test_the_example_of_rfc_8291_is_encrypted_as_printed() -> None:
    """RFC 8291, appendix A."""
    body = push_crypto.encrypted(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        push_crypto.unb64("DGv6ra1nlYgDCS1FRnbzlw"),
        "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
    )
    assert push_crypto.b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_token_says_for_whom_and_until_when() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    header = push_crypto.authorization(
        "https://push.example.org:8443/x/y", PRIVATE, "mailto:a@b.c", now
    )
    claims = push_crypto.unb64(header.split("t=")[1].split(".")[1]).decode()
    assert '"aud":"https://push.example.org:8443"' in claims
    assert f'"exp":{int(now.timestamp()) + 43_200}' in claims
