"""A person at a desk, and fires that arrive while they look: what the page tests speak with."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.stories.house import RunningHouse
from wanghuo.web import signature

PATIENCE_MS = 20_000
SIGNED_IN = ".top"


@dataclass
class Fires:
    """Fires at places that no test has used before, brought by the operators' own platforms."""

    house: RunningHouse
    _places: dict[str, Iterator[dict[str, Any]]] = field(default_factory=dict)

    def place(self, category: str = "industrial") -> dict[str, Any]:
        """A fresh place with at least two smoke detectors that speak the access standard."""
        return next(self._places.setdefault(category, self._fresh(category)))

    def _fresh(self, category: str) -> Iterator[dict[str, Any]]:
        cursor, villages = "", set[str]()  # neighbours' fires would be one incident
        with self.house.client() as client:
            while True:
                asked = {"category": category, "cursor": cursor, "limit": "100"}
                page = client.get("/api/v1/places", params=asked).json()
                for row in page["items"]:
                    if row["village_code"] in villages:
                        continue
                    place = client.get(f"/api/v1/places/{row['id']}").json()
                    if len(self.smokes(place)) > 1:
                        villages.add(row["village_code"])
                        yield place
                cursor = page["next"] or ""
                assert cursor, f"no place of {category} is left with two smoke detectors"

    @staticmethod
    def smokes(place: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            device
            for device in place["devices"]
            if device["origin"].startswith("access:") and device["kind"] == "smoke"
        ]

    def burn(self, place: dict[str, Any], points: int = 1) -> str:
        """Report fire from the first `points` smoke detectors; the incident's number."""
        keys = {o["id"]: o["key"] for o in self.house.credentials()["operators"].values()}
        for device in self.smokes(place)[:points]:
            operator, name = device["origin"].removeprefix("access:").split("/")
            record = {"device": name, "kind": "fire", "at": datetime.now(UTC).isoformat()}
            answer = httpx.post(
                f"{self.house.url}/api/v1/access/signals",
                json={"records": [{**record, "sensor": "smoke"}]},
                headers={"Authorization": f"Bearer {keys[operator]}"},
                timeout=20,
                trust_env=False,
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["results"][0]["ok"]
        return self.number(place)

    def number(self, place: dict[str, Any]) -> str:
        """The number of the open incident at this place, as soon as there is one."""
        with self.house.client() as client:
            for _try in range(200):
                asked = {"place_id": place["id"], "open": "true"}
                found = client.get("/api/v1/incidents", params=asked).json()["items"]
                if found:
                    return str(found[0]["number"])
        raise AssertionError(f"no incident at {place['name']}")

    def incident(self, number: str) -> Any:
        with self.house.client() as client:
            return client.get(f"/api/v1/incidents/{number}").json()

    def says(self, number: str, role: str, answer: str) -> str:
        """A told party of this role answers by its signed webhook; the party's name."""
        secrets = tomllib.loads((self.house.folder / "secrets.toml").read_text("utf-8"))
        notices = self.incident(number)["notices"]
        notice = next(one for one in notices if one["party_role"] == role)
        body = msgspec.json.encode({"notice_id": notice["id"], "answer": answer, "by": "crew"})
        now_s = int(datetime.now(UTC).timestamp())
        taken = httpx.post(
            f"{self.house.url}/api/v1/answers",
            content=body,
            headers={signature.HEADER: signature.signed(secrets["webhook_secret"], body, now_s)},
            timeout=20,
            trust_env=False,
        )
        assert taken.status_code == 200, taken.text
        party = next(
            one for one in self.incident(number)["parties"] if one["id"] == notice["party_id"]
        )
        return str(party["name"])

    def close_all(self) -> None:
        """Begin the next test with an empty queue, however many pages the last one left open."""
        with self.house.client() as client:
            for _try in range(200):
                still_open = client.get("/api/v1/incidents", params={"open": True}).json()["items"]
                if not still_open:
                    return
                for row in still_open:
                    body = {"disposition": "test"}
                    client.post(f"/api/v1/incidents/{row['number']}/close", json=body)
        raise AssertionError(f"{len(still_open)} incidents do not close")


@dataclass
class Desk:
    """One browser window. What the page complained about is kept and looked at when it closes."""

    house: RunningHouse
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @classmethod
    async def of(
        cls,
        house: RunningHouse,
        browser: Browser,
        *,
        width: int = 1440,
        height: int = 900,
        touch: bool = False,
    ) -> "Desk":
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            has_touch=touch,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page = await context.new_page()
        made = cls(house, context, page)
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on(
            "console",
            lambda told: (
                made.complaints.append(f"{told.text} {told.location.get('url', '')}")
                if told.type == "error"
                else None
            ),
        )
        page.on("request", lambda asked: made.look_at(asked.url))
        return made

    def look_at(self, url: str) -> None:
        if not url.startswith((self.house.url, "blob:", "data:")):
            self.foreign.append(url)

    async def sign_in(self, login: str = "", password: str = "") -> "Desk":
        """Through the door, as the first administrator unless somebody else is named."""
        first = self.house.credentials()["admin"]
        await self.page.goto(self.house.url)
        await self.page.fill("[name=login]", login or first["login"])
        await self.page.fill("[name=password]", password or first["password"])
        await self.page.click(".go")
        await self.page.wait_for_selector(SIGNED_IN)
        return self

    async def go(self, where: str) -> None:
        """Another page of the cockpit, e.g. `#/map`."""
        await self.page.evaluate("where => { location.hash = where }", where)

    def row(self, number: str) -> Any:
        """The incident's row in the queue."""
        return self.page.locator(f'.queue [data-number="{number}"]')

    async def numbers(self) -> list[str]:
        """The queue from top to bottom."""
        found = await self.page.eval_on_selector_all(
            ".queue [data-number]", "rows => rows.map((row) => row.dataset.number)"
        )
        return [str(number) for number in found]

    async def choose(self, number: str) -> None:
        await self.row(number).click()
        await expect(self.page.locator(".head .facts").first).to_contain_text(number)
        await expect(self.page.locator("#timeline li").first).to_be_visible()

    async def close(self) -> None:
        await self.context.close()
