"""The other side of the wire: an intake that records, and devices that speak GB/T 26875.3."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Self

from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, SignalEntry
from wanghuo.facts.signal import Signal
from wanghuo.protocols.gb26875_frame import Frame, decode, encode, whole
from wanghuo.signals.model import RoutineRecord


class RecordingIntake:
    """The promise of signals.model.Intake, in memory; each lane can be made to wait or fail."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.records: list[RoutineRecord] = []
        self.records_at_fire: list[int] = []  # how many were there when each fire came
        self.bad: list[tuple[str, str, str, bytes, str]] = []
        self.fires_open = asyncio.Event()
        self.fires_open.set()
        self.fires_down = False
        self.routine_full = False
        self.routine_down = False
        self.answer_routine = True
        self.room = asyncio.Event()
        self.unanswered: list[Callable[[bool], None]] = []

    async def fire(self, entries: Sequence[Entry]) -> None:
        self.records_at_fire.append(len(self.records))
        await self.fires_open.wait()
        if self.fires_down:
            raise Unavailable("both engines are down")
        self.entries += entries

    def fire_then(
        self, entries: Sequence[Entry], told: Callable[[BaseException | None], None]
    ) -> None:
        def ended(task: asyncio.Task[None]) -> None:
            told(asyncio.CancelledError() if task.cancelled() else task.exception())

        asyncio.get_running_loop().create_task(self.fire(entries)).add_done_callback(ended)

    def routine(self, record: RoutineRecord, on_stored: Callable[[bool], None]) -> bool:
        if self.routine_full:
            self.room.clear()
            return False
        self.records.append(record)
        if self.answer_routine:
            asyncio.get_running_loop().call_soon(on_stored, not self.routine_down)
        else:
            self.unanswered.append(on_stored)
        return True

    async def routine_room(self) -> None:
        await self.room.wait()

    def make_room(self) -> None:
        self.routine_full = False
        self.room.set()

    async def quarantine(
        self, door: str, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> None:
        self.bad.append((door, peer, reason, raw, detail))

    def signals(self) -> list[Signal]:
        return [e.body.signal for e in self.entries if isinstance(e.body, SignalEntry)]

    def reasons(self) -> list[str]:
        """Why bytes were kept, the strangers' notes aside."""
        return [row[2] for row in self.bad if row[2] != "unknown_sender"]


OPEN: "list[Device | UdpDevice]" = []  # what the test that runs has dialled


class Device:
    """A transmitter on TCP that reads what it is answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        OPEN.append(self)

    @classmethod
    async def dial(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def heard(self, timeout_s: float = 5.0) -> Frame:
        """The next packet from the centre."""
        async with asyncio.timeout(timeout_s):
            head = await self.reader.readexactly(27)
            rest = await self.reader.readexactly(int.from_bytes(head[24:26], "little") + 3)
        return whole(head + rest)

    async def ask(self, data: bytes) -> Frame:
        self.send(data)
        return await self.heard()

    async def silence(self, for_s: float = 0.2) -> bool:
        """Whether nothing is said for a while."""
        try:
            async with asyncio.timeout(for_s):
                await self.reader.readexactly(1)
        except TimeoutError:
            return True
        return False

    def answer(self, order: Frame, body: bytes) -> None:
        """The device's answer (5) to a query."""
        self.send(encode(Frame(order.serial, order.target, order.source, 5, body)))

    async def hang_up(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return


class UdpDevice(asyncio.DatagramProtocol):
    """A transmitter on UDP."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def dial(cls, port: int) -> "UdpDevice":
        loop = asyncio.get_running_loop()
        transport, made = await loop.create_datagram_endpoint(cls, remote_addr=("127.0.0.1", port))
        made.transport = transport
        OPEN.append(made)
        return made

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's shape
        self.heard.put_nowait(data)

    async def ask(self, data: bytes) -> Frame:
        assert self.transport is not None
        self.transport.sendto(data)
        async with asyncio.timeout(5):
            found = decode(await self.heard.get())
        assert found is not None
        return found[0]

    async def hang_up(self) -> None:
        assert self.transport is not None
        self.transport.close()


async def until(true: Callable[[], object], timeout_s: float = 5.0) -> None:
    """Return as soon as `true()` holds; the test fails after `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not true():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.005)
