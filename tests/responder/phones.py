"""Told people with their links, and what the house holds of their answers."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.web.makers import Site
from wanghuo.clock import WallClock
from wanghuo.engines.postgres import Row
from wanghuo.facts.entry import AnswerEntry, decode
from wanghuo.web import page_link

SECRET = "the secret of the links"
DAY = timedelta(hours=24)
TRIES = 500


@dataclass
class Town:
    """The served house with one fire."""

    site: Site

    async def rows(self, query: str, *args: object) -> list[Row]:
        async with self.site.owner.transaction() as tx:
            return await tx.fetch(query, *args)

    async def notice(self, role: str) -> str:
        """The first notice of the party with this role."""
        found = await self.rows(
            "SELECT id FROM notices.notice WHERE role = $1 ORDER BY planned_at, id LIMIT 1", role
        )
        return str(found[0]["id"])

    async def link(self, role: str) -> str:
        """The path that a party of this role opens."""
        made = page_link.token(SECRET, await self.notice(role), WallClock().now_utc(), DAY)
        return page_link.PATH + made

    async def packet(self, role: str) -> Any:
        return (await self.site.client().get(f"{await self.link(role)}/packet")).json()

    async def press(
        self, role: str, answer: str, answer_id: str = "press-0001", **more: Any
    ) -> Any:
        body = {"answer": answer, "answer_id": answer_id, **more}
        return await self.site.client().post(f"{await self.link(role)}/answers", json=body)

    async def states(self) -> dict[str, str]:
        found = await self.rows("SELECT role, state FROM notices.party")
        return {row["role"]: row["state"] for row in found}

    async def logged(self) -> list[AnswerEntry]:
        """Every answer in the fire log, in order."""
        rows = await self.rows("SELECT entry FROM signals.fire_log ORDER BY seq")
        bodies = [decode(row["entry"]).body for row in rows]
        return [body for body in bodies if isinstance(body, AnswerEntry)]

    async def judged(self) -> None:
        """Return when nothing waits for the judge."""
        for _ in range(TRIES):
            if not await self.rows("SELECT seq FROM signals.inbox"):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the judge is behind")
