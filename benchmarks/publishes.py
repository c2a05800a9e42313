"""MQTT 3.1.1 load in a process of its own: QoS 1 publishes, a window on each connection.

`python -m benchmarks.publishes JOB.json` reads a PublishJob and prints a PublishReport as JSON.
Speaks to any broker, so ours and its peers are driven by the same client.
"""

import asyncio
import sys
import time
from functools import partial
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from benchmarks.figures import spread_ms

CONNACK, PUBACK = 2, 4
PUBLISH_QOS1 = 0x32
PROTOCOL_LEVEL = 4
KEEP_ALIVE_S = 60
CONTINUES = 0x80
TICK_S = 0.005


class PublishJob(msgspec.Struct, frozen=True):
    """topics and payloads go together in turn. user "" connects without a name.

    rate_per_s 0 is a closed loop with `window` on each connection; else so many publishes in all.
    """

    port: int
    topics: list[str]
    payloads: list[str]
    connections: int
    window: int
    seconds: float
    user: str = ""
    password: str = ""
    client_prefix: str = "bench"
    rate_per_s: float = 0.0


class PublishReport(msgspec.Struct, frozen=True):
    """acked: publishes whose PUBACK came. refused: connections that were not accepted."""

    acked: int
    refused: int
    lost_connections: int
    seconds: float
    cpu_s: float
    p50_ms: float | None
    p99_ms: float | None


def _text(words: str) -> bytes:
    raw = words.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(head: int, body: bytes) -> bytes:
    """A control packet with its remaining length."""
    size, length = len(body), bytearray()
    while True:
        size, digit = divmod(size, CONTINUES)
        length.append(digit | (CONTINUES if size else 0))
        if not size:
            return bytes((head,)) + bytes(length) + body


def connect(client: str, user: str, password: str) -> bytes:
    """CONNECT, clean session."""
    flags = 2 | (0x80 if user else 0) | (0x40 if password else 0)
    body = _text("MQTT") + bytes((PROTOCOL_LEVEL, flags)) + KEEP_ALIVE_S.to_bytes(2, "big")
    body += _text(client) + (_text(user) if user else b"") + (_text(password) if password else b"")
    return packet(0x10, body)


def publish(topic: str, number: int, payload: str) -> bytes:
    """PUBLISH with QoS 1 and this packet number."""
    return packet(PUBLISH_QOS1, _text(topic) + number.to_bytes(2, "big") + payload.encode())


class Session(asyncio.Protocol):
    """One connection that keeps `window` publishes on their way."""

    def __init__(self, load: "Publisher", number: int) -> None:
        self.load, self.number = load, number
        self.buffer = bytearray()
        self.sent_s: dict[int, float] = {}
        self.next = 1
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who we are."""
        self.transport = cast("asyncio.Transport", transport)
        job = self.load.job
        name = f"{job.client_prefix}-{self.number}"
        self.transport.write(connect(name, job.user, job.password))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — its shape is given
        """The broker hung up, or we did."""
        self.transport = None
        self.load.lost += 0 if self.load.ended else 1

    def publish(self) -> None:
        """The next publish; packet numbers count 1 to 65535."""
        if self.transport is None:
            return
        job = self.load.job
        turn = self.number + self.next * job.connections
        made = publish(
            job.topics[turn % len(job.topics)], self.next, job.payloads[turn % len(job.payloads)]
        )
        self.sent_s[self.next] = time.perf_counter()
        self.transport.write(made)
        self.next = self.next % 0xFFFF + 1

    def data_received(self, data: bytes) -> None:
        """CONNACK starts the window; each PUBACK makes room for the next publish."""
        self.buffer += data
        while len(self.buffer) > 1 and len(self.buffer) >= 2 + self.buffer[1]:
            kind, size = self.buffer[0] >> 4, self.buffer[1]
            body = bytes(self.buffer[2 : 2 + size])
            del self.buffer[: 2 + size]
            if kind == CONNACK:
                self._accepted(body[1] == 0)
            elif kind == PUBACK:
                self._acked(int.from_bytes(body[:2], "big"))

    def _accepted(self, welcome: bool) -> None:  # noqa: FBT001 — a private step
        if not welcome:
            self.load.refused += 1
            return
        for _ in range(0 if self.load.job.rate_per_s else self.load.job.window):
            self.publish()

    def _acked(self, number: int) -> None:
        at_s = self.sent_s.pop(number, None)
        if at_s is not None and not self.load.ended:
            self.load.took.append(time.perf_counter() - at_s)
            if not self.load.job.rate_per_s:
                self.publish()


def _same(session: Session) -> Session:
    return session


class Publisher:
    """The whole load."""

    def __init__(self, job: PublishJob) -> None:
        self.job = job
        self.took: list[float] = []
        self.refused = self.lost = 0
        self.ended = False

    async def run(self) -> PublishReport:
        """Connect all, publish until the time is over."""
        loop = asyncio.get_running_loop()
        sessions = [Session(self, n) for n in range(self.job.connections)]
        cpu_s, began_s = time.process_time(), time.perf_counter()
        for session in sessions:
            made = partial(_same, session)
            await loop.create_connection(made, "127.0.0.1", self.job.port)
        await self._drive(sessions)
        self.ended = True
        seconds, used_s = time.perf_counter() - began_s, time.process_time() - cpu_s
        for session in sessions:
            if session.transport is not None:
                session.transport.abort()
        spread = spread_ms(self.took)
        return PublishReport(
            len(self.took), self.refused, self.lost, seconds, used_s, spread.p50, spread.p99
        )

    async def _drive(self, sessions: list[Session]) -> None:
        """Until the time is over; a closed loop drives itself."""
        if not self.job.rate_per_s:
            await asyncio.sleep(self.job.seconds)
            return
        began_s, sent = time.perf_counter(), 0
        while (now_s := time.perf_counter() - began_s) < self.job.seconds:
            while sent < int(now_s * self.job.rate_per_s):
                sessions[sent % len(sessions)].publish()
                sent += 1
            await asyncio.sleep(TICK_S)


def main() -> None:
    """Drive the job in the named file."""
    job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=PublishJob)
    sys.stdout.write(msgspec.json.encode(uvloop.run(Publisher(job).run())).decode() + "\n")


if __name__ == "__main__":
    main()
