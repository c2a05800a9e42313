"""`wanghuo say`: the words of a call as a sound file, for people to hear before anybody is rung."""

import asyncio
from array import array
from datetime import datetime
from pathlib import Path

import msgspec

from wanghuo.channels import loudness, spoken
from wanghuo.channels.recorder import written
from wanghuo.channels.speech import Speech
from wanghuo.clock import WallClock
from wanghuo.compose.commands import say as told
from wanghuo.notices.model import Handed, Message
from wanghuo.settings import Settings


async def say(settings: Settings, path: Path, role: str, *, as_json: bool) -> int:
    """Write the call of a confirmed fire to one role; 1 if it is too long, clipped or too low."""
    language = settings.voice.language
    phrases = spoken.phrases(
        an_example(role, WallClock().now_utc()), language, recorded=settings.voice.recording
    )
    speech = Speech(language)
    try:
        pcm = await speech.pcm(phrases)
    finally:
        await speech.close()
    await asyncio.to_thread(path.write_bytes, written(array("h", pcm)))
    measured = loudness.measured(pcm)
    good = loudness.fit_for_a_telephone(measured, spoken.SPEECH_MAX_S)
    if as_json:
        words = {"file": str(path), "text": phrases, "good": good, **measured._asdict()}
        told(msgspec.json.encode(words).decode())
    else:
        told("\n".join(phrases))
        told(
            f"{path}: {measured.seconds} s, peak {measured.peak_db} dBFS, level"
            f" {measured.level_db} dBFS, {measured.clipped} samples clipped,"
            f" {measured.spoken_share:.0%} spoken"
        )
    return 0 if good else 1


def an_example(role: str, at: datetime) -> Handed:
    """A confirmed fire as a call to this role tells it."""
    params: dict[str, str | int] = {
        "town": "新浦镇", "place": "宏达塑料制品厂", "address": "新浦大道 1 号", "spot": "",
        "what": "incident.call_point_and_sensor", "number": "20260601-XP-0001", "people": 35,
    }  # fmt: skip
    return Handed(
        id="example",
        party_id="",
        incident_id="",
        number="20260601-XP-0001",
        town_code="",
        role=role,
        recipient="",
        address="",
        channel="voice",
        purpose="alarm",
        round=1,
        message=Message("message.alarm.crew", params, 3, confirmed=True),
        repeat_of_unknown=False,
        attempts=1,
        planned_at=at,
        opened_at=at,
        test=False,
        drill=False,
        place={},
    )
