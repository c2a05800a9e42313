"""Durable timers: a row with a due time, fired in one transaction with its effects.

A timer lives through any crash, fires once, and fires late rather than never. The loop sleeps until
the next due time and is woken by NOTIFY when an earlier one is set. Several loops may run: rows are
taken with SKIP LOCKED.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from wanghuo.clock import Clock
from wanghuo.engines.listen import Listener
from wanghuo.engines.postgres import DOWN, Database, Transaction
from wanghuo.engines.telemetry import TIMER_LATE_S
from wanghuo.engines.together import Part

CHANNEL = "timers"
BATCH = 128
IDLE_WAIT_S = 5.0  # the longest nap, in case a wake-up was lost
NAP_MIN_S = 0.001
RETRY_PAUSE_S = 0.3
KEEP = timedelta(days=7)  # fired timers, for whoever looks into a night

_log = structlog.get_logger("engines.timers")


class Timer(msgspec.Struct, frozen=True):
    """id: derived from its cause, so that setting it again changes nothing. due_at: UTC.

    kind and subject come back when it fires; cancel by id or by subject.
    """

    id: str
    kind: str
    subject: str
    due_at: datetime
    note: str = ""


_PUT = """
INSERT INTO engines.timer (id, kind, subject, due_at, note)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
ON CONFLICT (id) DO NOTHING
"""
_CANCEL = """
DELETE FROM engines.timer t USING unnest($1::text[]) AS c (id)
WHERE t.id = c.id AND t.fired_at IS NULL
"""
_DUE = """
SELECT id, kind, subject, due_at, note FROM engines.timer
WHERE fired_at IS NULL AND due_at <= $1
ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
"""
_FIRED = "UPDATE engines.timer SET fired_at = $2 WHERE id = ANY ($1::text[])"
_NEXT = "SELECT min(due_at) FROM engines.timer WHERE fired_at IS NULL"
_PRUNE = "DELETE FROM engines.timer WHERE fired_at < $1"

Fire = Callable[[Transaction, Sequence[Timer]], Awaitable[None]]


def putting(timers: Sequence[Timer]) -> Part:
    """Set timers; one that is known stays as it is. Whoever writes it wakes CHANNEL."""
    return Part(_PUT, [msgspec.structs.astuple(timer) for timer in timers])


def cancelling(ids: Sequence[str]) -> Part:
    """Forget timers that have not fired; unknown and fired ones are left alone."""
    return Part(_CANCEL, [(timer_id,) for timer_id in ids])


async def pending(tx: Transaction, subject: str) -> list[Timer]:
    """The timers of a subject that have not fired, soonest first."""
    rows = await tx.fetch(
        "SELECT id, kind, subject, due_at, note FROM engines.timer"
        " WHERE fired_at IS NULL AND subject = $1 ORDER BY due_at, id",
        subject,
    )
    return [Timer(*row.values()) for row in rows]


class TimerLoop:
    """Fires what is due. fire: does the effects, in the transaction that marks the rows fired."""

    def __init__(self, database: Database, clock: Clock, fire: Fire) -> None:
        self._database = database
        self._clock = clock
        self._fire = fire

    async def run(self) -> None:
        """Fire for ever; end it by cancelling."""
        async with Listener(self._database.dsn, (CHANNEL,), self._clock) as listener:
            while True:
                try:
                    ticket = listener.ticket(CHANNEL)
                    if await self.fire_due() == BATCH:
                        continue
                    nap_s = await self._nap_s()
                except DOWN as error:
                    _log.info("timers_wait", why=repr(error))
                    await self._clock.sleep(RETRY_PAUSE_S)
                else:
                    await listener.wait(CHANNEL, ticket, nap_s)

    async def fire_due(self) -> int:
        """Fire what is due now, oldest first, one batch; how many."""
        async with self._database.transaction() as tx:
            now = self._clock.now_utc()
            rows = await tx.fetch(_DUE, now, BATCH)
            if not rows:
                return 0
            due = [Timer(*row.values()) for row in rows]
            await self._fire(tx, due)
            await tx.execute(_FIRED, [timer.id for timer in due], now)
        for timer in due:
            TIMER_LATE_S.observe((self._clock.now_utc() - timer.due_at).total_seconds())
        return len(due)

    async def prune(self) -> None:
        """Forget timers that fired more than a week ago."""
        async with self._database.connection() as connection:
            await connection.execute(_PRUNE, self._clock.now_utc() - KEEP)

    async def _nap_s(self) -> float:
        async with self._database.connection() as connection:
            next_at = await connection.fetchval(_NEXT)
        if next_at is None:
            return IDLE_WAIT_S
        left_s: float = (next_at - self._clock.now_utc()).total_seconds()
        return min(max(left_s, NAP_MIN_S), IDLE_WAIT_S)
