"""The wall: live, every number opens to its records, on the screens that it is made for."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages

SCREENS = ((1920, 1080), (3840, 2160))
NARROW = (1440, 390)
OVERFLOWS = """() => {
  const wall = document.querySelector('.wall');
  const wide = wall.scrollWidth > wall.clientWidth;
  const high = wall.scrollHeight > wall.clientHeight;
  const cut = [...wall.querySelectorAll('.wall-col')].filter(
    (one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
  return {wide, high, cut: cut.length};
}"""
SMALLEST = """() => Math.min(
  ...[...document.querySelectorAll('.wall :is(a, b, small, span, h2, p)')]
  .filter((one) => one.textContent.trim() && one.offsetParent)
  .map((one) => Number.parseFloat(getComputedStyle(one).fontSize)))"""


@pytest.fixture
async def wall(house: RunningHouse, browser: Browser, fires: Fires) -> AsyncIterator[Desk]:
    """The wall on the screen it is made for, its figures read."""
    assert fires.house is house
    made = await (await Desk.of(house, browser, width=1920, height=1080)).sign_in()
    await opened(made)
    yield made
    await made.close()
    assert made.complaints == []
    assert made.foreign == []


async def opened(desk: Desk) -> None:
    await desk.go("#/wall")
    await expect(desk.page.locator(".funnel li")).to_have_count(5)
    await expect(desk.page.locator(".ranks [data-operator]")).to_have_count(12)


async def step(desk: Desk, name: str) -> int:
    """How many the funnel shows at this step."""
    text = await desk.page.locator(f'[data-step="{name}"] a').inner_text()
    return int(re.sub(r"\D", "", text))


async def test_a_fire_is_on_the_wall_at_once_and_among_the_last_ones_after(
    wall: Desk, fires: Fires
) -> None:
    await expect(wall.page.locator(".wall-listed")).to_contain_text("现在没有待处置的警情")
    incidents, real = await step(wall, "incidents"), await step(wall, "fires")
    place = fires.place()
    number = fires.burn(place, 2)
    await expect(wall.page.locator(".wall-listed")).to_contain_text(place["name"])
    await expect(wall.page.locator('[data-step="incidents"] a')).to_have_text(f"{incidents + 1}起")
    with wall.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/close", json={"disposition": "fire"})
    await expect(wall.page.locator('[data-step="fires"] a')).to_have_text(f"{real + 1}起")
    first = wall.page.locator(".last li").first
    await expect(first).to_contain_text(place["name"])
    await expect(wall.page.locator(".wall-listed")).to_contain_text("现在没有待处置的警情")
    await first.locator("a").click()
    await expect(wall.page.locator(".head .facts").first).to_contain_text(number)


async def test_the_number_of_a_step_opens_its_incidents(wall: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place(), 2)
    with wall.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/close", json={"disposition": "fire_damaging"})
    await expect(wall.page.locator(".last a").first).to_have_attribute(
        "href", f"#/incidents/{number}"
    )
    for name in ("incidents", "f2", "fires"):
        counted = await step(wall, name)
        await wall.page.locator(f'[data-step="{name}"] a').click()
        await expect(wall.page.locator(".history tbody tr")).to_have_count(counted)
        await opened(wall)


async def test_a_filter_that_a_number_brought_is_shown_and_can_be_dropped(wall: Desk) -> None:
    await wall.page.locator('[data-step="fires"] a').click()
    chip = wall.page.locator(".chip")
    await expect(chip).to_have_count(2)
    await wall.page.get_by_role("button", name="去掉条件：真火").click()
    await expect(chip).to_have_count(1)
    await expect(chip).to_contain_text("不含演练和测试")


async def test_an_operators_share_opens_the_devices_behind_it(wall: Desk) -> None:
    row = wall.page.locator(".ranks [data-operator]").first
    name = await row.locator("a").first.inner_text()
    await row.locator("a").nth(1).click()
    rows = wall.page.locator(".devices tbody tr")
    await expect(rows).to_have_count(100)
    await expect(rows.first).to_contain_text(name)
    await wall.page.locator(".wide").click()
    await expect(rows).to_have_count(200)
    await rows.first.locator("td a").nth(1).click()
    await expect(wall.page.locator(".record-head h1")).to_be_visible()
    assert await findings(wall.page) == []


async def test_a_towns_coverage_opens_the_places_that_lack_it(wall: Desk) -> None:
    row = wall.page.locator(".ranks [data-town]").last  # where no other test made a device speak
    town = await row.locator("a").first.inner_text()
    await row.locator("a").nth(1).click()
    rows = wall.page.locator(".devices tbody tr")
    await expect(rows).to_have_count(100)
    await expect(rows.first).to_contain_text(town)
    assert await findings(wall.page) == []
    await wall.page.select_option(".filters select >> nth=0", "true")
    await expect(wall.page.locator(".devices .none")).to_have_text("没有符合条件的场所。")


@pytest.mark.parametrize(("width", "height"), SCREENS)
async def test_it_fills_a_large_screen_without_scrolling(
    wall: Desk, width: int, height: int
) -> None:
    await wall.page.set_viewport_size({"width": width, "height": height})
    assert await wall.page.evaluate(OVERFLOWS) == {"wide": False, "high": False, "cut": 0}
    assert await wall.page.evaluate(SMALLEST) == pytest.approx(14 * width / 1920, abs=0.01)
    assert await findings(wall.page) == []
    await wall.page.get_by_role("button", name="EN", exact=True).click()
    await wall.page.get_by_role("button", name="Dark", exact=True).click()
    await expect(wall.page.locator("#wall-today")).to_have_text("Today, from warning to fire")
    assert await wall.page.evaluate(OVERFLOWS) == {"wide": False, "high": False, "cut": 0}
    assert await findings(wall.page) == []


@pytest.mark.parametrize("width", NARROW)
async def test_on_a_small_screen_it_stacks_and_nothing_is_cut_off(wall: Desk, width: int) -> None:
    await wall.page.set_viewport_size({"width": width, "height": 900})
    told = await wall.page.evaluate(OVERFLOWS)
    assert (told["wide"], told["cut"]) == (False, 0)
    assert await wall.page.evaluate(SMALLEST) >= 12
    assert await findings(wall.page) == []


async def test_figures_that_cannot_be_read_say_so_and_the_map_stays(
    desk: Desk, fires: Fires
) -> None:
    place = fires.place()
    fires.burn(place)
    await desk.page.route("**/api/v1/wall", lambda route: route.abort())
    await desk.go("#/wall")
    await expect(desk.page.locator(".wall .broken")).to_contain_text("大屏数字没有取到")
    await expect(desk.page.locator(".wall-listed")).to_contain_text(place["name"])
    await desk.page.unroute("**/api/v1/wall")
    await desk.page.locator(".wall .broken button").click()
    await expect(desk.page.locator(".funnel li")).to_have_count(5)
    await desk.context.set_offline(True)
    await expect(desk.page.locator(".wall-as-of.stale")).to_contain_text("停在")
    await expect(desk.page.locator(".funnel li")).to_have_count(5)
    await desk.context.set_offline(False)
    await expect(desk.page.locator(".wall-as-of.stale")).to_have_count(0)
    desk.complaints.clear()  # the browser says that requests failed meanwhile


async def test_the_bars_lead_to_the_wall(desk: Desk) -> None:
    await desk.page.get_by_role("navigation").get_by_role("link", name="大屏").first.click()
    await expect(desk.page.locator(".wall")).to_be_visible()
    await expect(desk.page.locator('.pages [aria-current="page"]')).to_have_text("大屏")
