"""What we say to devices on our own account: queries, controls, the clock; and what comes back.

Source. GB/T 26875.3-2011, 6.2 (control, confirm), 6.4 (query, answer), 6.5 (10 s, 3 resends).

    queued -> sent -> confirmed             a control that was confirmed (3)
                   -> confirmed -> answered an inspection call (91), once somebody pressed the key
                   -> answered              a query that was answered (5)
                   -> denied                denied (6) after the last resend
    any of the above but the last three -> expired

Rule 1. A command is a row before it is sent. The gateway that holds the device's session claims it.
Rule 2. Setting the clock after drift, or once a day, is routine: it is logged, not kept as a row.
        It never overtakes a confirm: devices that expect one answer get that answer first.
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.gateways import store
from wanghuo.gateways.store import COMMANDS_CHANNEL, CommandRow
from wanghuo.gateways.transmitter import Transmitter
from wanghuo.protocols.gb26875_frame import HEAD_SIZE_BYTES, TAIL_SIZE_BYTES, Frame, encode, tag_of
from wanghuo.protocols.gb26875_orders import ORDERS, SYNCHRONISE, SetClock, encode_order

RESEND_AFTER_S: Final = 10.0
RESENDS_MAX: Final = 3
LOOK_PERIOD_S: Final = 5.0
PATIENCE: Final = timedelta(seconds=60)  # 4 sends of 10 s, and slack
CLOCK_DELAY_S: Final = 10.0
SERIALS: Final = 1 << 16
INSPECTION_ANSWERED: Final = 1 << 5
OPERATION_SIZE_BYTES: Final = 8

_log = structlog.get_logger("gateways.commands")


@dataclass(slots=True)
class Pending:
    """A packet that waits for its answer. command_id: "" for a routine clock setting."""

    command_id: str
    type: int
    packet: bytes
    due_s: float
    resends: int = 0


class Links(Protocol):
    """What the dialogue needs of the switchboard."""

    speaking: dict[str, Transmitter]

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside."""
        ...

    def count(self, reason: str) -> None:
        """Count something that went otherwise than it should."""
        ...


