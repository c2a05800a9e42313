"""Packets to test with: the collected ones, and one synthetic packet of every type."""

import json
from pathlib import Path

from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols import gb26875_orders as orders
from wanghuo.protocols.gb26875_frame import Frame, encode
from wanghuo.protocols.gb26875_objects import encode_body, note_of

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "gb26875_frames.json").read_text(encoding="utf-8")
)
SOURCE = bytes.fromhex("790300000000")
CENTRE = bytes.fromhex("385b01000000")
TAG = bytes((2, 58, 9, 26, 9, 12))  # 2012-09-26 09:58:02
ADDRESS = bytes.fromhex("0a000200")

UPWARD = (
    obj.SystemStatus(1, 1, 2, TAG),
    obj.ComponentStatus(1, 1, 40, ADDRESS, 2, note_of("一层走廊"), TAG),
    obj.ComponentAnalog(1, 1, 30, ADDRESS, 3, 685, TAG),
    obj.SystemOperation(1, 1, 4, 7, TAG),
    obj.SystemVersion(1, 1, 2, 15),
    obj.SystemConfiguration(1, 1, "八回路".encode("gb18030")),
    obj.ComponentConfiguration(1, 1, 42, ADDRESS, note_of("厨房")),
    obj.SystemClock(1, 1, TAG),
    obj.DeviceStatus(1, TAG),
    obj.DeviceOperation(0x20, 1, TAG),
    obj.DeviceVersion(1, 0),
    obj.DeviceConfiguration(b""),
    obj.DeviceClock(TAG),
)
ORDERS: tuple[tuple[int, orders.Order], ...] = (
    (61, orders.OfSystem(1, 1)),
    (62, orders.OfComponent(1, 1, ADDRESS)),
    (63, orders.OfComponent(1, 1, ADDRESS)),
    (64, orders.SystemRecords(1, 1, 102, TAG)),
    (65, orders.OfSystem(1, 1)),
    (66, orders.OfSystem(1, 1)),
    (67, orders.OfComponent(1, 1, ADDRESS)),
    (68, orders.OfSystem(1, 1)),
    (81, orders.Plain()),
    (84, orders.DeviceRecords(1, TAG)),
    (85, orders.Plain()),
    (86, orders.Plain()),
    (88, orders.Plain()),
    (89, orders.Plain()),
    (90, orders.SetClock(TAG)),
    (91, orders.Inspect(10)),
)


def packet(body: bytes, *, serial: int = 1, command: int = 2, source: bytes = SOURCE) -> bytes:
    """A whole packet of a device."""
    return encode(Frame(serial, source, CENTRE, command, body, TAG))


def fire_packet(serial: int = 1, source: bytes = SOURCE, *, address: bytes = ADDRESS) -> bytes:
    """One smoke detector in fire, as `status 02 00`: bit 0 says test, as real devices do."""
    body = encode_body((obj.ComponentStatus(1, 1, 40, address, 2, note_of("一层走廊"), TAG),))
    return packet(body, serial=serial, source=source)


def reading_packet(serial: int = 1, source: bytes = SOURCE, *, celsius: float = 21.5) -> bytes:
    """A room temperature: routine."""
    raw = round(celsius * 10)
    body = encode_body((obj.ComponentAnalog(1, 1, 30, ADDRESS, 3, raw, TAG),))
    return packet(body, serial=serial, source=source)


def all_packets() -> list[bytes]:
    """Collected and synthetic packets of every type and command."""
    made = [bytes.fromhex(row["hex"]) for row in GOLDEN]
    made += [packet(encode_body((each,))) for each in UPWARD]
    made += [packet(encode_body((each,) * each.COUNT_MAX)) for each in UPWARD]
    for order_type, each in ORDERS:
        command = int(orders.ORDERS[order_type].command)
        made.append(packet(orders.encode_order(order_type, (each,)), command=command))
    made += [packet(b"", command=command) for command in (2, 3, 6, 254)]
    made += [packet(bytes((flag, 1)) + bytes(46)) for flag in (134, 135, 136, 150, 204, 9)]
    return made
