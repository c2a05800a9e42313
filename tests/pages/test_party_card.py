"""The desk's party card: what became of each message, as a sentence in the desk's language."""

import re

import pytest
from playwright.async_api import expect

from tests.pages.desk import Desk, Fires

pytestmark = pytest.mark.pages


async def test_a_message_that_does_not_go_out_says_why_in_words(desk: Desk, fires: Fires) -> None:
    """No interface is set up in this house, so its units' messages cannot leave."""
    number = fires.burn(fires.place())
    await desk.choose(number)
    key = await desk.page.locator('.lanes [data-party="unit"] kbd').inner_text()
    await desk.page.keyboard.press(key)
    line = desk.page.locator(".sheet .notices li").first
    await expect(line.locator(".r")).to_have_text(
        re.compile("^接口(待发|正在发|未送达)：接口未启用$")
    )
    assert "webhook_off" not in await desk.page.locator(".sheet").inner_text()


async def test_a_number_is_hidden_until_it_is_asked_for_and_that_is_written_down(
    desk: Desk, fires: Fires
) -> None:
    number = fires.burn(fires.place())
    await desk.choose(number)
    key = await desk.page.locator('.lanes [data-party="unit"] kbd').inner_text()
    await desk.page.keyboard.press(key)
    sheet = desk.page.locator(".sheet")
    await expect(sheet).to_contain_text("****")
    await expect(sheet.locator('a[href^="tel:"]')).to_have_count(0)
    await sheet.get_by_role("button", name="显示号码").click()
    await expect(sheet.locator('a[href^="tel:"]').first).to_be_visible()
    await expect(sheet).not_to_contain_text("****")
    with desk.house.client("auditor") as client:
        asked = {"act": "numbers.incident", "subject": number}
        assert len(client.get("/api/v1/audit", params=asked).json()["items"]) == 1
