"""The way into the house: fires to the database first, routine signals to the stream in batches.

A fire is durable when `fire` returns: in PostgreSQL, or, if that has not committed within a second,
in the fallback stream, from which FallbackDrainer brings it into PostgreSQL exactly once. The two
lanes share neither connection nor queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from zlib import crc32

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.engines.group_commit import GroupCommit
from wanghuo.engines.micro_batch import MicroBatch
from wanghuo.engines.postgres import DOWN, Database, SqlError, Transaction
from wanghuo.engines.stream import FIRE_FALLBACK, QUARANTINE_FALLBACK, Message, Pull, Stream
from wanghuo.engines.telemetry import FIRES_BY_WAY, QUARANTINED, SIGNALS
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, decode, encode
from wanghuo.identity import derived
from wanghuo.signals import store
from wanghuo.signals.model import RoutineRecord
from wanghuo.signals.routine import pack

FALLBACK_FIRE = "fallback.fire"
FALLBACK_QUARANTINE = "fallback.quarantine"
UNJUDGED_FIRE = "unjudged.fire"
FALLBACK_TIMEOUT_S = 2.0
PARTITIONS = 4
RECORD_OVERHEAD_BYTES = 64
DRAIN_BATCH = 200
DRAIN_WAIT_S = 1.0
DRAIN_PAUSE_S = 0.5
DRAIN_ACK_WAIT_S = 10.0
DRAIN_WAITS: tuple[type[BaseException], ...] = (*DOWN, Unavailable)

_log = structlog.get_logger("signals.feed")


class Unread(msgspec.Struct, frozen=True):
    """Bytes nobody understood, whole. reason: a code; at: UTC, when they came."""

    door: str
    peer: str
    reason: str
    raw: bytes
    detail: str
    at: datetime


# (tx, door, peer, reason, raw, detail, at): gateways/store.py brings it; idempotent.
QuarantinePut = Callable[[Transaction, str, str, str, bytes, str, datetime], Awaitable[object]]


class SignalIntake:
    """Implements signals.model.Intake. Each gateway process has one.

    dsn: where fires are committed, as a role that may insert into the fire log.
    """

    def __init__(
        self,
        dsn: str,
        stream: Stream,
        clock: Clock,
        quarantine_put: QuarantinePut,
        *,
        partitions: int = PARTITIONS,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._partitions = partitions
        self._fires = GroupCommit[Entry](dsn, store.append, clock)
        self._unread = GroupCommit[Unread](dsn, _put_unread(quarantine_put), clock)
        self._routine: MicroBatch[RoutineRecord] = MicroBatch(
            stream, "routine", pack, clock, partitions=partitions
        )
        self._routine_count = SIGNALS.labels(lane="routine").inc

    async def start(self) -> None:
        """Connect what can be connected; with the database down the fallback works at once."""
        await self._fires.start()
        await self._unread.start()

    async def stop(self) -> None:
        """Store what was taken, answer for it, hang up."""
        await self._routine.stop()
        await self._fires.stop()
        await self._unread.stop()

    @property
    def database_up(self) -> bool:
        """Whether fires go to the database just now (else to the fallback stream)."""
        return self._fires.up

    async def fire(self, entries: Sequence[Entry]) -> None:
        """Keep fire-lane entries; durable on return.

        Raises Unavailable when neither the database nor the fallback stream took all of them.
        """
        if not entries:
            return
        try:
            await self._fires.put(entries)
        except (Unavailable, SqlError) as error:
            _log.debug("fire_to_fallback", entries=len(entries), why=str(error))
        else:
            FIRES_BY_WAY.labels(way="database").inc(len(entries))
            SIGNALS.labels(lane="fire").inc(len(entries))
            return
        await self._fall_back(entries)
        FIRES_BY_WAY.labels(way="fallback").inc(len(entries))
        SIGNALS.labels(lane="fire").inc(len(entries))

    async def _fall_back(self, entries: Sequence[Entry]) -> None:
        stored = await asyncio.gather(
            *(
                self._stream.publish(
                    FALLBACK_FIRE, encode(entry), entry.id, timeout_s=FALLBACK_TIMEOUT_S
                )
                for entry in entries
            ),
            return_exceptions=True,
        )
        for failed in stored:
            if isinstance(failed, BaseException):
                FIRES_BY_WAY.labels(way="refused").inc(len(entries))
                raise Unavailable(
                    "neither the database nor the fallback stream answers"
                ) from failed
        for entry in entries:
            try:
                await self._stream.say(UNJUDGED_FIRE, encode(entry))
            except Unavailable as error:  # it is durable; only the desk hears of it later
                _log.warning("desk_not_told", why=str(error))

    def routine(self, record: RoutineRecord, on_stored: Callable[[bool], None]) -> bool:
        """Queue a routine record; see signals.model.Intake."""
        taken = self._routine.put(
            record,
            len(record.payload) + RECORD_OVERHEAD_BYTES,
            on_stored,
            crc32(record.sender.encode()) % self._partitions,
        )
        if taken:
            self._routine_count()
        return taken

    async def routine_room(self) -> None:
        """Return when the routine buffer has room again."""
        await self._routine.room()

    async def quarantine(
        self, door: str, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> None:
        """Keep bytes nobody understood, whole; durable on return; Unavailable like `fire`."""
        unread = Unread(door, peer, reason, raw, detail, self._clock.now_utc())
        QUARANTINED.labels(door=door, reason=reason).inc()
        try:
            await self._unread.put([unread])
        except (Unavailable, SqlError) as error:
            _log.debug("quarantine_to_fallback", why=str(error))
            packed = msgspec.msgpack.encode(unread)
            same = derived("unread", door, peer, raw, unread.at.isoformat())
            await self._stream.publish(
                FALLBACK_QUARANTINE, packed, same, timeout_s=FALLBACK_TIMEOUT_S
            )


def _put_unread(
    put: QuarantinePut,
) -> Callable[[Transaction, Sequence[Unread]], Awaitable[object]]:
    async def write(connection: Transaction, found: Sequence[Unread]) -> None:
        async with connection.transaction():
            for u in found:
                await put(connection, u.door, u.peer, u.reason, u.raw, u.detail, u.at)

    return write


class FallbackDrainer:
    """Brings what the fallback streams hold into the database, exactly once, as soon as it is back.

    `append` is idempotent by entry id, so a message drained twice changes nothing the second time.
    """

    def __init__(
        self, database: Database, stream: Stream, clock: Clock, quarantine_put: QuarantinePut
    ) -> None:
        self._database = database
        self._stream = stream
        self._clock = clock
        self._put = quarantine_put

    async def run(self) -> None:
        """Drain for ever; end it by cancelling."""
        await asyncio.gather(
            self._drain(FIRE_FALLBACK, self._fires), self._drain(QUARANTINE_FALLBACK, self._unread)
        )

    async def _drain(
        self, name: str, keep: Callable[[Transaction, Sequence[Message]], Awaitable[None]]
    ) -> None:
        pull: Pull | None = None
        while True:
            try:
                pull = pull or await self._stream.pull(name, "drainer", ack_wait_s=DRAIN_ACK_WAIT_S)
                found = await pull.fetch(DRAIN_BATCH, DRAIN_WAIT_S)
                if found:
                    await self._keep(name, found, keep)
            except DRAIN_WAITS as error:
                _log.info("drain_waits", stream=name, why=repr(error))
                pull = None
                await self._clock.sleep(DRAIN_PAUSE_S)

    async def _keep(
        self,
        name: str,
        found: Sequence[Message],
        keep: Callable[[Transaction, Sequence[Message]], Awaitable[None]],
    ) -> None:
        try:
            async with self._database.transaction() as tx:
                await keep(tx, found)
        except DOWN:
            for message in found:
                await message.later(DRAIN_PAUSE_S)
            raise
        for message in found:
            await message.ack()
        _log.info("drained", stream=name, messages=len(found))

    async def _fires(self, tx: Transaction, found: Sequence[Message]) -> None:
        entries = []
        for message in found:
            try:
                entries.append(decode(message.payload))
            except msgspec.MsgspecError as error:
                at = self._clock.now_utc()
                await self._put(tx, "fallback", "", "bad_entry", message.payload, str(error), at)
        await store.append(tx, entries)

    async def _unread(self, tx: Transaction, found: Sequence[Message]) -> None:
        for message in found:
            u = msgspec.msgpack.decode(message.payload, type=Unread)
            await self._put(tx, u.door, u.peer, u.reason, u.raw, u.detail, u.at)
