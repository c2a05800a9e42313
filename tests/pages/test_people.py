"""People and their rights: made by an administrator, proven by a code, narrowed, audited."""

import time

import pyotp
import pytest
from playwright.async_api import Browser, expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires
from tests.stories.house import RunningHouse

pytestmark = pytest.mark.pages

PASSWORD = "watchtower over the river 31"
STEP_S = 30


def a_person(house: RunningHouse, login: str, role: str, **more: object) -> None:
    """Somebody who can sign in; made once a house."""
    body = {"login": login, "name": login, "role": role, "towns": ["*"], "password": PASSWORD}
    with house.client("admin") as client:
        assert client.post("/api/v1/people", json=body | more).status_code in {201, 409}


async def test_a_person_is_added_changed_and_ended(desk: Desk) -> None:
    page = desk.page
    await page.get_by_role("link", name="人员与权限").click()
    await page.get_by_role("button", name="新增人员").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("账号").fill("xupu.duty")
    await form.get_by_label("姓名").fill("徐埠值守")
    await form.get_by_label("角色").select_option("town_office")
    await form.locator("input[name=town]").first.check()
    await form.get_by_label("密码").fill("short")
    await form.get_by_role("button", name="保存").click()
    await expect(form).to_be_visible()
    await form.get_by_label("密码").fill(PASSWORD)
    await form.get_by_role("button", name="保存").click()
    row = page.locator("tbody tr", has_text="xupu.duty")
    await expect(row).to_contain_text("镇街值守")
    assert await findings(page) == []
    await row.get_by_role("button").click()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await row.get_by_role("button").click()
    await form.get_by_label("角色").select_option("unit_head")
    await form.get_by_label("所属单位编号").fill("U-0001")
    await form.get_by_role("button", name="保存").click()
    await expect(row).to_contain_text("U-0001")
    await row.get_by_role("button").click()
    assert await findings(page) == []
    await form.get_by_label("允许登录").uncheck()
    await form.get_by_role("button", name="保存").click()
    await expect(row).to_have_count(0)
    await page.get_by_label("含已停用").check()
    await expect(row).to_contain_text("已停用")


async def test_signing_in_with_a_second_factor(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    assert fires.house is house
    a_person(house, "two.steps", "city_duty")
    desk = await (await Desk.of(house, browser)).sign_in("two.steps", PASSWORD)
    page = desk.page
    await page.locator("a.who-sits").click()
    await page.get_by_role("button", name="开启两步验证").click()
    secret = await page.locator(".setting-up code").inner_text()
    await expect(page.get_by_role("img", name="二维码")).to_be_visible()
    assert await findings(page) == []
    phone = pyotp.TOTP(secret)
    await page.get_by_label("动态验证码").fill("000000")
    await page.get_by_role("button", name="确认开启").click()
    await expect(page.get_by_role("alert")).to_contain_text("验证码不对")
    await page.get_by_label("动态验证码").fill(phone.at(int(time.time())))
    await page.get_by_role("button", name="确认开启").click()
    codes = page.locator(".codes code")
    await expect(codes).to_have_count(8)
    recovery = await codes.first.inner_text()
    await page.get_by_role("button", name="退出").click()
    for code, welcome in (
        ("000000", False),
        (phone.at(int(time.time()) + STEP_S), True),  # the next one: this step's was used
        (recovery, True),
    ):
        await page.fill("[name=login]", "two.steps")
        await page.fill("[name=password]", PASSWORD)
        if not await page.locator("[name=code]").count():
            await page.click(".go")
            await expect(page.locator("[name=code]")).to_be_focused()
        await page.fill("[name=code]", code)
        await page.click(".go")
        if welcome:
            await expect(page.locator(".top")).to_be_visible()
            await page.get_by_role("button", name="退出").click()
        else:
            await expect(page.get_by_role("alert")).to_contain_text("验证码不对")
    await desk.close()
    refused = [told for told in desk.complaints if "422" not in told]
    assert refused == [], "only the codes that were refused"


async def test_who_signs_in_next_finds_nothing_of_the_last_one(
    house: RunningHouse, desk: Desk, fires: Fires
) -> None:
    fires.burn(fires.place())
    a_person(house, "next.one", "city_duty")
    await expect(desk.page.locator(".queue [data-number]")).to_have_count(1)
    await desk.page.evaluate("window.kept_of_the_last_one = true")
    await desk.page.get_by_role("button", name="退出").click()
    await desk.page.fill("[name=login]", "next.one")
    await desk.page.fill("[name=password]", PASSWORD)
    await desk.page.click(".go")
    await expect(desk.page.locator(".who-sits")).to_contain_text("next.one")
    assert await desk.page.evaluate("window.kept_of_the_last_one") is None


async def test_a_town_officer_and_a_unit_head_see_what_is_theirs(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    mine = fires.place()
    other = next(
        place for place in (fires.place() for _ in range(200))
        if place["town_code"] != mine["town_code"]
    )  # fmt: skip
    a_person(house, "town.officer", "town_office", towns=[mine["town_code"]])
    a_person(house, "unit.head", "unit_head", organisation_id=mine["unit"]["id"])
    seen, hidden = fires.burn(mine), fires.burn(other)
    for login, pages in (("town.officer", 4), ("unit.head", 4)):
        desk = await (await Desk.of(house, browser)).sign_in(login, PASSWORD)
        await expect(desk.row(seen)).to_be_visible()
        assert await desk.numbers() == [seen]
        assert await desk.page.locator(".pages a").count() == pages
        await desk.go(f"#/incidents/{hidden}")
        await expect(desk.page.locator("main, .pane").first).not_to_contain_text(other["name"])
        await desk.go("#/history")
        await expect(desk.page.locator(".history tbody tr").first).to_be_visible()
        await expect(desk.page.locator(".history tbody")).not_to_contain_text(other["name"])
        await desk.close()
        assert [told for told in desk.complaints if "404" not in told] == []


async def test_the_unit_heads_page_follows_without_a_stream(
    house: RunningHouse, browser: Browser, fires: Fires
) -> None:
    place = fires.place()
    a_person(house, "follows", "unit_head", organisation_id=place["unit"]["id"])
    desk = await (await Desk.of(house, browser)).sign_in("follows", PASSWORD)
    await expect(desk.page.locator(".queue")).to_contain_text("现在没有")
    number = fires.burn(place)
    await expect(desk.row(number)).to_be_visible()
    fires.close_all()
    await expect(desk.row(number)).to_have_count(0)
    await desk.close()
    assert desk.complaints == []


async def test_the_audit_trail_is_read_narrowed_and_checked(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    fires.close_all()
    page = desk.page
    await page.get_by_role("link", name="审计").click()
    await expect(page.locator("tbody tr").first).to_be_visible()
    await page.get_by_label("对象").fill(number)
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody tr")).to_contain_text("incident.close")
    await page.get_by_role("button", name="校验整条链").click()
    await expect(page.get_by_role("status").last).to_contain_text("逐行相扣")
    assert await findings(page) == []
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="导出存证 CSV").click()
    assert number in (await (await coming.value).path()).read_text("utf-8-sig")
