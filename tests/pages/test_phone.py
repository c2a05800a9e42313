"""The same incident on a phone, 390 × 844, with a thumb."""

import pytest
from playwright.async_api import expect

from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages

TOUCH_MIN_PX = 56
NEXT_ACTION_PX = 72
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


async def _heights(desk: Desk, selector: str) -> list[float]:
    found: list[float] = await desk.page.eval_on_selector_all(
        selector, "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    return found


async def test_queue_incident_and_map_are_views_and_nothing_sticks_out(
    phone: Desk, fires: Fires
) -> None:
    place = fires.place()
    number = fires.burn(place)
    await phone.row(number).tap()
    await expect(phone.page.locator(".head h1")).to_have_text(place["name"])
    await expect(phone.page.locator("#timeline li").first).to_be_attached()
    assert not await phone.page.evaluate(OVERFLOW)
    await phone.page.locator(".views a", has_text="地图").tap()
    await expect(phone.page.locator(".near canvas")).to_be_visible()
    assert not await phone.page.evaluate(OVERFLOW)
    await phone.page.locator(".views a").first.tap()
    await expect(phone.row(number)).to_be_visible()
    assert not await phone.page.evaluate(OVERFLOW)


async def test_thumbs_find_every_button(phone: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await expect(phone.row(number)).to_be_visible()
    assert min(await _heights(phone, ".phonebar nav a, .queue li > button")) >= TOUCH_MIN_PX
    await phone.go(f"#/incidents/{number}")
    await expect(phone.page.locator(".act .go")).to_be_visible()
    assert await _heights(phone, ".act .go") == [NEXT_ACTION_PX]
    await phone.page.get_by_role("button", name="更多").tap()
    small = min(await _heights(phone, ".act button, .views a"))
    assert small >= TOUCH_MIN_PX


async def test_a_fire_is_confirmed_with_one_thumb(phone: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await phone.go(f"#/incidents/{number}")
    await phone.page.locator('.two [data-act="confirm"]').tap()
    await expect(phone.page.locator('.lanes [data-party="cad_119"]').first).to_be_attached()
    assert fires.incident(number)["level"] >= 3


async def test_no_fire_on_site_is_recorded_with_its_cause(phone: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await phone.go(f"#/incidents/{number}")
    await phone.page.get_by_role("button", name="更多").tap()
    await phone.page.locator('.more [data-act="no-fire"]').tap()
    await phone.page.locator(".sheet label", has_text="做饭油烟").tap()
    await phone.page.locator('[data-act="send-no-fire"]').tap()
    await expect(phone.page.locator(".sheet")).to_have_count(0)
    assert fires.incident(number)["cause"] == "cooking"
