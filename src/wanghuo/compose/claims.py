"""At a caller's start: what callers that are gone had claimed need not wait until it runs out."""

from typing import Final

import structlog

from wanghuo.clock import Clock
from wanghuo.engines import presence
from wanghuo.engines.postgres import DOWN, Database, SqlError
from wanghuo.notices import store

LOOK_AGAIN_S: Final = 0.3

_log = structlog.get_logger("compose.claims")


async def free(database: Database, clock: Clock) -> None:
    """Free them once, as soon as the database can tell who is alive."""
    while True:
        try:
            async with database.connection() as connection:
                if await presence.is_settled(connection):
                    gone = await presence.absent(connection, await store.claimants(connection))
                    freed = await store.free(connection, gone, clock.now_utc())
                    _log.info("claims_freed", owners=gone, notices=freed)
                    return
        except (*DOWN, SqlError) as error:
            _log.info("claims_wait", why=repr(error))
        await clock.sleep(LOOK_AGAIN_S)
