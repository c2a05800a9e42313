"""What all transmitters' sessions of one gateway process share: lanes, answers, registers, limits.

Rule 1. A packet is confirmed when the lane that it rides says so, never before.
Rule 2. Confirms that become due together leave in slices, so that a fire never waits for them.
Rule 3. Every answer carries true UTC+8 time: devices set their clocks from it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.telemetry import FIRE_CONFIRM_S, PEER_ERRORS
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry
from wanghuo.facts.signal import Signal
from wanghuo.gateways.access_lanes import routine_of
from wanghuo.gateways.admission import Admission
from wanghuo.gateways.commands import Dialogue
from wanghuo.gateways.duplicates import Deliveries
from wanghuo.gateways.presence import Presence
from wanghuo.gateways.quarantine import Notes
from wanghuo.gateways.session import CHOKED, Session
from wanghuo.gateways.transmitter import Transmitter
from wanghuo.protocols.gb26875_frame import tag_of
from wanghuo.signals.model import PromptIntake

ANSWERS_A_SLICE: Final = 16
REST_PATIENCE_S: Final = 1.0
FINISH_LIMIT_S: Final = 5.0
ALARMED_MAX: Final = 100_000
BOTH_LIVE_WITHIN_S: Final = 60.0

_log = structlog.get_logger("gateways.switchboard")


@dataclass(slots=True)
class _Fire:
    """A fire packet on its way. packet: b"" if the peer wants no confirm."""

    session: Transmitter
    packet: bytes
    began_s: float
    under_way: "asyncio.Future[None]"


class Switchboard:
    """Shared by every session; built and owned by gb26875_door.

    alarmed: senders that reported a fire lately; their normal states ride the fire lane.
    tick_s: monotonic time, as fine as the wheel's period: cheap to read.
    """

    def __init__(
        self,
        intake: PromptIntake,
        admission: Admission,
        dialogue: Dialogue,
        presence: Presence,
        clock: Clock,
    ) -> None:
        self.intake = intake
        self.admission = admission
        self.dialogue = dialogue
        self.presence = presence
        self.clock = clock
        self.tick_s = clock.monotonic_s()
        self.deliveries = Deliveries()
        self.notes = Notes()
        self.alarmed: dict[str, None] = OrderedDict()
        self.speaking: dict[str, Transmitter] = {}
        self.sessions: dict[Transmitter, None] = {}
        self.partial: dict[Session, float] = {}
        self.choked: set[Session] = set()
        self.slow: dict[Session, float] = {}
        self.ending: dict[Session, float] = {}
        self.penalised: dict[Session, None] = {}
        self.counts: dict[str, int] = {}
        self._joined = 0
        self._owed: deque[tuple[Transmitter, bytes, bool]] = deque()
        self._draining = False
        self._waiting_for_room = False
        self._tag = b""
        self._tag_second: datetime | None = None
        self._under_way: set[asyncio.Future[Any]] = set()
        self._loop = asyncio.get_running_loop()

    def tag(self, now: datetime) -> bytes:
        """The time tag of `now`, made once a second."""
        second = now.replace(microsecond=0)
        if second != self._tag_second:
            self._tag_second, self._tag = second, tag_of(now)
        return self._tag

    def tag_now(self) -> bytes:
        """The time tag of this moment."""
        return self.tag(self.clock.now_utc())

    def count(self, reason: str) -> None:
        """Count something that went otherwise than it should."""
        self.counts[reason] = self.counts.get(reason, 0) + 1

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside; what it raises is logged."""
        task = self._loop.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("unexpected", exc_info=error)

    async def finish(self) -> None:
        """Wait for the fires and quarantine rows that are under way, a few seconds at most.

        What is not durable by then was not confirmed: the device sends it again.
        """
        until_s = self.clock.monotonic_s() + FINISH_LIMIT_S
        while self._under_way and self.clock.monotonic_s() < until_s:
            await asyncio.wait(self._under_way, timeout=until_s - self.clock.monotonic_s())
        await end(*self._under_way)

    @property
    def under_way(self) -> int:
        """Fires and quarantine rows that are not durable yet."""
        return len(self._under_way)

    def owe(self, session: Transmitter, packet: bytes, answer: bool, ok: bool) -> None:  # noqa: FBT001 - Intake calls it so
        """The routine lane has stored `packet`, or could not: then silence asks for a resend."""
        if not ok:
            self.count("routine_unstored")
            session.routine_told(packet, b"", stored=False)
            return
        self._owed.append((session, packet, answer))
        if not self._draining:
            self._draining = True
            self._loop.call_soon(self._answer_slice)

    def _answer_slice(self) -> None:
        owed = self._owed
        tag = self.tag_now()
        for _ in range(min(len(owed), ANSWERS_A_SLICE)):
            session, packet, answer = owed.popleft()
            session.routine_told(packet, tag if answer else b"", stored=True)
        self._draining = bool(owed)
        if owed:
            self._loop.call_soon(self._answer_slice)

    def choke(self, session: Session) -> None:
        """The routine lane is full: the session waits for room."""
        self.count("routine_full")
        self.choked.add(session)
        if not self._waiting_for_room:
            self._waiting_for_room = True
            self.begin(self._wait_for_room())

    async def _wait_for_room(self) -> None:
        try:
            while self.choked:
                await self.intake.routine_room()
                waiting, self.choked = self.choked, set()
                for session in waiting:
                    session.release(CHOKED)
                await asyncio.sleep(0)  # noqa: TID251 - lets readers in; no time passes
        finally:
            self._waiting_for_room = False

    def keep_fire(
        self,
        session: Transmitter,
        packet: bytes,
        entries: Sequence[Entry],
        rest: Sequence[Signal],
    ) -> None:
        """Make a fire packet durable, then confirm it; silence if it could not be kept.

        packet: b"" if the peer wants no confirm.
        """
        under_way: asyncio.Future[None] = self._loop.create_future()
        self._under_way.add(under_way)
        under_way.add_done_callback(self._under_way.discard)
        fire = _Fire(session, packet, self.clock.monotonic_s(), under_way)
        if rest:
            self.begin(self._keep_whole(fire, entries, rest))
        else:
            self.intake.fire_then(entries, partial(self._fire_told, fire))

    async def _keep_whole(
        self, fire: "_Fire", entries: Sequence[Entry], rest: Sequence[Signal]
    ) -> None:
        """A fire packet that holds routine signals, too."""
        stored = [self._offer(signal) for signal in rest]
        failed: BaseException | None = None
        try:
            await self.intake.fire(entries)
            if not await self._all_stored(stored):
                session = fire.session
                await self.intake.quarantine(
                    session.door, session.host, "routine_part_unstored", fire.packet
                )
        except Unavailable as error:
            failed = error
        self._fire_told(fire, failed)

    def _fire_told(self, fire: "_Fire", failed: BaseException | None) -> None:
        """The fire is durable: confirm it. Or it is not: silence asks for a resend."""
        if fire.under_way.done():  # too late; the device was hung up on and sends again
            return
        fire.under_way.set_result(None)
        session = fire.session
        if failed is not None:
            self.count("fire_unstored")
            _log.error("fire_not_stored", sender=session.sender, why=str(failed))
        else:
            self.remember_alarm(session.sender)
            if fire.packet:
                session.confirm(fire.packet, self.tag_now())
            FIRE_CONFIRM_S.observe(self.clock.monotonic_s() - fire.began_s)
        session.fire_done()

    def remember_alarm(self, sender: str) -> None:
        """The sender has something in alarm: its normal states matter."""
        self.alarmed[sender] = None
        if len(self.alarmed) > ALARMED_MAX:
            self.alarmed.pop(next(iter(self.alarmed)))

    def _offer(self, signal: Signal) -> "asyncio.Future[bool]":
        """The routine part of a fire packet, on its own lane."""
        told: asyncio.Future[bool] = self._loop.create_future()
        if not self.intake.routine(routine_of(signal), partial(_settle, told)):
            told.set_result(False)
        return told

    async def _all_stored(self, stored: Sequence["asyncio.Future[bool]"]) -> bool:
        try:
            async with asyncio.timeout(REST_PATIENCE_S):
                return all([await told for told in stored])
        except TimeoutError:
            return False

    def join(self, session: Transmitter) -> int:
        """A new link; its number in the order of coming."""
        self.sessions[session] = None
        self._joined += 1
        return self._joined

    def claim(self, session: Transmitter) -> None:
        """The session speaks for its sender now; two live ones at a time are noted.

        A device that dials in again may leave a dead connection behind: from the same host, only
        an older connection that goes on speaking shows that there are two devices.
        """
        if session.closed:
            return
        sender = session.sender
        older = self.speaking.get(sender)
        self.speaking[sender] = session
        if older is session:
            return
        self.presence.arrived(session)
        if older is None or older.closed:
            return
        lately = self.tick_s - older.seen_s < BOTH_LIVE_WITHIN_S
        if (older.host != session.host and lately) or older.joined > session.joined:
            subject = f"{older.peer} {session.peer}"
            self.note(session, "duplicate_address", session.source, subject)

    def part(self, session: Transmitter) -> None:
        """The session is over."""
        self.sessions.pop(session, None)
        for sender in {session.sender, *(session.others or ())} - {""}:
            if self.speaking.get(sender) is session:
                del self.speaking[sender]
            self.presence.left(sender, session.peer)

    def keep_bad(self, session: Session, reason: str, raw: bytes, detail: str = "") -> None:
        """Count a peer's mistake and keep its bytes; the session pauses when it makes too many."""
        self.count(reason)
        PEER_ERRORS.labels(session.door, reason).inc()
        session.trouble_begun()
        self.begin(self._keep_bad(session, reason, raw, detail or session.sender))

    async def _keep_bad(self, session: Session, reason: str, raw: bytes, detail: str) -> None:
        try:
            await self.intake.quarantine(session.door, session.host, reason, raw, detail)
        except Unavailable as error:
            _log.error("not_quarantined", reason=reason, raw=raw.hex(), why=str(error))
        finally:
            session.trouble_done()

    def note(
        self, session: Session, reason: str, raw: bytes, detail: str = "", topic: str = ""
    ) -> None:
        """Tell a person, once an hour, something that is true of this transmitter (and topic)."""
        if self.notes.due(reason, f"{session.sender} {topic}", self.tick_s):
            self.keep_bad(session, reason, raw, f"{session.sender} {detail}".rstrip())


def _settle(told: "asyncio.Future[bool]", ok: bool) -> None:  # noqa: FBT001 - Intake calls it so
    if not told.done():
        told.set_result(ok)
