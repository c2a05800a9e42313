"""The pages of one place and one device: what hangs, what is quiet, what was said, labels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


def measure(fires: Fires, device: dict[str, Any], values: list[float]) -> None:
    """The device reports its temperature through its operator's platform, and its battery once."""
    keys = {o["id"]: o["key"] for o in fires.house.credentials()["operators"].values()}
    operator, name = device["origin"].removeprefix("access:").split("/")
    now = datetime.now(UTC)
    records: list[dict[str, Any]] = [
        {
            "device": name, "kind": "reading", "quantity": "temperature", "value": value,
            "unit": "℃", "at": (now - timedelta(minutes=len(values) - at)).isoformat(),
        }
        for at, value in enumerate(values)
    ]  # fmt: skip
    battery = {"point": "battery", "quantity": "battery", "value": 83, "unit": "%"}
    records.append({"device": name, "kind": "reading", "at": now.isoformat(), **battery})
    answer = httpx.post(
        f"{fires.house.url}/api/v1/access/signals",
        json={"records": records},
        headers={"Authorization": f"Bearer {keys[operator]}"},
        timeout=20,
        trust_env=False,
    )
    assert all(result["ok"] for result in answer.json()["results"]), answer.text


async def test_a_place_opens_from_its_incident_and_says_what_it_lacks(
    desk: Desk, fires: Fires
) -> None:
    place = fires.place("rental")
    number = fires.burn(place)
    page = desk.page
    await desk.go(f"#/incidents/{number}")
    await page.get_by_role("link", name=place["name"]).first.click()
    await expect(page.locator(".record-head h1")).to_have_text(place["name"])
    kit = page.get_by_role("region", name="应配与实配")
    await expect(kit.get_by_role("row", name="烟感")).to_contain_text("3")
    hanging = page.get_by_role("region", name="感知设备")
    await expect(hanging.get_by_role("row").nth(1)).to_contain_text("报警")
    await expect(page.get_by_role("region", name="警情", exact=True)).to_contain_text(number)
    contacts = page.get_by_role("region", name="联系人")
    await expect(contacts).to_contain_text("****")
    await contacts.get_by_role("button", name="显示号码").click()
    await expect(contacts).not_to_contain_text("****")
    assert await findings(page) == []


async def test_a_test_window_is_opened_seen_and_undone(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    page = desk.page
    await desk.go(f"#/places/{place['id']}")
    await page.get_by_role("button", name="开测试窗口").click()
    form = page.get_by_role("dialog")
    await expect(form).to_contain_text(place["name"])
    await form.get_by_label("理由").fill("消防维保")
    await form.get_by_role("button", name="开窗 1 处").click()
    await expect(form.get_by_role("status")).to_contain_text("已生效 1 个")
    await form.get_by_role("button", name="撤销 1 个").click()
    await expect(form.get_by_role("status")).to_contain_text("已撤销 1 个")
    assert await findings(page) == []
    await form.get_by_role("button", name="关闭").click()
    quiet = page.get_by_role("region", name="搁置与测试窗口")
    await expect(quiet).to_contain_text("消防维保")
    await expect(quiet).not_to_contain_text("生效中")


async def test_a_device_shows_its_readings_its_words_and_its_bytes(
    desk: Desk, fires: Fires
) -> None:
    place = fires.place()
    device = fires.smokes(place)[0]
    measure(fires, device, [21.5, 24.0, 38.5])
    number = fires.burn(place)
    page = desk.page
    with fires.house.client() as client:
        for _try in range(400):
            known = client.get(f"/api/v1/devices/{device['id']}/readings").json()
            if len(known["quantities"]) > 1:
                break
    await desk.go(f"#/devices/{device['id']}")
    await expect(page.locator(".record-head")).to_contain_text(place["name"])
    life = page.get_by_role("region", name="在线与健康")
    await expect(life).to_contain_text("83 %")
    chart = page.get_by_role("region", name="读数曲线")
    await chart.get_by_role("button", name="温度").click()
    await expect(chart.locator("svg polyline")).to_have_count(1)
    await expect(chart.locator("figcaption")).to_contain_text("21.5–38.5 ℃，3 个读数")
    await chart.get_by_text("数据表").click()
    await expect(chart.get_by_role("row").nth(1)).to_contain_text("21.5")
    said = page.get_by_role("region", name="24 小时内的原始信号")
    await expect(said).to_contain_text("报火警")
    await expect(said).to_contain_text("温度 38.5 ℃")
    await said.get_by_text("原文").first.click()
    await expect(said.locator("pre").first).to_contain_text('"kind": "fire"')
    alarms = page.get_by_role("region", name="警情")
    await alarms.get_by_role("link", name=number).click()
    await expect(page.locator(".head .facts").first).to_contain_text(number)
    await desk.go(f"#/devices/{device['id']}")
    await expect(chart.locator("svg")).to_have_count(1)
    assert await findings(page) == []


async def test_a_devices_page_fits_a_phone_and_speaks_english_in_the_dark(
    phone: Desk, fires: Fires
) -> None:
    place = fires.place()
    device = fires.smokes(place)[0]
    measure(fires, device, [21.5, 24.0])
    page = phone.page
    await page.get_by_role("button", name="EN", exact=True).click()
    await page.get_by_role("button", name="Dark").click()
    for where in (f"#/devices/{device['id']}", f"#/places/{place['id']}", "#/devices", "#/places"):
        await phone.go(where)
        await expect(page.locator(".page h1")).to_be_visible()
        await expect(page.locator(".bones")).to_have_count(0)
        wide = await page.evaluate("document.querySelector('.page').scrollWidth")
        assert wide <= 390, where
        assert await findings(page) == [], where


async def test_a_place_is_found_by_its_name_and_opened(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    page = desk.page
    await page.keyboard.press("/")
    await page.get_by_role("combobox").fill(place["id"])
    await expect(page.get_by_role("option").first).to_contain_text(place["name"])
    await page.keyboard.press("Shift+Enter")
    await expect(page.locator(".record-head h1")).to_have_text(place["name"])


async def test_a_missing_device_says_so(desk: Desk) -> None:
    await desk.go("#/devices/nothing-like-it")
    await expect(desk.page.get_by_role("alert")).to_be_visible()
    await expect(desk.page.get_by_role("button", name="重试")).to_be_visible()
    desk.complaints.clear()  # the browser tells of the 404 that was asked for


async def test_labels_open_the_device_and_print_without_the_frame(desk: Desk, fires: Fires) -> None:
    place = fires.place()
    page = desk.page
    await desk.go(f"#/places/{place['id']}")
    await page.get_by_role("link", name="打印标签").click()
    labels = page.locator(".sheet-of-labels li")
    await expect(labels).to_have_count(len(place["devices"]))
    await expect(labels.first.get_by_role("img")).to_be_visible()
    assert await findings(page) == []
    await page.emulate_media(media="print")
    await expect(page.locator(".top")).to_be_hidden()
    await expect(labels.first).to_be_visible()
    await page.emulate_media(media="screen")
