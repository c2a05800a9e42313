"""How smooth the map is and how soon the desk is painted: a command that prints a table.

`python -m benchmarks.map_frames` starts a house of its own; `--url URL --data DIR` asks one that
runs. Two kinds of Chromium without a graphics card: its own software compositor (what a machine
without one uses), and SwiftShader, which emulates one. Presented frames are counted from the
compositor's trace, not from the page's callbacks: a page may call back oftener than anybody sees.
The floor, in the same run: a square of 20 pixels moving over an empty page of the same size.
"""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect
from tests.pages.conftest import CHROMIUM
from tests.pages.desk import Desk
from tests.stories.house import RunningHouse

SECONDS = 4.0
MODES = {
    "software compositor": ["--disable-gpu", "--no-sandbox"],
    "SwiftShader": ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"],
}
MOVES = {
    "pan": "fire('pointermove', cx + 200 * Math.sin(3 * s), cy + 120 * Math.cos(2 * s))",
    "zoom": "canvas.dispatchEvent(new WheelEvent('wheel', {clientX: cx, clientY: cy,"
    " deltaY: -14 * Math.cos(1.6 * s), cancelable: true}))",
}
DRIVE = """seconds => new Promise((done) => {
  const canvas = document.querySelector('.city canvas');
  const box = canvas.getBoundingClientRect();
  const [cx, cy] = [box.left + box.width / 2, box.top + box.height / 2];
  const fire = (name, clientX, clientY) =>
    canvas.dispatchEvent(new PointerEvent(name, {clientX, clientY, pointerId: 1, button: 0}));
  fire('pointerdown', cx, cy);
  const from = performance.now();
  let calls = 0;
  const step = () => {
    const s = (performance.now() - from) / 1000;
    if (s > seconds) { fire('pointerup', cx, cy); done(calls / s); return; }
    calls += 1;
    %s;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
SQUARE = """seconds => new Promise((done) => {
  const square = document.body.appendChild(document.createElement('div'));
  const look = {position: 'absolute', width: '20px', height: '20px', background: '#000'};
  Object.assign(square.style, look);
  const from = performance.now();
  let calls = 0;
  const step = () => {
    const s = (performance.now() - from) / 1000;
    if (s > seconds) { done(calls / s); return; }
    calls += 1;
    square.style.transform = `translate(${700 + 500 * Math.sin(3 * s)}px, 400px)`;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
PAINTED = """() => new Promise((done) => {
  const seen = new PerformanceObserver((list) => {
    const found = list.getEntriesByName('first-contentful-paint')[0];
    if (found) done(found.startTime);
  });
  seen.observe({type: 'paint', buffered: true});
})"""
READY = """() => new Promise((done) => {
  const look = () => document.querySelector('.queue .done, .queue [data-number]')
    ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""


@asynccontextmanager
async def presented(browser: Browser) -> AsyncIterator[list[int]]:
    """Counts the frames that reach the screen while the block runs; one number at its end."""
    session = await browser.new_browser_cdp_session()
    found: list[int] = []
    over = asyncio.Event()
    drawn = 0

    def collect(part: dict[str, list[dict[str, str]]]) -> None:
        nonlocal drawn
        drawn += sum(event.get("name") == "Display::DrawAndSwap" for event in part["value"])

    session.on("Tracing.dataCollected", collect)
    session.on("Tracing.tracingComplete", lambda _told: over.set())
    await session.send("Tracing.start", {"categories": "viz", "transferMode": "ReportEvents"})
    yield found
    await session.send("Tracing.end")
    await over.wait()
    found.append(drawn)
    await session.detach()


async def measure(browser: Browser, page: Page, mode: str, what: str, script: str) -> None:
    async with presented(browser) as frames:
        calls = await page.evaluate(script, SECONDS)
    # a traced interval is a little longer than the motion: the figure is never flattered
    print(f"{mode:<22}{what:<22}{frames[0] / SECONDS:>8.1f}{calls:>14.1f}", flush=True)


async def one_mode(house: RunningHouse, mode: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=MODES[mode])
        desk = await (await Desk.of(house, browser)).sign_in()
        await desk.page.reload()
        ready_ms = await desk.page.evaluate(READY)
        painted_ms = await desk.page.evaluate(PAINTED)
        print(f"{mode:<22}first paint {painted_ms:.0f} ms, queue on screen {ready_ms:.0f} ms")
        await desk.go("#/map")
        await expect(desk.page.locator(".city-note")).to_contain_text("52,000")
        for name, move in MOVES.items():
            await measure(browser, desk.page, mode, f"map, {name}", DRIVE % move)
        blank = await browser.new_page(viewport={"width": 1440, "height": 900})
        await measure(browser, blank, mode, "floor: one square", SQUARE)
        await browser.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="a running house, e.g. http://127.0.0.1:8119")
    parser.add_argument("--data", type=Path, default=Path(".wanghuo"), help="its data folder")
    asked = parser.parse_args()
    print(f"{'1440 × 900':<22}{'':<22}{'seen/s':>8}{'callbacks/s':>14}")
    with tempfile.TemporaryDirectory(prefix="wh") as folder:
        if asked.url:
            house = RunningHouse(asked.data, http_port=int(asked.url.rpartition(":")[2]))
        else:
            house = RunningHouse(Path(folder) / "data").start()
        for mode in MODES:
            await one_mode(house, mode)
        if not asked.url:
            house.interrupt()


if __name__ == "__main__":
    asyncio.run(main())
