"""Several people at the desks: in whose hand an incident is, shifts, floods, and what is undone."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires
from tests.pages.test_people import PASSWORD, a_person
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages

FLOOD = 10


@pytest.fixture
async def other(house: RunningHouse, browser: Browser, fires: Fires) -> AsyncIterator[Desk]:
    """A second officer of the city's desk, at a window of their own."""
    assert fires.house is house
    a_person(house, "wu.min", "city_duty")
    made = await (await Desk.of(house, browser)).sign_in("wu.min", PASSWORD)
    yield made
    await made.close()
    assert made.complaints == []


async def test_two_officers_at_one_incident_know_of_each_other(
    desk: Desk, other: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await other.choose(number)
    await expect(desk.page.locator(".held")).to_contain_text("无人认领")
    await desk.page.keyboard.press("a")
    await expect(desk.page.locator(".held")).to_contain_text("你在处置")
    await expect(other.page.locator(".held.others")).to_contain_text("在处置")
    await expect(other.row(number)).to_contain_text("处置")
    assert await findings(other.page) == []
    # What a colleague has in hand takes a second press; more help never does.
    await other.page.keyboard.press("s")
    await expect(other.page.locator(".outcome.bad")).to_contain_text("再按一次")
    await expect(other.page.locator(".sheet")).to_have_count(0)
    await other.page.keyboard.press("s")
    await expect(other.page.locator(".sheet")).to_be_visible()
    await other.page.keyboard.press("Escape")
    await other.page.keyboard.press("u")
    await expect(other.page.locator(".head .lvl .lvt")).to_contain_text("F2")
    await other.page.keyboard.press("c")
    await expect(other.page.locator(".held")).to_contain_text("你在处置")
    await expect(desk.page.locator(".held.others")).to_contain_text("wu.min")
    # And back again, as a gift.
    await other.page.keyboard.press("h")
    choose = other.page.get_by_label("转交给谁")
    await choose.select_option(index=1)
    await expect(other.page.locator(".held.others")).to_contain_text("wu.min转交")


async def test_a_shift_is_handed_over_with_what_is_in_hand_and_a_note(
    desk: Desk, other: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("c")
    await expect(desk.page.locator(".held")).to_contain_text("你在处置")
    await desk.page.get_by_role("link", name="交接班").click()
    await expect(desk.page.locator(".give")).to_contain_text(number)
    await desk.page.get_by_label("下一班该知道的").fill("染厂蒸汽到六点")
    await desk.page.get_by_label("接班人", exact=True).select_option(label="wu.min")
    await desk.page.get_by_role("button", name="交班", exact=True).click()
    await expect(desk.page.locator(".offers")).to_contain_text("等待接班")
    assert await findings(desk.page) == []
    offered = other.page.locator(".left .offers")
    await expect(offered).to_contain_text("染厂蒸汽到六点")
    await offered.get_by_role("button", name="接班").click()
    await expect(offered).to_have_count(0)
    await other.choose(number)
    await expect(other.page.locator(".held")).to_contain_text("交给你处置")
    await expect(desk.page.locator("tbody tr").first).to_contain_text("接班")
    await expect(desk.page.locator(".offers")).to_have_count(0)


async def test_an_acknowledgement_is_taken_back_with_one_key(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("a")
    go = desk.page.locator(".act .go")
    await expect(desk.page.locator('.oth [data-act="unacknowledge"]')).to_be_visible()
    await desk.page.keyboard.press("z")
    await expect(go).to_have_attribute("data-act", "acknowledge")
    await expect(desk.page.locator("#timeline li").first).to_contain_text("值守席")
    assert fires.incident(number)["desk_acknowledged_at"] is None


async def test_a_flood_is_grouped_by_town_and_confirmed_fires_stand_alone(
    desk: Desk, fires: Fires
) -> None:
    numbers = [fires.burn(fires.place()) for _ in range(FLOOD)]
    with fires.house.client() as client:
        client.post(f"/api/v1/incidents/{numbers[0]}/raise", json={"level": 3})
    groups = desk.page.locator(".queue .group")
    await expect(groups.first).to_be_visible()
    await expect(desk.row(numbers[0])).to_be_visible()
    in_groups = [int(re.findall(r"(\d+) 起", text)[0]) for text in await groups.all_inner_texts()]
    alone = await desk.numbers()
    assert sum(in_groups) + len(alone) == FLOOD
    assert alone[0] == numbers[0]
    assert await findings(desk.page) == []
    hidden = next(one for one in numbers if one not in alone)
    town = fires.incident(hidden)["place"]["town_code"]
    await desk.page.locator(f'[data-group="{town}"]').click()
    await expect(desk.row(hidden)).to_be_visible()
    await desk.page.keyboard.press("f")
    await expect(groups).to_have_count(0)
    assert len(await desk.numbers()) == FLOOD


async def test_sound_is_chosen_by_level_and_remembered(desk: Desk) -> None:
    sounds = desk.page.locator('[data-act="sounds"]')
    await expect(sounds).to_contain_text("F2–F4")
    await desk.page.keyboard.press("v")
    await expect(sounds).to_contain_text("仅 F3 F4")
    await desk.page.reload()
    await expect(sounds).to_contain_text("仅 F3 F4")
