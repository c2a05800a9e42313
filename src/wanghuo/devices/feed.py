"""Looks every minute who has fallen silent."""

from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.devices import health_store
from wanghuo.devices.supervision import Supervision, silent_before
from wanghuo.engines.postgres import DOWN, Database, SqlError

PERIOD_S: Final = 60.0

_log = structlog.get_logger("devices.feed")


class SilenceWatch:
    """Counts silent devices as offline. Run one at a time (see engines.lease)."""

    def __init__(self, database: Database, policy: Supervision, clock: Clock) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock

    async def run(self) -> None:
        """Look for ever; end it by cancelling."""
        while True:
            try:
                await self.look_once()
            except (*DOWN, SqlError) as error:
                _log.info("silence_not_looked_for", why=repr(error))
            await self._clock.sleep(PERIOD_S)

    async def look_once(self) -> int:
        """Who is silent now counts as offline; how many more than before."""
        now = self._clock.now_utc()
        async with self._database.transaction() as tx:
            since = await health_store.listens(tx, now)
        moments = silent_before(self._policy, now, since)
        silent, more = 0, health_store.SILENT_BATCH
        while more == health_store.SILENT_BATCH:
            async with self._database.transaction() as tx:
                more = await health_store.fall_silent(tx, moments)
            silent += more
        if silent:
            _log.info("devices_fell_silent", count=silent)
        return silent
