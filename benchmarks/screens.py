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
from typing import Any

from playwright.async_api import Browser, async_playwright
from tests.pages.axe import findings
from tests.pages.conftest import CHROMIUM, SOFTWARE_RENDERING
from tests.pages.desk import Desk, Fires
from tests.stories.house import HOME, RunningHouse

QUALITY = 72
SETTLE_MS = 1500
SIZES = {1440: 900, 390: 844, 1920: 1080, 3840: 2160}
OVERFLOW = "document.documentElement.scrollWidth > innerWidth + 1"
# Each page is kept in both languages, both themes and both widths, though not in each mixture.
KEPT = {("zh", "light", 1440), ("en", "dark", 1440), ("zh", "dark", 390), ("en", "light", 390)}
KEPT |= {("zh", "dark", 1920), ("en", "light", 1920)}
PASSWORD = "watchtower over the river 31"  # noqa: S105 - of a house that lives for minutes


@dataclass(frozen=True)
class Shot:
    """One look at one page."""

    page: str
    hash: str
    lang: str
    theme: str
    width: int
    role: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether its picture goes into the folder."""
        return (self.lang, self.theme, self.width) in KEPT

    @property
    def name(self) -> str:
        """The picture's file."""
        return f"{self.page}-{self.lang}-{self.theme}-{self.width}.jpg"


def pages(known: dict[str, str]) -> dict[str, str]:
    """Each page's name and address. known: of a running house, see `what_is_there`."""
    number, place, device = known["number"], known["place"], known["device"]
    found = {
        "desk": "#/",
        "incident": f"#/incidents/{number}",
        "map": "#/map",
        "history": "#/history",
        "devices": "#/devices",
        "places": "#/places",
        "shift": "#/shift",
        "people": "#/people",
        "audit": "#/audit",
        "account": "#/me",
        "wall": "#/wall",
    }
    del place, device
    return found


def shots(found: dict[str, str]) -> Iterator[Shot]:
    """Every look: pages by languages, themes and widths."""
    for page, where in found.items():
        widths = (1920, 3840, 390) if page == "wall" else (1440, 390)
        for lang in ("zh", "en"):
            for theme in ("light", "dark"):
                for width in widths:
                    yield Shot(page, where, lang, theme, width)


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


async def looked_at(house: RunningHouse, browser: Browser, shot: Shot, folder: Path) -> list[str]:
    """Take the picture; what is wrong with the page."""
    size = SIZES[shot.width]
    desk = await Desk.of(house, browser, width=shot.width, height=size, touch=shot.width < 768)  # noqa: PLR2004
    await desk.context.add_init_script(
        f"localStorage.setItem('wanghuo.lang', '{shot.lang}');"
        f"localStorage.setItem('wanghuo.theme', '{shot.theme}')"
    )
    await desk.sign_in()
    await desk.go(shot.hash)
    await desk.page.wait_for_timeout(SETTLE_MS)
    wrong: list[Any] = list(await findings(desk.page))
    if await desk.page.evaluate(OVERFLOW):
        wrong.append("sticks out to the right")
    if shot.is_kept:
        path = folder / shot.name
        await desk.page.screenshot(path=path, type="jpeg", quality=QUALITY)
    await desk.close()
    return [f"{shot.name}: {one}" for one in [*wrong, *desk.complaints, *desk.foreign]]


async def whole(folder: Path, only: list[str]) -> list[str]:
    """Start, look, stop; what is wrong."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wanghuo-screens-") as temporary:
        house = RunningHouse(Path(temporary) / "data", options=()).start()
        found = pages(what_is_there(house))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=SOFTWARE_RENDERING
            )
            for shot in shots({name: found[name] for name in only or found}):
                new = await looked_at(house, browser, shot, folder)
                print(shot.name, *new or ["ok"], sep="\n  " if new else " ", flush=True)
                wrong += new
            await browser.close()
        house.interrupt()
    return wrong


def main() -> None:
    """Look, print, exit with 1 if something is wrong."""
    parser = argparse.ArgumentParser(prog="screens", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=HOME / "docs" / "screens")
    parser.add_argument("--only", action="append", default=[], help="a page's name, e.g. desk")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    wrong = asyncio.run(whole(asked.folder, asked.only))
    print(f"{len(wrong)} findings")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
