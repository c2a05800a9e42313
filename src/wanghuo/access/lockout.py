"""When a sign-in is refused because too many before it failed.

Two counts: one per login and peer, tight; one per login from anywhere, wide, so that a stranger
cannot keep the duty officer out by guessing from elsewhere, and cannot guess for ever either.
Sessions and tokens already given are not touched by a lock-out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

FAILURES_FREE: Final[Mapping[str, int]] = {"peer": 5, "anywhere": 50}
LOCK_FIRST: Final = timedelta(seconds=30)
LOCK_MAX: Final = timedelta(minutes=15)
DOUBLINGS_MAX: Final = 10
FORGOTTEN_AFTER: Final = timedelta(hours=1)


def locked_until(count: str, failures: int, last_at: datetime) -> datetime | None:
    """Until when the next try is refused, None if it may be made. count: peer or anywhere.

    The lock doubles with each failure past the free ones, from 30 s to 15 min.
    """
    beyond = failures - FAILURES_FREE[count]
    if beyond < 0:
        return None
    doubled: int = 1 << min(beyond, DOUBLINGS_MAX)
    return last_at + min(LOCK_FIRST * doubled, LOCK_MAX)
