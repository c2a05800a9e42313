"""Light routine traffic that survives the death of its gateway: for chaos and power cuts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import frames
from benchmarks.register import Point

RECONNECT_PAUSE_S = 0.2
ANSWER_PATIENCE_S = 10.0
READ_BYTES = 4096


@dataclass
class Noise:
    """Readings of some transmitters, `per_s` in all, each again and again until it is confirmed."""

    port: int
    transmitters: Sequence[Point]
    per_s: float
    confirmed: int = 0

    async def run(self) -> None:
        """Speak for ever; end it by cancelling."""
        period_s = len(self.transmitters) / self.per_s
        await asyncio.gather(*(self._speak(point, period_s) for point in self.transmitters))

    async def _speak(self, point: Point, period_s: float) -> None:
        ready = frames.readings(bytes.fromhex(point.sender), point.point, 64)
        turn = 0
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    while True:
                        writer.write(ready[turn % len(ready)])
                        async with asyncio.timeout(ANSWER_PATIENCE_S):
                            if not await reader.read(READ_BYTES):
                                break
                        self.confirmed += 1
                        turn += 1
                        await asyncio.sleep(period_s)
                finally:
                    writer.close()
            except (OSError, TimeoutError):
                pass
            await asyncio.sleep(RECONNECT_PAUSE_S)
