"""Ending tasks: a cancellation can be lost, so ask again until each has ended.

`asyncio.wait_for` of Python 3.11 swallows a cancellation that arrives in the same turn as its
result (CPython issue 86296), and the client of NATS waits by it for every message.
"""

import asyncio
from typing import Any, Final

CANCEL_AGAIN_S: Final = 3.0  # more than any clean-up takes: calls hang up within 2 s


async def end(*tasks: "asyncio.Future[Any]", again_s: float = CANCEL_AGAIN_S) -> None:
    """Cancel the tasks and return when all are done; what they raised stays with them.

    again_s: the wait before a task that still runs is cancelled once more.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_s)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at: whoever needs it asks the task
