"""The small rules behind the doors: resends, notes, orders asked in words."""

from datetime import UTC, datetime

import pytest
from tests.protocols.gb26875_samples import ORDERS, TAG, UPWARD

from wanghuo.errors import Invalid
from wanghuo.gateways.duplicates import REMEMBERED_MAX, WINDOW_S, Deliveries
from wanghuo.gateways.orders_asked import Asked, answer_words, order_body
from wanghuo.gateways.quarantine import NOTE_PERIOD_S, NOTES_MAX, REASONS, Notes
from wanghuo.protocols.gb26875_frame import time_of
from wanghuo.protocols.gb26875_objects import encode_body
from wanghuo.protocols.gb26875_orders import decode_order

SECOND_US = 1_000_000
WINDOW_US = int(WINDOW_S) * SECOND_US
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_a_resend_within_the_window_is_the_same_delivery_even_over_a_minutes_end() -> None:
    deliveries = Deliveries()
    start = 10 * WINDOW_US - SECOND_US  # the minute ends between the sends
    first, again = deliveries.delivery("s", b"\x01\x00body", start)
    assert not again
    for resend in (10, 20, 30):
        assert deliveries.delivery("s", b"\x01\x00body", start + resend * SECOND_US) == (
            first,
            True,
        )


def test_two_gateways_name_a_resend_of_the_same_minute_alike() -> None:
    start = 10 * WINDOW_US
    first, _ = Deliveries().delivery("s", b"\x01\x00body", start)
    other, _ = Deliveries().delivery("s", b"\x01\x00body", start + 40 * SECOND_US)
    assert first == other


@pytest.mark.parametrize(
    ("sender", "said", "after_us"),
    [("s", b"\x02\x00body", 1), ("t", b"\x01\x00body", 1), ("s", b"\x01\x00body", WINDOW_US)],
)
def test_another_serial_sender_or_day_is_another_delivery(
    sender: str, said: bytes, after_us: int
) -> None:
    deliveries = Deliveries()
    first, _ = deliveries.delivery("s", b"\x01\x00body", 0)
    second, again = deliveries.delivery(sender, said, after_us)
    assert not again
    assert first != second or sender != "s"


def test_what_is_remembered_is_bounded() -> None:
    deliveries, notes = Deliveries(), Notes()
    for number in range(2 * REMEMBERED_MAX):
        deliveries.delivery(str(number), b"\0\0", 0)
    assert len(deliveries) <= REMEMBERED_MAX
    for number in range(2 * NOTES_MAX):
        assert notes.due("unknown_sender", str(number), 0.0)
    assert len(notes) <= NOTES_MAX


def test_a_note_is_due_once_an_hour() -> None:
    notes = Notes()
    assert notes.due("unknown_sender", "s", 0.0)
    assert not notes.due("unknown_sender", "s", NOTE_PERIOD_S - 1)
    assert notes.due("duplicate_address", "s", 1.0)
    assert notes.due("unknown_sender", "s", NOTE_PERIOD_S)


def test_every_reason_has_words_and_a_remedy_in_both_languages() -> None:
    assert all(
        text
        for reason in REASONS.values()
        for text in (reason.zh, reason.en, reason.remedy_zh, reason.remedy_en)
    )


WHOLE = Asked(
    systems=((1, 1),),
    components=((1, 1, "0A000200"),),
    records=102,
    since=time_of(TAG),
    minutes=10,
)


@pytest.mark.parametrize("order_type", [order_type for order_type, _ in ORDERS])
def test_every_order_can_be_asked_in_words(order_type: int) -> None:
    found = decode_order(order_body(order_type, WHOLE, NOON))
    assert found is not None
    assert found[0] == order_type
    assert len(found[1]) == 1


@pytest.mark.parametrize(
    ("order_type", "asked", "field"),
    [
        (69, Asked(), "type"),
        (61, Asked(), "systems"),
        (68, Asked(systems=((1, 1), (1, 2))), "systems"),
        (62, Asked(components=((1, 1, "xy"),)), "components"),
        (62, Asked(components=((1, 1, "0102"),)), "components"),
        (62, Asked(components=((1, 300, "01020304"),)), "components"),
        (64, Asked(systems=((1, 1),), records=0), "records"),
        (84, Asked(records=103), "records"),
        (91, Asked(minutes=256), "minutes"),
    ],
)
def test_an_order_that_does_not_fit_names_its_field(
    order_type: int, asked: Asked, field: str
) -> None:
    with pytest.raises(Invalid) as error:
        order_body(order_type, asked, NOON)
    assert error.value.field == field
    assert error.value.remedy


def test_every_answer_can_be_told_in_words() -> None:
    for each in UPWARD:
        [words] = answer_words(encode_body((each,)))
        assert words["type"] == each.TYPE
    assert answer_words(encode_body((UPWARD[1],)))[0]["note"] == "一层走廊"
    assert answer_words(b"\xff\xff") == []
