"""One peer's bytes, whatever carries them: whole packets out, broken bytes denied and kept.

Source. GB/T 26875.3-2011, 6.3.2 (a bad packet is discarded and denied), 6.5.3 and 6.5.4.
Rule 1. Only bytes known to be bad are discarded; the link is never dropped for what it says.
Rule 2. A fire passes everything: a full routine lane, broken bytes before it, a broken length.
Rule 3. What one peer may hold is bounded: two packets of bytes, eight fires and eight quarantine
        rows on their way. Beyond that its reading stops, nobody else's.
"""

from typing import Final, Protocol

from wanghuo.protocols.gb26875_frame import (
    FRAME_SIZE_BYTES_MAX,
    START,
    FrameError,
    deny,
    size_at,
)
from wanghuo.protocols.gb26875_hex import BLANKS, HEX_START, hex_size_at, in_hex, looks_hex

BUFFER_SIZE_BYTES_MAX: Final = 2 * FRAME_SIZE_BYTES_MAX
BAD_IN_FLIGHT_MAX: Final = 8
INCOMPLETE_LIMIT_S: Final = 10.0  # 6.5.4

BAD_BURST: Final = 20  # stretches of broken bytes, then as many as the wheel turns

# Why reading is held; bits.
ADMITTING, CHOKED, FIRES, BAD, WRITING, TURN, PENALTY, STOPPING = 1, 2, 4, 8, 16, 32, 64, 128
NOT_NOW: Final = ADMITTING | FIRES | BAD | STOPPING  # packets in hand wait, fires among them
BINARY, LOWER, UPPER = 0, 1, 2  # clothing


class Board(Protocol):
    """What a session needs of the switchboard. Sessions by since when, where a number stands."""

    tick_s: float
    partial: "dict[Session, float]"  # unfinished packets, oldest first
    slow: "dict[Session, float]"  # peers that do not read
    ending: "dict[Session, float]"  # peers that say no more
    penalised: "dict[Session, None]"  # peers that sent too much rubbish

    def tag_now(self) -> bytes:
        """The time tag of this moment."""
        ...

    def count(self, reason: str) -> None:
        """Count something that went otherwise than it should."""
        ...

    def keep_bad(self, session: "Session", reason: str, raw: bytes, detail: str = "") -> None:
        """Count a peer's mistake and keep its bytes."""
        ...


