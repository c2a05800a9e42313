"""The way on the responder's page: by road from the station, and from where the reader stands."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.dispatch.makers import a_way, the_policy
from tests.responder.cutting import Line
from tests.responder.phones import Town
from tests.responder.test_page import browser, line, opened
from wanghuo.dispatch import building, store
from wanghuo.dispatch.raw_roads import RawRoads
from wanghuo.place import Coordinates, moved

__all__ = ["browser", "line"]  # fixtures
FIRE = Coordinates(121.25, 30.30)
# metres east and north of the fire
NODES = {
    1: (-400, -30), 2: (0, -30), 3: (500, -30), 4: (500, 300), 5: (500, 900), 6: (-400, 700),
    7: (-60, 700), 8: (-60, -30),
}  # fmt: skip
WAYS = [
    a_way(1, (1, 8, 2, 3), name="兴业路"), a_way(2, (3, 4, 5), name="新浦大道"),
    a_way(3, (6, 7), name="担山路"), a_way(4, (7, 8), name="文化路"),
]  # fmt: skip
HERE = moved(FIRE, 500, 600)


def import_roads(town: Town) -> None:
    spots = {key: moved(FIRE, *metres) for key, metres in NODES.items()}
    raw = RawRoads({key: (spot.lon, spot.lat) for key, spot in spots.items()}, WAYS)
    graph = building.build(raw, the_policy(), "a drawing")
    store.keep_graph(store.graph_path(town.site.house.settings.data_dir), graph)


async def test_the_packet_carries_the_way_by_road(town: Town) -> None:
    import_roads(town)
    route = (await town.packet("micro_station"))["route"]
    assert (route["kind"], route["why"]) == ("road", None)
    assert route["road_m"] > 600
    assert route["travel_s"] > 60
    assert route["walk_m"] == 30
    assert route["steps"][-1] == {"zh": "到达火点", "en": "You are at the fire"}
    assert len(route["line"]) <= 60
    unit = await town.packet("unit")
    assert unit["route"] is None, "a unit drives nowhere"


async def test_from_where_i_am_is_answered_by_road(town: Town) -> None:
    import_roads(town)
    link = await town.link("micro_station")
    where = {"lon": HERE.lon, "lat": HERE.lat}
    answer = await town.site.client().get(f"{link}/route", params=where)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    route = answer.json()
    assert route["kind"] == "road"
    assert route["road_m"] == pytest.approx(1130, abs=15)
    assert route["steps"][0]["zh"] == "沿新浦大道行驶 630 m，右转进入兴业路"


async def test_a_jump_is_refused_in_words_and_a_wrong_coordinate_by_its_name(town: Town) -> None:
    import_roads(town)
    link, client = await town.link("micro_station"), town.site.client()
    far = await client.get(f"{link}/route", params={"lon": 120.0, "lat": 30.3})
    assert far.status_code == 422
    assert "定位离火点 120 km" in far.json()["detail_zh"]
    assert "too far to be right" in far.json()["detail_en"]
    wrong = await client.get(f"{link}/route", params={"lon": 200, "lat": 30.3})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "lon")
    outside = moved(FIRE, 0, 9000)
    line_ = await client.get(f"{link}/route", params={"lon": outside.lon, "lat": outside.lat})
    assert line_.json()["kind"] == "straight_line"
    assert "没有道路" in line_.json()["why"]["zh"]
    assert (await client.get("/r/nonsense/route", params={"lon": 1, "lat": 1})).status_code == 401


@pytest.mark.pages
async def test_the_page_draws_the_road_and_asks_from_where_i_am(
    town: Town, line: Line, browser: Browser, tmp_path: Path
) -> None:
    import_roads(town)
    here = {"longitude": HERE.lon, "latitude": HERE.lat}
    page = await opened(
        browser, line, await town.link("micro_station"),
        permissions=["geolocation"], geolocation=here,
    )  # fmt: skip
    await expect(page.locator(".eta")).not_to_contain_text("按直线")
    await expect(page.locator(".eta")).to_contain_text("约")
    await expect(page.locator(".map .way.road")).to_have_count(1)
    await expect(page.locator(".steps")).to_contain_text("到达火点")
    await page.screenshot(path=tmp_path / "responder-road-390.png")
    await page.locator(".here").scroll_into_view_if_needed()
    await page.locator(".here").tap()
    await expect(page.locator(".steps")).to_contain_text("从 我的位置")
    await expect(page.locator(".steps")).to_contain_text("沿新浦大道行驶 630 m")
    await page.screenshot(path=tmp_path / "responder-steps-390.png")
    await page.wait_for_selector("html[data-kept=yes]", state="attached")
    line.cut()
    await page.reload()  # the way is kept for when the network is gone
    await expect(page.locator(".steps")).to_contain_text("沿新浦大道行驶 630 m")
    await page.locator(".here").tap()
    await expect(page.locator(".off[role=alert]")).to_contain_text("路线没有取到")


@pytest.mark.pages
async def test_a_phone_that_gives_no_position_is_told_so(
    town: Town, line: Line, browser: Browser
) -> None:
    import_roads(town)
    page = await opened(browser, line, await town.link("micro_station"), permissions=[])
    await page.locator(".here").tap()
    await expect(page.locator(".off[role=alert]")).to_contain_text("手机没有给出位置")
    await expect(page.locator(".steps")).to_contain_text("到达火点")
