"""The voice role: rings people by telephone and brings their keys into the fire log.

A process of its own, because the SIP stack and its faults belong to a whole process. Calls are
claimed, so several such processes share them; one that dies is started again by the house, and its
calls are made again as repeats, at once: the new process sees that the old one is gone.
"""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from wanghuo.channels import store as channels
from wanghuo.channels.model import Recording
from wanghuo.channels.sip import Line
from wanghuo.channels.speech import Speech
from wanghuo.channels.voice import Kept, Voice, Wanted
from wanghuo.clock import Clock, WallClock
from wanghuo.compose import claims
from wanghuo.compose.house import dsn
from wanghuo.compose.reach import READER
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.engines.stream import Stream
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry, encode
from wanghuo.identity import derived
from wanghuo.notices import store as notices
from wanghuo.notices.feed import Caller
from wanghuo.notices.model import Handed
from wanghuo.settings import Settings
from wanghuo.signals import store as signals
from wanghuo.signals.feed import FALLBACK_FIRE

COMMIT_PATIENCE_S: Final = 1.0
WANTED_PATIENCE_S: Final = 0.5
MONTH_DAYS: Final = 31
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
                settings.voice,
                line,
                speech,
                clock,
                keep_answer(database, stream, clock),
                keep_recording(settings, database, clock),
                still_wanted(database),
            )
            held = WAITING_SHARE * settings.voice.calls_max
            calling = Caller(
                database,
                [channel],
                clock,
                owner=owner,
                calls_at_once=held,
                woken_by=notices.CALLS_CHANNEL,
            )
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


def still_wanted(database: Database) -> Wanted:
    """Whether the fire log holds no answer of the party yet; a silent database stops no call."""

    async def wanted(notice: Handed) -> bool:
        try:
            async with asyncio.timeout(WANTED_PATIENCE_S), database.connection() as connection:
                return await notices.is_wanted(connection, notice.id)
        except (*DOWN, SqlError):
            return True

    return wanted


def keep_recording(settings: Settings, database: Database, clock: Clock) -> Kept:
    """How the sound of a call is kept: a file on disk, then its row."""
    folder = settings.data_dir / "recordings"

    async def keep(notice: Handed, sound: bytes, seconds: float) -> None:
        now = clock.now_utc()
        path = f"{now:%Y-%m}/{notice.id}-{notice.attempts}.wav"
        await asyncio.to_thread(_written, folder / path, sound)
        made = Recording(
            id=derived("recording", notice.id, notice.attempts),
            notice_id=notice.id,
            town_code=notice.town_code,
            at=now,
            path=path,
            sha256=hashlib.sha256(sound).hexdigest(),
            seconds=seconds,
            keep_until=now + timedelta(days=MONTH_DAYS * settings.voice.recording_months),
        )
        try:
            async with database.transaction() as tx:
                await channels.put_recording(tx, made)
        except (*DOWN, SqlError) as error:
            raise Unavailable(f"the row of a recording: {error!r}") from error

    return keep


def _written(path: Path, sound: bytes) -> None:
    """The whole file or none, on the disk, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(sound)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
