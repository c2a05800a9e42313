"""The map: every place of the city, live states on it, a place's card, search."""

import pytest
from playwright.async_api import expect

from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages

INK = """() => {
  const canvas = document.querySelector('.city canvas');
  const seen = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Map();
  for (let i = 0; i < seen.length; i += 4) {
    const colour = `${seen[i]},${seen[i + 1]},${seen[i + 2]}`;
    colours.set(colour, (colours.get(colour) ?? 0) + 1);
  }
  return Object.fromEntries([...colours].sort((a, b) => b[1] - a[1]).slice(0, 400));
}"""
DOT = "127,131,135"  # --mark of the light theme
F1 = "156,81,65"
DRAWN = f"([colour, pixels]) => (({INK})()[colour] ?? 0) > pixels"


async def drawn(desk: Desk, colour: str, pixels: int) -> None:
    """Wait until the map shows this colour in more than so many pixels."""
    await desk.page.wait_for_function(DRAWN, arg=[colour, pixels], polling=100)


async def test_all_52_000_places_are_on_the_map(desk: Desk) -> None:
    await desk.go("#/map")
    await expect(desk.page.locator(".city-note")).to_contain_text("52,000 处场所")
    await expect(desk.page.locator(".city canvas")).to_have_attribute(
        "aria-label", "全市地图：52,000 处场所，0 起警情"
    )
    await drawn(desk, DOT, 10_000)  # many places share a pixel when the whole city is in sight


async def test_a_fire_appears_on_the_open_map_and_opens_its_incident(
    desk: Desk, fires: Fires
) -> None:
    await desk.go("#/map")
    await expect(desk.page.locator(".city-note")).to_contain_text("52,000")
    assert F1 not in await desk.page.evaluate(INK)
    place = fires.place()
    number = fires.burn(place)
    listed = desk.page.locator(".city-open a", has_text=place["name"])
    await expect(listed).to_be_visible()
    await drawn(desk, F1, 0)
    await listed.click()
    await expect(desk.page.locator(".head .facts").first).to_contain_text(number)


async def test_search_finds_a_place_by_name_device_and_phone_and_shows_its_card(
    desk: Desk, fires: Fires
) -> None:
    place = fires.place()
    with desk.house.client() as client:
        numbers = client.post(f"/api/v1/places/{place['id']}/numbers").json()["contacts"]
    phone = next(iter(numbers.values()))
    for words in (place["name"], fires.smokes(place)[0]["origin"], phone):
        await desk.page.keyboard.press("/")
        await desk.page.fill(".find input", words)
        found = desk.page.locator('.find [role="option"]', has_text=place["name"]).first
        await expect(found).to_be_visible()
        await desk.page.keyboard.press("Escape")
    await desk.page.keyboard.press("/")
    await desk.page.fill(".find input", place["id"])
    await expect(desk.page.locator('.find [role="option"]')).to_have_count(1)
    await desk.page.keyboard.press("Enter")
    card = desk.page.locator(".card")
    await expect(card.locator("h2")).to_have_text(place["name"])
    await expect(card).to_contain_text(f"感知设备 {len(place['devices'])} 个")
    await desk.page.keyboard.press("Escape")
    await expect(card).to_have_count(0)


CHANGED = f"before => JSON.stringify(({INK})()) !== before"


async def test_the_map_moves_by_hand_wheel_and_arrow_keys(desk: Desk) -> None:
    await desk.go("#/map")
    await expect(desk.page.locator(".city-note")).to_contain_text("52,000")
    canvas = desk.page.locator(".city canvas")
    pictures = [await _picture(desk)]

    async def moved() -> None:
        await desk.page.wait_for_function(CHANGED, arg=pictures[-1])
        pictures.append(await _picture(desk))

    await canvas.hover(position={"x": 700, "y": 400})
    await desk.page.mouse.down()
    await desk.page.mouse.move(400, 300, steps=4)
    await desk.page.mouse.up()
    await moved()
    await desk.page.mouse.wheel(0, -800)
    await moved()
    await canvas.focus()
    await desk.page.keyboard.press("ArrowLeft")
    await moved()
    assert len(set(pictures)) == 4


async def _picture(desk: Desk) -> str:
    return str(await desk.page.evaluate(f"() => JSON.stringify(({INK})())"))


async def test_the_surroundings_of_an_incident_name_water_and_the_told_forces(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await expect(desk.page.locator(".near canvas")).to_be_visible()
    told = fires.incident(number)
    water = told["water"][0]
    await expect(desk.page.locator(".right")).to_contain_text(water["name"])
    station = next(p["name"] for p in told["parties"] if p["role"] == "micro_station")
    await expect(desk.page.locator(".right")).to_contain_text(station)
