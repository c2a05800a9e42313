"""Fires from transmitters that behave as the standard asks: no confirm, so send again.

A fire is acknowledged when its device got the confirm (GB/T 26875.3-2011, 6.5). What was
acknowledged is kept in memory and, with `ledger`, fsynced to a file before it counts.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from benchmarks import frames
from benchmarks.register import Point

CONFIRM_PATIENCE_S = 3.0
RECONNECT_PAUSE_S = 0.1
READ_BYTES = 4096


@dataclass
class Fire:
    """One fire of one point. *_s: time.monotonic(); confirmed_s None: never acknowledged.

    began_s: when the device first tried to dial; first_sent_s: when its frame first left.
    """

    point: Point
    began_s: float
    first_sent_s: float
    sent: int = 0
    denied: int = 0
    confirmed_s: float | None = None

    @property
    def waited_s(self) -> float:
        """First dialled → confirmed: an outage of the gateway counts."""
        assert self.confirmed_s is not None
        return self.confirmed_s - self.began_s

    @property
    def took_s(self) -> float:
        """Frame sent the first time → confirmed."""
        assert self.confirmed_s is not None
        return self.confirmed_s - self.first_sent_s


@dataclass
class Arsonist:
    """Sets fires and keeps the book about them."""

    port: int
    give_up_s: float = 120.0
    book: list[Fire] = field(default_factory=list)
    _serial: int = 0
    _file: IO[bytes] | None = None

    def keep_ledger(self, path: Path) -> None:
        """From now on write each acknowledged origin to `path`, fsynced."""
        self._file = path.open("ab", buffering=0)

    async def light(self, point: Point) -> Fire:
        """Report fire at this point until it is confirmed, on a connection of its own."""
        self._serial = serial = (self._serial + 1) & 0xFFFF
        adu = frames.component(point.point, frames.FIRE, "火警")
        made = frames.frame(serial, bytes.fromhex(point.sender), adu)
        now_s = time.monotonic()
        fire = Fire(point, now_s, now_s)
        self.book.append(fire)
        while fire.confirmed_s is None and time.monotonic() - fire.first_sent_s < self.give_up_s:
            try:
                await self._exchange(fire, made, serial)
            except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
                await asyncio.sleep(RECONNECT_PAUSE_S)
        if fire.confirmed_s is not None and self._file is not None:
            self._file.write(f"{point.origin}\n".encode())
            os.fdatasync(self._file.fileno())
        return fire

    async def _exchange(self, fire: Fire, made: bytes, serial: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            if not fire.sent:
                fire.first_sent_s = time.monotonic()  # its connection stood before it burned
            fire.sent += 1
            writer.write(made)
            async with asyncio.timeout(CONFIRM_PATIENCE_S):
                await self._answer(fire, reader, serial)
        finally:
            writer.close()

    async def _answer(self, fire: Fire, reader: asyncio.StreamReader, serial: int) -> None:
        buffer = bytearray()
        while fire.confirmed_s is None:
            data = await reader.read(READ_BYTES)
            if not data:
                raise ConnectionResetError
            buffer += data
            now_s = time.monotonic()
            for command, echoed in frames.cut(buffer):
                if echoed != serial:
                    continue
                if command == frames.CONFIRM:
                    fire.confirmed_s = now_s
                elif command == frames.DENY:
                    fire.denied += 1
                    raise ConnectionResetError

    async def light_steadily(
        self, points: Sequence[Point], per_s: float, ended: asyncio.Event | None = None
    ) -> None:
        """One fire after the other at this rate, each on time whatever became of the others."""
        began_s, tasks = time.monotonic(), []
        for number, point in enumerate(points):
            pause_s = began_s + number / per_s - time.monotonic()
            if ended is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), max(pause_s, 0.0))
                if ended.is_set():
                    break
            elif pause_s > 0:
                await asyncio.sleep(pause_s)
            tasks.append(asyncio.create_task(self.light(point)))
        await asyncio.gather(*tasks)

    def acknowledged(self) -> list[Fire]:
        """The fires whose device got its confirm."""
        return [fire for fire in self.book if fire.confirmed_s is not None]
