"""Pages that look back: replay of one incident, nuisance list, operator load, policy, filters."""

import pytest
from playwright.async_api import expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


def nuisance(fires: Fires, cause: str, points: int = 1) -> str:
    """A false warning that was closed as one; its number."""
    number = fires.burn(fires.place(), points)
    with fires.house.client() as client:
        for act, body in (
            ("acknowledge", {}),
            ("close", {"disposition": "nuisance", "cause": cause}),
        ):
            answer = client.post(f"/api/v1/incidents/{number}/{act}", json=body)
            assert answer.status_code in {200, 202}, answer.text
    return number


async def test_an_incident_is_played_again_by_keyboard(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place(), 2)
    name = fires.says(number, "micro_station", "on_the_way")
    await desk.go(f"#/incidents/{number}/replay")
    page = desk.page
    bar = page.get_by_role("slider", name="回放的时刻")
    await expect(bar).to_be_visible()
    await bar.focus()
    await bar.press("End")
    await expect(page.locator(".replay-line .lvt")).to_contain_text("F2")
    await expect(page.locator('[data-party="micro_station"]').first).to_contain_text(name)
    await expect(page.locator('[data-party="micro_station"]').first).to_have_attribute(
        "data-state", "acknowledged"
    )
    await bar.press("Home")
    await expect(page.locator('[data-state="acknowledged"]')).to_have_count(0)
    await page.get_by_role("button", name="播放").click()
    await expect(page.locator('[data-party="micro_station"]').first).to_have_attribute(
        "data-state", "acknowledged"
    )
    assert await findings(page) == []
    await page.get_by_role("link", name="返回当前").click()
    await expect(page.locator("#timeline li").first).to_be_visible()


async def test_the_nuisance_list_names_the_worst_points_and_shelves_one(
    desk: Desk, fires: Fires
) -> None:
    nuisance(fires, "steam")
    nuisance(fires, "cooking", 2)
    await desk.go("#/nuisances")
    row = desk.page.locator("[data-origin]").first
    await expect(row).to_be_visible()
    await row.locator('[data-act="shelve-point"]').click()
    await row.get_by_label("理由").fill("厨房改造，明日换感温")
    await row.locator(".shelving button").click()
    await expect(row).to_contain_text("已屏蔽至")
    assert await findings(desk.page) == []
    await row.locator("a.mix").first.click()
    await expect(desk.page.locator(".history tbody tr").first).to_contain_text("误报")


async def test_the_load_of_the_desk_is_counted_in_windows(desk: Desk, fires: Fires) -> None:
    nuisance(fires, "dust")
    await desk.go("#/load?hours=4")
    await expect(desk.page.locator(".windows rect")).to_have_count(24)
    await expect(desk.page.locator(".figures")).to_contain_text("每窗平均")
    await expect(desk.page.locator(".review table tbody tr").first).to_contain_text("city_duty")
    assert await findings(desk.page) == []


async def test_the_policy_in_force_tells_each_number(desk: Desk) -> None:
    await desk.go("#/policy")
    row = desk.page.locator('[data-key="windows.second_point_s"]')
    await expect(row).to_contain_text("180")
    await expect(row).to_contain_text("第二个点")
    await desk.page.fill(".filters input[type=search]", "屏蔽最长")
    await expect(desk.page.locator("[data-key]")).to_have_count(1)
    assert await findings(desk.page) == []


async def test_the_history_is_narrowed_by_category_and_cause(desk: Desk, fires: Fires) -> None:
    number = nuisance(fires, "insects")
    await desk.go("#/history?cause=insects&category=industrial")
    rows = desk.page.locator(".history tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows.first.locator("a")).to_have_attribute("href", f"#/incidents/{number}")
    await desk.page.get_by_label("原因").select_option("malicious")
    await expect(desk.page.locator(".history .none")).to_be_visible()


@pytest.mark.parametrize("page", ["history", "nuisances", "load", "policy"])
async def test_the_pages_fit_a_phone(phone: Desk, page: str) -> None:
    await phone.go(f"#/{page}")
    await expect(phone.page.locator(".records a[aria-current]")).to_be_visible()
    await expect(phone.page.locator("main h1")).to_be_visible()
    wider = await phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0