class Dialogue:
    """Our own side of the dialogues of one gateway process."""

    def __init__(self, database: Database, dsn: str, clock: Clock) -> None:
        self._database = database
        self._dsn = dsn
        self._clock = clock
        self._pending: dict[tuple[Transmitter, int], Pending] = {}
        self._clocks: dict[Transmitter, float] = {}
        self.board: Links | None = None

    # What sessions hear.

    def acknowledged(self, session: Transmitter, packet: bytes, *, denied: bool) -> None:
        """A confirm (3) or a denial (6) came in."""
        key = (session, packet[2] | packet[3] << 8)
        pending = self._pending.get(key)
        if pending is None:
            self._count("stray_acknowledgement")
        elif denied and pending.resends < RESENDS_MAX:
            self._resend(session, pending)
        elif denied:
            self._finish(key, "denied")
        elif ORDERS[pending.type].command == 1:
            self._finish(key, "confirmed")

    def answered(self, session: Transmitter, packet: bytes) -> None:
        """An answer (5) came in."""
        key = (session, packet[2] | packet[3] << 8)
        if key in self._pending:
            self._finish(key, "answered", packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES])
        else:
            self._count("stray_answer")

    def operation(self, session: Transmitter, packet: bytes) -> None:
        """A device operation (type 24) came in; perhaps it answers an inspection call."""
        body = packet[HEAD_SIZE_BYTES:-TAIL_SIZE_BYTES]
        if any(flags & INSPECTION_ANSWERED for flags in body[2::OPERATION_SIZE_BYTES]):
            self._begin_write(self._inspection_answered(session.sender, body))

    def clock_is_off(self, session: Transmitter, ahead_s: float) -> None:
        """The device's clock is wrong: set it in a moment."""
        self._count("clock_off")
        _log.debug("clock_is_off", sender=session.sender, ahead_s=round(ahead_s, 1))
        self._clocks.setdefault(session, self._clock.monotonic_s() + CLOCK_DELAY_S)

    def set_clock(self, session: Transmitter) -> None:
        """Send control 90 now."""
        self._send(session, "", SYNCHRONISE, b"")

    def turn(self, now_s: float) -> None:
        """The wheel turns: resend, give up, set clocks."""
        for session in [s for s, due_s in self._clocks.items() if due_s <= now_s or s.closed]:
            del self._clocks[session]
            if not session.closed:
                self.set_clock(session)
        for key, pending in list(self._pending.items()):
            if pending.due_s > now_s and not key[0].closed:
                continue
            if key[0].closed or pending.resends >= RESENDS_MAX:
                self._finish(key, "expired")
            else:
                self._resend(key[0], pending)

    # What the desk asks for.

    async def send_queued(self) -> None:
        """Send what is queued for the transmitters connected here; end it by cancelling."""
        async with Listener(self._dsn, [COMMANDS_CHANNEL], self._clock) as listener:
            while True:
                ticket = listener.ticket(COMMANDS_CHANNEL)
                await self._claim()
                await listener.wait(COMMANDS_CHANNEL, ticket, LOOK_PERIOD_S)

    async def _claim(self) -> None:
        assert self.board is not None
        try:
            async with self._database.transaction() as tx:
                waiting = await store.queued_senders(tx)
                here = [sender for sender in waiting if sender in self.board.speaking]
                rows = await store.claim_commands(tx, here) if here else []
        except (*DOWN, SqlError) as error:
            _log.info("commands_wait", why=repr(error))
            return
        for row in rows:
            self._send_row(row)

    def _send_row(self, row: CommandRow) -> None:
        assert self.board is not None
        session = self.board.speaking.get(row.sender)
        if session is None:
            self._begin_write(self._finished(row.id, "expired", None))
        else:
            self._send(session, row.id, row.type, row.body)

    async def expire(self) -> None:
        """Give up what nobody took or answered, for ever; end it by cancelling."""
        while True:
            await self._clock.sleep(RESEND_AFTER_S)
            try:
                async with self._database.transaction() as tx:
                    await store.expire_commands(tx, self._clock.now_utc(), PATIENCE)
            except (*DOWN, SqlError) as error:
                _log.info("expiry_waits", why=repr(error))

    # Packets.

    def _send(self, session: Transmitter, command_id: str, order_type: int, body: bytes) -> None:
        assert session.admitted is not None
        now = self._clock.now_utc()
        bcd = session.admitted.profile.bcd_time
        if order_type == SYNCHRONISE:
            body = encode_order(SYNCHRONISE, (SetClock(tag_of(now, bcd=bcd)),))
        session.serial = (session.serial + 1) % SERIALS
        frame = Frame(
            serial=session.serial,
            source=session.target,
            target=session.source,
            command=int(ORDERS[order_type].command),
            body=body,
            tag=tag_of(now, bcd=bcd),
        )
        pending = Pending(command_id, order_type, encode(frame), self._due_s())
        self._pending[session, session.serial] = pending
        session.send(pending.packet)

    def _resend(self, session: Transmitter, pending: Pending) -> None:
        pending.resends += 1
        pending.due_s = self._due_s()
        session.send(pending.packet)

    def _due_s(self) -> float:
        return self._clock.monotonic_s() + RESEND_AFTER_S

    def _finish(
        self, key: tuple[Transmitter, int], state: str, answer: bytes | None = None
    ) -> None:
        pending = self._pending.pop(key)
        tell = _log.info if pending.command_id else _log.debug
        tell("command_ended", sender=key[0].sender, type=pending.type, state=state)
        if pending.command_id:
            self._begin_write(self._finished(pending.command_id, state, answer))

    async def _finished(self, command_id: str, state: str, answer: bytes | None) -> None:
        async with self._database.transaction() as tx:
            now = self._clock.now_utc()
            await store.finish_command(tx, command_id, state, answer, now)

    async def _inspection_answered(self, sender: str, body: bytes) -> None:
        async with self._database.transaction() as tx:
            await store.inspection_answered(tx, sender, body, self._clock.now_utc())

    def _begin_write(self, work: Coroutine[Any, Any, None]) -> None:
        assert self.board is not None
        self.board.begin(self._written(work))

    async def _written(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (*DOWN, SqlError) as error:  # the row expires; the device did what it did
            _log.error("command_state_not_written", why=repr(error))

    def _count(self, what: str) -> None:
        assert self.board is not None
        self.board.count(what)
