"""The way into the house: fires to the database first, routine signals to the stream in batches.

A fire is durable when `fire` returns: in PostgreSQL, or, if that has not committed within a second,
in the fallback stream, from which FallbackDrainer brings it into PostgreSQL exactly once. The two
lanes share neither connection nor queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from zlib import crc32

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.devices.model import Health
from wanghuo.engines.draining import Draining
from wanghuo.engines.following import Following, Postponed, Reader
from wanghuo.engines.group_commit import GroupCommit, Told, awaited
from wanghuo.engines.micro_batch import MicroBatch
from wanghuo.engines.postgres import Database, SqlError, Transaction
from wanghuo.engines.pulling import Message
from wanghuo.engines.stream import FIRE_FALLBACK, QUARANTINE_FALLBACK, ROUTINE, Stream
from wanghuo.engines.telemetry import FIRES_BY_WAY, LANE_LAG, QUARANTINED, SIGNALS
from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, decode, encode
from wanghuo.facts.signal import Signal
from wanghuo.identity import derived
from wanghuo.signals import store
from wanghuo.signals.archive import Archive, ArchiveError
from wanghuo.signals.model import RoutineRecord
from wanghuo.signals.routine import Tally, pack, unpack

FALLBACK_FIRE = "fallback.fire"
FALLBACK_QUARANTINE = "fallback.quarantine"
UNJUDGED_FIRE = "unjudged.fire"
FALLBACK_TIMEOUT_S = 2.0
PARTITIONS = 1  # more when several engines read the lane; one is one fsync a batch
RECORD_OVERHEAD_BYTES = 64
COMMIT_PERIOD_S = 1.0
COMMIT_ROWS = 20_000

_log = structlog.get_logger("signals.feed")
_BY_DATABASE = FIRES_BY_WAY.labels(way="database").inc
_BY_FALLBACK = FIRES_BY_WAY.labels(way="fallback").inc
_REFUSED = FIRES_BY_WAY.labels(way="refused").inc
_FIRE_SIGNALS = SIGNALS.labels(lane="fire").inc


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
        self._falling: set[asyncio.Task[None]] = set()
        self._unread = GroupCommit[Unread](dsn, _put_unread(quarantine_put), clock)
        self._routine: MicroBatch[RoutineRecord] = MicroBatch(
            stream,
            "routine",
            pack,
            clock,
            partitions=partitions,
            count=SIGNALS.labels(lane="routine").inc,
        )

    async def start(self) -> None:
        """Connect what can be connected; with the database down the fallback works at once."""
        await self._fires.start()
        await self._unread.start()

    async def stop(self) -> None:
        """Store what was taken, answer for it, hang up."""
        await self._routine.stop()
        await self._fires.stop()
        await asyncio.gather(*self._falling, return_exceptions=True)
        await self._unread.stop()

    @property
    def database_up(self) -> bool:
        """Whether fires go to the database just now (else to the fallback stream)."""
        return self._fires.up

    async def fire(self, entries: Sequence[Entry]) -> None:
        """Keep fire-lane entries; durable on return.

        Raises Unavailable when neither the database nor the fallback stream took all of them.
        """
        if entries:
            await awaited(partial(self.fire_then, entries))

    def fire_then(self, entries: Sequence[Entry], told: Told) -> None:
        """Like `fire`, without a task of the caller's; see signals.model.Intake."""
        self._fires.put_then(entries, partial(self._put_or_fall_back, entries, told))

    def _put_or_fall_back(
        self, entries: Sequence[Entry], told: Told, error: BaseException | None
    ) -> None:
        if error is None:
            _BY_DATABASE(len(entries))
            _FIRE_SIGNALS(len(entries))
            told(None)
            return
        task = asyncio.create_task(self._fall_back_then(entries, told, error))
        self._falling.add(task)
        task.add_done_callback(self._falling.discard)

    async def _fall_back_then(
        self, entries: Sequence[Entry], told: Told, why: BaseException
    ) -> None:
        try:
            await self._fall_back(entries, why)
        except Unavailable as error:
            told(error)
        else:
            told(None)

    async def _fall_back(self, entries: Sequence[Entry], why: BaseException) -> None:
        """Keep the entries in the fallback stream. Raises Unavailable if that fails, too."""
        _log.debug("fire_to_fallback", entries=len(entries), why=str(why))
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
                _REFUSED(len(entries))
                raise Unavailable(
                    "neither the database nor the fallback stream answers"
                ) from failed
        for entry in entries:
            try:
                await self._stream.say(UNJUDGED_FIRE, encode(entry))
            except Unavailable as error:  # it is durable; only the desk hears of it later
                _log.warning("desk_not_told", why=str(error))
        _BY_FALLBACK(len(entries))
        _FIRE_SIGNALS(len(entries))

    def routine(self, record: RoutineRecord, on_stored: Callable[[bool], None]) -> bool:
        """Queue a routine record; see signals.model.Intake."""
        size = len(record.payload) + RECORD_OVERHEAD_BYTES
        partition = 0
        if self._partitions > 1:
            partition = crc32(record.sender.encode()) % self._partitions
        return self._routine.put(record, size, on_stored, partition)

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
        fires = Draining(self._database, self._stream, self._clock, FIRE_FALLBACK, self._fires)
        unread = Draining(
            self._database, self._stream, self._clock, QUARANTINE_FALLBACK, self._unread
        )
        await asyncio.gather(fires.run(), unread.run())

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
            try:
                u = msgspec.msgpack.decode(message.payload, type=Unread)
            except msgspec.MsgspecError as error:
                at = self._clock.now_utc()
                u = Unread("fallback", "", "bad_quarantine", message.payload, str(error), at)
            await self._put(tx, u.door, u.peer, u.reason, u.raw, u.detail, u.at)


