"""A transmitter's frames, built by hand from GB/T 26875.3: a stranger to our codec."""

import socket
import struct
from datetime import UTC, datetime, timedelta

CENTRE = bytes.fromhex("385b01000000")
FIRE_STATUS = b"\x02\x00"


def tag(at: datetime) -> bytes:
    """Clause 7: second, minute, hour, day, month, year, in the centre's time (UTC+8)."""
    local = at.astimezone(UTC) + timedelta(hours=8)
    year = local.year - 2000
    return bytes([local.second, local.minute, local.hour, local.day, local.month, year])


def frame(serial: int, source: bytes, command: int, body: bytes, at: datetime) -> bytes:
    inner = struct.pack("<H", serial) + b"\x01\x01" + tag(at) + source + CENTRE
    inner += struct.pack("<H", len(body)) + bytes([command]) + body
    return b"@@" + inner + bytes([sum(inner) & 0xFF]) + b"##"


def component_state(
    system: int, address: int, component: int, point: bytes, status: bytes, at: datetime
) -> bytes:
    """Type 2, one object."""
    body = bytes([2, 1, system, address, component]) + point + status
    return body + "报警".encode("gb18030").ljust(31, b" ") + tag(at)


class Transmitter:
    """One connection of a device that waits for its confirm."""

    def __init__(self, port: int, source: bytes) -> None:
        self.source = source
        self.serial = 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    def send_fire(self, system: int, address: int, point: str) -> bytes:
        """Report fire of `point` (component type and address, 5 bytes in hex); the answer."""
        now = datetime.now(UTC)
        raw = bytes.fromhex(point)
        body = component_state(system, address, raw[0], raw[1:], FIRE_STATUS, now)
        return self.exchange(2, body, now)

    def exchange(self, command: int, body: bytes, at: datetime) -> bytes:
        self.serial = (self.serial + 1) & 0xFFFF
        self.socket.sendall(frame(self.serial, self.source, command, body, at))
        answer = b""
        while len(answer) < 30 or len(answer) < 30 + int.from_bytes(answer[24:26], "little"):
            part = self.socket.recv(2048)
            assert part, "the link was dropped"
            answer += part
        return answer

    def close(self) -> None:
        self.socket.close()
