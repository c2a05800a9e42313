"""The voice channel: rings a person, says where, what and how sure, and takes their key.

Rule 1. The INVITE leaves at once; the words are made while it rings.
Rule 2. Only a key is an answer. Whoever says nothing, a voicemail too, has not answered.
Rule 3. An answer is durable before the call ends, and it counts even if the person has hung up.
Rule 4. One telephone is not rung for two things at once: the second call follows the first. A desk
        that many people call (119, a brigade) has several lines. A call that had to wait for a line
        is made only if the party has not answered meanwhile.
Rule 5. A call is recorded only where that is switched on, and says so.
Rule 6. Without speech the call is made all the same: a tone sounds and the keys count.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final
from weakref import WeakValueDictionary

import structlog

from wanghuo.channels import sound, spoken
from wanghuo.channels.sip import Leg, Line, NotTaken
from wanghuo.channels.speech import Speech
from wanghuo.clock import Clock
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import VoiceSettings

READINGS: Final = 2
READINGS_MAX: Final = 6  # with those that key 3 asked for
KEEP_TRIES: Final = 3
KEEP_PAUSE_S: Final = 1.0
WAITED_S: Final = 0.1  # for a line: so long ago it was claimed that somebody may have answered
NUMBER: Final = re.compile(r"\+?[0-9*#]{2,32}")
NUMBER_NOISE: Final = re.compile(r"[\s()-]")
NOTICE_HEADER: Final = "X-Wanghuo-Notice"  # lets an exchange's records be held against ours

# (notice, WAV, seconds): keeps the sound of a call. Raises OSError, Unavailable.
Kept = Callable[[Handed, bytes, float], Awaitable[None]]
# (notice, answer): makes what a person answered durable. Raises Unavailable.
Answered = Callable[[Handed, AnswerKind], Awaitable[None]]
Wanted = Callable[[Handed], Awaitable[bool]]  # whether its party has still given no answer

_log = structlog.get_logger("voice")


class HungUp(Exception):
    """The person hung up without a key."""


class Voice:
    """Implements notices.model.Channel."""

    name = "voice"

    def __init__(  # noqa: PLR0913, PLR0917 - what it speaks through, and what it hands on to
        self,
        settings: VoiceSettings,
        line: Line,
        speech: Speech,
        clock: Clock,
        answered: Answered,
        kept: Kept | None = None,
        wanted: Wanted | None = None,
    ) -> None:
        self._settings = settings
        self._line = line
        self._speech = speech
        self._clock = clock
        self._answered = answered
        self._wanted = wanted
        self._kept = kept if settings.recording else None
        self._keeping: set[asyncio.Task[None]] = set()
        self._pause = sound.silence(settings.pause_s)
        self._room = asyncio.Semaphore(settings.calls_max)
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def send(self, notice: Handed) -> Sent:
        """Call one person. Raises SendFailed; unknown if they may have heard it all the same."""
        uri = self._uri(notice.address)
        came_s = self._clock.monotonic_s()
        async with self._line_to(uri, notice.role), self._room:
            if self._clock.monotonic_s() - came_s > WAITED_S and not await self._is_wanted(notice):
                raise SendFailed("party_answered", unknown=False, lasting=True)
            making = asyncio.create_task(self._sound(notice))
            try:
                return await self._call(uri, notice, making)
            except NotTaken as error:
                raise SendFailed(str(error), unknown=False) from error
            finally:
                making.cancel()

    async def _is_wanted(self, notice: Handed) -> bool:
        """Whether to ring after a wait for the line: somebody else may have answered meanwhile."""
        return self._wanted is None or await self._wanted(notice)

    def _uri(self, address: str) -> str:
        number = NUMBER_NOISE.sub("", address)
        if not NUMBER.fullmatch(number):
            raise SendFailed("no_number", unknown=False)
        escaped = number.replace("#", "%23")
        return self._settings.sip_uri_template.replace("{number}", escaped)

    def _line_to(self, uri: str, role: str) -> asyncio.Semaphore:
        """The lines to one number; forgotten when nobody holds it or waits for it."""
        lines = self._lines.get(uri)
        if lines is None:
            lines = self._lines[uri] = asyncio.Semaphore(self._settings.lines_of(role))
        return lines

    async def _call(self, uri: str, notice: Handed, making: "asyncio.Task[bytes]") -> Sent:
        leg = await self._line.dial(uri, {NOTICE_HEADER: notice.id})
        try:
            await leg.taken(self._settings.ring_timeout_s)
            if self._kept is not None:
                keeping = asyncio.create_task(self._keep(leg, notice, self._kept))
                self._keeping.add(keeping)
                keeping.add_done_callback(self._keeping.discard)
            return await self._talk(leg, notice, await making)
        finally:
            await leg.hang_up()
            self._line.forget(leg)

    async def _keep(self, leg: Leg, notice: Handed, kept: Kept) -> None:
        """Record a call to its end. A recording that fails is told and stops nothing."""
        recorder = await leg.record()
        try:
            sound_of_call = await asyncio.to_thread(recorder.wav)
            await kept(notice, sound_of_call, recorder.seconds())
        except (OSError, Unavailable) as error:
            _log.warning("not_recorded", notice=notice.id, why=str(error))

    async def settled(self) -> None:
        """Return when every recording of a call that has ended is kept."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    async def _sound(self, notice: Handed) -> bytes:
        language, recorded = self._settings.language, self._kept is not None
        try:
            return await self._speech.pcm(spoken.phrases(notice, language, recorded=recorded))
        except Unavailable as error:
            _log.warning("no_speech", notice=notice.id, why=str(error))
            return sound.alarm_tone()

    async def _talk(self, leg: Leg, notice: Handed, pcm: bytes) -> Sent:
        """Say it until a key answers it, or the readings are used up; an all-clear once."""
        if not spoken.asks(notice):
            return await _told(leg, pcm)
        left, said = READINGS, 0
        while left and said < READINGS_MAX:
            try:
                key = await self._reading(leg, notice, pcm + self._pause)
            except HungUp:
                if not said:
                    raise SendFailed("hung_up", unknown=True) from None
                break
            said += 1
            left -= 1
            if key == spoken.REPEAT:
                left = max(left, 1)
            elif key:
                return await self._answer(leg, notice, key)
        return Sent(NoticeState.DELIVERED, "answered_no_key")

    async def _reading(self, leg: Leg, notice: Handed, pcm: bytes) -> str:
        """Say it once; the key that means something, "" for none. Raises HungUp."""
        playing = asyncio.create_task(leg.play(pcm))
        try:
            while True:
                key = await _key(leg, playing)
                if not key or key == spoken.REPEAT or spoken.meaning(notice, key):
                    return key
        finally:
            playing.cancel()
            await leg.hush()

    async def _answer(self, leg: Leg, notice: Handed, key: str) -> Sent:
        """Keep the answer, then say so and let them go."""
        kind = spoken.meaning(notice, key)
        assert kind is not None
        for tries_left in reversed(range(KEEP_TRIES)):
            try:
                await self._answered(notice, kind)
                break
            except Unavailable as error:
                _log.warning("answer_waits", notice=notice.id, why=str(error))
                if not tries_left:
                    raise SendFailed("answer_not_kept", unknown=True) from error
                await self._clock.sleep(KEEP_PAUSE_S)
        try:
            thanks = await self._speech.pcm((spoken.taken(self._settings.language),))
        except Unavailable:
            thanks = b""
        await leg.play(thanks)
        return Sent(NoticeState.DELIVERED, f"key_{key}")


async def _told(leg: Leg, pcm: bytes) -> Sent:
    """Say it once and let them go; whoever hangs up before the end has heard that it is over."""
    playing = asyncio.create_task(leg.play(pcm))
    waits: set[asyncio.Future[Any]] = {playing, leg.over}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return Sent(NoticeState.DELIVERED, "heard" if playing.done() else "hung_up")
    finally:
        playing.cancel()
        await leg.hush()


async def _key(leg: Leg, playing: "asyncio.Task[None]") -> str:
    """The next key; "" when the reading has ended without one. Raises HungUp.

    A key that was pressed counts even if its caller hung up at once.
    """
    pressed = asyncio.create_task(leg.keys.get())
    try:
        waits: set[asyncio.Future[Any]] = {pressed, playing, leg.over}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if pressed.done():
            return pressed.result()
    finally:
        pressed.cancel()
    if not leg.keys.empty():  # it came in the same moment as the hanging up
        return leg.keys.get_nowait()
    if leg.over.done():
        raise HungUp
    await playing
    return ""
