"""Telephones of the test's own: a SIP user agent on real sockets, with a habit for each number.

Written from RFC 3261, 3264, 3550 and 4733, so that it shares nothing with the product's stack. Its
clock is the caller's own sound: it sends one RTP packet for each one that it receives.
"""

import asyncio
import dataclasses
import hashlib
import re
import struct
from array import array
from dataclasses import dataclass, field

PCMA, EVENT = 8, 101
QUIET = b"\xd5" * 160  # A-law silence, 20 ms
REASONS = {
    100: "Trying", 180: "Ringing", 200: "OK", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 480: "Temporarily Unavailable", 486: "Busy Here",
    487: "Request Terminated", 500: "Server Error", 503: "Service Unavailable",
    600: "Busy Everywhere", 603: "Decline",
}  # fmt: skip
RESEND_FIRST_S, RESEND_LAST_S = 0.5, 4.0
REALM = "trunk"
Address = tuple[str, int]


@dataclass(frozen=True)
class Habit:
    """What a number does. status: its final answer; 0 rings for ever, -1 does not even ring.

    rings_s: how long it rings before it answers with 200. silent_s: before its first word.
    press: keys pressed after so many packets of sound, by `rtp`, `info` or `both`.
    hang_up_after: packets; 0 waits for the caller to hang up.
    """

    status: int = 200
    press: str = ""
    by: str = "rtp"
    after: int = 10
    hang_up_after: int = 0
    rings_s: float = 0.0
    silent_s: float = 0.0


@dataclass
class Taken:
    """One call as the telephone saw it. times: of the loop's clock."""

    number: str
    invited_at: float
    headers: dict[str, list[str]]
    sound: bytearray = field(default_factory=bytearray)  # A-law as it came
    codecs: set[int] = field(default_factory=set)
    beside: int = 0  # calls to the same number that went on when it came
    acknowledged: bool = False
    cancelled: bool = False
    ended: bool = False
    rtp: "Rtp | None" = None
    cseq: int = 1


def linear(alaw: bytes) -> "array[int]":
    """A-law to 16-bit samples (G.711)."""
    return array("h", (_EXPANDED[byte] for byte in alaw))


def _expand(byte: int) -> int:
    byte ^= 0x55
    exponent, mantissa = (byte & 0x70) >> 4, byte & 0x0F
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if byte & 0x80 else -value


_EXPANDED = [_expand(byte) for byte in range(256)]


