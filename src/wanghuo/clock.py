"""The one place that reads time. Hand a Clock in; a test turns a HandClock by hand."""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time as a parameter."""

    def now_utc(self) -> datetime:
        """The time of day, aware, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only ever grow; for durations and deadlines."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds of this clock."""
        ...


class WallClock:
    """The machine's own clock."""

    def now_utc(self) -> datetime:
        """The time of day, aware, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` real seconds."""
        await asyncio.sleep(delay_s)


class HandClock:
    """A clock that moves only when `turn` is called; sleepers wake in due order."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is UTC
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._tie = itertools.count()

    def now_utc(self) -> datetime:
        """The time that the hand shows."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic_s(self) -> float:
        """Seconds turned so far."""
        return self._elapsed_s

    async def sleep(self, delay_s: float) -> None:
        """Wait until somebody turns the clock far enough."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due_s = self._elapsed_s + max(delay_s, 0.0)
        heapq.heappush(self._sleepers, (due_s, next(self._tie), future))
        await future

    async def turn(self, by_s: float) -> None:
        """Move the hand by `by_s` seconds, waking each sleeper at its own due time."""
        until_s = self._elapsed_s + by_s
        while self._sleepers and self._sleepers[0][0] <= until_s:
            due_s, _, future = heapq.heappop(self._sleepers)
            self._elapsed_s = max(self._elapsed_s, due_s)
            if not future.done():
                future.set_result(None)
            for _ in range(3):
                await asyncio.sleep(0)
        self._elapsed_s = until_s
        await asyncio.sleep(0)
