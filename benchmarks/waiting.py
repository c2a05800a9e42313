"""Waiting for something to become true, with an end."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(holds: Callable[[], bool], patience_s: float, step_s: float = 0.01) -> bool:
    """Look every step_s; whether it came true within patience_s."""
    end_s = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > end_s:
            return False
        await asyncio.sleep(step_s)
    return True


async def until_asked(
    holds: Callable[[], Awaitable[bool]], patience_s: float, step_s: float = 0.2
) -> bool:
    """The same for a question that has to be waited for."""
    end_s = time.monotonic() + patience_s
    while not await holds():
        if time.monotonic() > end_s:
            return False
        await asyncio.sleep(step_s)
    return True
