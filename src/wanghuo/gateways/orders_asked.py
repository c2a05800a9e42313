"""From what a person asks of a transmitter to the bytes of its order, and back to words. Pure."""

from datetime import datetime
from typing import Any, Final

import msgspec

from wanghuo.errors import Invalid
from wanghuo.protocols import gb26875_orders as orders
from wanghuo.protocols.gb26875_frame import FrameError, tag_of, time_of
from wanghuo.protocols.gb26875_orders import ORDERS, Order, encode_order
from wanghuo.protocols.gb26875_unit import unit_of

ADDRESS_SIZE_HEX: Final = 8


class Asked(msgspec.Struct, frozen=True):
    """What an order is about; which fields count depends on its type.

    systems: (type, address). components: (system type, system address, 8 hex digits as on the
    wire). records, since: for 64 and 84. minutes: for 91.
    """

    systems: tuple[tuple[int, int], ...] = ()
    components: tuple[tuple[int, int, str], ...] = ()
    records: int = 1
    since: datetime | None = None
    minutes: int = 10


def order_body(order_type: int, asked: Asked, now: datetime) -> bytes:
    """The application data unit of the order. Raises Invalid naming the field and the remedy."""
    if order_type not in ORDERS:
        known = ", ".join(map(str, ORDERS))
        raise Invalid("type", f"{order_type} is no order of the standard", f"give one of {known}")
    try:
        return encode_order(order_type, _objects(order_type, asked, now))
    except FrameError as error:
        field, remedy = _FIELDS[ORDERS[order_type].made]
        most = ORDERS[order_type].count_max
        raise Invalid(field, "does not fit", remedy.format(most=most)) from error


def _objects(order_type: int, asked: Asked, now: datetime) -> tuple[Order, ...]:
    """The objects of the order as the standard lays them out."""
    made = ORDERS[order_type].made
    since = tag_of(asked.since or now)
    objects: dict[type[Order], tuple[Order, ...]] = {
        orders.OfSystem: tuple(orders.OfSystem(*system) for system in asked.systems),
        orders.OfComponent: tuple(
            orders.OfComponent(s, a, _address(text)) for s, a, text in asked.components
        ),
        orders.SystemRecords: tuple(
            orders.SystemRecords(*one, asked.records, since) for one in asked.systems
        ),
        orders.DeviceRecords: (orders.DeviceRecords(asked.records, since),),
        orders.SetClock: (orders.SetClock(tag_of(now)),),
        orders.Inspect: (orders.Inspect(asked.minutes),),
        orders.Plain: (orders.Plain(),),
    }
    return objects[made]


_SYSTEMS = ("systems", "give 1 to {most} pairs of system type and address, 0 to 255 each")
_RECORDS = ("records", "give 1 to 102 records, and one system where the order is about one")
_FIELDS: Final[dict[type[Order], tuple[str, str]]] = {
    orders.OfSystem: _SYSTEMS,
    orders.OfComponent: ("components", "give 1 to {most} components with 8 hex digits each"),
    orders.SystemRecords: _RECORDS,
    orders.DeviceRecords: _RECORDS,
    orders.Plain: ("type", "it takes no more"),
    orders.SetClock: ("type", "it takes no more"),
    orders.Inspect: ("minutes", "give 1 to 255 minutes"),
}


def _address(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise Invalid("components", f"{text!r} is no address", "give 8 hex digits") from error
    if len(raw) * 2 != ADDRESS_SIZE_HEX:
        raise Invalid("components", f"{text!r} is no address", "give 8 hex digits")
    return raw


def answer_words(body: bytes) -> list[dict[str, Any]]:
    """What an answer says, object by object, for a person; bytes as hex, times as RFC 3339."""
    words = []
    for each, _ in unit_of(body).objects:
        row: dict[str, Any] = {"type": each.TYPE}
        for name in each.__struct_fields__:
            value = getattr(each, name)
            if name in {"tag", "time"}:
                told = time_of(value)
                row["at" if name == "tag" else "time"] = told.isoformat() if told else None
            elif name in {"note", "text"}:
                row[name] = value.partition(b"\0")[0].decode("gb18030", "replace").strip()
            else:
                row[name] = value.hex() if isinstance(value, bytes) else value
        words.append(row)
    return words