class Session:
    """The bytes of one peer. A carrier (tcp, udp) calls `take` and gives `write` its meaning.

    door: what quarantine and metrics call the way in. peer: `host:port`. carry: bytes of an
    unfinished packet, or of packets that wait. held: why reading stands still.
    """

    __slots__ = (
        "bad_left",
        "board",
        "carry",
        "closed",
        "clothing",
        "held",
        "host",
        "peer",
        "troubles",
    )
    door = "gb26875"

    def __init__(self, board: Board, host: str, peer: str) -> None:
        self.board = board
        self.host = host
        self.peer = peer
        self.carry = b""
        self.clothing = BINARY
        self.closed = False
        self.held = 0
        self.troubles = 0
        self.bad_left = BAD_BURST

    # What a carrier does.

    def write(self, data: bytes) -> None:
        """Put bytes on the wire."""
        raise NotImplementedError

    def pause(self) -> None:
        """Stop reading."""

    def resume(self) -> None:
        """Read again."""

    def hang_up(self) -> None:
        """End the link."""

    def finish(self) -> None:
        """End the link once its last confirm has left."""

    def read_once(self) -> None:
        """Read one buffer although reading is held."""

    # What a dialogue does.

    def frame(self, packet: bytes) -> bool:
        """One whole packet; False if it must wait, and nothing was done with it."""
        raise NotImplementedError

    def is_urgent(self, packet: bytes) -> bool:
        """Whether this packet may pass others that wait."""
        raise NotImplementedError

    @property
    def sender(self) -> str:
        """Signal.sender of who spoke last; "" before."""
        raise NotImplementedError

    def address(self) -> bytes:
        """The 6 bytes of who spoke last; zeros before."""
        raise NotImplementedError

    # Bytes.

    def send(self, packet: bytes) -> None:
        """A packet to the peer, in the clothing that it speaks in."""
        if not self.closed:
            upper = self.clothing == UPPER
            self.write(in_hex(packet, upper=upper) if self.clothing else packet)

    def take(self, data: bytes) -> None:
        """Go on with `data`, which begins with what was carried."""
        carried, self.carry = self.carry, b""
        at, bad_at, flaw, size = 0, -1, "", len(data)
        while at < size and not self.held & NOT_NOW:
            try:
                used, packet = self._read(data, at)
            except FrameError as error:
                if self.clothing and bad_at < 0 and data[at] in BLANKS:
                    at += 1
                    continue
                if bad_at < 0:
                    bad_at, flaw = at, error.flaw
                at += error.discard_bytes
                continue
            if not used:
                break
            if bad_at >= 0:
                self.bad(data[bad_at:at], flaw)
                bad_at = -1
                continue  # it may have been one too many
            if not self.frame(packet):
                break
            at += used
        if bad_at >= 0:
            self.bad(data[bad_at:at], flaw)
        self.carry = data[at:]
        self._watch_partial(carried, progressed=at > 0)
        if self.held & CHOKED and self.carry:
            self.peek()

    def _read(self, data: bytes, at: int) -> tuple[int, bytes]:
        """Bytes used and the packet at `at`; (0, b"") for more. Raises FrameError."""
        if data[at] == HEX_START[0] and looks_hex(data, at):
            used, packet = hex_size_at(data, at)
            if used:
                digits = data[at : at + used]
                self.clothing = LOWER if digits != digits.upper() else UPPER
            return used, packet
        used = size_at(data, at)
        if used:
            self.clothing = BINARY
        return used, data[at : at + used]

    def peek(self) -> None:
        """While the routine lane is full: let the fires in hand pass, keep the rest waiting.

        Room for one more packet is made by leaving the oldest unconfirmed: the device resends it.
        """
        data, at = self.carry, 0
        waiting: list[bytes] = []
        while at < len(data):
            try:
                used, packet = self._read(data, at)
            except FrameError as error:
                self.bad(data[at : at + error.discard_bytes], error.flaw)
                at += error.discard_bytes
                continue
            if not used:
                break
            if self.held & NOT_NOW or not self.is_urgent(packet) or not self.frame(packet):
                waiting.append(data[at : at + used])
            at += used
        size = len(data) - at + sum(map(len, waiting))
        while waiting and size > BUFFER_SIZE_BYTES_MAX // 2:
            size -= len(waiting.pop(0))
            self.board.count("routine_left_unconfirmed")
        self.carry = b"".join(waiting) + data[at:]

    def bad(self, raw: bytes, flaw: str) -> None:
        """Bytes that are no packet: deny (6.3.2), keep, count."""
        head = raw if raw[:2] == START else b"@@\0\0\1\1" + bytes(6) + self.address()
        self.send(deny(head, self.board.tag_now()))
        self.board.keep_bad(self, flaw, raw)
        self.bad_left -= 1
        if self.bad_left <= 0:
            self.hold(PENALTY)
            self.board.penalised[self] = None

    # Holding and going on.

    def hold(self, why: int) -> None:
        """Stop reading, and remember why."""
        if not self.held:
            self.pause()
        self.held |= why

    def release(self, why: int) -> None:
        """That reason is gone: go on with what waits, then read again."""
        if not self.held & why:
            return
        self.held &= ~why
        if self.carry and not self.held & NOT_NOW:
            self.take(self.carry)
        if not self.held and not self.closed:
            self.resume()

    def trouble_begun(self) -> None:
        """A quarantine row of this peer is on its way."""
        self.troubles += 1
        if self.troubles >= BAD_IN_FLIGHT_MAX:
            self.hold(BAD)

    def trouble_done(self) -> None:
        """It is kept."""
        self.troubles -= 1
        if self.troubles < BAD_IN_FLIGHT_MAX // 2:
            self.release(BAD)

    def _watch_partial(self, carried: bytes, *, progressed: bool) -> None:
        """Let the wheel know of an unfinished packet, from its first byte on."""
        partial = self.board.partial
        if self.carry and not self.held & (NOT_NOW | CHOKED):
            if progressed or not carried:
                partial.pop(self, None)
            partial.setdefault(self, self.board.tick_s)
        elif carried or self.carry:
            partial.pop(self, None)

    def overdue(self, waited_s: float) -> None:
        """The wheel asks, after 1 s and after 10 s, about an unfinished packet.

        First a whole packet behind a broken head is looked for; at the limit (6.5.4) the head is
        given up, and only the head: its length may be the broken part.
        """
        start = HEX_START if self.clothing else START
        at = self.carry.find(start, 1)
        if waited_s < INCOMPLETE_LIMIT_S:
            while at >= 0 and not self._whole_at(at):
                at = self.carry.find(start, at + 1)
            if at < 0:
                return
        elif at < 0:
            at = len(self.carry)
        lost, self.carry = self.carry[:at], self.carry[at:]
        self.board.partial.pop(self, None)
        self.bad(lost, "incomplete")
        self.take(self.carry)

    def _whole_at(self, at: int) -> bool:
        try:
            return bool(self._read(self.carry, at)[0])
        except FrameError:
            return False

    def close(self) -> None:
        """The link is gone. Half a packet is kept for a person; whole ones that wait go on."""
        self.closed = True
        self.board.partial.pop(self, None)
        self.board.slow.pop(self, None)
        self.board.ending.pop(self, None)
        self.board.penalised.pop(self, None)
        if self.carry and not self.held & (NOT_NOW | CHOKED):
            self.board.keep_bad(self, "incomplete", self.carry)
            self.carry = b""
