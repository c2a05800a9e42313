"""Leases: one owner at a time for a piece of work, replaced within seconds when it is gone.

The lease is a row with an end. Its holder renews it well before; whoever finds it past its end may
take it. Time is the database's own, so machines need not agree on theirs. Work that must never be
done twice still guards itself by its transaction: call `hold` inside it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.ending import end
from wanghuo.engines.postgres import DOWN, Database, Transaction
from wanghuo.errors import Refused

LEASE_S = 3.0
RENEW_S = 1.0
TRY_S = 0.5

_TAKE = """
INSERT INTO engines.lease (name, owner, expires_at)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
WHERE engines.lease.owner = $2 OR engines.lease.expires_at < clock_timestamp()
RETURNING owner
"""
_GIVE_BACK = "DELETE FROM engines.lease WHERE name = $1 AND owner = $2"
_HOLD = """
SELECT 1 FROM engines.lease
WHERE name = $1 AND owner = $2 AND expires_at > clock_timestamp() FOR SHARE
"""

_log = structlog.get_logger("engines.lease")


async def take(tx: Transaction, name: str, owner: str, lease_s: float = LEASE_S) -> bool:
    """Take or renew the lease for `lease_s` seconds; False while another owner holds it."""
    return await tx.fetchval(_TAKE, name, owner, lease_s) is not None


async def give_back(tx: Transaction, name: str, owner: str) -> None:
    """End it now, so that the next owner need not wait."""
    await tx.execute(_GIVE_BACK, name, owner)


async def hold(tx: Transaction, name: str, owner: str) -> None:
    """Keep others from taking it until this transaction ends. Raises Refused if it is lost."""
    if await tx.fetchval(_HOLD, name, owner) is None:
        raise Refused(f"the lease {name} belongs to somebody else by now")


class Lease:
    """Runs work only while this owner holds the lease. owner: unique to this process's life."""

    def __init__(
        self, database: Database, clock: Clock, name: str, owner: str, *, lease_s: float = LEASE_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._lease_s = lease_s
        self.name = name
        self.owner = owner

    async def keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """For ever: wait for the lease, run `work`, cancel it when the lease is lost.

        `work` runs until cancelled; when it returns or fails, the lease is given back and taken
        anew. An error of `work` other than a lost database goes up to the caller.
        """
        while True:
            if not await self._try():
                await self._clock.sleep(TRY_S)
                continue
            _log.info("lease_taken", lease=self.name)
            worker = asyncio.ensure_future(work())
            try:
                await self._renew_while(worker)
            finally:
                await end(worker)  # whoever takes the lease must not meet us still at work
                await self._return()
            failed = None if worker.cancelled() else worker.exception()
            if failed is not None and not isinstance(failed, DOWN):
                raise failed

    async def _renew_while(self, worker: asyncio.Future[None]) -> None:
        """Until the work ends or the lease cannot be renewed in time."""
        safe_until_s = self._clock.monotonic_s() + self._lease_s
        renew_s = min(RENEW_S, self._lease_s / 3)
        while not worker.done():
            nap = asyncio.ensure_future(self._clock.sleep(renew_s))
            try:
                await asyncio.wait({worker, nap}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                nap.cancel()
            asked_s = self._clock.monotonic_s()
            if await self._try():
                safe_until_s = asked_s + self._lease_s
            elif self._clock.monotonic_s() + renew_s > safe_until_s:
                _log.error("lease_lost", lease=self.name)
                return

    async def _try(self) -> bool:
        try:
            async with (
                asyncio.timeout(self._lease_s / 2),
                self._database.connection() as connection,
            ):
                return await take(connection, self.name, self.owner, self._lease_s)
        except DOWN as error:
            _log.info("lease_not_asked", lease=self.name, why=repr(error))
            return False

    async def _return(self) -> None:
        with suppress(*DOWN):
            async with (
                asyncio.timeout(self._lease_s / 2),
                self._database.connection() as connection,
            ):
                await give_back(connection, self.name, self.owner)
