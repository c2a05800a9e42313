"""The base map of a real extract under the places: in both themes, from our own server."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.pages.desk import Desk
from tests.stories.house import HOME, RunningHouse

pytestmark = pytest.mark.pages

EXTRACT = HOME / "tests" / "golden" / "osm" / "munich_bench_2020.osm.pbf"
BORDER = {
    "type": "Polygon",
    "coordinates": [
        [[11.54, 48.12], [11.62, 48.12], [11.62, 48.16], [11.54, 48.16], [11.54, 48.12]]
    ],
}  # fmt: skip
COUNT = """(colour) => {
    const canvas = document.querySelector('.city canvas');
    if (!canvas || !canvas.width) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4)
        if (colour.every((part, at) => data[i + at] === part)) found += 1;
    return found;
}"""
SEEN = 100  # pixels of exactly this colour that must be there
ROAD = {"light": [255, 255, 255], "dark": [19, 20, 21]}
WATER = {"light": [207, 216, 220], "dark": [35, 44, 49]}


@pytest.fixture(scope="module")
def grounded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house without a city, with a border and an imported extract."""
    house = RunningHouse(tmp_path_factory.mktemp("ground") / "data", ("--empty",)).start()
    with house.client("admin") as client:
        assert client.put("/api/v1/map/outline", json=BORDER).status_code == 200
    command = ["-m", "wanghuo", "roads", "import", str(EXTRACT), "--data", str(house.folder)]
    told = subprocess.run(
        [sys.executable, *command],
        cwd=HOME, env={**os.environ, "PYTHONPATH": str(HOME / "src")},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "base map: " in told.stdout
    yield house
    house.interrupt()


async def drawn(page: Page, colour: list[int]) -> None:
    await page.wait_for_function(f"(colour) => ({COUNT})(colour) > {SEEN}", arg=colour)


async def test_roads_and_water_are_drawn_in_both_themes_and_kept(
    grounded: RunningHouse, browser: Browser
) -> None:
    desk = await (await Desk.of(grounded, browser)).sign_in()
    page, answers = desk.page, list[int]()
    page.on("response", lambda got: answers.append(got.status) if "/tiles/" in got.url else None)
    await desk.go("#/map")
    await expect(page.locator(".map-source")).to_contain_text("OpenStreetMap")
    for theme in ("light", "dark"):
        await drawn(page, ROAD[theme])
        await drawn(page, WATER[theme])
        await page.get_by_role("button", name="深色").click() if theme == "light" else None
    asked = len(answers)
    assert set(answers) <= {200, 204}
    await page.get_by_role("button", name="放大").click()
    await drawn(page, WATER["dark"])
    await page.reload()
    await drawn(page, ROAD["dark"])
    assert len(answers) > asked
    await page.set_viewport_size({"width": 390, "height": 844})
    await drawn(page, ROAD["dark"])
    await desk.close()
    assert desk.complaints == []
    assert desk.foreign == []