class Rtp(asyncio.DatagramProtocol):
    """The sound of one call. Answers each packet with silence or with the keys of the habit."""

    def __init__(self, phones: "Phones", call: Taken, habit: Habit, event: int) -> None:
        self.phones, self.call, self.habit, self.event = phones, call, habit, event
        self.port = 0
        self.heard = 0
        self._number = 0
        self._outgoing: list[tuple[int, bytes, bool, int]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        codec = data[1] & 0x7F
        if codec != PCMA:
            return
        self.call.codecs.add(codec)
        self.call.sound += data[12:]
        self.heard += 1
        if self.habit.press and self.heard == self.habit.after:
            for key in self.habit.press:
                if self.habit.by in {"rtp", "both"}:
                    self._press(key)
                if self.habit.by in {"info", "both"}:
                    self.phones.info(self.call, key)
        if self.heard == self.habit.hang_up_after:
            self.phones.bye(self.call)
        self._answer(addr)

    def _press(self, key: str) -> None:
        code = "0123456789*#".index(key)
        start = 160 * (self._number + len(self._outgoing))
        for turn in range(1, 8):
            last = turn > 4  # the end is sent three times
            payload = struct.pack("!BBH", code, 0x80 * last | 10, 160 * min(turn, 5))
            self._outgoing.append((self.event, payload, turn == 1, start))

    def _answer(self, addr: Address) -> None:
        self._number += 1
        stamp = 160 * self._number
        codec, payload, marked = PCMA, QUIET, False
        if self._outgoing:
            codec, payload, marked, stamp = self._outgoing.pop(0)
        head = struct.pack("!BBHII", 0x80, 0x80 * marked | codec, self._number, stamp, 0x1234)
        self.transport.sendto(head + payload, addr)  # type: ignore[attr-defined]  # of datagrams


class Phones(asyncio.DatagramProtocol):
    """All telephones, at one address. `calls` in the order of their INVITEs."""

    def __init__(self) -> None:
        self.habits: dict[str, Habit] = {}
        self.calls: list[Taken] = []
        self.passwords: dict[str, str] = {}
        self.registered: list[str] = []
        self.statuses: list[int] = []  # of what we asked
        self.port = 0
        self._last: dict[str, bytes] = {}
        self._by_id: dict[str, Taken] = {}
        self._invites: dict[str, dict[str, list[str]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, number: str) -> list[Taken]:
        """The calls to one number."""
        return [call for call in self.calls if call.number == number]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """Unplug all."""
        for call in self.calls:
            if call.rtp is not None:
                call.rtp.transport.close()
        self.transport.close()

    def datagram_received(self, data: bytes, addr: Address) -> None:
        head, _, body = data.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        if first.startswith("SIP/2.0 "):
            self.statuses.append(int(first.split(" ")[1]))
        elif lines:  # else it is a sign of life
            self._asked(first, lines, body, addr)

    def _asked(self, first: str, lines: list[str], body: str, addr: Address) -> None:
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        method, uri, _ = first.split(" ", 2)
        call_id = headers["call-id"][0]
        if method == "INVITE" and self._last.get(call_id):  # what we said was lost
            self.transport.sendto(self._last[call_id], addr)  # type: ignore[attr-defined]
        elif method == "REGISTER":
            self._register(headers, addr)
        elif method == "INVITE" and call_id not in self._by_id:
            found = re.match(r"sips?:([^@]+)@", uri)
            call = Taken(found[1] if found else "", asyncio.get_running_loop().time(), headers)
            self._by_id[call_id], self._invites[call_id] = call, headers
            call.beside = sum(not other.ended for other in self.of(call.number))
            self.calls.append(call)
            task = asyncio.ensure_future(self._invited(call, headers, body, addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif method == "ACK":
            self._by_id[call_id].acknowledged = True
        elif method == "CANCEL":
            self._by_id[call_id].cancelled = True
            self._say(200, headers, addr)
            self._say(487, self._invites[call_id], addr)
            self._by_id[call_id].ended = True
        elif method == "BYE":
            self._say(200, headers, addr)
            if call_id in self._by_id:
                self._by_id[call_id].ended = True

    def _register(self, headers: dict[str, list[str]], addr: Address) -> None:
        """Ask who is there (RFC 3261 §22), then let them in if the digest fits."""
        proof = dict(re.findall(r'(\w+)="?([^",]+)', headers.get("authorization", [""])[0]))
        if not proof:
            asks = f'WWW-Authenticate: Digest realm="{REALM}", nonce="n0nce", algorithm=MD5'
            self._say(401, headers, addr, more=(asks,))
            return
        user = proof["username"]
        known = _md5(f"{user}:{REALM}:{self.passwords.get(user, '')}")
        asked = _md5(f"REGISTER:{proof['uri']}")
        right = proof["response"] == _md5(f"{known}:n0nce:{asked}")
        if right:
            self.registered.append(user)
        contact = headers["contact"][0]
        self._say(200 if right else 403, headers, addr, more=(f"Contact: {contact};expires=300",))

    async def _invited(
        self, call: Taken, headers: dict[str, list[str]], body: str, addr: Address
    ) -> None:
        habit = self.habits.get(call.number, Habit(404))
        if habit.status == -1:
            return
        await asyncio.sleep(habit.silent_s)
        self._say(100, headers, addr)
        if habit.status in {0, 200}:
            self._say(180, headers, addr)
        if habit.status == 200:
            await asyncio.sleep(habit.rings_s)
            if call.ended:
                return
            await self._take(call, habit, body)
            assert call.rtp is not None
            self._accept(call, addr, RESEND_FIRST_S)
        elif habit.status:
            self._say(habit.status, headers, addr)

    def _accept(self, call: Taken, addr: Address, again_s: float) -> None:
        """Say 200, again and again until it is acknowledged (RFC 3261 §13.3.1.4)."""
        unplugged = self.transport.is_closing()  # type: ignore[attr-defined]
        if unplugged or call.acknowledged or call.ended or again_s > RESEND_LAST_S:
            return
        assert call.rtp is not None
        self._say(200, call.headers, addr, _sdp(call.rtp.port, call.rtp.event))
        loop = asyncio.get_running_loop()
        loop.call_later(again_s, self._accept, call, addr, 2 * again_s)

    async def _take(self, call: Taken, habit: Habit, offer: str) -> None:
        event = re.search(r"a=rtpmap:(\d+) telephone-event/8000", offer)
        made = Rtp(self, call, habit, int(event[1]) if event else EVENT)
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: made, local_addr=("127.0.0.1", 0)
        )
        call.rtp = made

    def _say(
        self,
        status: int,
        headers: dict[str, list[str]],
        addr: Address,
        body: str = "",
        more: tuple[str, ...] = (),
    ) -> None:
        to = headers["to"][0]
        if status > 100 and "tag=" not in to:
            to += f";tag=phone{len(headers['call-id'][0])}"
        lines = [f"SIP/2.0 {status} {REASONS[status]}"]
        lines += [f"Via: {via}" for via in headers["via"]]
        lines += [f"From: {headers['from'][0]}", f"To: {to}"]
        lines += [f"Call-ID: {headers['call-id'][0]}", f"CSeq: {headers['cseq'][0]}"]
        lines += more or (f"Contact: <sip:phone@127.0.0.1:{self.port}>",)
        if body:
            lines.append("Content-Type: application/sdp")
        lines += [f"Content-Length: {len(body)}", "", body]
        said = "\r\n".join(lines).encode()
        if "INVITE" in headers["cseq"][0]:
            self._last[headers["call-id"][0]] = said
        self.transport.sendto(said, addr)  # type: ignore[attr-defined]

    def info(self, call: Taken, key: str) -> None:
        """Press a key by SIP INFO."""
        self._ask(call, "INFO", f"Signal={key}\r\nDuration=160\r\n")

    def bye(self, call: Taken) -> None:
        """Hang up."""
        self._ask(call, "BYE")
        call.ended = True

    def ring_back(self, call: Taken) -> None:
        """Call whoever called us."""
        stranger = dataclasses.replace(
            call, headers={**call.headers, "call-id": ["back" + call.headers["call-id"][0]]}
        )
        stranger.headers["from"] = [call.headers["from"][0].partition(";tag=")[0]]
        contact = f"Contact: <sip:phone@127.0.0.1:{self.port}>"
        self._ask(stranger, "INVITE", _sdp(9, EVENT), "application/sdp", (contact,))

    def send_rubbish(self, call: Taken) -> None:
        """What strangers send to every SIP port there is."""
        to = _address(call)[1]
        for rubbish in (
            b"",
            b"\0" * 40,
            b"INVITE\r\n\r\n",
            b"SIP/2.0 999 \xff\r\n\r\n",
            b"\xff" * 1400,
        ):
            self.transport.sendto(rubbish, to)  # type: ignore[attr-defined]

    def _ask(
        self,
        call: Taken,
        method: str,
        body: str = "",
        kind: str = "application/dtmf-relay",
        more: tuple[str, ...] = (),
    ) -> None:
        headers = call.headers
        uri, to = _address(call)
        call.cseq += 1
        call_id = headers["call-id"][0]
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{method}{call.cseq}{call_id}",
            f"From: {headers['to'][0]};tag=phone{len(call_id)}",
            f"To: {headers['from'][0]}",
            f"Call-ID: {call_id}",
            f"CSeq: {call.cseq} {method}",
            "Max-Forwards: 70",
            *more,
        ]
        if body:
            lines.append(f"Content-Type: {kind}")
        lines += [f"Content-Length: {len(body)}", "", body]
        self.transport.sendto("\r\n".join(lines).encode(), to)  # type: ignore[attr-defined]


def _address(call: Taken) -> tuple[str, Address]:
    """The caller's URI, and where it listens."""
    found = re.search(r"<(sips?:[^>]*@([\d.]+):(\d+)[^>]*)>", call.headers["contact"][0])
    assert found
    return found[1], (found[2], int(found[3]))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sdp(port: int, event: int) -> str:
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {PCMA} {event}\r\na=rtpmap:{PCMA} PCMA/8000\r\n"
        f"a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-15\r\na=sendrecv\r\n"
    )
