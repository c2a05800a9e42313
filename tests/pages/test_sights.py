"""Wind, pictures and a lookout's cone on the incident's page, wide and on a phone."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.pages.desk import Desk, Fires
from tests.sights.makers import a_png

pytestmark = pytest.mark.pages

OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


def camera_csv(place: dict[str, Any]) -> bytes:
    """A lookout two kilometres west of a place, and a camera in it that nobody may ask."""
    west = place["lon"] - 0.02
    return (
        "id,name,kind,town,lon,lat,height_m,place_id,snapshot_url\n"
        f"L1,新浦电信塔,高空瞭望,{place['town_name']},{west:.6f},{place['lat']:.6f},60,,\n"
    ).encode()


async def looked_at(page: Page) -> None:
    """The canvas of the near map has drawn something else than its ground."""
    drawn = """() => {
        const canvas = document.querySelector('.near canvas');
        if (!canvas || !canvas.width) return false;
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(data.buffer)).size > 3;
    }"""
    await page.wait_for_function(drawn)


async def test_wind_and_pictures_stand_beside_the_map(
    desk: Desk, fires: Fires, tmp_path: Path
) -> None:
    page = desk.page
    place = fires.place("school")
    number = fires.burn(place)
    await desk.go(f"#/incidents/{number}")
    await expect(page.locator(".near .wind-sign")).to_contain_text("演示数据，不是实况")
    await expect(page.locator(".strip")).to_have_count(0)
    with desk.house.client() as client:
        sent = client.post(
            f"/api/v1/incidents/{number}/pictures",
            params={"note": "东侧起烟"},
            content=a_png(64, 48),
        )
    assert sent.status_code == 201
    await expect(page.locator(".strip img")).to_have_js_property("naturalWidth", 64)
    await looked_at(page)
    await expect(page.locator(".pad:not(.past) .know")).to_contain_text("入口")
    await page.screenshot(path=tmp_path / "incident-1440.png")


async def test_a_cone_is_drawn_where_no_place_is_known(
    desk: Desk, fires: Fires, tmp_path: Path
) -> None:
    page = desk.page
    place = fires.place("school")
    secret = tomllib.loads((desk.house.folder / "secrets.toml").read_text())["push_secret"]
    with desk.house.client("admin") as client:
        client.post("/api/v1/import/cameras", params={"commit": True}, content=camera_csv(place))
        seen = {"camera": "L1", "class": "smoke", "bearing_deg": 70.0}
        assert client.post(f"/push/lookout/{secret}", json=seen).status_code == 200
        number = ""
        for _try in range(200):
            asked = client.get("/api/v1/incidents", params={"open": True}).json()["items"]
            lone = [row for row in asked if not row["registered"]]
            if lone:
                number = lone[0]["number"]
                break
    assert number
    await desk.go(f"#/incidents/{number}")
    await expect(page.locator(".head .say")).to_contain_text("新浦电信塔 070°高空瞭望发现烟火")
    await looked_at(page)
    await expect(page.locator(".near .wind-sign")).to_contain_text("演示数据")
    await page.screenshot(path=tmp_path / "cone-1440.png")


async def test_a_phone_shows_them_in_one_column(phone: Desk, fires: Fires, tmp_path: Path) -> None:
    page = phone.page
    number = fires.burn(fires.place("school"))
    with phone.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/pictures", content=a_png(64, 48))
    await phone.go(f"#/incidents/{number}")
    await expect(page.locator(".wind-sign")).to_contain_text("演示数据")
    await page.locator(".strip").scroll_into_view_if_needed()
    await expect(page.locator(".strip img")).to_have_js_property("naturalWidth", 64)
    assert not await page.evaluate(OVERFLOW)
    await page.screenshot(path=tmp_path / "incident-390.png")
    await phone.go(f"#/incidents/{number}/map")
    await expect(page.locator(".near .wind-sign")).to_be_visible()
    await page.screenshot(path=tmp_path / "incident-map-390.png")
