"""The caller role: carries notices through their channels, and facts to the stream.

A process of its own: however many calls are under way, the next fire is judged beside them. Calls
are claimed, so several callers may run; the relay of facts has one owner by lease.
"""

import asyncio
import os
from datetime import timedelta

from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.cad_119 import Cad119
from wanghuo.channels.cockpit import Cockpit
from wanghuo.channels.feed import Receipts, SendingBook, SubscribedBrowsers
from wanghuo.channels.im import Im
from wanghuo.channels.mail import Email
from wanghuo.channels.sms import Sms
from wanghuo.channels.switched_off import SwitchedOff
from wanghuo.channels.synthetic import KeptInside
from wanghuo.channels.voice_cloud import VoiceCloud
from wanghuo.channels.web_push import WebPush
from wanghuo.channels.webhook import Links, Webhook
from wanghuo.clock import Clock, WallClock
from wanghuo.compose import claims
from wanghuo.compose.house import dsn
from wanghuo.compose.policies import channel_budgets
from wanghuo.compose.reach import READER
from wanghuo.engines.lease import Lease
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.outbox import OutboxRelay
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import Stream
from wanghuo.notices.feed import Caller
from wanghuo.notices.model import Channel
from wanghuo.settings import Settings

POOL_SIZE_MAX = 8


async def caller(settings: Settings) -> int:
    """Work until cancelled."""
    clock = WallClock()
    owner = f"caller-{os.getpid()}-{clock.now_utc():%H%M%S%f}"
    stream = await Stream.connect(settings.nats_url, name="caller")
    database = await Database.open(
        dsn(settings, READER), size_min=2, size_max=POOL_SIZE_MAX, name="caller", plan_once=True
    )
    http = OutboundHttp(timeout_s=settings.webhook.timeout_s)
    channels = [
        *_channels(settings, http, stream, clock),
        *_text_channels(settings, http, database, clock),
    ]
    retry = timedelta(seconds=channel_budgets(settings).voice_cloud.retry_s)
    relay = OutboxRelay(database, stream, clock)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(Caller(database, channels, clock, owner=owner).run())
            group.create_task(Receipts(database, clock, retry).run())
            group.create_task(claims.free(database, clock))
            group.create_task(Lease(database, clock, "outbox", owner).keep(relay.run))
    finally:
        await http.close()
        await stream.close()
        await database.close()
    return 0


def links(settings: Settings) -> Links:
    """Where answers and people come in."""
    valid = timedelta(hours=settings.page_link_hours)
    return Links(settings.reached_at, settings.page_secret, valid)


def _channels(
    settings: Settings, http: OutboundHttp, stream: Stream, clock: Clock
) -> list[Channel]:
    """Machines and the desk."""
    return [
        Webhook(settings.webhook, http, clock, links(settings)),
        Cockpit(stream, clock),
        Cad119(settings.cad_119, http, clock, f"{settings.reached_at}/api/v1/cad119/messages"),
    ]


def _text_channels(
    settings: Settings, http: OutboundHttp, database: Database, clock: Clock
) -> list[Channel]:
    """Text messages, groups, letters, pushes, the cloud's telephone; each says if it is off.

    None of them carries the synthetic fire. The telephone over SIP is the voice role's, if it is
    switched on.
    """
    budgets, to = channel_budgets(settings), links(settings)
    provider = Aliyun(settings.aliyun, http, clock)
    spoken = SendingBook(database, budgets.voice_cloud)
    cloud = (settings.aliyun, settings.voice_cloud, provider, spoken, clock)
    browsers = SubscribedBrowsers(database, clock)
    made: list[Channel] = [
        Sms(settings.aliyun, settings.sms, provider, SendingBook(database, budgets.sms), clock, to),
        VoiceCloud(*cloud),
        Im(settings.im, http, clock, to),
        Email(settings.email, clock, to),
        WebPush(settings.web_push, http, browsers, clock, to),
    ]
    if settings.voice.driver == "cloud":
        made.append(VoiceCloud(*cloud, name="voice"))
    kept: list[Channel] = [KeptInside(channel) for channel in made]
    if settings.voice.driver != "cloud" and not settings.voice.on:
        kept.append(SwitchedOff("voice"))
    return kept
