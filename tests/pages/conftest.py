"""One running house and one browser for all page tests; a fresh window for each."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.pages.desk import Desk, Fires
from tests.stories.house import HOME, RunningHouse

CHROMIUM = Path(os.environ.get("WANGHUO_CHROMIUM", "/usr/bin/chromium"))
SOFTWARE_RENDERING = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    built = HOME / "cockpit" / "dist" / "index.html"
    assert built.exists(), "the cockpit is not built: python3 tools/prepare.py --cockpit"
    made = RunningHouse(tmp_path_factory.mktemp("pages") / "data").start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.interrupt()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=SOFTWARE_RENDERING
        )
        yield opened
        await opened.close()


@pytest.fixture(scope="session")
def every_fire(house: RunningHouse) -> Fires:
    return Fires(house)


@pytest.fixture
def fires(every_fire: Fires) -> Fires:
    """Fires, with nothing burning yet."""
    every_fire.close_all()
    return every_fire


@pytest.fixture
async def desk(house: RunningHouse, browser: Browser, fires: Fires) -> AsyncIterator[Desk]:
    """A signed-in desk, 1440 × 900. It fails the test if the page complained or asked outside."""
    assert fires.house is house  # the queue is empty when the desk opens
    made = await (await Desk.of(house, browser)).sign_in()
    yield made
    await made.close()
    assert made.complaints == []
    assert made.foreign == []


@pytest.fixture
async def phone(house: RunningHouse, browser: Browser, fires: Fires) -> AsyncIterator[Desk]:
    """The same on a phone, 390 × 844."""
    assert fires.house is house
    made = await (await Desk.of(house, browser, width=390, height=844, touch=True)).sign_in()
    yield made
    await made.close()
    assert made.complaints == []
    assert made.foreign == []
