"""A small city whose judge, caller and doors are at work, and 119's machine across the wire."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from tests.notices.city import settle
from tests.notices.makers import a_point, sensed, the_policy_by_day
from tests.waiting import until
from tests.web.makers import Site, open_site
from wanghuo.alarms.policy import Policy
from wanghuo.channels.cad_119 import Cad119
from wanghuo.channels.cockpit import Cockpit
from wanghuo.clock import WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices import routes as notices_routes
from wanghuo.notices.feed import Caller, Judge
from wanghuo.settings import Cad119Settings
from wanghuo.signals import store as signals
from wanghuo.simulator.cad_peer import CadPeer

SECRET = "agreed between us and 119"
NUMBER = "20260601-XP-0001"


class Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def served(app: Any, port: int = 0) -> AsyncIterator[int]:
    """The application on a real socket; yields its port."""
    config = uvicorn.Config(
        app, "127.0.0.1", port, log_config=None, access_log=False, lifespan="off"
    )
    server = Quiet(config)
    task = asyncio.ensure_future(server.serve())
    async with asyncio.timeout(5):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by no event
            await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


def machine_policy() -> Policy:
    """The shipped policy with 119 told through its machine."""
    channels = the_policy_by_day().channels
    role = {**channels.role, "cad_119": "cad_119"}
    changed = msgspec.structs.replace(channels, role=role)
    return msgspec.structs.replace(the_policy_by_day(), channels=changed)


@dataclass
class Linked:
    """The city and 119, linked."""

    site: Site
    peer: CadPeer
    policy: Policy

    async def burn(self, point: int = 1, place: str = "P1", after_s: float = 0.0) -> None:
        """A detector reports and the desk confirms: F3."""
        await self.log(sensed(a_point(point, place), after_s))
        await self.eventually(lambda page: page.get("level"))
        confirmed = await self.act("confirm", reason="flames seen")
        assert confirmed["level"] >= 3

    async def log(self, *entries: Any) -> None:
        async with self.site.owner.transaction() as tx:
            await signals.append(tx, entries)

    async def act(self, what: str, **body: Any) -> Any:
        client = self.site.client("city_duty")
        return (await client.post(f"/api/v1/incidents/{NUMBER}/{what}", json=body)).json()

    async def page(self) -> dict[str, Any]:
        answer = await self.site.client("city_duty").get(f"/api/v1/incidents/{NUMBER}")
        return dict(answer.json())

    async def eventually(self, look: Callable[[dict[str, Any]], Any]) -> Any:
        """What `look` finds in the incident's page as soon as it finds something."""
        async with asyncio.timeout(10):
            while True:
                found = look(await self.page())
                if found:
                    return found
                await asyncio.sleep(0.02)

    async def kept(self) -> int:
        """How many entries the fire log holds."""
        async with self.site.owner.transaction() as tx:
            return int(await tx.fetchval("SELECT count(*) FROM signals.fire_log"))

    async def judged_all(self) -> dict[str, Any]:
        """The page once nothing waits for the judge."""

        async def waiting() -> int:
            async with self.site.owner.transaction() as tx:
                return int(await tx.fetchval("SELECT count(*) FROM signals.inbox"))

        async with asyncio.timeout(10):
            while await waiting():  # noqa: ASYNC110 - another task empties it
                await asyncio.sleep(0.02)
        return await self.page()


def party(page: dict[str, Any], role: str = "cad_119") -> dict[str, Any]:
    return next(one for one in page["parties"] if one["role"] == role)


def lines(page: dict[str, Any], what: str) -> list[str]:
    """What the timeline says in lines of this kind, in English."""
    return [one["sentence"]["en"] for one in page["timeline"] if one["what"] == what]


@contextlib.asynccontextmanager
async def linked(
    database: Database,
    web_database: Database,
    stream: Stream,
    folder: Path,
    peer: CadPeer,
    peer_port: int,
) -> AsyncIterator[Linked]:
    """Everything at work, the peer's door at `peer_port`."""
    await settle(database)
    routers = [incidents_routes.router, notices_routes.router]
    async with open_site(database, web_database, stream, folder, routers=routers) as site:
        url = f"http://127.0.0.1:{peer_port}/notifications"
        settings = Cad119Settings(url=url, secret=SECRET, timeout_s=2.0, callback="0574-119")
        site.house.settings = msgspec.structs.replace(site.house.settings, cad_119=settings)
        clock, http = WallClock(), OutboundHttp(timeout_s=2.0)
        door = f"{site.url}/api/v1/cad119/messages"
        channels = (Cad119(settings, http, clock, door), Cockpit(stream, clock))
        policy = machine_policy()
        working = [
            asyncio.ensure_future(Judge(database, policy, clock).run()),
            asyncio.ensure_future(Caller(database, channels, clock, owner="caller").run()),
        ]
        try:
            yield Linked(site, peer, policy)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await http.close()
            await peer.close()


async def heard(peer: CadPeer, count: int = 1) -> None:
    """Return when 119 has answered so often."""
    await until(lambda: len(peer.answered) >= count, 10.0)
