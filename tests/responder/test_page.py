"""The page in Chromium at 390 px: first draw, size, offline, languages, the unit head's variant."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.pages.conftest import CHROMIUM, SOFTWARE_RENDERING
from tests.responder.conftest import HOME, PLACE
from tests.responder.cutting import Line
from tests.responder.phones import Town
from tests.sights.makers import a_png

pytestmark = pytest.mark.pages

BUILT = HOME / "cockpit" / "dist"
WHOLE_MAX_BYTES = 200_000
TOUCH_MIN_PX = 56
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"
DRAWN_MS = "performance.getEntriesByName('drawn')[0].startTime"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=SOFTWARE_RENDERING
        )
        yield opened
        await opened.close()


@pytest.fixture
async def line(town: Town) -> AsyncIterator[Line]:
    """The only way from the phone to the house; the built page is served."""
    assert (BUILT / "responder.html").exists(), "python3 tools/prepare.py --cockpit"
    settings = msgspec.structs.replace(town.site.house.settings, cockpit_dir=BUILT)
    town.site.house.settings = settings
    town.site.app.router.default._folder = BUILT.resolve()
    made = await Line(int(town.site.url.rpartition(":")[2])).start()
    yield made
    await made.close()


async def opened(
    browser: Browser, line: Line, path: str, asks: list[str] | None = None, **more: Any
) -> Page:
    """A phone with this link open. asks: gets every address that the page asks."""
    asks = [] if asks is None else asks
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        **({"locale": "zh-CN"} | more),
    )
    context.set_default_timeout(20_000)
    page = await context.new_page()
    home = f"http://127.0.0.1:{line.port}/"
    page.on("request", lambda asked: asks.append(asked.url))
    await page.goto(home.rstrip("/") + path)
    await expect(page.locator("h1")).to_be_visible(timeout=20_000)
    return page


async def test_page_and_packet_together_are_small(town: Town, line: Line) -> None:
    client, link = town.site.client(), await town.link("micro_station")
    page = (await client.get(link)).content
    names = [p for p in (BUILT / "assets").iterdir() if p.name.startswith("responder-")]
    files = [*names, BUILT / "responder-worker.js", BUILT / "mark.svg"]
    packet = (await client.get(f"{link}/packet")).content
    sizes = [len(page), *(len(file.read_bytes()) for file in files), len(packet)]
    packed = [len(gzip.compress(packet)), *(len(gzip.compress(f.read_bytes())) for f in files)]
    print(f"plain {sum(sizes)} bytes, packet {len(packet)}; packed {sum(packed)}")  # noqa: T201
    assert line.port
    assert len(names) == 2
    assert sum(sizes) <= WHOLE_MAX_BYTES


async def test_the_first_draw_is_whole_and_asks_nobody_else(
    town: Town, line: Line, browser: Browser, tmp_path: Path
) -> None:
    asks: list[str] = []
    page = await opened(browser, line, await town.link("micro_station"), asks)
    assert await page.evaluate(DRAWN_MS) > 0  # how soon is benchmarks/phone.py's question
    await expect(page.locator("h1")).to_have_text(PLACE)
    await expect(page.locator(".eta")).to_contain_text("按直线")
    await expect(page.locator(".wat li i")).to_have_count(4)
    await expect(page.locator(".wat .broken")).to_contain_text("无水压")
    await expect(page.locator(".go")).to_have_text("收到，马上去")
    await expect(page.locator("#since")).to_contain_text("01:")
    assert not await page.evaluate(OVERFLOW)
    heights = "all => all.map((one) => one.getBoundingClientRect().height)"
    assert min(await page.eval_on_selector_all(".thumb button", heights)) >= TOUCH_MIN_PX
    home = f"http://127.0.0.1:{line.port}/"
    assert [url for url in asks if not url.startswith(home)] == []
    await page.screenshot(path=tmp_path / "responder-390.png")


async def test_answers_pressed_offline_arrive_once_and_in_order(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"))
    await page.wait_for_selector("html[data-kept=yes]", state="attached")
    line.cut()
    await page.locator(".go").dblclick()  # a thumb that presses twice
    await expect(page.locator(".off")).to_contain_text("1 条操作已存本机")
    await page.reload()  # the page opens again with no network at all
    await expect(page.locator("h1")).to_have_text(PLACE)
    await expect(page.locator(".off")).to_contain_text("无网络")
    await page.locator('[data-answer="fire"]').tap()
    await expect(page.locator(".off")).to_contain_text("2 条操作已存本机")
    assert await town.logged() == []
    line.mend()
    await expect(page.locator(".off")).to_have_count(0, timeout=20_000)
    assert [e.answer.value for e in await town.logged()] == ["on_the_way", "fire"]
    await expect(page.locator(".hd p.F3")).to_contain_text("已确认", timeout=20_000)


async def test_the_steps_go_on_and_no_fire_is_asked_twice(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"))
    for text in ("收到，马上去", "我已出动", "我已到场"):
        await page.locator(".go", has_text=text).tap()
    await expect(page.locator(".go")).to_have_text("处置完毕")
    await page.locator(".more").tap()
    await page.locator('[data-answer="false_alarm"]').tap()
    await expect(page.locator('[data-answer="false_alarm"]')).to_contain_text("再按一次")
    await page.locator('[data-answer="false_alarm"]').tap()
    await expect(page.locator(".off")).to_have_count(0)
    said = [entry.answer.value for entry in await town.logged()]
    assert said == ["on_the_way", "turned_out", "arrived", "false_alarm"]


async def test_english_by_the_browser_and_a_switch_that_is_kept(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"), locale="en-GB")
    await expect(page.locator(".go")).to_have_text("On my way")
    assert not await page.evaluate(OVERFLOW)
    await page.locator(".more").tap()
    await page.locator(".lang").tap()
    await page.reload()
    await expect(page.locator(".go")).to_have_text("收到，马上去")


async def test_dark_follows_the_system(town: Town, line: Line, browser: Browser) -> None:
    link = await town.link("micro_station")
    page = await opened(browser, line, link, color_scheme="dark")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(25, 26, 28)"


async def test_a_unit_head_sees_what_was_sensed_confirms_and_cannot_cancel(
    town: Town, line: Line, browser: Browser, tmp_path: Path
) -> None:
    page = await opened(browser, line, await town.link("unit"))
    await expect(page.locator("main > *").first).to_contain_text("room 1")
    await expect(page.locator('main a[href="tel:119"]')).to_be_visible()
    await expect(page.locator(".go")).to_have_text("我正在查看")
    await page.locator(".more").tap()
    await expect(page.locator(".sheet")).to_contain_text("单位不能撤销警情")
    await expect(page.locator('[data-answer="false_alarm"]')).to_have_count(0)
    await page.screenshot(path=tmp_path / "responder-unit-390.png")
    await page.locator('[data-answer="fire"]').tap()
    await expect(page.locator(".hd p.F3")).to_contain_text("已确认", timeout=20_000)


async def test_a_link_that_expires_is_forgotten_with_its_data(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"))
    settings = msgspec.structs.replace(town.site.house.settings, page_secret="a new secret")
    town.site.house.settings = settings
    await page.locator(".go").tap()
    await expect(page.locator(".alone")).to_contain_text("链接已失效")
    assert await page.evaluate("localStorage.length") == 0
    assert await town.logged() == []


async def test_wind_entrances_and_pictures_are_on_the_page(
    town: Town, line: Line, browser: Browser, tmp_path: Path
) -> None:
    link = await town.link("micro_station")
    sent = await town.site.client().post(
        f"{link}/photos", params={"photo_id": "photo-0001"}, content=a_png(640, 480)
    )
    assert sent.status_code == 201
    page = await opened(browser, line, link)
    await expect(page.locator(".wind")).to_contain_text("风向东北 4 m/s，向西南吹")
    turned = await page.locator(".wind path").get_attribute("transform")
    assert turned == "rotate(225 10 10)", "the arrow points where it blows to"
    await expect(page.locator(".risk")).to_contain_text("东大门 4.5 m 消防车可进")
    await expect(page.locator(".gate text")).to_have_text("东大门")
    picture = page.locator(".pics img")
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("naturalWidth", 640)
    assert not await page.evaluate(OVERFLOW)
    await page.screenshot(path=tmp_path / "responder-pictures-390.png")
    await page.locator("main").evaluate("one => one.scrollTo(0, 0)")
    await page.screenshot(path=tmp_path / "responder-wind-390.png")


async def test_what_looks_the_same_is_not_drawn_again(
    town: Town, line: Line, browser: Browser
) -> None:
    """A thumb that is on a button while news come in must find the same button under it."""
    page = await opened(browser, line, await town.link("micro_station"))
    marks = "() => [...document.querySelectorAll('main, main > *, .thumb')]"
    await page.wait_for_selector("html[data-kept=yes]", state="attached")
    count = await page.evaluate(f"({marks})().map((one) => (one.seen = true)).length")
    assert count > 5
    await page.locator("#since").evaluate("one => { one.dataset.old = 'yes' }")
    async with page.expect_response("**/packet"):
        await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(page.locator("#since[data-old]")).to_have_count(0)  # drawn: time went on
    assert await page.evaluate(f"({marks})().filter((one) => one.seen).length") == count


async def test_a_photo_taken_offline_is_kept_through_a_reload_and_sent_once(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"))
    await page.wait_for_selector("html[data-kept=yes]", state="attached")
    line.cut()
    photo = {"name": "fire.png", "mimeType": "image/png", "buffer": a_png(3200, 2400)}
    await page.locator("input[type=file]").set_input_files([photo])  # type: ignore[list-item]
    await expect(page.locator(".off")).to_contain_text("1 条操作已存本机")
    await page.reload()
    await expect(page.locator(".pics p")).to_contain_text("1 张照片待发送")
    assert await town.rows("SELECT id FROM sights.picture") == []
    line.mend()
    await expect(page.locator(".off")).to_have_count(0, timeout=20_000)
    (kept,) = await town.rows("SELECT width, height, media_type, origin FROM sights.picture")
    assert tuple(kept.values()) == (1600, 1200, "image/jpeg", "responder")
    await page.reload()
    await expect(page.locator(".pics img")).to_have_count(1)
    assert len(await town.rows("SELECT id FROM sights.picture")) == 1


async def test_a_file_that_is_no_picture_is_refused_in_words_and_forgotten(
    town: Town, line: Line, browser: Browser
) -> None:
    page = await opened(browser, line, await town.link("micro_station"))
    wrong = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    await page.locator("input[type=file]").set_input_files([wrong])  # type: ignore[list-item]
    await expect(page.locator("[role=alert]")).to_contain_text("照片未被接受")
    await expect(page.locator(".off")).to_have_count(1)
    assert await town.rows("SELECT id FROM sights.picture") == []
