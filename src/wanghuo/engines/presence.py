"""Presence: who is alive, told by locks that the database drops when their process is gone.

A shared advisory lock for each owner, held by the owner's listening connection. When an owner is
killed its connections close and the lock is gone at once, so its claims need not run out first.
Two owners whose names fall together keep each other present: then claims run out as they always
do. After the database itself was started nobody is present for a moment, which proves nothing.
"""

from collections.abc import Sequence
from typing import Final

from wanghuo.engines.postgres import Transaction

SETTLES_S: Final = 5.0  # by then everybody who is alive has come back to a new server

# 30536: the class of our locks, apart from anybody else's.
ATTEND: Final = "SELECT pg_advisory_lock_shared(30536, hashtext($1))"
LEAVE: Final = "SELECT pg_advisory_unlock_shared(30536, hashtext($1))"
_ABSENT = """
WITH present AS MATERIALIZED (
    SELECT objid::bigint AS place FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 30536 AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT owner FROM unnest($1::text[]) AS o (owner)
WHERE hashtext(owner)::bigint & 4294967295 NOT IN (SELECT place FROM present)
"""
_SETTLED = "SELECT clock_timestamp() - pg_postmaster_start_time() > make_interval(secs => $1)"


async def is_settled(tx: Transaction) -> bool:
    """Whether an owner without a lock is gone, and not only on its way back to a new server."""
    return bool(await tx.fetchval(_SETTLED, SETTLES_S))


async def absent(tx: Transaction, owners: Sequence[str]) -> list[str]:
    """Those of the owners who are gone. Ask it after you have seen what they own."""
    return [row["owner"] for row in await tx.fetch(_ABSENT, owners)]
