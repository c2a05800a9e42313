"""GB/T 26875.3 over TCP: the carrier that transmitters dial.

One read buffer serves all connections: a connection costs its protocol object and, while a packet
is unfinished, the bytes of that packet. Keep-alive is the kernel's. Whoever fills a whole buffer
at once waits for its next turn, so that a flood of one delays nobody else. And what thousands send
at once is worked off in slices, fires first, so that a flood of all delays no fire.
"""

import asyncio
import contextlib
import math
import socket
from collections import deque
from typing import Final, cast

from wanghuo.engines.telemetry import CONNECTIONS
from wanghuo.gateways.session import (
    BUFFER_SIZE_BYTES_MAX,
    CHOKED,
    NOT_NOW,
    STOPPING,
    TURN,
    WRITING,
)
from wanghuo.gateways.switchboard import Switchboard
from wanghuo.gateways.transmitter import Transmitter
from wanghuo.protocols.gb26875_frame import FrameError, size_at

DOOR: Final = "gb26875_tcp"
BACKLOG: Final = 4096
UNSENT_SIZE_BYTES_MAX: Final = 16 * 1024  # confirms that the peer does not read
KERNEL_SEND_SIZE_BYTES: Final = 64 * 1024  # what a peer that does not read may bind
KERNEL_RECEIVE_SIZE_BYTES: Final = 128 * 1024  # over the loopback's packet size
KEEP_ALIVE_IDLE_S: Final = 120
KEEP_ALIVE_PERIOD_S: Final = 30
KEEP_ALIVE_PROBES: Final = 4
CONNECTIONS_MAX: Final = 60_000
TURN_S: Final = 0.0005  # of reading in one turn of the loop, and of working off what waits


class TcpTransmitter(Transmitter, asyncio.BufferedProtocol):
    """One connection."""

    __slots__ = ("_gateway", "_transport", "queued")
    door = DOOR

    def __init__(self, gateway: "TcpGateway") -> None:
        super().__init__(gateway.board, "", "")
        self._gateway = gateway
        self._transport: asyncio.Transport | None = None
        self.queued = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A socket was accepted."""
        self._transport = cast("asyncio.Transport", transport)
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self.host, self.peer = host, f"{host}:{port}"
        self._transport.set_write_buffer_limits(high=UNSENT_SIZE_BYTES_MAX)
        self._gateway.arrived(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the protocol's signature
        """Where the next bytes go; used up before anybody else reads."""
        return self._gateway.view

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came. Most often they are one whole packet."""
        data = bytes(self._gateway.view[:nbytes])
        if self.held:
            self._read_although_held(data)
            return
        if (self.queued or self._gateway.is_late()) and not self._is_urgent_alone(data):
            self._queue(data)
            return
        self._go_on(data)
        if nbytes == BUFFER_SIZE_BYTES_MAX and not self.held:
            self.hold(TURN)
            self._gateway.loop.call_soon(self.release, TURN)

    def _go_on(self, data: bytes) -> None:
        """Work off what came."""
        if not self.carry:
            try:
                if size_at(data) == len(data):
                    if self.clothing:
                        self.clothing = 0
                    if not self.frame(data):
                        self.carry = data
                    return
            except FrameError:
                pass
            self.take(data)
        else:
            self.take(self.carry + data)

    def _is_urgent_alone(self, data: bytes) -> bool:
        """Whether this is one whole packet that passes whatever waits."""
        try:
            return not self.carry and size_at(data) == len(data) and self.is_urgent(data)
        except FrameError:
            return False

    def _queue(self, data: bytes) -> None:
        """Enough for one turn: the bytes wait for a later one, in the order of coming."""
        if not self.queued:
            self._gateway.queue(self)
        self.queued += data
        if len(self.queued) > BUFFER_SIZE_BYTES_MAX // 2:
            self.hold(TURN)  # read on when these are worked off

    def work_off(self) -> None:
        """The later turn has come."""
        data, self.queued = self.queued, b""
        if self.held & ~TURN:
            self._read_although_held(data)
        else:
            self._go_on(data)
        self.release(TURN)

    def _read_although_held(self, data: bytes) -> None:
        """A read that the wheel allowed, or that was under way when reading was held."""
        self.carry += data
        if self.held & CHOKED and not self.held & NOT_NOW:
            self.peek()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The peer says no more; it may still want the confirms that are on their way."""
        if self.queued:
            self.work_off()
        if self.is_idle():
            return False
        self.board.ending[self] = self.board.tick_s
        return True

    def pause_writing(self) -> None:
        """The peer does not read its confirms: nor do we read."""
        self.board.slow[self] = self.board.tick_s
        self.hold(WRITING)

    def resume_writing(self) -> None:
        """It reads again."""
        self.board.slow.pop(self, None)
        self.release(WRITING)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        """The socket is gone."""
        self._transport = None
        self._gateway.left(self)
        if self.queued:
            self.work_off()
        self.close()

    def write(self, data: bytes) -> None:
        """Put bytes on the wire."""
        if self._transport is not None:
            self._transport.write(data)

    def pause(self) -> None:
        """Stop reading."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def read_once(self) -> None:
        """Read one buffer although reading is held, if there is room for it."""
        if len(self.carry) <= BUFFER_SIZE_BYTES_MAX // 2:
            self.resume()

    def finish(self) -> None:
        """End the link once its last confirm has left."""
        if self._transport is not None:
            self._transport.close()

    def hang_up(self) -> None:
        """End the link."""
        if self._transport is not None:
            self._transport.abort()