# One routine record as signals: gateways bring it, because only they know every protocol.
Decode = Callable[[RoutineRecord], Sequence[Signal]]
HealthPut = Callable[[Transaction, Sequence[Health]], Awaitable[None]]


class RoutineConsumer:
    """Reads the routine lane into last states, health, totals and the archive, exactly once.

    A record that `decode` fails on goes to quarantine, whole. archive: None keeps no history.
    Run one at a time (see engines.lease).
    """

    def __init__(  # noqa: PLR0913 — three engines and what three other wings bring
        self,
        database: Database,
        stream: Stream,
        clock: Clock,
        *,
        decode: Decode,
        health_put: HealthPut,
        quarantine_put: QuarantinePut,
        archive: Archive | None = None,
    ) -> None:
        records = _Records(clock, decode)
        self._readers: list[Reader] = [_States(records, health_put, quarantine_put)]
        if archive is not None:
            self._readers.append(_History(records, archive))
        self._following = Following(database, stream, clock, ROUTINE, self._readers)

    async def run(self) -> None:
        """Read for ever; end it by cancelling."""
        await self._following.run()


class _Records:
    """Decodes each message once for all readers."""

    def __init__(self, clock: Clock, decode: Decode) -> None:
        self._clock = clock
        self._decode = decode
        self._sequence = -1
        self._signals: list[Signal] = []
        self._unread: list[Unread] = []

    def of(self, message: Message) -> tuple[list[Signal], list[Unread]]:
        """The signals of a message, and what could not be read."""
        if message.sequence != self._sequence:
            self._sequence, self._signals, self._unread = message.sequence, [], []
            self._read(message.payload)
        return self._signals, self._unread

    def _read(self, payload: bytes) -> None:
        try:
            records = unpack(payload)
        except msgspec.MsgspecError as error:
            self._put_aside("", "bad_batch", payload, error)
            return
        for record in records:
            try:
                self._signals += self._decode(record)
            except Exception as error:  # noqa: BLE001 — one bad record must not stop the lane
                self._put_aside(record.sender, "undecodable", record.payload, error)
        if records:
            oldest_us = records[0].received_us
            LANE_LAG.labels(lane="routine").set(
                self._clock.now_utc().timestamp() - oldest_us / 1_000_000
            )

    def _put_aside(self, peer: str, reason: str, raw: bytes, error: Exception) -> None:
        _log.warning("routine_record_unread", reason=reason, error=repr(error))
        at = self._clock.now_utc()
        self._unread.append(Unread("routine", peer, reason, raw, str(error), at))


class _States:
    """The reader that keeps last states, health and totals."""

    name = "clerk"

    def __init__(
        self, records: _Records, health_put: HealthPut, quarantine_put: QuarantinePut
    ) -> None:
        self._records = records
        self._health_put = health_put
        self._quarantine_put = _put_unread(quarantine_put)
        self._tally = Tally()
        self._unread: list[Unread] = []
        self._written_s = 0.0

    def begin(self, _position: int) -> None:
        self._tally, self._unread = Tally(), []

    def take(self, message: Message) -> None:
        signals, unread = self._records.of(message)
        self._tally.add(signals)
        self._unread += unread

    def due(self, now_s: float) -> bool:
        return now_s - self._written_s >= COMMIT_PERIOD_S or len(self._tally) >= COMMIT_ROWS

    async def write(self, tx: Transaction) -> None:
        await store.count_routine(tx, self._tally.signals)
        await store.upsert_last(tx, self._tally.last_rows())
        await self._health_put(tx, self._tally.health_rows())
        await self._quarantine_put(tx, self._unread)

    def written(self, now_s: float) -> None:
        self._tally.committed()
        self._unread = []
        self._written_s = now_s


class _History:
    """The reader that keeps the archive."""

    name = "archive"

    def __init__(self, records: _Records, archive: Archive) -> None:
        self._records = records
        self._archive = archive
        self._last = 0
        self._now_s = 0.0

    def begin(self, position: int) -> None:
        self._archive.begin(position)

    def take(self, message: Message) -> None:
        self._last = message.sequence
        self._archive.add(message.sequence, self._records.of(message)[0])

    def due(self, now_s: float) -> bool:
        self._now_s = now_s
        return self._archive.due(now_s)

    async def write(self, _tx: Transaction) -> None:
        try:
            await asyncio.to_thread(self._archive.write, self._last)
        except (OSError, ArchiveError) as error:
            self._archive.postpone(self._now_s)
            raise Postponed(str(error)) from error

    def written(self, _now_s: float) -> None:
        self._archive.written()
