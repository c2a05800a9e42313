"""Waiting in tests: for a condition, with a limit, never for a span of time."""

import asyncio
from collections.abc import Callable

PERIOD_S = 0.01


async def until(holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Return as soon as `holds()` is true; TimeoutError after `timeout_s` seconds."""
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 — what it waits for is outside of this process
            await asyncio.sleep(PERIOD_S)
