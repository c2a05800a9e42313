"""A user information transmitter (用户信息传输装置) on a real socket, true to the standard.

Sends, waits for its confirm, sends again with the same serial (3 times, ≤ 10 s each), answers
queries, sets its clock, answers an inspection call by a key press.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from wanghuo.clock import Clock
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import (
    SERIAL_MAX,
    Command,
    Frame,
    FrameError,
    decode,
    encode,
    tag_of,
    time_of,
)
from wanghuo.protocols.gb26875_orders import Inspect, SetClock, decode_order
from wanghuo.simulator import gb_answers

CENTRE = (88888).to_bytes(6, "little")
CONFIRM_PATIENCE_S = 10.0
RESENDS = 3
INSPECTED = 1 << 5
KEY_PRESS_S = (2.0, 25.0)
READ_SIZE_BYTES = 4096


class NotConfirmedError(ConnectionError):
    """The centre did not confirm after all resends, or hung up."""


class Transmitter:
    """One transmitter. address: 6 bytes as on the wire. rng: its own, seeded."""

    def __init__(self, address: bytes, clock: Clock, rng: Random) -> None:
        self.address = address
        self.resent = 0
        self.denied = 0
        self.answered = 0
        self._clock = clock
        self._rng = rng
        self._drift = timedelta(seconds=rng.uniform(-2, 2))
        self._serial = rng.randrange(SERIAL_MAX)
        self._waiting: dict[int, asyncio.Future[bool]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the socket is open as far as we know."""
        return self._writer is not None and not self._writer.is_closing()

    async def connect(self, host: str, port: int) -> None:
        """Dial the centre. Raises OSError."""
        reader, self._writer = await asyncio.open_connection(host, port)
        self._start(self._listen(reader, self._writer))

    async def close(self) -> None:
        """Hang up."""
        writer, self._writer = self._writer, None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if writer is not None:
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                return

    async def heartbeat(self) -> float:
        """An empty upload, the most common heartbeat; seconds until its confirm."""
        return await self._exchange(b"")

    async def say(self, objects: Sequence[obj.Upward]) -> float:
        """Upload objects of one type; seconds until the confirm. Raises NotConfirmedError."""
        return await self._exchange(obj.encode_body(tuple(objects)))

    def tag(self) -> bytes:
        """What this transmitter's clock shows, as a time tag."""
        return tag_of(self._clock.now_utc() + self._drift)

    async def _exchange(self, body: bytes) -> float:
        self._serial = self._serial + 1 & SERIAL_MAX
        serial = self._serial
        packet = self._packet(serial, Command.SEND, body)
        began_s = self._clock.monotonic_s()
        for attempt in range(1 + RESENDS):
            self.resent += attempt > 0
            if await self._sent(serial, packet):
                return self._clock.monotonic_s() - began_s
            if not self.connected:
                break
        raise NotConfirmedError(f"{self.address.hex()} serial {serial} was not confirmed")

    async def _sent(self, serial: int, packet: bytes) -> bool:
        """One try; False after a deny, a hang-up or CONFIRM_PATIENCE_S of silence."""
        if self._writer is None:
            return False
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[serial] = told
        self._writer.write(packet)
        try:
            return await asyncio.wait_for(told, CONFIRM_PATIENCE_S)
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(serial, None)

    def _packet(self, serial: int, command: int, body: bytes) -> bytes:
        return encode(Frame(serial, self.address, CENTRE, command, body, self.tag()))

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = b""
        try:
            while data := await reader.read(READ_SIZE_BYTES):
                buffer += data
                while buffer:
                    try:
                        found = decode(buffer)
                    except FrameError as error:
                        buffer = buffer[error.discard_bytes :]
                        continue
                    if found is None:
                        break
                    frame, size = found
                    buffer = buffer[size:]
                    self._heard(frame, writer)
        except OSError:
            pass
        finally:
            writer.close()
            for told in self._waiting.values():
                if not told.done():
                    told.set_result(False)

    def _heard(self, frame: Frame, writer: asyncio.StreamWriter) -> None:
        if frame.command in {Command.CONFIRM, Command.DENY}:
            told = self._waiting.get(frame.serial)
            self.denied += frame.command == Command.DENY
            if told is not None and not told.done():
                told.set_result(frame.command == Command.CONFIRM)
            return
        asked = decode_order(frame.body)
        if asked is None:
            writer.write(self._packet(frame.serial, Command.DENY, b""))
            return
        order_type, objects = asked
        self.answered += 1
        if frame.command == Command.CONTROL:
            writer.write(self._packet(frame.serial, Command.CONFIRM, b""))
            self._obey(objects[0])
        else:
            body = gb_answers.answer(order_type, objects, self._clock.now_utc(), self._rng)
            writer.write(self._packet(frame.serial, Command.ANSWER, body))

    def _obey(self, order: object) -> None:
        match order:
            case SetClock(time=tag):
                told = time_of(tag)
                if told is not None:
                    self._drift = told - self._clock.now_utc()
            case Inspect():
                self._start(self._press_key())

    async def _press_key(self) -> None:
        """Somebody at the transmitter presses the inspection key."""
        await self._clock.sleep(self._rng.uniform(*KEY_PRESS_S))
        try:
            await self.say([obj.DeviceOperation(INSPECTED, 1, self.tag())])
        except NotConfirmedError:
            return

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
