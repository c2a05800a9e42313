"""D1 and F3: how soon the desk sees a fire, and how soon 119 has what the desk confirmed.

A real browser shows the real desk. An incident counts as seen when the frame that holds its row has
been drawn, by the browser's own clock; both clocks are the machine's.
"""

import asyncio
import time
from dataclasses import dataclass

import asyncpg
import httpx
from playwright.async_api import Page, async_playwright
from tests.pages.conftest import CHROMIUM
from tests.pages.desk import Desk
from tests.stories.house import RunningHouse

from benchmarks.bench import CITY_SIGNALS_PER_S, Bench
from benchmarks.devices import Report
from benchmarks.drive import drive
from benchmarks.figures import Line, Spread, judged, not_run, spread_ms
from benchmarks.fires import Fire
from benchmarks.lanes import FIRES_PER_S, burn
from benchmarks.waiting import until

FIRES = 80  # the desk draws a hundred rows at once
SEEN_WITHIN_MS, CONFIRMED_WITHIN_MS = 1_000.0, 3_000.0
CONFIRMS, CONFIRM_PERIOD_S = 80, 0.2
PATIENCE_S = 20.0
CAD_119 = "cad_119"
BROWSER = ["--disable-gpu", "--no-sandbox"]
# Two animation frames later the row has been drawn.
WATCH = """() => {
  window.seen = {};
  const look = () => {
    // so many fires are grouped by town: whoever wants each asks for them one by one
    if (document.querySelector('.queue .group')) document.querySelector('[data-act=group]').click();
    document.querySelectorAll('.queue [data-number]').forEach(seen);
  };
  const seen = (row) => {
    const number = row.dataset.number;
    if (number in window.seen) return;
    window.seen[number] = null;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.seen[number] = (performance.timeOrigin + performance.now()) / 1000;
    }));
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
  look();
}"""
_NUMBERS = """
SELECT a.origin, i.number FROM alarms.alarm a JOIN incidents.incident i ON i.id = a.incident_id
WHERE a.origin = ANY ($1::text[])
"""


@dataclass
class _Watched:
    fires: list[Fire]
    numbers: dict[str, str]  # by origin
    seen_at_s: dict[str, float]  # by number, seconds since 1970


async def whole(bench: Bench) -> list[Line]:
    """Fires at ten a second beside the city's traffic, with a desk open; then the key "fire"."""
    if not CHROMIUM.exists():
        why = f"no Chromium at {CHROMIUM}"
        return [not_run("D1", "frame → seen", "≤ 1 s", why), not_run("F3", "→ 119", "≤ 3 s", why)]
    seconds = FIRES / FIRES_PER_S + CONFIRMS * CONFIRM_PERIOD_S + 8.0
    load = asyncio.create_task(drive(bench.routine(seconds, CITY_SIGNALS_PER_S)))
    house = RunningHouse(bench.product.data, http_port=bench.product.http_port)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=BROWSER)
        desk = await (await Desk.of(house, browser)).sign_in()
        watched = await _watch(bench, desk.page)
        told_s = await _confirm(bench, list(watched.numbers.values())[:CONFIRMS])
        await browser.close()
    report = await load
    return [_seen_line(watched, report), _told_line(told_s, report)]


async def _watch(bench: Bench, page: Page) -> _Watched:
    await page.evaluate(WATCH)
    fires = await burn(bench, FIRES)
    numbers = await _numbers(bench, [fire.point.origin for fire in fires])
    seen: dict[str, float] = {}
    until_s = time.monotonic() + PATIENCE_S
    while not set(numbers.values()) <= seen.keys() and time.monotonic() < until_s:
        told: dict[str, float | None] = await page.evaluate("() => window.seen")
        seen = {number: at_s for number, at_s in told.items() if at_s is not None}
        await asyncio.sleep(0.1)
    return _Watched(fires, numbers, seen)


async def _numbers(bench: Bench, origins: list[str]) -> dict[str, str]:
    """Each fire's incident, by origin; the last fire was confirmed a moment before it is judged."""
    numbers: dict[str, str] = {}
    until_s = time.monotonic() + PATIENCE_S
    connection = await asyncpg.connect(bench.product.dsn())
    try:
        while len(numbers) < len(origins) and time.monotonic() < until_s:
            rows = await connection.fetch(_NUMBERS, origins)
            numbers = {row["origin"]: row["number"] for row in rows}
    finally:
        await connection.close()
    return numbers


async def _confirm(bench: Bench, numbers: list[str]) -> list[float]:
    """Press "fire" at so many incidents, one after the other; seconds until 119 was told of each.

    Infinity for one that 119 never heard of.
    """
    token = bench.product.credentials()["tokens"]["city_duty"]
    pressed: dict[str, float] = {}
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{bench.product.http_port}",
        headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S, trust_env=False,
    )  # fmt: skip
    async with client, asyncio.TaskGroup() as group:
        for number in numbers:
            pressed[number] = time.monotonic()
            group.create_task(_press(client, number))
            await asyncio.sleep(CONFIRM_PERIOD_S)
    heard: dict[str, float] = {}

    def all_heard() -> bool:
        for one in bench.sink.arrivals:
            if one.notice.role == CAD_119:
                heard.setdefault(one.notice.number, one.at_s)
        return pressed.keys() <= heard.keys()

    await until(all_heard, PATIENCE_S, 0.1)
    return [heard.get(number, float("inf")) - at_s for number, at_s in pressed.items()]


async def _press(client: httpx.AsyncClient, number: str) -> None:
    answer = await client.post(f"/api/v1/incidents/{number}/confirm", json={"reason": "flames"})
    answer.raise_for_status()


def _seen_line(watched: _Watched, report: Report) -> Line:
    epoch_s = time.time() - time.monotonic()
    took: list[float] = []
    for fire in watched.fires:
        at_s = watched.seen_at_s.get(watched.numbers.get(fire.point.origin, ""))
        if at_s is not None:
            took.append(at_s - epoch_s - fire.first_sent_s)
    spread, unseen = spread_ms(took), len(watched.fires) - len(took)
    verdict, reason = judged([
        (spread.p99 <= SEEN_WITHIN_MS, f"p99 {spread.p99:.0f} ms"),
        (not unseen, f"{unseen} fires were not on the desk"),
    ])  # fmt: skip
    measured = _measured(spread, report)
    return Line(
        "D1", "fire frame → its row drawn on the desk (Chromium)", "≤ 1 s, p99", measured,
        "the story's own clock", "-", verdict, reason, {"spread": spread},
    )  # fmt: skip


def _told_line(took_s: list[float], report: Report) -> Line:
    never = sum(took == float("inf") for took in took_s)
    spread = spread_ms([took for took in took_s if took != float("inf")])
    verdict, reason = judged([
        (spread.p99 <= CONFIRMED_WITHIN_MS, f"p99 {spread.p99:.0f} ms"),
        (not never, f"119 never heard of {never}"),
        (len(took_s) == CONFIRMS, f"only {len(took_s)} were confirmed"),
    ])  # fmt: skip
    return Line(
        "F3", f'key "fire" at {len(took_s)} incidents → 119 has it', "≤ 3 s, p99",
        _measured(spread, report), "the story's own clock", "-", verdict, reason,
        {"spread": spread},
    )  # fmt: skip


def _measured(spread: Spread, report: Report) -> str:
    per_s = report.confirmed / report.seconds
    return f"{spread}, max {spread.max:.0f} ms; beside {per_s:,.0f} signals/s"
