"""Routine traffic: many transmitters on real sockets, in a process of its own.

`python -m benchmarks.devices JOB.json` reads a Job, drives it and prints one Report as JSON.
Frames are made before the clock starts. Closed loop: each connection keeps `window` frames on their
way and sends the next one when one is confirmed. Open loop: `rate_per_s` frames in all, in order.
"""

import asyncio
import socket
import sys
import time
from array import array
from collections import deque
from functools import partial
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from benchmarks import frames
from benchmarks.figures import spread_ms

CONNECTS_AT_ONCE = 100
TICK_S = 0.005
FRAMES_EACH = 64
IP_BIND_ADDRESS_NO_PORT = 24  # linux/in.h; the socket module has no name for it before 3.12


class Transmitter(msgspec.Struct, frozen=True):
    """sender: 12 hex digits as on the wire. point: as in Signal.point."""

    sender: str
    point: str


class Job(msgspec.Struct, frozen=True):
    """What to drive. rate_per_s 0 is a closed loop; `connections` use the transmitters in turn.

    frames_each 0 has no limit, else each connection sends that many. hold_s: after the load, keep
    the connections open so long. from_host: the local address that connections come from.
    """

    ports: list[int]
    transmitters: list[Transmitter]
    connections: int
    seconds: float
    window: int = 1
    rate_per_s: float = 0.0
    frames_each: int = 0
    hold_s: float = 0.0
    from_host: str = ""


class Report(msgspec.Struct, frozen=True):
    """What happened. *_ms: frame sent → confirm received, None if nothing was confirmed."""

    connected: int
    connect_s: float
    connect_ms_max: float
    sent: int
    confirmed: int
    denied: int
    lost_connections: int
    seconds: float
    cpu_s: float
    p50_ms: float | None
    p99_ms: float | None
    max_ms: float | None


class Link(asyncio.Protocol):
    """One transmitter's connection."""

    def __init__(self, load: "Load", ready: list[bytes]) -> None:
        self.load, self.ready = load, ready
        self.transport: asyncio.Transport | None = None
        self.on_the_way: deque[tuple[int, float]] = deque()
        self.next = 0
        self.buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is ready."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — its shape is given
        """The peer hung up, or we did."""
        self.transport = None
        self.load.lost += 0 if self.load.ended else 1

    def send(self) -> None:
        """The next frame, with a fresh serial when the ready ones are used up."""
        if self.transport is None or self.next == (self.load.job.frames_each or -1):
            return
        made = self.ready[self.next % len(self.ready)]
        self.next += 1
        self.on_the_way.append((made[2] | made[3] << 8, time.perf_counter()))
        self.load.sent += 1
        self.transport.write(made)

    def data_received(self, data: bytes) -> None:
        """Bytes of the peer; each whole frame settles something."""
        self.buffer += data
        now_s = time.perf_counter()
        for command, serial in frames.cut(self.buffer):
            if command not in (frames.CONFIRM, frames.DENY):
                continue  # the centre asks something; a busy transmitter may take its time
            self.load.settle(command, self._took(serial, now_s))
            if self.load.window and not self.load.ended:
                self.send()

    def _took(self, serial: int, now_s: float) -> float:
        """Seconds since the frame with this serial was sent; NaN for one that nobody sent."""
        for _ in range(len(self.on_the_way)):
            sent, at_s = self.on_the_way.popleft()
            if sent == serial:
                return now_s - at_s
            self.on_the_way.append((sent, at_s))
        return float("nan")


def _same(link: Link) -> Link:
    return link


class Load:
    """The whole load of one process."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.window = 0 if job.rate_per_s else job.window
        self.links: list[Link] = []
        self.took = array("d")
        self.sent = self.confirmed = self.denied = self.lost = 0
        self.connect_s: list[float] = []
        self.ended = False

    def settle(self, command: int, took_s: float) -> None:
        """Count one confirm or deny."""
        if command == frames.DENY:
            self.denied += 1
        elif not self.ended:
            self.confirmed += 1
            self.took.append(took_s)

    async def run(self) -> Report:
        """Connect all, drive the load, report."""
        began_s = time.perf_counter()
        await self._connect_all()
        connected_s = time.perf_counter() - began_s
        cpu_before_s, began_s = time.process_time(), time.perf_counter()
        await (self._paced() if self.job.rate_per_s else self._closed())
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_before_s
        self.ended = True
        await asyncio.sleep(self.job.hold_s)
        still = sum(1 for link in self.links if link.transport is not None)
        for link in self.links:
            if link.transport is not None:
                link.transport.abort()
        spread = spread_ms(self.took)
        return Report(
            still, connected_s, max(self.connect_s, default=0.0) * 1000, self.sent,
            self.confirmed, self.denied, self.lost, took_s, cpu_s, spread.p50, spread.p99,
            spread.max,
        )  # fmt: skip

    async def _connect_all(self) -> None:
        each = min(self.job.frames_each or FRAMES_EACH, FRAMES_EACH)
        ready = [
            frames.readings(bytes.fromhex(t.sender), t.point, each)
            for t in self.job.transmitters[: self.job.connections]
        ]
        numbers = iter(range(self.job.connections))

        async def connect_some() -> None:
            loop = asyncio.get_running_loop()
            for number in numbers:
                began_s = time.perf_counter()
                link = Link(self, ready[number % len(ready)])
                port = self.job.ports[number % len(self.job.ports)]
                made = partial(_same, link)
                if self.job.from_host:
                    await loop.create_connection(made, sock=await self._dial(port))
                else:
                    await loop.create_connection(made, "127.0.0.1", port)
                self.connect_s.append(time.perf_counter() - began_s)
                self.links.append(link)

        await asyncio.gather(*(connect_some() for _ in range(CONNECTS_AT_ONCE)))

    async def _dial(self, port: int) -> socket.socket:
        """From our own local address; the kernel picks the port at connect, or it would search."""
        dialled = socket.socket()
        dialled.setblocking(False)  # noqa: FBT003 — its only form
        dialled.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        dialled.bind((self.job.from_host, 0))
        await asyncio.get_running_loop().sock_connect(dialled, ("127.0.0.1", port))
        return dialled

    async def _closed(self) -> None:
        for link in self.links:
            for _ in range(self.window):
                link.send()
        await asyncio.sleep(self.job.seconds)

    async def _paced(self) -> None:
        began_s, sent = time.perf_counter(), 0
        while (now_s := time.perf_counter() - began_s) < self.job.seconds:
            due = int(now_s * self.job.rate_per_s)
            while sent < due:
                self.links[sent % len(self.links)].send()
                sent += 1
            await asyncio.sleep(TICK_S)


def main() -> None:
    """Drive the job in the named file."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    report = uvloop.run(Load(job).run())
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")


if __name__ == "__main__":
    main()
