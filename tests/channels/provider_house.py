"""A small city whose judge and caller work with text channels, and providers across the wire."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from tests.channels.cad_house import NUMBER, served
from tests.notices.city import settle
from tests.notices.makers import a_point, sensed, the_policy_by_day
from tests.web.makers import Site, open_site
from wanghuo.alarms.policy import Policy
from wanghuo.channels import routes as channels_routes
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.budget import Budgets
from wanghuo.channels.budget import parse as parse_budgets
from wanghuo.channels.cockpit import Cockpit
from wanghuo.channels.feed import Receipts, SendingBook, SubscribedBrowsers
from wanghuo.channels.im import Im
from wanghuo.channels.mail import Email
from wanghuo.channels.sms import Sms
from wanghuo.channels.voice_cloud import VoiceCloud
from wanghuo.channels.web_push import WebPush
from wanghuo.channels.webhook import Links
from wanghuo.clock import WallClock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.gateways.store import put_quarantine
from wanghuo.incidents import routes as incidents_routes
from wanghuo.notices.feed import Caller, Judge
from wanghuo.settings import (
    AliyunSettings,
    EmailSettings,
    ImSettings,
    Settings,
    SmsSettings,
    VoiceCloudSettings,
    WebPushSettings,
)
from wanghuo.signals import store as signals
from wanghuo.signals.feed import SignalIntake
from wanghuo.simulator.aliyun_peer import AliyunPeer

KEY_ID, KEY_SECRET, PUSH_SECRET = "LTAI-test", "a key secret", "the-push-secret"
PAGE_SECRET = "signs links"
SMS = SmsSettings(sign_name="望火", template_code="SMS_1")
VOICE = VoiceCloudSettings(show_number="05740119", start_code="TTS_1", taken_code="TTS_2")
POLICY_FILE = Path(__file__).parents[2] / "policy" / "channels.toml"


def the_budgets() -> Budgets:
    return parse_budgets(POLICY_FILE.read_text("utf-8"))


def told_by(channels: Mapping[str, Any]) -> Policy:
    """The shipped policy with these roles told by these channels, all others at the desk."""
    policy = the_policy_by_day()
    role = {**policy.channels.role, **channels}
    changed = msgspec.structs.replace(policy.channels, role=role, default=("cockpit",))
    return msgspec.structs.replace(policy, channels=changed)


@dataclass
class Texting:
    """The city and its provider."""

    site: Site
    aliyun: AliyunPeer
    channels: dict[str, Any]

    async def burn(self, point: int = 1, place: str = "P1") -> None:
        """A detector reports now."""
        clock = WallClock()
        entry = msgspec.structs.replace(sensed(a_point(point, place)), at=clock.now_utc())
        async with self.site.owner.transaction() as tx:
            await signals.append(tx, [entry])

    async def rows(self, query: str, *args: object) -> list[dict[str, Any]]:
        async with self.site.owner.transaction() as tx:
            return [dict(row.items()) for row in await tx.fetch(query, *args)]

    async def notices(self, channel: str) -> list[dict[str, Any]]:
        """What the incident's page says of the notices of a channel."""
        answer = await self.site.client("city_duty").get("/api/v1/incidents")
        if not answer.json()["items"]:
            return []
        number = answer.json()["items"][0]["number"]
        page = await self.site.client("city_duty").get(f"/api/v1/incidents/{number}")
        return [one for one in page.json()["notices"] if one["channel"] == channel]

    async def eventually(self, channel: str, holds: Callable[[dict[str, Any]], Any]) -> Any:
        """The first notice of a channel of which this holds, as soon as there is one."""
        async with asyncio.timeout(15):
            while True:
                for one in await self.notices(channel):
                    if holds(one):
                        return one
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def texting(
    database: Database,
    web_database: Database,
    stream: Stream,
    folder: Path,
    policy: Policy,
    **settings: Any,
) -> AsyncIterator[Texting]:
    """Everything at work."""
    await settle(database)
    clock = WallClock()
    peer = AliyunPeer(KEY_ID, KEY_SECRET, clock)
    routers = [incidents_routes.router, channels_routes.router]
    intake = SignalIntake(web_database.dsn, stream, clock, put_quarantine)
    await intake.start()
    opened = open_site(database, web_database, stream, folder, routers=routers)
    async with served(peer.app) as port, opened as site:
        url = f"http://127.0.0.1:{port}"
        account = AliyunSettings(KEY_ID, KEY_SECRET, url, url, timeout_s=1.0)
        site.house.intake = intake
        made = msgspec.structs.replace(
            site.house.settings,
            aliyun=account,
            push_secret=PUSH_SECRET,
            page_secret=PAGE_SECRET,
            **{"sms": SMS, "voice_cloud": VOICE, **settings},
        )
        site.house.settings = made
        peer.push_url = f"{site.url}/push/aliyun/{PUSH_SECRET}"
        http = OutboundHttp(timeout_s=2.0)
        channels = the_channels(made, http, database, site.url)
        caller = Caller(
            database, [*channels.values(), Cockpit(stream, clock)], clock, owner="caller"
        )
        working = [
            asyncio.ensure_future(Judge(database, policy, clock).run()),
            asyncio.ensure_future(caller.run()),
            asyncio.ensure_future(Receipts(database, clock, timedelta(seconds=60)).run()),
        ]
        try:
            yield Texting(site, peer, channels)
        finally:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
            await peer.close()
            await http.close()
            await intake.stop()


def the_channels(
    settings: Settings, http: OutboundHttp, database: Database, url: str
) -> dict[str, Any]:
    """Every text channel over these settings."""
    clock, budgets = WallClock(), the_budgets()
    links = Links(url, PAGE_SECRET, timedelta(hours=24))
    provider = Aliyun(settings.aliyun, http, clock)
    made = (
        Sms(
            settings.aliyun,
            settings.sms,
            provider,
            SendingBook(database, budgets.sms),
            clock,
            links,
        ),
        VoiceCloud(
            settings.aliyun,
            settings.voice_cloud,
            provider,
            SendingBook(database, budgets.voice_cloud),
            clock,
        ),
        Im(settings.im, http, clock, links),
        Email(settings.email, clock, links),
        WebPush(settings.web_push, http, SubscribedBrowsers(database, clock), clock, links),
    )
    return {one.name: one for one in made}


__all__ = ["NUMBER", "EmailSettings", "ImSettings", "WebPushSettings"]
