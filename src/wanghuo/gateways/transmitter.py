"""One transmitter's dialogue: which lane each packet rides, and what it is answered.

Source. GB/T 26875.3-2011, 6.2 to 6.4; field behaviour in reference 1.11.
Rule 1. An upload (2) is confirmed (3) when its lane says durable; a resend is confirmed again.
Rule 2. An answer (5), a confirm (3) and a denial (6) are never answered.
Rule 3. A command that only the centre may send, or that nobody knows, is denied and kept.
Rule 4. Who is unknown to the register is heard like everybody else, and noted.
"""

from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, Final, Protocol

from wanghuo.clock import Clock
from wanghuo.facts.entry import Entry, entry_of_signal
from wanghuo.facts.signal import FIRE_LANE, Signal, SignalKind
from wanghuo.gateways.admission import Admission, Admitted
from wanghuo.gateways.duplicates import Deliveries
from wanghuo.gateways.session import ADMITTING, CHOKED, FIRES, TURN, Board, Session
from wanghuo.protocols.gb26875_frame import (
    HEAD_SIZE_BYTES,
    NO_TAG,
    TAIL_SIZE_BYTES,
    Command,
    deny,
    reply,
    time_of,
    whole,
)
from wanghuo.protocols.gb26875_lane import Lane, lane
from wanghuo.protocols.gb26875_signals import signals
from wanghuo.signals.model import PromptIntake, RecordKind, RoutineRecord

FIRES_IN_FLIGHT_MAX: Final = 8
ROUTINE_IN_FLIGHT_MAX: Final = 512
DUPLICATE_WINDOW_S: Final = 40.0  # 1 send and 3 resends, 10 s each
CLOCK_CHECK_PERIOD_S: Final = 600.0
CLOCK_SYNC_PERIOD_S: Final = 86_400.0
CLOCK_DRIFT_MAX_S: Final = 5.0
HEARTBEAT_SIZE_BYTES_MAX: Final = 33  # empty body, or type 21 without its time
HANDSHAKE_SIZE_BYTES: Final = 31
DEVICE_OPERATION: Final = 24
MICROSECONDS: Final = 1_000_000
SEND, ANSWER = int(Command.SEND), int(Command.ANSWER)
CONFIRM, DENY = int(Command.CONFIRM), int(Command.DENY)
ROUTINE, STRANGE, CLEARING = Lane.ROUTINE, Lane.STRANGE, Lane.CLEARING
GB26875 = RecordKind.GB26875


class Ears(Protocol):
    """What our own side of the dialogue wants to hear of; see commands.Dialogue."""

    def acknowledged(self, session: "Transmitter", packet: bytes, *, denied: bool) -> None:
        """A confirm (3) or a denial (6) came in."""
        ...

    def answered(self, session: "Transmitter", packet: bytes) -> None:
        """An answer (5) came in."""
        ...

    def operation(self, session: "Transmitter", packet: bytes) -> None:
        """A device operation (type 24) came in."""
        ...

    def clock_is_off(self, session: "Transmitter", ahead_s: float) -> None:
        """The device's clock is wrong."""
        ...


