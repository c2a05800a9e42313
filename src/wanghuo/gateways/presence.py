"""Which transmitters are connected here, told to the database in bulk, about once a second."""

from itertools import islice
from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.gateways import store
from wanghuo.gateways.store import SessionRow
from wanghuo.gateways.transmitter import Transmitter

PERIOD_S: Final = 1.0
LIVE_PERIOD_S: Final = 15.0
BATCH_MAX: Final = 2000

_log = structlog.get_logger("gateways.presence")


class Presence:
    """Comings and goings since the last telling. name: of this gateway process."""

    def __init__(self, database: Database, clock: Clock, name: str) -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._live_due_s = 0.0
        self._changes: dict[tuple[str, str], SessionRow | None] = {}

    def arrived(self, session: Transmitter) -> None:
        """The session speaks for its sender."""
        admitted = session.admitted
        assert admitted is not None
        self._changes[admitted.sender, session.peer] = SessionRow(
            sender=admitted.sender,
            gateway=self._name,
            door=session.door,
            peer=session.peer,
            registered=bool(admitted.registered),
            since=self._clock.now_utc(),
        )

    def left(self, sender: str, peer: str) -> None:
        """It does not any more."""
        if self._changes.pop((sender, peer), None) is None:
            self._changes[sender, peer] = None

    async def run(self) -> None:
        """Tell for ever; end it by cancelling."""
        fresh = True
        while True:
            await self._clock.sleep(PERIOD_S)
            fresh = await self._tell(fresh=fresh)

    async def end(self) -> None:
        """Nobody is connected here any more."""
        try:
            async with self._database.transaction() as tx:
                await store.leave_all(tx, self._name)
        except (*DOWN, SqlError) as error:
            _log.info("sessions_not_told", why=repr(error))

    async def _tell(self, *, fresh: bool) -> bool:
        """Write the changes; what was not written stays for the next time.

        fresh: forget first what an earlier process of this name left. Returns it while undone.
        """
        batch = dict(islice(self._changes.items(), BATCH_MAX))
        now_s = self._clock.monotonic_s()
        alive = now_s >= self._live_due_s
        if not batch and not fresh and not alive:
            return False
        try:
            async with self._database.transaction() as tx:
                if fresh:
                    await store.leave_all(tx, self._name)
                if alive:
                    await store.live(tx, self._name, self._clock.now_utc())
                await store.leave(tx, self._name, [k for k, row in batch.items() if row is None])
                await store.arrive(tx, [row for row in batch.values() if row is not None])
        except (*DOWN, SqlError) as error:
            _log.info("sessions_not_told", why=repr(error))
            return fresh
        if alive:
            self._live_due_s = now_s + LIVE_PERIOD_S
        for key, row in batch.items():
            if self._changes.get(key, row) is row:
                self._changes.pop(key, None)
        return False
