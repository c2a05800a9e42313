"""The telephone exchange of the bench: a SIP proxy, and telephones behind it at their own ports.

The product's trunk is the proxy: stateless (RFC 3261 §16.11), so everything that a telephone says
is the telephone's own, and what follows the answer goes straight to its port. A dead line answers
nothing at all. Everybody's book: who was called when, about which notice.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final, cast

from tests.channels.phones import Address, Habit, Phones, Taken

NOTICE: Final = "x-wanghuo-notice"
REQUEST = re.compile(rb"(\w+) sips?:([^@;>\s]+)@")
VIA = re.compile(rb"\r\nVia:\s*SIP/2\.0/UDP ([\d.]+):?(\d*)([^\r]*)\r\n", re.IGNORECASE)
CALL_ID = re.compile(rb"\r\nCall-ID:\s*(\S+)", re.IGNORECASE)
NOTICE_ID = re.compile(rb"\r\nX-Wanghuo-Notice:\s*(\S+)", re.IGNORECASE)
SIP_PORT = 5060
PASSED_ON_MAX_BYTES = 65_000


@dataclass(frozen=True)
class Line:
    """What is at the other end of a number. desk: whose telephones; habit None is a dead line."""

    desk: str
    habit: Habit | None


@dataclass
class Ring:
    """One call as the outside saw it. at_s: time.monotonic() of its INVITE; call: None if dead."""

    at_s: float
    number: str
    notice_id: str
    call: Taken | None = None


class Telephones(Phones):
    """The telephones of one desk, at one UDP port."""

    def __init__(self, habit_of: Callable[[str], Habit | None]) -> None:
        super().__init__()
        self._habit_of = habit_of

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Take what came; a number's habit is asked for when it is called."""
        if not data[:1].isalpha():
            return  # a stranger's sound: the port was another call's before
        asked = REQUEST.match(data)
        if asked and asked[1] == b"INVITE":
            number = asked[2].decode()
            self.habits[number] = self._habit_of(number) or Habit(-1)
        known = len(self.calls)
        super().datagram_received(data, addr)
        for call in self.calls[known:]:
            call.invited_at = time.monotonic()  # a loop's own time may be that of its last turn


def _itself(made: Telephones) -> Telephones:
    return made


class Exchange(asyncio.DatagramProtocol):
    """The proxy and its book. line_of: what is at a number's other end, asked at each INVITE."""

    def __init__(self, line_of: Callable[[str], Line]) -> None:
        self.line_of = line_of
        self.port = 0
        self.rings: list[Ring] = []
        self.desks: dict[str, Telephones] = {}
        self._dead: dict[bytes, Ring] = {}
        self._desk_of_call: dict[bytes, str] = {}

    async def start(self, desks: tuple[str, ...]) -> None:
        """Open the trunk and one port for each desk."""
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        for name in desks:
            made = Telephones(lambda number: self.line_of(number).habit)
            await loop.create_datagram_endpoint(partial(_itself, made), local_addr=("127.0.0.1", 0))
            self.desks[name] = made

    def close(self) -> None:
        """Unplug everything."""
        for desk in self.desks.values():
            desk.close()
        self._transport.close()

    @property
    def trunk(self) -> str:
        """The template of the numbers behind it, for `sip_uri_template`."""
        return f"sip:{{number}}@127.0.0.1:{self.port}"

    def book(self) -> list[Ring]:
        """Every call, in the order of the INVITEs; those of dead lines too."""
        live = [
            Ring(call.invited_at, call.number, call.headers.get(NOTICE, [""])[0], call)
            for desk in self.desks.values()
            for call in desk.calls
        ]
        return sorted([*live, *self._dead.values()], key=lambda ring: ring.at_s)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The trunk is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:  # noqa: ARG002 - asyncio's
        """Pass it on: a request to its telephone, an answer to whoever asked."""
        if data.startswith(b"SIP/2.0 "):
            self._answer(data)
        else:
            self._ask(data)

    def _ask(self, data: bytes) -> None:
        asked, call_id, via = REQUEST.match(data), CALL_ID.search(data), VIA.search(data)
        if not (asked and call_id and via):
            return  # a sign of life
        number = asked[2].decode()
        desk = self._desk_of_call.get(call_id[1])
        if desk is None and asked[1] == b"INVITE":
            line = self.line_of(number)
            desk = self._desk_of_call[call_id[1]] = line.desk if line.habit else ""
            if not desk:
                about = NOTICE_ID.search(data)
                told = about[1].decode() if about else ""
                self._dead[call_id[1]] = Ring(time.monotonic(), number, told)
        if not desk:
            return
        branch = sha256(via[0]).hexdigest()[:16]
        own = f"\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{branch}".encode()
        head, _, rest = data.partition(b"\r\n")
        self._transport.sendto(head + own + b"\r\n" + rest, ("127.0.0.1", self.desks[desk].port))

    def _answer(self, data: bytes) -> None:
        """The first Via is ours: take it off; the next says where to."""
        own = VIA.search(data)
        if own is None:
            return
        bare = data[: own.start()] + b"\r\n" + data[own.end() :]
        back = VIA.search(bare)
        if back is not None:
            to = (back[1].decode(), int(back[2] or SIP_PORT))
            self._transport.sendto(bare, to)
