"""The voice role: rings people by telephone and brings their keys into the fire log.

A process of its own, because the SIP stack and its faults belong to a whole process. Calls are
claimed, so several such processes share them; one that dies is started again by the house, and its
calls are made again as repeats, at once: the new process sees that the old one is gone.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Final

from wanghuo.channels.sip import Line
from wanghuo.channels.speech import Speech
from wanghuo.channels.voice import Voice
from wanghuo.clock import Clock, WallClock
from wanghuo.compose import claims
from wanghuo.compose.house import dsn
from wanghuo.compose.reach import READER
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.engines.stream import Stream
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry, encode
from wanghuo.identity import derived
from wanghuo.notices.feed import Caller
from wanghuo.notices.model import Handed
from wanghuo.settings import Settings
from wanghuo.signals import store as signals
from wanghuo.signals.feed import FALLBACK_FIRE

COMMIT_PATIENCE_S: Final = 1.0
WAITING_SHARE: Final = 5  # calls that wait for one busy number keep no other number's call out

Answered = Callable[[Handed, AnswerKind], Awaitable[None]]


async def voice(settings: Settings) -> int:
    """Work until cancelled, or until the telephone line dies."""
    clock = WallClock()
    owner = f"voice-{os.getpid()}-{clock.now_utc():%H%M%S%f}"
    stream = await Stream.connect(settings.nats_url, name="voice")
    database = await Database.open(
        dsn(settings, READER), size_min=2, size_max=4, name="voice", plan_once=True
    )
    speech = Speech(settings.voice.language)
    try:
        async with Line(settings.voice, clock) as line, asyncio.TaskGroup() as group:
            channel = Voice(
                settings.voice, line, speech, clock, keep_answer(database, stream, clock)
            )
            held = WAITING_SHARE * settings.voice.calls_max
            calling = Caller(database, [channel], clock, owner=owner, calls_at_once=held)
            group.create_task(speech.warm())
            group.create_task(line.died())
            group.create_task(calling.run())
            group.create_task(claims.free(database, clock))
    finally:
        await speech.close()
        await stream.close()
        await database.close()
    return 0


def keep_answer(database: Database, stream: Stream, clock: Clock) -> Answered:
    """How a key becomes an entry of the fire log: the database, else the fallback stream.

    The entry's id derives from notice, answer and attempt, so a key pressed twice is one answer.
    """

    async def keep(notice: Handed, answer: AnswerKind) -> None:
        entry = Entry(
            id=derived(
                "entry", "answer", notice.id, answer, notice.recipient, f"voice {notice.attempts}"
            ),
            at=clock.now_utc(),
            body=AnswerEntry(notice_id=notice.id, answer=answer, by=notice.recipient),
        )
        try:
            async with asyncio.timeout(COMMIT_PATIENCE_S), database.transaction() as tx:
                await signals.append(tx, [entry])
        except (*DOWN, SqlError):
            await stream.publish(FALLBACK_FIRE, encode(entry), entry.id)

    return keep
