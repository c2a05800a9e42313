"""The after-action report on the incident's page: made, taken away, held against the records."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.axe import findings
from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


def at_rest(fires: Fires, number: str) -> None:
    """Wait until nobody is to be told any more: what is still on its way changes the record."""
    for _try in range(400):
        notices = fires.incident(number)["notices"]
        if not {one["state"] for one in notices} & {"planned", "sending"}:
            return
    raise AssertionError(f"{number} is still being told")


async def test_a_report_is_made_and_checked_later(desk: Desk, fires: Fires) -> None:
    number = fires.burn(fires.place())
    fires.close_all()
    at_rest(fires, number)
    await desk.go(f"#/incidents/{number}")
    box = desk.page.locator(".report")
    async with desk.page.expect_download() as coming:
        await box.get_by_role("button", name="生成 PDF").click()
    saved = Path(await (await coming.value).path())
    assert saved.read_bytes().startswith(b"%PDF-")
    await box.locator("summary").click()
    await box.locator("input[type=file]").set_input_files(saved)
    await expect(box.locator(".verdict")).to_have_attribute("data-same", "true")
    await expect(box.locator(".verdict")).to_contain_text("记录至今没有变化")
    with fires.house.client() as client:
        client.post(f"/api/v1/incidents/{number}/note", json={"note": "the owner called"})
    await box.locator("input[type=file]").set_input_files([])
    await box.locator("input[type=file]").set_input_files(saved)
    await expect(box.locator(".verdict")).to_have_attribute("data-same", "false")
    await expect(box.locator(".verdict")).to_contain_text("变化的部分")
    assert await findings(desk.page) == []
