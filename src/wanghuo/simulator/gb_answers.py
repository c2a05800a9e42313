"""What a transmitter answers when the centre asks (queries 61 to 88). Pure, seeded."""

from datetime import datetime
from random import Random

from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import tag_of
from wanghuo.protocols.gb26875_orders import (
    DeviceRecords,
    OfComponent,
    OfSystem,
    Order,
    SystemRecords,
)

SMOKE_COMPONENT = 42
TEMPERATURE = 3
NORMAL = 1


def answer(order_type: int, asked: tuple[Order, ...], now: datetime, rng: Random) -> bytes:
    """The body of the answer (types 1 to 28)."""
    tag = tag_of(now)
    return obj.encode_body(tuple(_object(order_type, one, tag, rng) for one in asked))


def _object(order_type: int, asked: Order, tag: bytes, rng: Random) -> obj.Upward:
    match asked:
        case OfComponent(system_type=system, system_address=at, component_address=address):
            return _component(order_type, system, at, address, tag, rng)
        case OfSystem(system_type=system, system_address=at):
            return _system(order_type, system, at, tag)
        case SystemRecords(system_type=system, system_address=at):
            return obj.SystemOperation(system, at, 1 << 4, 1, tag)
        case DeviceRecords():
            return obj.DeviceOperation(1 << 4, 1, tag)
        case _:
            return _device(order_type, tag)


def _component(  # noqa: PLR0913, PLR0917 - the fields of the wire
    order_type: int, system: int, at: int, address: bytes, tag: bytes, rng: Random
) -> obj.Upward:
    note = obj.note_of("仿真部件")
    if order_type == 62:  # noqa: PLR2004 - read component states
        return obj.ComponentStatus(system, at, SMOKE_COMPONENT, address, NORMAL, note, tag)
    if order_type == 63:  # noqa: PLR2004 - read component readings
        tenths = 200 + rng.randrange(60)
        return obj.ComponentAnalog(system, at, SMOKE_COMPONENT, address, TEMPERATURE, tenths, tag)
    return obj.ComponentConfiguration(system, at, SMOKE_COMPONENT, address, note)


def _system(order_type: int, system: int, at: int, tag: bytes) -> obj.Upward:
    made: dict[int, obj.Upward] = {
        61: obj.SystemStatus(system, at, NORMAL, tag),
        65: obj.SystemVersion(system, at, 2, 1),
        66: obj.SystemConfiguration(system, at, "仿真系统".encode("gb18030")),
        68: obj.SystemClock(system, at, tag),
    }
    return made[order_type]


def _device(order_type: int, tag: bytes) -> obj.Upward:
    made: dict[int, obj.Upward] = {
        81: obj.DeviceStatus(NORMAL, tag),
        85: obj.DeviceVersion(1, 4),
        86: obj.DeviceConfiguration("仿真装置".encode("gb18030")),
        88: obj.DeviceClock(tag),
    }
    return made[order_type]
