"""GB/T 26875.3 over UDP, on the same port (5.1). Each datagram holds whole packets.

Nothing can be pushed back here: what finds no room is left unconfirmed, and the device resends.
"""

import asyncio
import socket
from typing import Final, cast

from wanghuo.gateways.session import BUFFER_SIZE_BYTES_MAX, NOT_NOW, PENALTY
from wanghuo.gateways.switchboard import Switchboard
from wanghuo.gateways.transmitter import Transmitter
from wanghuo.protocols.gb26875_frame import FrameError, size_at

DOOR: Final = "gb26875_udp"
PEERS_MAX: Final = 60_000
UNDER_WAY_MAX: Final = 1000  # beyond it, rubbish from anywhere is left
RECEIVE_SIZE_BYTES: Final = 4 << 20

Address = tuple[str, int]


class UdpTransmitter(Transmitter):
    """One peer address."""

    __slots__ = ("_address", "_gateway")
    door = DOOR

    def __init__(self, gateway: "UdpGateway", address: Address) -> None:
        super().__init__(gateway.board, address[0], f"{address[0]}:{address[1]}")
        self._gateway = gateway
        self._address = address

    def datagram(self, data: bytes) -> None:
        """Whole packets; what is not whole now never will be."""
        flooded = self.held & PENALTY or self.board.under_way > UNDER_WAY_MAX
        if flooded and not _is_packet(data):
            self.board.count("datagram_left_unconfirmed")
            return
        if self.held & NOT_NOW:
            if len(self.carry) + len(data) <= 2 * BUFFER_SIZE_BYTES_MAX:
                self.carry += data
            else:
                self.board.count("datagram_left_unconfirmed")
            return
        self.take(self.carry + data)
        if self.carry and not self.held:
            lost, self.carry = self.carry, b""
            self.board.partial.pop(self, None)
            self.bad(lost, "incomplete")

    def write(self, data: bytes) -> None:
        """Put a datagram on the wire."""
        self._gateway.send(data, self._address)

    def hang_up(self) -> None:
        """Forget the peer."""
        self._gateway.forget(self._address)


def _is_packet(data: bytes) -> bool:
    """Whether the datagram begins with a whole packet."""
    try:
        return size_at(data) > 0
    except FrameError:
        return False


class UdpGateway(asyncio.DatagramProtocol):
    """The datagram socket and the peers that were heard lately."""

    def __init__(self, board: Switchboard) -> None:
        self.board = board
        self._peers: dict[Address, UdpTransmitter] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._stopping = False

    async def start(self, host: str, port: int, *, reuse_port: bool = False) -> None:
        """Listen on `host`:`port` (0: any free one)."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)  # noqa: FBT003 - the socket's signature
        if reuse_port:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_SIZE_BYTES)
        try:
            made.bind((host, port))
        except OSError:
            made.close()
            raise
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=made)

    async def stop(self) -> None:
        """Hear nothing new, answer what is under way, then close."""
        self._stopping = True
        await self.board.finish()
        for address in list(self._peers):
            self.forget(address)
        if self._transport is not None:
            self._transport.close()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def __len__(self) -> int:
        return len(self._peers)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """A datagram came."""
        if self._stopping:
            return
        address = (str(addr[0]), int(addr[1]))
        peer = self._peers.get(address)
        if peer is None:
            peer = self._peers[address] = UdpTransmitter(self, address)
            if len(self._peers) > PEERS_MAX:
                self.forget(next(iter(self._peers)))
        peer.datagram(data)

    def error_received(self, exc: Exception) -> None:
        """An answer could not be delivered: the device will ask again."""
        self.board.count("udp_" + type(exc).__name__.lower())

    def send(self, data: bytes, address: Address) -> None:
        """Put a datagram on the wire."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, address)

    def forget(self, address: Address) -> None:
        """The peer is silent, or one too many."""
        peer = self._peers.pop(address, None)
        if peer is not None:
            peer.close()
