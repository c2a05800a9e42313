"""The caller role: carries notices through their channels, and facts to the stream.

A process of its own: however many calls are under way, the next fire is judged beside them. Calls
are claimed, so several callers may run; the relay of facts has one owner by lease.
"""

import asyncio
import os
from datetime import timedelta

from wanghuo.channels.cad_119 import Cad119
from wanghuo.channels.cockpit import Cockpit
from wanghuo.channels.switched_off import SwitchedOff
from wanghuo.channels.webhook import Links, Webhook
from wanghuo.clock import Clock, WallClock
from wanghuo.compose import claims
from wanghuo.compose.house import dsn
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
    channels = _channels(settings, http, stream, clock)
    relay = OutboxRelay(database, stream, clock)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(Caller(database, channels, clock, owner=owner).run())
            group.create_task(claims.free(database, clock))
            group.create_task(Lease(database, clock, "outbox", owner).keep(relay.run))
    finally:
        await http.close()
        await stream.close()
        await database.close()
    return 0


def _channels(
    settings: Settings, http: OutboundHttp, stream: Stream, clock: Clock
) -> list[Channel]:
    """Every channel of this process. Telephones are the voice role's, if they are switched on."""
    valid = timedelta(hours=settings.page_link_hours)
    links = Links(settings.reached_at, settings.page_secret, valid)
    made: list[Channel] = [
        Webhook(settings.webhook, http, clock, links),
        Cockpit(stream, clock),
        Cad119(settings.cad_119, http, clock, f"{settings.reached_at}/api/v1/cad119/messages"),
    ]
    if not settings.voice.on:
        made.append(SwitchedOff("voice"))
    return made
