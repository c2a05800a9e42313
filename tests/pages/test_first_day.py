"""A city from nothing to its first test fire, by the guide alone, in a house of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.pages.axe import findings
from tests.pages.desk import Desk
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages

PASSWORD = "watchtower over the river 31"
EVERY_STEP = 8


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    made = RunningHouse(tmp_path_factory.mktemp("first_day") / "data", ("--empty",)).start()
    yield made
    made.interrupt()


@pytest.fixture
async def admin(empty_house: RunningHouse, browser: Browser) -> AsyncIterator[Desk]:
    made = await (await Desk.of(empty_house, browser)).sign_in()
    yield made
    await made.close()
    assert made.complaints == []
    assert made.foreign == []


async def open_step(page: Page, key: str) -> None:
    """Open a step unless it stands open: the next one does so by itself."""
    head = page.locator(f"[data-step={key}] h2 button")
    if await head.get_attribute("aria-expanded") != "true":
        await head.click()


async def state_is(page: Page, key: str, state: str) -> None:
    await expect(page.locator(f"[data-step={key}][data-state={state}]")).to_be_visible()


async def import_example(page: Page, folder: Path, title: str) -> None:
    """Download the example of a table and bring it in again."""
    group = page.get_by_role("group", name=title)
    async with page.expect_download() as coming:
        await group.get_by_role("link", name="示例 CSV").click()
    kept = folder / (await coming.value).suggested_filename
    await (await coming.value).save_as(kept)
    await group.locator("input[type=file]").set_input_files(kept)
    await expect(group.get_by_role("status")).to_contain_text("还没有写入")
    await group.get_by_role("button", name="导入 1 行").click()
    await expect(group.get_by_role("status")).to_contain_text("已导入：共 1 行，新增 1")


async def test_from_an_empty_house_to_the_first_test_fire(admin: Desk, tmp_path: Path) -> None:
    page = admin.page
    await page.get_by_role("link", name="首日开通").first.click()
    await expect(page.locator(".steps > li")).to_have_count(EVERY_STEP)
    await state_is(page, "towns", "todo")
    assert await findings(page) == []

    await the_registers(page, tmp_path)
    await open_step(page, "people")
    await page.get_by_role("button", name="新增人员").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("账号").fill("first.duty")
    await form.get_by_label("姓名").fill("值守员")
    await form.get_by_label("角色").select_option("city_duty")
    await form.get_by_label("全市").check()
    await form.get_by_label("密码").fill(PASSWORD)
    await form.get_by_role("button", name="保存").click()
    await state_is(page, "people", "gaps")

    await open_step(page, "operators")
    await page.get_by_label("公司编号").fill("cx01")
    await page.get_by_label("公司名称").fill("某智慧消防公司")
    await page.get_by_role("button", name="新增公司").click()
    await page.get_by_role("button", name="签发密钥").click()
    await expect(page.locator(".secret code")).to_be_visible()
    await state_is(page, "operators", "done")

    await open_step(page, "devices")
    await page.get_by_label("平台里的设备编号").fill("smoke-1")
    await page.get_by_label("本系统编号").fill("XP-00001-01")
    assert await findings(page) == []
    await page.get_by_role("button", name="登记设备").click()
    await state_is(page, "devices", "gaps")

    await open_step(page, "fire")
    await page.get_by_role("button", name="开始试火").click()
    stages = page.locator(".stages")
    await expect(stages).to_contain_text("到达")
    await expect(stages).to_contain_text("条已发出", timeout=30_000)
    assert await findings(page) == []
    await page.get_by_role("button", name="我已看到").click()
    await expect(stages).to_contain_text("值守席已确认")
    await page.get_by_role("button", name="结束试火").click()
    await expect(stages).to_contain_text("已按演练结案")
    await expect(page.get_by_role("status").first).to_contain_text("全链已走通")


async def the_registers(page: Page, folder: Path) -> None:
    """The steps that are tables: towns with their border, stations, places, contacts."""
    await import_example(page, folder, "镇街表")
    border = page.get_by_role("group", name="市界")
    async with page.expect_download() as coming:
        await border.get_by_role("link").click()
    await (await coming.value).save_as(folder / "outline.geojson")
    await border.locator("input[type=file]").set_input_files(folder / "outline.geojson")
    await state_is(page, "towns", "done")
    for key, title, state in (
        ("stations", "救援站表", "done"),
        ("places", "场所表", "done"),
        ("contacts", "联系人表", "gaps"),
    ):
        await open_step(page, key)
        await import_example(page, folder, title)
        await state_is(page, key, state)


async def test_whoever_comes_back_finds_the_same_and_wrong_cells_are_named(
    admin: Desk, tmp_path: Path
) -> None:
    page = admin.page
    await admin.go("#/first-day")
    await state_is(page, "fire", "gaps")
    await expect(page.locator("[data-step=fire]")).to_contain_text("没有登记联系人")
    await open_step(page, "stations")
    wrong = tmp_path / "stations.csv"
    wrong.write_text("编号,级别,建站方,名称,镇街,经度,纬度\nS-2,大站,村社,二站,无此镇,121.3,30.2\n")
    group = page.get_by_role("group", name="救援站表")
    await group.locator("input[type=file]").set_input_files(wrong)
    await expect(group.locator(".cells li")).to_have_count(2)
    await expect(group.locator(".cells")).to_contain_text("E2 没有镇街“无此镇”")
    await expect(group.get_by_role("button", name="导入")).to_have_count(0)
    await page.get_by_role("button", name="EN").click()
    await expect(page.locator(".cells")).to_contain_text("there is no town")
    assert await findings(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing is cut off on a phone"
    assert await findings(page) == []
