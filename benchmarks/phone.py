"""How heavy the responder's page is, and how soon it is drawn on a weak phone: prints a table.

`python -m benchmarks.phone` starts the product, lets fires burn, and opens the links that the told
parties got, each in a fresh Chromium of 390 × 844 px behind the network of a slow 4G cell
(1.6 Mbit/s down, 0.75 up, 150 ms there and back) and with a processor four times slower than this.
Bytes are those on the wire, by the browser's own count. Then the network goes away: the page is
opened again and one answer pressed, which must arrive once when the network is back. Ends with 1
if a goal is missed. `--slow 6` makes the processor slower still.
"""

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright
from tests.pages.axe import findings
from tests.pages.conftest import CHROMIUM

from benchmarks.fires import Arsonist
from benchmarks.product import Product
from benchmarks.register import fire_points
from benchmarks.sink import Sink
from benchmarks.waiting import until

LOADS = 8
FIRES_PER_S = 4.0
WHOLE_MAX_BYTES, DRAWN_WITHIN_MS = 200_000, 1_000.0
CELL = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}  # bytes/s
PATIENCE_S = 30.0
DRAWN_MS = "performance.getEntriesByName('drawn')[0]?.startTime ?? null"
_ANSWERED = """
SELECT count(*) FROM notices.notice WHERE role = 'micro_station' AND answered_at IS NOT NULL
"""
PAINTED_MS = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


@dataclass
class Load:
    """One opening of the page. wire_bytes: everything that came, headers included."""

    wire_bytes: int = 0
    painted_ms: float = 0.0
    drawn_ms: float = 0.0
    serious: list[str] = field(default_factory=list)


async def _phone(browser: Browser, slow: float) -> tuple[BrowserContext, Page, CDPSession]:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
        device_scale_factor=3, locale="zh-CN",
    )  # fmt: skip
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", {"offline": False, **CELL})
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    return context, page, tools


async def _drawn(page: Page) -> float:
    """When the page stood whole with its data, ms after it was asked for; infinity if never."""
    for _ in range(int(PATIENCE_S / 0.05)):
        found = await page.evaluate(DRAWN_MS)
        if found is not None:
            return float(found)
        await asyncio.sleep(0.05)
    return float("inf")


async def load_once(browser: Browser, url: str, slow: float) -> Load:
    """Open the page for the first time, as a person who just got the link."""
    context, page, tools = await _phone(browser, slow)
    made = Load()

    def count(event: dict[str, Any]) -> None:
        made.wire_bytes += int(event["encodedDataLength"])

    tools.on("Network.loadingFinished", count)
    await page.goto(url)
    made.drawn_ms = await _drawn(page)
    made.painted_ms = float(await page.evaluate(PAINTED_MS) or float("inf"))
    await tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    made.serious = await findings(page)
    await context.close()
    return made


async def without_network(browser: Browser, url: str, product: Product) -> str:
    """Lose the network after the load, open again, press, get it back; "" or what went wrong."""
    context, page, tools = await _phone(browser, 1)
    await page.goto(url)
    await _drawn(page)
    await page.wait_for_selector("html[data-kept=yes]", state="attached")
    lost = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    await context.set_offline(True)
    await tools.send("Network.emulateNetworkConditions", lost)
    await page.reload()
    if await _drawn(page) == float("inf"):
        return "the page does not open without a network"
    await page.locator(".go").tap()
    if not await page.locator(".off").count():
        return "the page does not say that it is offline"
    before = await _answers(product)
    await tools.send("Network.emulateNetworkConditions", {"offline": False, **CELL})
    await context.set_offline(False)
    for _ in range(int(PATIENCE_S / 0.1)):
        if await _answers(product) > before and not await page.locator(".off").count():
            break
        await asyncio.sleep(0.1)
    taken = await _answers(product) - before
    await context.close()
    return "" if taken == 1 else f"{taken} answers arrived instead of 1"


async def _answers(product: Product) -> int:
    connection = await asyncpg.connect(product.dsn())
    try:
        return int(await connection.fetchval(_ANSWERED))
    finally:
        await connection.close()


async def _links(folder: Path) -> tuple[Product, Sink, dict[str, list[str]]]:
    """The running product and the links it gave, by role."""
    sink = Sink()
    await sink.start()
    product = Product(folder, webhook_url=sink.url)
    await product.start()
    assert await product.ranked(), "the stations are not ranked"
    arsonist = Arsonist(product.gb26875_port)
    points = await fire_points(product.dsn(), seed=1)
    await arsonist.light_steadily(points[:LOADS], FIRES_PER_S)
    found: dict[str, list[str]] = {}

    def enough() -> bool:
        return sum(a.notice.role == "micro_station" for a in sink.arrivals) >= LOADS

    await until(enough, PATIENCE_S)
    for arrival in sink.arrivals:
        found.setdefault(arrival.notice.role, []).append(arrival.notice.page_url)
    return product, sink, found


async def run(slow: float) -> int:
    """Measure, print, say whether the goals were reached."""
    with tempfile.TemporaryDirectory(prefix="wanghuo-phone-") as folder:
        product, sink, links = await _links(Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=str(CHROMIUM), args=["--disable-gpu", "--no-sandbox"]
                )
                missed = 0
                for role in ("micro_station", "unit"):
                    loads = [await load_once(browser, url, slow) for url in links[role][:LOADS]]
                    missed += _told(role, loads)
                wrong = await without_network(browser, links["micro_station"][-1], product)
                print(f"without a network: {wrong or 'opens, keeps one answer, sends it once'}")
                await browser.close()
        finally:
            await product.stop()
            await sink.stop()
    return 1 if missed or wrong else 0


def _told(role: str, loads: list[Load]) -> bool:
    """Print the figures of one side's page; whether a goal was missed."""
    heaviest = max(load.wire_bytes for load in loads)
    drawn = sorted(load.drawn_ms for load in loads)
    painted = sorted(load.painted_ms for load in loads)
    serious = sorted({told for load in loads for told in load.serious})
    missed = heaviest > WHOLE_MAX_BYTES or drawn[-1] > DRAWN_WITHIN_MS or bool(serious)
    print(
        f"{role}: {heaviest:,} bytes on the wire (goal ≤ {WHOLE_MAX_BYTES:,}); first paint"
        f" p50 {painted[len(painted) // 2]:.0f} ms, drawn with its data p50"
        f" {drawn[len(drawn) // 2]:.0f} ms, max {drawn[-1]:.0f} ms of {len(drawn)} (goal ≤"
        f" {DRAWN_WITHIN_MS:.0f}); serious findings of axe: {len(serious)}"
        f" - {'MISSED' if missed else 'reached'}"
    )
    for told in serious:
        print(f"  {told}")
    return missed


def main() -> int:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--slow", type=float, default=4.0, help="times slower than this machine")
    return asyncio.run(run(parser.parse_args().slow))


if __name__ == "__main__":
    sys.exit(main())