class Exchange(Board, Protocol):
    """What a dialogue needs of the switchboard, beyond what a session needs."""

    clock: Clock
    intake: PromptIntake
    admission: Admission
    deliveries: Deliveries
    speaking: "dict[str, Transmitter]"
    alarmed: dict[str, None]
    choked: set[Session]

    @property
    def dialogue(self) -> Ears:
        """Our own side."""
        ...

    @property
    def under_way(self) -> int:
        """Fires and quarantine rows that are not durable yet."""
        ...

    def join(self, session: "Transmitter") -> int:
        """A new link; its number in the order of coming."""
        ...

    def claim(self, session: "Transmitter") -> None:
        """The session speaks for its sender now."""
        ...

    def part(self, session: "Transmitter") -> None:
        """The session is over."""
        ...

    def choke(self, session: Session) -> None:
        """The routine lane is full: the session waits for room."""
        ...

    def note(
        self, session: Session, reason: str, raw: bytes, detail: str = "", topic: str = ""
    ) -> None:
        """Tell a person, once an hour, something that is true of this transmitter."""
        ...

    def owe(self, session: "Transmitter", packet: bytes, answer: bool, ok: bool) -> None:  # noqa: FBT001 - Intake calls it so
        """The routine lane has stored `packet`, or could not."""
        ...

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside."""
        ...

    def keep_fire(
        self,
        session: "Transmitter",
        packet: bytes,
        entries: Sequence[Entry],
        rest: Sequence[Signal],
    ) -> None:
        """Make a fire packet durable, then confirm it."""
        ...


class Transmitter(Session):
    """The dialogue with one peer.

    source: 6 bytes of who spoke last, b"" before. others: further senders behind the same peer.
    serial: of our own last command, -1 before. sync_due_s: when its clock should be set again.
    """

    board: Exchange
    __slots__ = (
        "_fires",
        "_kept",
        "_kept_s",
        "_routine",
        "admitted",
        "clock_check_s",
        "joined",
        "others",
        "seen_s",
        "serial",
        "source",
        "sync_due_s",
        "target",
    )

    def __init__(self, board: Exchange, host: str, peer: str) -> None:
        super().__init__(board, host, peer)
        self.admitted: Admitted | None = None
        self.source = b""
        self.target = bytes(6)
        self.others: set[str] | None = None
        self.serial = -1
        self.seen_s = board.tick_s
        self.clock_check_s = 0.0
        self.sync_due_s = board.tick_s + CLOCK_SYNC_PERIOD_S
        self._fires = 0
        self._routine = 0
        self._kept = b""
        self._kept_s = 0.0
        self.joined = board.join(self)

    @property
    def sender(self) -> str:
        """Signal.sender of who spoke last; "" before."""
        return self.admitted.sender if self.admitted else ""

    def address(self) -> bytes:
        """The 6 bytes of who spoke last; zeros before."""
        return self.source or bytes(6)

    # Packets in.

    def frame(self, packet: bytes) -> bool:
        """One whole packet; False if it must wait, and nothing was done with it."""
        source = packet[12:18]
        if source != self.source and not self._identify(source, packet[18:24]):
            return False
        board, admitted = self.board, self.admitted
        assert admitted is not None
        now_s = self.seen_s = board.tick_s
        if board.speaking.get(admitted.sender) is not self:
            board.claim(self)
        command = packet[HEAD_SIZE_BYTES - 1]
        if command != SEND:
            return self._other(command, packet, admitted)
        if now_s >= self.clock_check_s:
            self._check_clock(packet)
        found = lane(SEND, packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES], admitted.profile)
        if found is ROUTINE:
            return self.routine(packet, admitted)
        return self._urgent(found, packet, admitted)

    def is_urgent(self, packet: bytes) -> bool:
        """Whether this packet may pass routine ones that wait."""
        board = self.board
        body = packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES]
        known = board.admission.known(packet[12:18], self.host)
        profile = known.profile if known else board.admission.standard
        found = lane(packet[HEAD_SIZE_BYTES - 1], body, profile)
        if found is CLEARING and known:
            return known.sender in board.alarmed
        return found is Lane.FIRE

    def _identify(self, source: bytes, target: bytes) -> bool:
        """Who is it? False while the register is asked."""
        admission = self.board.admission
        known = admission.known(source, self.host)
        if known is not None:
            self._admit(source, target, known)
            return True
        self.hold(ADMITTING)
        admission.ask(source, self.host, partial(self._admit, source, target))
        return not self.held & ADMITTING

    def _admit(self, source: bytes, target: bytes, admitted: Admitted) -> None:
        if self.admitted is not None and self.sender != admitted.sender:
            self.others = (self.others or set()) | {self.sender}
        self.source, self.target, self.admitted = source, target, admitted
        self.board.claim(self)
        self.release(ADMITTING)

    def _urgent(self, found: Lane, packet: bytes, admitted: Admitted) -> bool:
        """A packet that is not plainly routine."""
        if found is STRANGE:
            self._note_type("unknown_type", packet)
            return self.routine(packet, admitted)
        if found is CLEARING and admitted.sender not in self.board.alarmed:
            return self.routine(packet, admitted)
        return self.fire(packet, admitted)

    def _note_type(self, reason: str, packet: bytes) -> None:
        kind = f"type {packet[HEAD_SIZE_BYTES]}"
        self.board.note(self, reason, packet, kind, kind)

    def _other(self, command: int, packet: bytes, admitted: Admitted) -> bool:
        """Everything that is not an upload."""
        board = self.board
        if command in (CONFIRM, DENY):
            board.dialogue.acknowledged(self, packet, denied=command == DENY)
            return True
        if command == ANSWER:
            found = lane(ANSWER, packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES], admitted.profile)
            kept = self.fire if found >= CLEARING else self.routine
            if not kept(packet, admitted, answer=False):
                return False
            board.dialogue.answered(self, packet)
            return True
        if command in admitted.profile.heartbeat_commands:
            return self.routine(packet, admitted)
        ours = command in (Command.CONTROL, Command.REQUEST)
        self.send(deny(packet, board.tag_now()))
        board.keep_bad(self, "wrong_direction" if ours else "unknown_command", packet)
        return True

    # The routine lane.

    def routine(self, packet: bytes, admitted: Admitted, *, answer: bool = True) -> bool:
        """On to the stream as it is; confirmed when stored. False if the lane is full."""
        board = self.board
        if packet == self._kept and self._is_resend(packet):
            board.count("duplicate_routine")
            self.confirm(packet, board.tag_now())
            return True
        if self._routine >= ROUTINE_IN_FLIGHT_MAX:
            self.hold(CHOKED)
            board.choked.add(self)  # the wheel lets its fires pass
            return False
        now_us = int(board.clock.now_utc().timestamp() * MICROSECONDS)
        record = RoutineRecord(GB26875, now_us, admitted.sender, admitted.profile.name, packet)
        if board.intake.routine(record, partial(board.owe, self, packet, answer)):
            self._routine += 1
            if packet[HEAD_SIZE_BYTES] == DEVICE_OPERATION:
                board.dialogue.operation(self, packet)
            return True
        self.hold(CHOKED)
        board.choke(self)
        return False

    def _is_resend(self, packet: bytes) -> bool:
        """Whether the packet just stored came again; a heartbeat may well say the same twice."""
        recent = self.board.tick_s - self._kept_s < DUPLICATE_WINDOW_S
        return recent and len(packet) > HEARTBEAT_SIZE_BYTES_MAX

    def routine_told(self, packet: bytes, tag: bytes, *, stored: bool) -> None:
        """The routine lane has answered for `packet`. tag: b"" if the peer wants no confirm."""
        self._routine -= 1
        if stored and tag:
            self._kept, self._kept_s = packet, self.board.tick_s
            self.confirm(packet, tag)
        if self.held & CHOKED and self._routine == ROUTINE_IN_FLIGHT_MAX // 2:
            self.board.choked.discard(self)
            self.release(CHOKED)
        if self.board.ending:
            self._end_if_idle()

    # The fire lane.

    def fire(self, packet: bytes, admitted: Admitted, *, answer: bool = True) -> bool:
        """Decode, keep on the fire lane, confirm. Falls back to routine if it holds no fire."""
        board = self.board
        received_at = board.clock.now_utc()
        heard = signals(whole(packet), admitted.sender, admitted.profile, received_at)
        fires = [signal for signal in heard if signal.kind in FIRE_LANE]
        if any(signal.kind is SignalKind.UNKNOWN for signal in heard):
            self._note_type("odd_body", packet)
        if not fires:
            return self.routine(packet, admitted, answer=answer)
        said = packet[2:4] + packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES]
        now_us = int(received_at.timestamp() * MICROSECONDS)
        delivery, again = board.deliveries.delivery(admitted.sender, said, now_us)
        if again:
            board.count("duplicate_fire")
        if admitted.note:
            board.note(self, admitted.note, self.source, f"at {self.host}")
        entries = [entry_of_signal(signal, delivery=delivery) for signal in fires]
        rest = [signal for signal in heard if signal.kind not in FIRE_LANE]
        self._fires += 1
        if self._fires >= FIRES_IN_FLIGHT_MAX:
            self.hold(FIRES)
        if packet[HEAD_SIZE_BYTES] == DEVICE_OPERATION:
            board.dialogue.operation(self, packet)
        board.keep_fire(self, packet if answer else b"", entries, rest)
        return True

    def fire_done(self) -> None:
        """One of its fires is durable, or could not be kept."""
        self._fires -= 1
        self.release(FIRES)
        if self.board.ending:
            self._end_if_idle()

    def is_idle(self) -> bool:
        """Whether nothing of this peer is on its way or waits."""
        return not (self._fires or self._routine or self.troubles or self.held & ~TURN)

    def _end_if_idle(self) -> None:
        if self in self.board.ending and self.is_idle():
            self.finish()

    # Answers.

    def confirm(self, packet: bytes, tag: bytes) -> None:
        """Command 3; a handshake of one byte is answered by its counterpart."""
        body = b""
        if len(packet) == HANDSHAKE_SIZE_BYTES and self.admitted is not None:
            counterpart = self.admitted.profile.handshakes.get(packet[HEAD_SIZE_BYTES])
            body = b"" if counterpart is None else bytes((counterpart,))
        self.send(reply(packet, CONFIRM, tag, body))

    def _check_clock(self, packet: bytes) -> None:
        """Now and then: is the device's clock true? All zero means that it has none."""
        self.clock_check_s = self.seen_s + CLOCK_CHECK_PERIOD_S
        assert self.admitted is not None
        tag = packet[6:12]
        told = None if tag == NO_TAG else time_of(tag, bcd=self.admitted.profile.bcd_time)
        if told is not None:
            ahead_s = (told - self.board.clock.now_utc()).total_seconds()
            if abs(ahead_s) > CLOCK_DRIFT_MAX_S:
                self.clock_check_s = self.seen_s + CLOCK_SYNC_PERIOD_S  # once a day will do
                self.board.dialogue.clock_is_off(self, ahead_s)

    def close(self) -> None:
        """The link is gone."""
        super().close()
        self.board.part(self)
