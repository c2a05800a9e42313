"""Micro-batches: many small records in one stored message, acknowledged one by one.

- A batch leaves some milliseconds after its first record, or at once when it is full: a few while
  little comes, so that nobody waits for company that is not there; more under load, so that the
  fsync of each is shared by many.
- `done(True)` is called for a record when the stream has stored its batch; a batch that could not
  be stored is tried again under the same id until `patience_s` has passed, then `done(False)`.
- What waits is bounded. A full buffer says no; nothing is ever dropped.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.stream import Stream
from wanghuo.errors import Unavailable
from wanghuo.identity import new_secret

Record = TypeVar("Record")
Done = Callable[[bool], None]

QUIET_WINDOW_S = 0.004
BUSY_WINDOW_S = 0.025
BUSY_PER_S = 4_000.0  # records: above it the window is the wide one
RECORDS_MAX = 2000  # in one message
BYTES_MAX = 512 * 1024
ROOM_RECORDS = 40_000  # waiting or on their way
PATIENCE_S = 8.0
ATTEMPT_TIMEOUT_S = 3.0
RETRY_PAUSE_S = 0.1
ROOM_AGAIN = 0.75  # of the room: below this, whoever waits may go on

_log = structlog.get_logger("engines.micro_batch")


class MicroBatch(Generic[Record]):
    """Packs records of several partitions; partition n is published as `subject.n`.

    encode: a list of records as bytes. count: told how many records were stored.
    """

    def __init__(  # noqa: PLR0913 — limits that tests and benchmarks turn, each with a default
        self,
        stream: Stream,
        subject: str,
        encode: Callable[[list[Record]], bytes],
        clock: Clock,
        *,
        partitions: int = 1,
        room_records: int = ROOM_RECORDS,
        patience_s: float = PATIENCE_S,
        count: Callable[[float], object] = float,
    ) -> None:
        self._stream = stream
        self._subjects = [f"{subject}.{n}" for n in range(partitions)]
        self._encode = encode
        self._clock = clock
        self.window_s = QUIET_WINDOW_S
        self._room_records = room_records
        self._patience_s = patience_s
        self._count_stored = count
        self._records: list[list[Record]] = [[] for _ in range(partitions)]
        self._dones: list[list[Done]] = [[] for _ in range(partitions)]
        self._sizes = [0] * partitions
        self._held = 0
        self._timer: asyncio.TimerHandle | None = None
        self._on_the_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Event()
        self._room.set()
        self._loop = asyncio.get_running_loop()
        self._boot = new_secret(9)
        self._count = 0

    @property
    def held(self) -> int:
        """Records taken and not yet answered for."""
        return self._held

    def put(self, record: Record, size_bytes: int, done: Done, partition: int = 0) -> bool:
        """Take a record; False if there is no room and nothing was taken."""
        if self._held >= self._room_records:
            self._room.clear()
            return False
        self._held += 1
        records = self._records[partition]
        records.append(record)
        self._dones[partition].append(done)
        size = self._sizes[partition] = self._sizes[partition] + size_bytes
        if len(records) >= RECORDS_MAX or size >= BYTES_MAX:
            self._send(partition)
        elif self._timer is None:
            self._timer = self._loop.call_later(self.window_s, self._send_all)
        return True

    async def room(self) -> None:
        """Return when the buffer has room again."""
        await self._room.wait()

    async def stop(self) -> None:
        """Send what waits and return when all of it is answered for."""
        self._send_all()
        while self._on_the_way:
            await asyncio.gather(*self._on_the_way, return_exceptions=True)

    def _send_all(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        busy = sum(map(len, self._records)) >= BUSY_PER_S * self.window_s
        self.window_s = BUSY_WINDOW_S if busy else QUIET_WINDOW_S
        for partition, records in enumerate(self._records):
            if records:
                self._send(partition)

    def _send(self, partition: int) -> None:
        records, self._records[partition] = self._records[partition], []
        dones, self._dones[partition] = self._dones[partition], []
        self._sizes[partition] = 0
        self._count += 1
        task = self._loop.create_task(
            self._store(self._subjects[partition], records, dones, f"{self._boot}-{self._count}")
        )
        self._on_the_way.add(task)
        task.add_done_callback(self._on_the_way.discard)

    async def _store(
        self, subject: str, records: list[Record], dones: list[Done], batch_id: str
    ) -> None:
        stored = False
        try:
            stored = await self._publish(subject, self._encode(records), batch_id)
        finally:
            self._answer(dones, stored=stored)

    async def _publish(self, subject: str, payload: bytes, batch_id: str) -> bool:
        until_s = self._clock.monotonic_s() + self._patience_s
        while True:
            try:
                await self._stream.publish(subject, payload, batch_id, timeout_s=ATTEMPT_TIMEOUT_S)
            except Unavailable as error:
                if self._clock.monotonic_s() >= until_s:
                    _log.error("batch_not_stored", subject=subject, error=str(error))
                    return False
                await self._clock.sleep(RETRY_PAUSE_S)
            else:
                return True

    def _answer(self, dones: Sequence[Done], *, stored: bool) -> None:
        self._held -= len(dones)
        if stored:
            self._count_stored(len(dones))
        for done in dones:
            try:
                done(stored)
            except Exception:  # noqa: BLE001 — one peer's broken answer must not keep another's back
                _log.exception("answer_failed")
        if self._held < self._room_records * ROOM_AGAIN:
            self._room.set()
