"""Who comes in, in which language and light, and who may only look."""

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.pages.desk import Desk, Fires
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages

PASSWORD = "watchtower over the river 31"


def _person(house: RunningHouse, login: str, role: str, towns: list[str]) -> None:
    """A person who can sign in; made once a house."""
    body = {"login": login, "name": "周审计", "role": role, "towns": towns, "password": PASSWORD}
    with house.client("admin") as client:
        answer = client.post("/api/v1/people", json=body)
    assert answer.status_code in {httpx.codes.OK, httpx.codes.CREATED, httpx.codes.CONFLICT}


async def test_a_wrong_password_is_told_in_plain_words(
    house: RunningHouse, browser: Browser
) -> None:
    desk = await Desk.of(house, browser)
    await desk.page.goto(house.url)
    await desk.page.fill("[name=login]", "nobody")
    await desk.page.fill("[name=password]", "not the password")
    await desk.page.click(".go")
    alert = desk.page.get_by_role("alert")
    await expect(alert).to_be_visible()
    assert "401" not in await alert.inner_text()
    await expect(desk.page.locator(".top")).to_have_count(0)
    await desk.close()


async def test_a_session_outlives_a_reload_and_ends_at_sign_out(desk: Desk) -> None:
    await desk.page.reload()
    await expect(desk.page.locator(".top .who-sits")).to_be_visible()
    await desk.page.get_by_role("button", name="退出").click()
    await expect(desk.page.locator("[name=password]")).to_be_visible()
    await desk.page.reload()
    await expect(desk.page.locator("[name=password]")).to_be_visible()


async def test_english_and_the_dark_are_one_press_away_and_remembered(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.get_by_role("button", name="EN", exact=True).click()
    await desk.page.get_by_role("button", name="Dark", exact=True).click()
    await desk.page.reload()
    await expect(desk.page.locator(".queue-head h2")).to_contain_text("to handle")
    await expect(desk.page.locator(".act .go")).to_contain_text("Acknowledge")
    html = desk.page.locator("html")
    await expect(html).to_have_attribute("lang", "en")
    await expect(html).to_have_attribute("data-theme", "dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert await desk.page.evaluate(ground) == "rgb(17, 18, 19)"


async def test_an_auditor_sees_everything_and_can_press_nothing(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    _person(house, "audit.pages", "auditor", ["*"])
    number = fires.burn(fires.place())
    desk = await (await Desk.of(house, browser)).sign_in("audit.pages", PASSWORD)
    await desk.choose(number)
    await expect(desk.page.locator(".readonly .ro")).to_contain_text("你可以看，不能改")
    assert await desk.page.locator(".act button").count() == 0
    await desk.page.keyboard.press("u")
    await desk.page.keyboard.press("d")
    await expect(desk.page.locator(".sheet")).to_have_count(0)
    assert fires.incident(number)["level"] == 1
    await desk.close()
    assert desk.complaints == []


async def test_a_town_sees_only_its_own_fires(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    place = fires.place()
    elsewhere = "330282107" if place["town_code"] != "330282107" else "330282108"
    _person(house, "town.pages", "town_office", [elsewhere])
    number = fires.burn(place)
    desk = await (await Desk.of(house, browser)).sign_in("town.pages", PASSWORD)
    await expect(desk.page.locator(".queue .done").first).to_contain_text("没有待处置的警情")
    await desk.go(f"#/incidents/{number}")
    await expect(desk.page.get_by_role("alert")).to_contain_text("没有取到")
    await desk.close()
