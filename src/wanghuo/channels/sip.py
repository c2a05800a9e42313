"""The telephone line: one SIP stack for this process, and the legs of its calls.

The stack (baresip) keeps its state in the process, so there is one Line to a process, and a process
whose stack has died must end: `died` says so. Calls that come in are turned away.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final, Self

import structlog
from baresip import Account, Call, Config, Event, Runtime, StackEvent, UserAgent
from baresip.errors import AudioNotActive, AudioRestarted, BaresipError, RegistrationError

from wanghuo.channels.call_ends import CallEnd, call_end, status_of
from wanghuo.channels.recorder import Recorder
from wanghuo.channels.sound import BYTES_PER_S
from wanghuo.clock import Clock
from wanghuo.errors import Unavailable
from wanghuo.settings import VoiceSettings

REGISTER_AGAIN_S: Final = 300
AHEAD_BYTES: Final = BYTES_PER_S * 3 // 2  # the stack holds two seconds
FEED_PERIOD_S: Final = 0.2
LISTEN_PERIOD_S: Final = 0.1
FLUSH_S: Final = 0.05  # the stack forgets at its next packet, every 20 ms
DOUBLE_S: Final = 0.3  # one press that comes as RFC 4733 and as SIP INFO
ANSWERED_WITHIN_S: Final = 2.0  # two resendings of an INVITE (RFC 3261, 17.1.1.2)
RINGS: Final = frozenset({Event.CALL_RINGING, Event.CALL_PROGRESS})

_log = structlog.get_logger("voice")


class NotTaken(Exception):
    """Nobody took the call. end: why; status: the final SIP status, None if there was none."""

    def __init__(self, end: CallEnd, status: int | None = None) -> None:
        super().__init__(f"{end}_{status}" if status else end.value)
        self.end = end
        self.status = status


class Leg:
    """One call that we make, from INVITE to BYE. `over` is done when the line is down.

    hanging_up: one leg at a time. The stack takes some 30 ms for each (it waits for its sound
    threads) and does nothing else meanwhile: a hundred at once would hold up every INVITE.
    """

    def __init__(self, clock: Clock, hanging_up: asyncio.Lock) -> None:
        loop = asyncio.get_running_loop()
        self.over: asyncio.Future[str] = loop.create_future()
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self._taken: asyncio.Future[None] = loop.create_future()
        self._rang: asyncio.Future[None] = loop.create_future()
        self._began_s = clock.monotonic_s()
        self._clock = clock
        self._hanging_up = hanging_up
        self._last_key = ("", 0.0)
        self._call: Call | None = None
        self._recorder: Recorder | None = None

    def hear(self, event: StackEvent) -> None:
        """Take what the stack says of this call, from its first word on."""
        if event.event in RINGS and not self._rang.done():
            self._rang.set_result(None)
        elif event.event is Event.CALL_ESTABLISHED and not self._taken.done():
            self._taken.set_result(None)
        elif event.event is Event.CALL_DTMF_START and event.text:
            self._press(event.text)
        elif event.event is Event.CALL_CLOSED and not self.over.done():
            self.over.set_result(event.text or "")

    def has(self, call: Call) -> None:
        """The stack's own handle of this call, to act on it."""
        self._call = call

    async def taken(self, timeout_s: float) -> None:
        """Return when somebody takes the call. Raises NotTaken, after `timeout_s` at the latest."""
        waits: set[asyncio.Future[Any]] = {self._taken, self.over}
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if self._taken.done():
            return
        status = status_of(self.over.result()) if self.over.done() else None
        raise NotTaken(call_end(status, rang=self._rang.done()), status)

    async def play(self, pcm: bytes) -> None:
        """Say this; return when the last of it has left, or the line is down."""
        sent = 0
        while not self.over.done() and (sent < len(pcm) or self._waiting_bytes()):
            sent += self._feed(pcm[sent : sent + AHEAD_BYTES])
            await self._clock.sleep(FEED_PERIOD_S)

    async def hush(self) -> None:
        """Forget what was to be said and has not left yet; return when it is forgotten."""
        if self._call is None or not self._waiting_bytes():
            return
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            self._call.audio.flush_tx()
            if self._recorder is not None:
                self._recorder.hushed()
        await self._clock.sleep(FLUSH_S)  # it would swallow what is fed meanwhile

    async def record(self) -> Recorder:
        """Keep what both sides say until the line is down."""
        recorder = self._recorder = Recorder(self._clock.monotonic_s())
        while True:
            ended = self.over.done()
            if self._call is not None:
                with contextlib.suppress(AudioNotActive, AudioRestarted):
                    recorder.heard(self._call.audio.read(2 * BYTES_PER_S))
            recorder.tick(self._clock.monotonic_s())
            if ended:
                return recorder
            await self._clock.sleep(LISTEN_PERIOD_S)

    async def hang_up(self) -> None:
        """End the call, whatever its state. Harmless when it has ended.

        An INVITE that nobody has answered yet cannot be cancelled (RFC 3261, 9.1): the stack would
        forget it, and a telephone that it reaches would ring on. So a first word is waited for.
        """
        if self._call is None or self.over.done():
            return
        left_s = max(0.0, self._began_s + ANSWERED_WITHIN_S - self._clock.monotonic_s())
        words: set[asyncio.Future[Any]] = {self._rang, self._taken, self.over}
        await asyncio.wait(words, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        try:
            async with self._hanging_up:
                if not self.over.done():
                    await self._call.hangup()
        except BaresipError as error:
            if not self.over.done():
                _log.warning("not_hung_up", why=repr(error))

    def _press(self, key: str) -> None:
        before, at_s = self._last_key
        now_s = self._clock.monotonic_s()
        self._last_key = (key, now_s)
        if key != before or now_s - at_s > DOUBLE_S:
            self.keys.put_nowait(key)

    def _feed(self, pcm: bytes) -> int:
        """Give the stack as much as may wait there; how many bytes it took."""
        if not pcm or self._call is None:
            return 0
        room = max(0, AHEAD_BYTES - self._waiting_bytes())
        try:
            taken = int(self._call.audio.write(pcm[:room]))
        except (AudioNotActive, AudioRestarted):
            return 0  # the sound is not up yet, or just went down
        if self._recorder is not None:
            self._recorder.said(pcm[:taken])
        return taken

    def _waiting_bytes(self) -> int:
        if self._call is None:
            return 0
        try:
            return int(self._call.audio.info().tx_buffered)
        except (AudioNotActive, AudioRestarted):
            return 0


class Line:
    """The telephone line of a process. `async with` opens it and, at the end, hangs up all."""

    def __init__(self, settings: VoiceSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._runtime = Runtime()
        self._agent: UserAgent | None = None
        self._legs: dict[int, Leg] = {}
        self._hanging_up = asyncio.Lock()
        self._refusing: set[asyncio.Task[None]] = set()
        self._dead = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start the stack and register, if a registrar is set. Raises Unavailable."""
        self._runtime.on_dead = self._dead.set
        try:
            await self._runtime.start(
                Config(net_interface=self._settings.interface or None, max_concurrent_calls=None)
            )
            self._runtime.subscribe(self._hear)
            self._agent = await UserAgent.create(self._runtime, _account(self._settings))
            self._agent.on_incoming(self._refuse)
        except (BaresipError, ValueError) as error:
            raise Unavailable(f"the telephone line does not start: {error}") from error
        if self._settings.registrar:
            try:
                await self._agent.register()
            except RegistrationError as error:  # the stack goes on trying
                _log.warning("not_registered", why=str(error))
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every call and stop the stack."""
        await asyncio.gather(*(leg.hang_up() for leg in list(self._legs.values())))
        for task in list(self._refusing):
            task.cancel()
        with contextlib.suppress(BaresipError):
            await self._runtime.close()

    async def died(self) -> None:
        """Wait for the stack's death. Raises Unavailable: only a new process brings it back."""
        await self._dead.wait()
        raise Unavailable("the telephone line died")

    async def dial(self, uri: str, headers: Mapping[str, str] | None = None) -> Leg:
        """Send an INVITE, with `headers` of our own. Raises NotTaken if not even that can be done.

        The stack may report the end of a call before it says which one it was (an instant 486), so
        legs are made by whichever comes first. Broken off meanwhile, the INVITE may have left all
        the same, and the stack may swallow the cancel: so it is waited for, and hung up.
        """
        dialling = asyncio.create_task(self._dialled(uri, dict(headers or {})))
        try:
            return await asyncio.shield(dialling)
        except asyncio.CancelledError:
            with contextlib.suppress(NotTaken):
                leg = await dialling
                await leg.hang_up()
                self.forget(leg)
            raise

    async def _dialled(self, uri: str, headers: dict[str, str]) -> Leg:
        assert self._agent is not None, "the line is not open"
        try:
            call = await self._agent.dial(uri, headers)
        except (BaresipError, ValueError) as error:
            _log.warning("not_dialled", why=repr(error))
            raise NotTaken(CallEnd.UNREACHABLE) from error
        leg = self._leg(call.handle)
        leg.has(call)
        return leg

    def forget(self, leg: Leg) -> None:
        """The caller has no more use for this leg."""
        self._legs = {handle: kept for handle, kept in self._legs.items() if kept is not leg}

    def _leg(self, handle: int) -> Leg:
        leg = self._legs.get(handle)
        if leg is None:
            leg = self._legs[handle] = Leg(self._clock, self._hanging_up)
        return leg

    def _hear(self, event: StackEvent) -> None:
        if event.call and event.event is not Event.CALL_INCOMING:
            self._leg(event.call).hear(event)

    def _refuse(self, call: Call) -> None:
        """Nobody calls us."""

        async def refuse() -> None:
            with contextlib.suppress(BaresipError):
                await call.reject()
            self._legs.pop(call.handle, None)

        task = asyncio.create_task(refuse())
        self._refusing.add(task)
        task.add_done_callback(self._refusing.discard)


def _account(settings: VoiceSettings) -> Account:
    """Who calls. from_uri is sip:user@domain."""
    user, _, domain = settings.from_uri.partition(":")[2].partition("@")
    return Account(
        user=user,
        domain=domain.partition(";")[0],
        password=settings.password,
        auth_user=settings.auth_user or None,
        registrar=settings.registrar or None,
        reg_interval=REGISTER_AGAIN_S if settings.registrar else 0,
        audio_codecs=(settings.codec,),
    )
