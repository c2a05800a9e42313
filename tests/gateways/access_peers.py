"""What tests of the access doors stand on: an intake turned by hand, known keys, a raw client."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import ClassVar

from wanghuo.errors import Unauthenticated, Unavailable
from wanghuo.facts.entry import Entry, SignalEntry
from wanghuo.facts.signal import Signal
from wanghuo.principal import Principal, Role
from wanghuo.protocols.mqtt_properties import length, text, write
from wanghuo.signals.model import RoutineRecord

OPERATOR = "op1"
KEY = "key-of-op1"


class HandIntake:
    """Takes everything; says "stored" at once, or when the test says so (`holding`)."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.records: list[RoutineRecord] = []
        self.quarantined: list[tuple[str, str, str, bytes]] = []
        self.holding = False
        self.down = False
        self.room = 1 << 30
        self.waiting: list[Callable[[bool], None]] = []
        self.released = asyncio.Event()
        self.came = asyncio.Condition()

    def signals(self) -> list[Signal]:
        """The fire-lane signals taken."""
        bodies = [entry.body for entry in self.entries]
        return [body.signal for body in bodies if isinstance(body, SignalEntry)]

    async def _tell(self) -> None:
        async with self.came:
            self.came.notify_all()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is true of what came in."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(holds)

    async def fire(self, entries: Sequence[Entry]) -> None:
        if self.down:
            raise Unavailable("both engines are down")
        self.entries += entries
        await self._tell()
        if self.holding:
            await self.released.wait()

    def routine(self, record: RoutineRecord, on_stored: Callable[[bool], None]) -> bool:
        if len(self.records) >= self.room:
            return False
        self.records.append(record)
        if self.holding:
            self.waiting.append(on_stored)
        else:
            on_stored(not self.down)
        asyncio.get_running_loop().create_task(self._tell()).add_done_callback(lambda _: None)
        return True

    async def routine_room(self) -> None:
        async with self.came:
            await self.came.wait_for(lambda: len(self.records) < self.room)

    async def make_room(self, room: int) -> None:
        self.room = room
        await self._tell()

    def release(self, *, stored: bool = True) -> None:
        """Say "stored" (or not) for all that is held."""
        self.holding = False
        self.released.set()
        waiting, self.waiting = self.waiting, []
        for told in waiting:
            told(stored)

    async def quarantine(
        self, door: str, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> None:
        if self.down:
            raise Unavailable("both engines are down")
        assert peer
        self.quarantined.append((door, reason, detail, raw))
        await self._tell()


class KnownKeys:
    """A doorkeeper that knows two operators."""

    def __init__(self) -> None:
        self.down = False
        self.asked = 0

    async def admit(self, secret: str) -> Principal:
        self.asked += 1
        if self.down:
            raise Unavailable("the register is not answering")
        known = {KEY: OPERATOR, "key-of-op2": "op2"}
        if secret not in known:
            raise Unauthenticated("this key is not known")
        operator = known[secret]
        return Principal(f"operator:{operator}", operator, Role.OPERATOR, ("*",), operator)


class RawClient:
    """An MQTT client that sends exactly what the test says."""

    opened: ClassVar[list["RawClient"]] = []

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, level: int
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.level = level
        self.opened.append(self)

    @classmethod
    async def close_all(cls) -> None:
        """Leave no socket of a test open."""
        while cls.opened:
            client = cls.opened.pop()
            client.writer.transport.abort()
            with contextlib.suppress(OSError):
                await client.writer.wait_closed()

    @classmethod
    async def open(cls, port: int, level: int = 4) -> "RawClient":
        return cls(*await asyncio.open_connection("127.0.0.1", port), level)

    @classmethod
    async def connected(cls, port: int, level: int = 4, client_id: str = "c1") -> "RawClient":
        client = await cls.open(port, level)
        client.send(client.connect(client_id))
        connack = await client.packet()
        assert connack[0] == 0x20
        assert connack[1][1] == 0
        return client

    def connect(
        self,
        client_id: str = "c1",
        *,
        user: str = OPERATOR,
        key: str = KEY,
        keep_alive_s: int = 60,
        will: tuple[str, bytes] | None = None,
    ) -> bytes:
        flags = 0xC2 | (0x0C if will else 0)
        body = text("MQTT") + bytes([self.level, flags]) + keep_alive_s.to_bytes(2, "big")
        body += b"\0" if self.level == 5 else b""
        body += text(client_id)
        if will:
            body += b"\0" if self.level == 5 else b""
            body += text(will[0]) + len(will[1]).to_bytes(2, "big") + will[1]
        body += text(user) + text(key)
        return b"\x10" + length(len(body)) + body

    def publish(
        self,
        topic: str,
        payload: bytes,
        packet_id: int = 1,
        *,
        qos: int = 1,
        retain: bool = False,
        properties: dict[int, int] | None = None,
    ) -> bytes:
        body = text(topic) + (packet_id.to_bytes(2, "big") if qos else b"")
        body += write(dict(properties or {})) if self.level == 5 else b""
        body += payload
        return bytes([0x30 | qos << 1 | retain]) + length(len(body)) + body

    def subscribe(self, *filters: str, packet_id: int = 7, options: int = 0) -> bytes:
        body = packet_id.to_bytes(2, "big") + (b"\0" if self.level == 5 else b"")
        body += b"".join(text(one) + bytes([options]) for one in filters)
        return b"\x82" + length(len(body)) + body

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def packet(self) -> tuple[int, bytes]:
        """The next packet: first byte and body."""
        async with asyncio.timeout(5):
            first = (await self.reader.readexactly(1))[0]
            size, shift = 0, 0
            while True:
                digit = (await self.reader.readexactly(1))[0]
                size |= (digit & 0x7F) << shift
                shift += 7
                if digit < 0x80:
                    break
            return first, await self.reader.readexactly(size)

    async def ping(self) -> list[tuple[int, bytes]]:
        """Everything that arrives before the answer to a ping sent now."""
        self.send(b"\xc0\x00")
        found = []
        while (packet := await self.packet())[0] != 0xD0:
            found.append(packet)
        return found

    async def ended(self) -> bytes:
        """What was still sent until the server closed."""
        async with asyncio.timeout(5):
            return await self.reader.read(-1)
