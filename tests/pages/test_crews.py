"""Crews at the desk: how far they have come, their clocks, the next alarm, the all-clear."""

import pytest
from playwright.async_api import expect

from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages

OVERFLOW = "document.documentElement.scrollWidth > innerWidth"


async def test_a_crews_steps_and_clocks_are_seen_as_they_come(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    first = desk.page.locator(".crews li[data-crew]").first
    await expect(first.locator('[data-clock="turn_out"]')).to_have_attribute(
        "data-state", "running"
    )
    await expect(first.locator('[data-clock="turn_out"]')).to_contain_text("出动 剩 0")
    fires.says(number, "micro_station", "turned_out")
    mark = desk.page.locator('.crews li[data-crew="turned_out"] [data-clock="turn_out"]')
    await expect(mark).to_have_attribute("data-state", "met")
    await expect(mark).to_contain_text("✓")
    crew = desk.page.locator('.crews li[data-crew="turned_out"]').first
    await expect(crew.locator('[data-clock="arrival"]')).to_have_attribute("data-state", "running")
    await expect(crew.locator(".stage")).to_contain_text("已出动")
    (shown,) = [one for one in fires.incident(number)["crews"] if one["crew"] == "turned_out"]
    assert [one["state"] for one in shown["clocks"]] == ["met", "running", "running"]


async def test_the_desk_calls_the_second_alarm_and_nobody_twice(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    await desk.page.keyboard.press("b")
    await desk.page.locator(".sheet label", has_text="第 2 级").click()
    await desk.page.fill(".sheet textarea", "风大，火势蔓延")
    await desk.page.locator('[data-act="send-alarm-level"]').click()
    await expect(desk.page.locator('.lanes [data-party="next_level"]').first).to_be_visible()
    found = fires.incident(number)
    assert found["alarm"] == 2
    stations = [one["station_id"] for one in found["crews"]]
    assert len(stations) == len(set(stations)) >= 5
    await desk.page.keyboard.press("b")
    await expect(desk.page.locator(".sheet .choice label")).to_have_count(1)


async def test_the_end_is_told_to_those_who_were_told(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    name = fires.says(number, "micro_station", "on_the_way")
    with fires.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/close", json={"disposition": "unknown"})
    found = fires.incident(number)
    told = {one["party_role"] for one in found["notices"] if one["purpose"] == "all_clear"}
    assert {"unit", "micro_station"} <= told
    assert "operator_desk" not in told
    await desk.go(f"#/incidents/{number}")
    await expect(desk.page.locator('.crews li[data-crew="stood_down"]').first).to_contain_text(name)


async def test_crews_and_clocks_fit_a_phone(phone: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    fires.says(number, "micro_station", "arrived")
    await phone.go(f"#/incidents/{number}")
    crew = phone.page.locator('.crews li[data-crew="arrived"]')
    await expect(crew.locator('[data-clock="arrival"]')).to_have_attribute("data-state", "met")
    assert not await phone.page.evaluate(OVERFLOW)
    await phone.page.get_by_role("button", name="更多").tap()
    await expect(phone.page.locator('.more [data-act="alarm-level"]')).to_be_visible()
