"""Lists: columns are chosen, views are kept, files hold what is shown, many are quieted at once."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


async def test_columns_are_chosen_kept_as_a_view_and_leave_as_a_file(
    desk: Desk, fires: Fires
) -> None:
    place = fires.place()
    page = desk.page
    await desk.go(f"#/devices?place_id={place['id']}")
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(len(place["devices"]))
    bar = page.get_by_role("group", name="表格工具")
    await bar.get_by_text("列", exact=True).click()
    await bar.get_by_label("种类").uncheck()
    await bar.get_by_label("线上标识").check()
    await page.keyboard.press("Escape")
    heads = page.locator("thead th")
    await expect(heads.last).to_have_text("线上标识")
    await bar.get_by_text("视图", exact=True).click()
    await bar.get_by_label("为当前条件和列起名").fill("这一处的标识")
    await bar.get_by_role("button", name="保存").click()
    await expect(bar.get_by_role("button", name="这一处的标识", exact=True)).to_be_visible()
    assert await findings(page) == []
    async with page.expect_download() as coming:
        await bar.get_by_role("link", name="CSV").click()
    saved = Path(await (await coming.value).path())
    table = list(csv.reader(saved.read_text("utf-8-sig").splitlines()))
    assert "种类" not in table[0]
    assert table[0][-1] == "线上标识"
    assert {line[-1] for line in table[1:]} == {device["origin"] for device in place["devices"]}
    await desk.go("#/devices")
    await expect(rows).to_have_count(100)
    await bar.get_by_text("列", exact=True).click()
    await bar.get_by_role("button", name="恢复默认列").click()
    await expect(heads.last).not_to_have_text("线上标识")
    await bar.get_by_text("视图", exact=True).click()
    await bar.get_by_role("button", name="这一处的标识", exact=True).click()
    await expect(rows).to_have_count(len(place["devices"]))
    await expect(heads.last).to_have_text("线上标识")
    await bar.get_by_role("button", name="删除视图：这一处的标识").click()
    await expect(bar).to_contain_text("还没有保存的视图")
    await bar.get_by_text("列", exact=True).click()
    await bar.get_by_role("button", name="恢复默认列").click()


async def test_picked_devices_are_shelved_at_once_and_undone(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    page = desk.page
    await desk.go(f"#/devices?place_id={place['id']}")
    await page.get_by_label("选择已载入的全部行").check()
    count = len(place["devices"])
    picked = page.get_by_role("group", name=f"已选 {count} 行")
    await picked.get_by_role("button", name="搁置点位").click()
    form = page.get_by_role("dialog")
    await expect(form.get_by_role("heading")).to_have_text(f"搁置 {count} 个点位")
    await form.get_by_label("理由").fill("联动测试")
    await form.get_by_role("button", name=f"搁置 {count} 个").click()
    await expect(form.get_by_role("status")).to_contain_text(f"已生效 {count} 个")
    with fires.house.client() as client:
        held = client.get("/api/v1/shelves").json()["items"]
    mine = {device["origin"] for device in place["devices"]}
    assert mine == {one["origin"] for one in held if one["origin"]} & mine
    await form.get_by_role("button", name=f"撤销 {count} 个").click()
    await expect(form.get_by_role("status")).to_contain_text(f"已撤销 {count} 个")
    with fires.house.client() as client:
        held = client.get("/api/v1/shelves").json()["items"]
    assert not mine & {one["origin"] for one in held}
    await form.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name="取消选择").click()
    await expect(picked).to_have_count(0)


@pytest.mark.parametrize("page_name", ["people", "audit", "places"])
async def test_every_list_leaves_as_a_workbook(desk: Desk, page_name: str) -> None:
    page = desk.page
    await desk.go(f"#/{page_name}")
    await expect(page.locator("tbody tr").first).to_be_visible()
    async with page.expect_download() as coming:
        await page.get_by_role("group", name="表格工具").get_by_role("link", name="Excel").click()
    saved = await coming.value
    assert saved.suggested_filename == f"{page_name}.xlsx"
    assert Path(await saved.path()).read_bytes().startswith(b"PK")
