"""GB/T 26875.3 frames as a transmitter would send them, built by hand and not by the product.

Clauses: frame table 1, types 2 and 3 of table 3, component 40 (smoke) of table 5, analog 3
(temperature, 0.1 ℃) of table 6.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

START, END = b"@@", b"##"
FRAME_MIN_BYTES = 30
SEND, CONFIRM, DENY = 2, 3, 6
CENTRE = bytes.fromhex("385b01000000")
CHINA = timedelta(hours=8)
TEXT_BYTES = 31
FIRE, NORMAL = 0x0002, 0x0001


def time_tag(at: datetime | None = None) -> bytes:
    """Six bytes: second, minute, hour, day, month, year of Beijing time."""
    t = (at or datetime.now(UTC)) + CHINA
    return bytes((t.second, t.minute, t.hour, t.day, t.month, t.year % 100))


def frame(serial: int, source: bytes, adu: bytes, command: int = SEND) -> bytes:
    """One whole frame. serial 0..65535; source: six bytes as on the wire."""
    size = len(adu).to_bytes(2, "little")
    body = b"".join((serial.to_bytes(2, "little"), b"\x01\x01", time_tag(), source, CENTRE, size))
    checked = body + bytes((command,)) + adu
    return START + checked + bytes((sum(checked) & 0xFF,)) + END


def component(point: str, status: int, text: str = "") -> bytes:
    """Type 2, one object. point: `SYSTYPE.SYSADDR.COMPTYPE.COMPADDR` as in Signal.point."""
    system_type, system_address, component_type, address = point.split(".")
    head = bytes((2, 1, int(system_type), int(system_address), int(component_type)))
    words = text.encode("gb18030")[:TEXT_BYTES].ljust(TEXT_BYTES)
    return head + bytes.fromhex(address) + status.to_bytes(2, "little") + words + time_tag()


def reading(point: str, value: int, quantity: int = 3) -> bytes:
    """Type 3, one object: an analog value in the standard's raw unit (temperature: 0.1 ℃)."""
    system_type, system_address, component_type, address = point.split(".")
    head = bytes((3, 1, int(system_type), int(system_address), int(component_type)))
    raw = bytes((quantity,)) + value.to_bytes(2, "little", signed=True)
    return head + bytes.fromhex(address) + raw + time_tag()


def readings(source: bytes, point: str, count: int, first_serial: int = 0) -> list[bytes]:
    """`count` frames of one transmitter, serials in order, values that never cross a limit."""
    return [
        frame((first_serial + n) & 0xFFFF, source, reading(point, 200 + n % 50))
        for n in range(count)
    ]


def cut(buffer: bytearray) -> Iterator[tuple[int, int]]:
    """Take whole frames off the front of what the centre sent: (command, serial) each.

    The peer is the product under test, so a wrong start mark is an error of the run.
    """
    while len(buffer) >= FRAME_MIN_BYTES:
        if buffer[:2] != START:
            raise ValueError(f"the centre sent no start mark: {bytes(buffer[:30]).hex()}")
        whole = FRAME_MIN_BYTES + int.from_bytes(buffer[24:26], "little")
        if len(buffer) < whole:
            return
        yield buffer[26], int.from_bytes(buffer[2:4], "little")
        del buffer[:whole]
