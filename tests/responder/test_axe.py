"""The pages of the told, held against the accessibility rules of axe-core: nothing serious."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.pages.axe import findings
from tests.pages.conftest import CHROMIUM, SOFTWARE_RENDERING
from tests.responder.cutting import Line
from tests.responder.phones import Town
from tests.responder.test_page import line, opened

pytestmark = pytest.mark.pages
assert line  # the fixture comes from there


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=SOFTWARE_RENDERING
        )
        yield made
        await made.close()


@pytest.mark.parametrize("role", ["micro_station", "unit", "operator_desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_the_page(
    town: Town, line: Line, browser: Browser, role: str, scheme: str
) -> None:
    page = await opened(browser, line, await town.link(role), color_scheme=scheme)
    assert await findings(page) == []
    await page.locator(".more").tap()
    assert await findings(page) == []


async def test_axe_finds_a_picture_without_words(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<html lang=zh><title>t</title><main><img src='data:,'></main></html>")
    assert [found.split()[0] for found in await findings(page)] == ["image-alt"]
