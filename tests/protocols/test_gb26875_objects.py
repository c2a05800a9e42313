"""Each of types 1-28 and 61-91 there and back; odd sizes degrade and never raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocols.gb26875_samples import ADDRESS, ORDERS, TAG, UPWARD

from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols import gb26875_orders as orders
from wanghuo.protocols.gb26875_frame import BODY_SIZE_BYTES_MAX, FrameError
from wanghuo.protocols.gb26875_objects import encode_body, note_of, text_of
from wanghuo.protocols.gb26875_unit import unit_of

SIZES = {1: 10, 2: 46, 3: 16, 4: 10, 5: 4, 6: 3, 7: 38, 8: 8, 21: 7, 24: 8, 25: 2, 26: 1, 28: 6}


def test_every_upward_type_of_the_print_is_here_with_its_size() -> None:
    assert set(obj.UPWARD) == set(SIZES)
    for each in UPWARD:
        text_size = len(getattr(each, "text", b""))
        assert len(encode_body((each,))) == 2 + SIZES[each.TYPE] + text_size
        if each.TYPE not in obj.TEXTED:
            assert len(encode_body((each,) * each.COUNT_MAX)) <= BODY_SIZE_BYTES_MAX


@pytest.mark.parametrize("each", UPWARD, ids=lambda each: f"type{each.TYPE}")
def test_an_upward_object_goes_there_and_back(each: obj.Upward) -> None:
    for count in (1, each.COUNT_MAX):
        body = encode_body((each,) * count)
        unit = unit_of(body)
        assert (unit.type, unit.rest, unit.flaw) == (each.TYPE, b"", "")
        assert [got for got, _ in unit.objects] == [each] * count
        assert b"".join(raw for _, raw in unit.objects) == body[2:]


@given(
    status=st.integers(0, 0xFFFF),
    value=st.integers(-0x8000, 0x7FFF),
    bytes4=st.binary(min_size=4, max_size=4),
    tag=st.binary(min_size=6, max_size=6),
    text=st.binary(max_size=255),
    byte=st.integers(0, 255),
)
def test_any_field_value_goes_there_and_back(
    status: int, value: int, bytes4: bytes, tag: bytes, text: bytes, byte: int
) -> None:
    made = (
        obj.SystemStatus(byte, byte, status, tag),
        obj.ComponentStatus(byte, 1, byte, bytes4, status, text[:31].ljust(31, b"\0"), tag),
        obj.ComponentAnalog(1, byte, byte, bytes4, byte, value, tag),
        obj.SystemOperation(1, byte, byte, byte, tag),
        obj.SystemConfiguration(byte, byte, text),
        obj.DeviceStatus(byte, tag),
        obj.DeviceOperation(byte, byte, tag),
        obj.DeviceConfiguration(text),
        obj.DeviceClock(tag),
    )
    for each in made:
        assert [got for got, _ in unit_of(encode_body((each,))).objects] == [each]


@pytest.mark.parametrize(("order_type", "each"), ORDERS, ids=lambda each: str(each)[:12])
def test_an_order_goes_there_and_back(order_type: int, each: orders.Order) -> None:
    for count in {1, orders.ORDERS[order_type].count_max}:
        body = orders.encode_order(order_type, (each,) * count)
        assert len(body) <= BODY_SIZE_BYTES_MAX
        assert orders.decode_order(body) == (order_type, (each,) * count)
        assert orders.decode_order(body + b"\0") is None


def test_every_order_of_the_print_is_here() -> None:
    printed = {*range(61, 69), 81, *range(84, 87), *range(88, 92)}
    assert set(orders.ORDERS) == printed == {order_type for order_type, _ in ORDERS}
    assert orders.encode_order(90, (orders.SetClock(TAG),)) == b"\x5a\x01" + TAG
    assert orders.encode_order(91, (orders.Inspect(10),)) == b"\x5b\x01\x0a"
    assert orders.encode_order(89, (orders.Plain(),)) == b"\x59\x01\x00"
    assert orders.encode_order(62, (orders.OfComponent(1, 2, ADDRESS),)) == (
        b"\x3e\x01\x01\x02" + ADDRESS
    )
    assert orders.ANSWER_TYPES[88] == 28


@pytest.mark.parametrize(
    ("order_type", "objects"),
    [
        (60, (orders.Plain(),)),
        (81, ()),
        (81, (orders.Plain(), orders.Plain())),
        (81, (orders.OfSystem(1, 1),)),
        (61, (orders.OfSystem(256, 1),)),
        (62, (orders.OfComponent(1, 1, b"123"),)),
        (64, (orders.SystemRecords(1, 1, 0, TAG),)),
        (84, (orders.DeviceRecords(103, TAG),)),
        (90, (orders.SetClock(b""),)),
        (91, (orders.Inspect(300),)),
    ],
)
def test_an_order_that_does_not_fit_is_refused(
    order_type: int, objects: tuple[orders.Order, ...]
) -> None:
    with pytest.raises(FrameError, match="unfit_value"):
        orders.encode_order(order_type, objects)


def test_upward_objects_that_do_not_fit_are_refused() -> None:
    bad: list[tuple[obj.Upward, ...]] = [
        (),
        (UPWARD[0], UPWARD[1]),
        (UPWARD[4], UPWARD[4]),
        (obj.SystemStatus(1, 1, 70000, TAG),),
        (obj.SystemStatus(1, 1, 1, b"123"),),
        (obj.ComponentStatus(1, 1, 40, b"12", 1),),
        (obj.DeviceConfiguration(bytes(256)),),
    ]
    for objects in bad:
        with pytest.raises(FrameError, match="unfit_value"):
            encode_body(objects)


COMPONENT = encode_body((UPWARD[1],))[2:]
ODD = [
    # body, objects understood, rest, flaw
    (b"\x02\x02" + COMPONENT, 1, b"", ""),  # claims two, brings one
    (b"\x02\x00" + COMPONENT * 2, 2, b"", ""),  # claims none
    (b"\x02\x01" + COMPONENT[:40], 1, b"", ""),  # no time
    (b"\x02\x01" + COMPONENT[:9] + TAG, 1, b"", "no_note"),  # no description
    (b"\x02\x02" + (COMPONENT[:9] + TAG) * 2, 2, b"", "no_note"),
    (b"\x02\x01" + COMPONENT + b"xyz", 1, b"xyz", "odd_size"),  # more behind it
    (b"\x02\x01" + COMPONENT[:20], 1, b"", "odd_size"),  # cut in its description
    (b"\x02\x01" + COMPONENT[:8], 0, COMPONENT[:8], "odd_size"),  # cut before its status
    (b"\x15\x01\x01", 1, b"", ""),  # transmitter state without time
    (b"\x15\x01", 0, b"\x15\x01", "no_object"),
    (b"\x05\x01\x01\x01\x01\x02" + TAG, 1, b"", ""),  # a time where the print has none
    (b"\x06\x01\x01\x01\x05ab", 0, b"\x01\x01\x05ab", "cut_text"),
    (b"\x1a\x01", 0, b"", "no_object"),
    (b"\x3c\x01abc", 0, b"\x3c\x01abc", "unknown_type"),
    (b"\x02", 0, b"\x02", "no_object"),
]


@pytest.mark.parametrize(("body", "understood", "rest", "flaw"), ODD)
def test_an_odd_size_degrades(body: bytes, understood: int, rest: bytes, flaw: str) -> None:
    unit = unit_of(body)
    assert (len(unit.objects), unit.rest, unit.flaw) == (understood, rest, flaw)


@given(st.binary(max_size=300))
def test_any_body_is_read_without_an_error_and_no_byte_is_lost(body: bytes) -> None:
    for first in (body[:1], bytes((2,)), bytes((6,)), bytes((21,))):
        tried = first + body[1:]
        unit = unit_of(tried)
        understood = b"".join(raw for _, raw in unit.objects)
        assert len(tried) <= 2 or understood + unit.rest in (tried[2:], tried)


def test_texts_are_cut_at_the_first_nul_and_trimmed() -> None:
    assert text_of("厨房".encode("gb18030").ljust(31, b" ")) == "厨房"
    assert text_of("厨房".encode("gb18030") + b"\0" + "旧字".encode("gb18030")) == "厨房"
    assert text_of(b"\xff\xfe") == "��"
    assert len(note_of("很长的部件说明文字" * 4)) == 31
