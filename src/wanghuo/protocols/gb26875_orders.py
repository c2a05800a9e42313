"""What the centre sends down: queries 61 to 88 and controls 89 to 91, both ways. Pure.

Source. Clause 8.3 of GB/T 26875.3-2011, figures 31 to 46. Two traps of the print: 62 and 63 name
no component type, 90 has no reserved byte. Queries ride command 4, controls command 1.
"""

import struct
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from wanghuo.protocols.gb26875_frame import TAG_SIZE_BYTES, Command, FrameError

if TYPE_CHECKING:
    from collections.abc import Callable

UNIT_HEAD_SIZE_BYTES: Final = 2  # type flag and number of objects
RECORDS_MAX: Final = 102
INITIALISE: Final = 89
SYNCHRONISE: Final = 90
INSPECT: Final = 91
READ_DEVICE_CLOCK: Final = 88


class Order(msgspec.Struct, frozen=True):
    """One object of a query or a control. COUNT_MAX: most objects in one packet."""

    LAYOUT: ClassVar[struct.Struct]
    COUNT_MAX: ClassVar[int] = 1


class OfSystem(Order, frozen=True):
    """61, 65, 66, 68: which system."""

    LAYOUT = struct.Struct("<BB")

    system_type: int
    system_address: int


class OfComponent(Order, frozen=True):
    """62, 63, 67: which component; 4 address bytes as on the wire."""

    LAYOUT = struct.Struct("<BB4s")

    system_type: int
    system_address: int
    component_address: bytes


class SystemRecords(Order, frozen=True):
    """64: how many operation records (1 to 102) of a system, from when on (a raw tag)."""

    LAYOUT = struct.Struct("<BBB6s")

    system_type: int
    system_address: int
    records: int
    since: bytes


class DeviceRecords(Order, frozen=True):
    """84: how many operation records of the transmitter, from when on (a raw tag)."""

    LAYOUT = struct.Struct("<B6s")

    records: int
    since: bytes


class Plain(Order, frozen=True):
    """81, 85, 86, 88, 89: nothing but one reserved byte, 0."""

    LAYOUT = struct.Struct("<B")

    reserved: int = 0


class SetClock(Order, frozen=True):
    """90: the centre's time, a raw tag."""

    LAYOUT = struct.Struct("<6s")

    time: bytes


class Inspect(Order, frozen=True):
    """91: is anybody at the transmitter? Minutes to answer by a key (查岗)."""

    LAYOUT = struct.Struct("<B")

    minutes: int


class Shape(msgspec.Struct, frozen=True):
    """How one downward type is sent: its object, most objects a packet, its command."""

    made: type[Order]
    count_max: int
    command: Command
    name_zh: str
    name_en: str


def _query(made: type[Order], count_max: int, zh: str, en: str) -> Shape:
    return Shape(made, count_max, Command.REQUEST, zh, en)


def _control(made: type[Order], zh: str, en: str) -> Shape:
    return Shape(made, 1, Command.CONTROL, zh, en)


ORDERS: Final[dict[int, Shape]] = {
    61: _query(OfSystem, 102, "读系统状态", "read system states"),
    62: _query(OfComponent, 22, "读部件运行状态", "read component states"),
    63: _query(OfComponent, 63, "读部件模拟量值", "read component readings"),
    64: _query(SystemRecords, 1, "读设施操作信息记录", "read facility operations"),
    65: _query(OfSystem, 1, "读设施软件版本", "read facility version"),
    66: _query(OfSystem, 3, "读系统配置情况", "read system configuration"),
    67: _query(OfComponent, 26, "读部件配置情况", "read component configuration"),
    68: _query(OfSystem, 1, "读设施系统时间", "read facility clock"),
    81: _query(Plain, 1, "读装置运行状态", "read transmitter state"),
    84: _query(DeviceRecords, 1, "读装置操作信息记录", "read transmitter operations"),
    85: _query(Plain, 1, "读装置软件版本", "read transmitter version"),
    86: _query(Plain, 1, "读装置配置情况", "read transmitter configuration"),
    READ_DEVICE_CLOCK: _query(Plain, 1, "读装置系统时间", "read transmitter clock"),
    INITIALISE: _control(Plain, "初始化装置", "initialise transmitter"),
    SYNCHRONISE: _control(SetClock, "同步装置时钟", "set transmitter clock"),
    INSPECT: _control(Inspect, "查岗", "inspection call"),
}
ANSWER_TYPES: Final[dict[int, int]] = {
    order: order - 60 for order in ORDERS if order <= READ_DEVICE_CLOCK
}  # query 61 is answered by type 1, 88 by 28


def encode_order(order_type: int, objects: tuple[Order, ...]) -> bytes:
    """The application data unit of an order. Raises FrameError("unfit_value")."""
    shape = ORDERS.get(order_type)
    if shape is None or not 1 <= len(objects) <= shape.count_max:
        raise FrameError("unfit_value")
    parts = [bytes((order_type, len(objects)))]
    for each in objects:
        if type(each) is not shape.made or not _fits(each):
            raise FrameError("unfit_value")
        try:
            parts.append(each.LAYOUT.pack(*msgspec.structs.astuple(each)))
        except struct.error as error:
            raise FrameError("unfit_value") from error
    return b"".join(parts)


def decode_order(body: bytes) -> tuple[int, tuple[Order, ...]] | None:
    """The type and the objects of an order; None if it is none. Never raises.

    What a device does; here for tests, twins and for what a neighbour platform sends.
    """
    shape = ORDERS.get(body[0]) if len(body) > UNIT_HEAD_SIZE_BYTES else None
    if shape is None or len(body) != UNIT_HEAD_SIZE_BYTES + body[1] * shape.made.LAYOUT.size:
        return None
    build: Callable[..., Order] = shape.made
    pieces = shape.made.LAYOUT.iter_unpack(body[UNIT_HEAD_SIZE_BYTES:])
    return body[0], tuple(build(*fields) for fields in pieces)


def _fits(each: Order) -> bool:
    """What the print limits beyond the size of a field."""
    match each:
        case SystemRecords(records=records, since=since):
            return 1 <= records <= RECORDS_MAX and len(since) == TAG_SIZE_BYTES
        case DeviceRecords(records=records, since=since):
            return 1 <= records <= RECORDS_MAX and len(since) == TAG_SIZE_BYTES
        case SetClock(time=time):
            return len(time) == TAG_SIZE_BYTES
        case OfComponent(component_address=address):
            return len(address) == 4  # noqa: PLR2004 - table 5, component address
        case _:
            return True
