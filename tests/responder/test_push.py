"""Pushes in Chromium: the page offers them, its worker shows what is pushed.

Headless Chromium reaches no push service, so a push is handed to the worker through the browser's
own tools; the way from the house to a push service is in tests/channels/test_web_push.py.
"""

import asyncio
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from tests.responder.cutting import Line
from tests.responder.phones import Town
from tests.responder.test_page import browser, line, opened
from wanghuo.channels import push_crypto
from wanghuo.channels import routes as channels_routes
from wanghuo.settings import WebPushSettings

__all__ = ["browser", "line"]
pytestmark = pytest.mark.pages
WORDS = {
    "tag": "P1",
    "zh": {"title": "尚未确认：宏达塑料", "body": "地点：新浦镇宏达塑料\n情况：烟感报警"},
    "en": {"title": "Not yet confirmed: 宏达塑料", "body": "Where: 宏达塑料"},
}
SHOWN = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(
    ({ title, body, tag, data }) => ({ title, body, url: data.url, tag }));
}"""

LOOKS = 40  # between two tries


@pytest.fixture
def pushing(town: Town) -> Town:
    town.site.app.include_router(channels_routes.router)
    pushes = WebPushSettings(private_key=push_crypto.new_private_key())
    town.site.house.settings = msgspec.structs.replace(town.site.house.settings, web_push=pushes)
    return town


async def pushed(page: Page, url: str) -> list[dict[str, Any]]:
    """Hand a push to the page's worker; what the phone then shows."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    tools = await page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda e: found.extend(e["registrations"]))
    await tools.send("ServiceWorker.enable")
    while not found:
        await page.evaluate("1")
    push = {
        "origin": url.partition("/r/")[0],
        "registrationId": found[0]["registrationId"],
        "data": msgspec.json.encode({**WORDS, "url": url}).decode(),
    }
    shown: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while not shown:  # a worker that only just starts lets the tools' push go by
            await tools.send("ServiceWorker.deliverPushMessage", push)
            for _look in range(LOOKS):
                shown = shown or await page.evaluate(SHOWN)
    return shown


async def test_the_worker_shows_what_is_pushed_in_the_phones_language(
    browser: Browser, line: Line, pushing: Town
) -> None:
    page = await opened(browser, line, await pushing.link("micro_station"))
    await page.context.grant_permissions(["notifications"])
    await page.wait_for_selector("html[data-kept=yes]")
    (shown,) = await pushed(page, page.url)
    assert shown == {
        "title": "尚未确认：宏达塑料",
        "body": "地点：新浦镇宏达塑料\n情况：烟感报警",
        "url": page.url,
        "tag": "P1",
    }


async def test_the_page_offers_pushes_and_says_when_the_browser_forbids_them(
    browser: Browser, line: Line, pushing: Town
) -> None:
    path = await pushing.link("micro_station")
    page = await opened(browser, line, path)
    await page.context.grant_permissions(["notifications"])
    await page.reload()
    button = page.locator("button.push")
    await expect(button).to_have_text("在这部手机上接收火警推送")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= 56


async def test_a_house_without_a_key_offers_nothing(
    browser: Browser, line: Line, town: Town
) -> None:
    town.site.app.include_router(channels_routes.router)
    page = await opened(browser, line, await town.link("micro_station"))
    await page.wait_for_selector("html[data-kept=yes]")
    await expect(page.locator(".push")).to_have_count(0)