class TcpGateway:
    """The listening socket. reuse_port: several gateway processes share one port."""

    def __init__(
        self,
        board: Switchboard,
        *,
        connections_max: int = CONNECTIONS_MAX,
        turn_s: float = TURN_S,
    ) -> None:
        self.board = board
        self.loop = asyncio.get_running_loop()
        self.view = memoryview(bytearray(BUFFER_SIZE_BYTES_MAX))
        self._connections_max = connections_max
        self._connections: set[TcpTransmitter] = set()
        self.turn_s = turn_s
        self._turn_until_s = math.inf  # inf: the next read begins a turn
        self._backlog: deque[TcpTransmitter] = deque()
        self._server: asyncio.Server | None = None
        self._gauge = CONNECTIONS.labels(DOOR)

    async def start(self, host: str, port: int, *, reuse_port: bool = False) -> None:
        """Listen on `host`:`port` (0: any free one)."""
        listening = _listening(host, port, reuse_port=reuse_port)
        self._server = await self.loop.create_server(
            lambda: TcpTransmitter(self), sock=listening, backlog=BACKLOG
        )

    async def stop(self) -> None:
        """Listen no more; links end when what they wait for is answered."""
        if self._server is not None:
            self._server.close()
        for one in self._connections:
            one.hold(STOPPING)
        await self.board.finish()
        for one in list(self._connections):
            if one in self.board.slow:
                one.hang_up()  # it would not take its confirms anyway
            else:
                one.finish()
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 2.0)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def __len__(self) -> int:
        return len(self._connections)

    def is_late(self) -> bool:
        """Whether this turn of the loop has read enough, or others wait already."""
        now_s = self.board.clock.monotonic_s()
        if self._turn_until_s == math.inf:
            self._turn_until_s = now_s + self.turn_s
            self.loop.call_soon(self._end_turn)
        return bool(self._backlog) or now_s >= self._turn_until_s

    def _end_turn(self) -> None:
        self._turn_until_s = math.inf

    def queue(self, one: TcpTransmitter) -> None:
        """It has bytes that wait for a later turn."""
        self._backlog.append(one)
        if len(self._backlog) == 1:
            self.loop.call_soon(self._work_off)

    def _work_off(self) -> None:
        """One slice of what waits, oldest first."""
        until_s = self.board.clock.monotonic_s() + self.turn_s
        try:
            while self._backlog:
                self._backlog.popleft().work_off()
                if self.board.clock.monotonic_s() >= until_s:
                    break
        finally:
            if self._backlog:
                self.loop.call_soon(self._work_off)

    def arrived(self, one: TcpTransmitter) -> None:
        """A connection was accepted; one too many is ended at once."""
        self._connections.add(one)
        self._gauge.inc()
        if len(self._connections) > self._connections_max:
            self.board.count("too_many_connections")
            one.hang_up()

    def left(self, one: TcpTransmitter) -> None:
        """A connection is gone."""
        self._connections.discard(one)
        self._gauge.dec()


def _listening(host: str, port: int, *, reuse_port: bool) -> socket.socket:
    """A bound socket whose children inherit keep-alive and no-delay."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)  # noqa: FBT003 - the socket's signature
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse_port:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_SEND_SIZE_BYTES)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_RECEIVE_SIZE_BYTES)
    for option, value in (
        ("TCP_KEEPIDLE", KEEP_ALIVE_IDLE_S),
        ("TCP_KEEPINTVL", KEEP_ALIVE_PERIOD_S),
        ("TCP_KEEPCNT", KEEP_ALIVE_PROBES),
    ):
        if hasattr(socket, option):  # Linux; elsewhere the system's defaults serve
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made
