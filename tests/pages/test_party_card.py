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
