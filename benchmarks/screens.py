"""A picture of every page, and what axe finds on it: `python -m benchmarks.screens [FOLDER]`.

Starts a house of its own with the whole city, lights a fire as a device would, and looks at each
page in Chinese and English, light and dark, at 1440 and 390 px (the wall at 1920 and 3840 too).
Every language, theme and width of a page is looked at; of each page the pictures of `KEPT` are
kept. Ends with 1 if a page sticks out to the right, complains, or axe finds something serious.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from tests.pages.axe import findings
from tests.pages.conftest import CHROMIUM, SOFTWARE_RENDERING
from tests.pages.desk import Desk, Fires
from tests.stories.house import HOME, RunningHouse

QUALITY = 72
SETTLE_MS = 1500
SIZES = {1440: 900, 390: 844, 1920: 1080, 3840: 2160}
DESK, LARGE = 1440, 1920
OVERFLOW = "document.documentElement.scrollWidth > innerWidth + 1"
# Each page is kept in both languages, both themes and both widths, though not in each mixture.
KEPT = {("zh", "light", 1440), ("en", "dark", 1440), ("zh", "dark", 390), ("en", "light", 390)}
KEPT |= {("zh", "dark", 1920), ("en", "light", 1920)}
PASSWORD = "watchtower over the river 31"  # noqa: S105 - of a house that lives for minutes


@dataclass(frozen=True)
class Window:
    """One browser's window: every page is looked at in it."""

    lang: str
    theme: str
    width: int

    @property
    def is_kept(self) -> bool:
        """Whether its pictures go into the folder."""
        return (self.lang, self.theme, self.width) in KEPT

    def picture(self, page: str) -> str:
        """The file of a page's picture."""
        return f"{page}-{self.lang}-{self.theme}-{self.width}.jpg"


def pages(known: dict[str, str]) -> dict[str, str]:
    """Each page's name and address. known: of a running house, see `what_is_there`."""
    number, place = known["number"], known["place"]
    return {
        "desk": "#/",
        "incident": f"#/incidents/{number}",
        "replay": f"#/incidents/{number}/replay",
        "map": "#/map",
        "wall": "#/wall",
        "history": "#/history",
        "nuisances": "#/nuisances",
        "load": "#/load",
        "policy": "#/policy",
        "devices": "#/devices",
        "device": f"#/devices/{known['device']}",
        "places": "#/places",
        "place": f"#/places/{place}",
        "labels": f"#/labels?place_id={place}",
        "shift": "#/shift",
        "people": "#/people",
        "audit": "#/audit",
        "account": "#/me",
        "first-day": "#/first-day",
    }


def windows() -> Iterator[Window]:
    """Every language, theme and width."""
    for lang in ("zh", "en"):
        for theme in ("light", "dark"):
            for width in SIZES:
                yield Window(lang, theme, width)


def shown(window: Window, page: str) -> bool:
    """Whether a page is made for such a window: large screens are the wall's."""
    return (
        page == "wall" if window.width >= LARGE else not (page == "wall" and window.width == DESK)
    )


def what_is_there(house: RunningHouse) -> dict[str, str]:
    """A fire with answers, one that was closed, a shift in the book; what pages are named by."""
    fires = Fires(house)
    for _ in range(3):
        closed = fires.burn(fires.place())
        with house.client() as client:
            body = {"disposition": "nuisance", "cause": "cooking"}
            client.post(f"/api/v1/incidents/{closed}/close", json=body)
    fires.burn(fires.place())
    place = fires.place()
    number = fires.burn(place, points=2)
    fires.says(number, "micro_station", "on_the_way")
    with house.client("admin") as client:
        body = {"login": "wu.min", "name": "吴敏", "role": "city_duty", "towns": ["*"]}
        made = client.post("/api/v1/people", json={**body, "password": PASSWORD}).json()
        client.put(f"/api/v1/claims/{number}", json={})
        note = {"to": made["id"], "note": "新浦染厂蒸汽至六点，报警先问车间。"}
        client.post("/api/v1/hand-overs", json=note)
    return {"number": number, "place": place["id"], "device": place["devices"][0]["id"]}


async def looked_at(
    house: RunningHouse, browser: Browser, window: Window, found: dict[str, str], folder: Path
) -> list[str]:
    """Take the pictures of one window; what is wrong with its pages."""
    size = SIZES[window.width]
    desk = await Desk.of(house, browser, width=window.width, height=size, touch=window.width < DESK)
    await desk.context.add_init_script(
        f"localStorage.setItem('wanghuo.lang', '{window.lang}');"
        f"localStorage.setItem('wanghuo.theme', '{window.theme}')"
    )
    await desk.sign_in()
    wrong: list[str] = []
    for page, where in found.items():
        if not shown(window, page):
            continue
        await desk.go(where)
        await desk.page.wait_for_timeout(SETTLE_MS)
        new = list(await findings(desk.page)) + desk.complaints + desk.foreign
        if await desk.page.evaluate(OVERFLOW):
            new.append("sticks out to the right")
        if window.is_kept:
            path = folder / window.picture(page)
            await desk.page.screenshot(path=path, type="jpeg", quality=QUALITY)
        print(window.picture(page), *(new or ["ok"]), sep="\n  " if new else " ", flush=True)
        wrong += new
        desk.complaints.clear()
        desk.foreign.clear()
    await desk.close()
    return wrong


async def whole(folder: Path, only: list[str], *, kept: bool) -> list[str]:
    """Start, look, stop; what is wrong. kept: only where a picture is kept."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wanghuo-screens-") as temporary:
        house = RunningHouse(Path(temporary) / "data", options=(), roads="true").start()
        found = pages(what_is_there(house))
        chosen = {name: found[name] for name in only or found}
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=SOFTWARE_RENDERING
            )
            for window in (one for one in windows() if one.is_kept or not kept):
                wrong += await looked_at(house, browser, window, chosen, folder)
            await browser.close()
        house.interrupt()
    return wrong


def main() -> None:
    """Look, print, exit with 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="screens", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=HOME / "docs" / "screens")
    parser.add_argument("--only", action="append", default=[], help="a page's name, e.g. desk")
    parser.add_argument("--kept", action="store_true", help="only windows whose pictures are kept")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    wrong = asyncio.run(whole(asked.folder, asked.only, kept=asked.kept))
    print(f"{len(wrong)} findings")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
