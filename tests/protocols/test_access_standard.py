"""Records of the access standard: what is taken, what is refused and in which words."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.protocols import access_standard
from wanghuo.protocols.access_standard import RecordError

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "device": "D-1",
    "kind": "reading",
    "at": "2026-11-22T16:00:00+08:00",
    "point": "p1",
    "quantity": "temperature",
    "value": 21.5,
    "unit": "℃",
}


def raw(**changed: object) -> bytes:
    return json.dumps({**GOOD, **changed}).encode()


def test_a_record_becomes_a_signal() -> None:
    signal = access_standard.read(raw(), "op1", NOW).signal
    assert signal.sender == "access:op1/D-1"
    assert signal.origin() == "access:op1/D-1/p1"
    assert (signal.kind, signal.value, signal.unit) == ("reading", 21.5, "℃")
    assert signal.happened_at == NOW


@pytest.mark.parametrize("kind", list(SignalKind))
def test_every_kind_survives_the_way_there_and_back(kind: SignalKind) -> None:
    first = access_standard.read(raw(kind=kind.value), "op1", NOW).signal
    again = access_standard.read(access_standard.encode(first), "op1", NOW).signal
    assert (again.kind, again.sender, again.value) == (kind, first.sender, first.value)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"device": "a/b"}, "device"),
        ({"device": 3}, "device"),
        ({"device": "x\n"}, "device"),
        ({"kind": "smoulder"}, "kind"),
        ({"at": "2026-11-22T16:00:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"point": "p" * 65}, "point"),
        ({"value": "21"}, "value"),
        ({"quantity": ""}, "quantity"),
        ({"unit": "u" * 17}, "unit"),
        ({"status": 70000}, "status"),
        ({"text": "t" * 501}, "text"),
        ({"sensor": "nose"}, "sensor"),
    ],
)
def test_a_flawed_record_is_refused_naming_field_and_remedy(
    changed: dict[str, object], field: str
) -> None:
    with pytest.raises(RecordError) as caught:
        access_standard.read(raw(**changed), "op1", NOW)
    assert caught.value.field == field
    assert caught.value.zh
    assert caught.value.en


def test_a_time_beyond_the_calendar_is_no_time() -> None:
    signal = access_standard.read(raw(at="0001-01-01T00:00:00+08:00"), "op1", NOW).signal
    assert signal.happened_at is None


def test_a_fire_in_the_wrong_encoding_is_a_fire() -> None:
    said = '{"device":"D-1","kind":"fire","at":"2026-11-22T08:00:00Z","text":"烟雾报警"}'
    taken = access_standard.read(said.encode("gb18030"), "op1", NOW)
    assert (taken.signal.kind, taken.signal.text) == (SignalKind.FIRE, "烟雾报警")
    assert taken.flaw is not None


def test_words_are_cleaned_of_what_no_database_holds() -> None:
    signal = access_standard.read(raw(kind="fire", text="a\0b\n", unit="\ud800"), "op1", NOW).signal
    assert signal.text == "a b"


@pytest.mark.parametrize(
    "changed",
    [
        {"point": "p\0"},
        {"at": "broken"},
        {"at": None},
        {"value": "hot"},
        {"text": "t" * 900},
        {"point": 7},
        {"status": -5},
        {"sensor": "nose"},
    ],
)
def test_a_fire_is_never_refused_for_a_bad_detail(changed: dict[str, object]) -> None:
    taken = access_standard.read(raw(kind="fire", **changed), "op1", NOW)
    assert taken.signal.kind is SignalKind.FIRE
    assert taken.signal.sender == "access:op1/D-1"
    assert taken.flaw is not None


def test_the_same_record_again_is_the_same_entry_while_its_clock_is_believed() -> None:
    first, again = (
        access_standard.read(raw(kind="fire"), "op1", NOW + timedelta(minutes=m)).signal
        for m in (0, 90)
    )
    assert access_standard.delivery_of(first) == access_standard.delivery_of(again)
    assert first.digest == again.digest


def test_a_clock_that_stands_still_does_not_swallow_the_next_fire() -> None:
    first, later = (
        access_standard.read(raw(kind="fire"), "op1", NOW + timedelta(days=d)).signal
        for d in (2, 3)
    )
    assert access_standard.delivery_of(first) != access_standard.delivery_of(later)


def test_a_batch_is_limited_and_says_so() -> None:
    body = json.dumps({"records": [{}] * 5001}).encode()
    with pytest.raises(RecordError, match="5000"):
        access_standard.records_of(body)
    assert len(access_standard.records_of(b'{"records":[{},{"a":1}]}')) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"records":{}}', b"\xff\xfe", b"[" * 9999])
def test_a_body_that_is_no_batch_is_named(body: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        access_standard.records_of(body)
    assert caught.value.field == "records"


@given(said=st.binary(max_size=120) | st.from_regex(rb'\{"device":"a","kind":"fire".{0,40}'))
def test_any_bytes_give_a_signal_or_the_one_error(said: bytes) -> None:
    for read in (
        lambda: access_standard.read(said, "op", NOW),
        lambda: access_standard.read_message(said, "op", "d", NOW),
    ):
        with contextlib.suppress(RecordError):
            assert isinstance(read().signal, Signal)
