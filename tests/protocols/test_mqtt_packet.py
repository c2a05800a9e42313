"""MQTT packets: any bytes give a packet or the one error, and a client library agrees."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from wanghuo.protocols import mqtt_packet, mqtt_topic
from wanghuo.protocols import mqtt_properties as properties
from wanghuo.protocols.mqtt_packet import LEVEL_3, LEVEL_5
from wanghuo.protocols.mqtt_properties import MqttError, Reader

READERS = {
    1: lambda first, data, _level: mqtt_packet.connect(first, data, 0, len(data)),
    3: lambda first, data, level: mqtt_packet.publish(first, data, 0, len(data), level),
    6: lambda first, data, level: mqtt_packet.ack(first, data, 0, len(data), level),
    8: lambda first, data, level: mqtt_packet.subscribe(first, data, 0, len(data), level),
    10: lambda first, data, level: mqtt_packet.unsubscribe(first, data, 0, len(data), level),
    14: lambda first, data, level: mqtt_packet.disconnect(first, data, 0, len(data), level),
}
levels = st.sampled_from([LEVEL_3, LEVEL_5])


@given(
    kind=st.sampled_from(sorted(READERS)),
    flags=st.integers(0, 15),
    body=st.binary(max_size=80),
    level=levels,
)
def test_any_body_is_read_or_is_the_one_error(
    kind: int, flags: int, body: bytes, level: int
) -> None:
    with contextlib.suppress(MqttError):
        assert READERS[kind](kind << 4 | flags, body, level) is not None


@given(tail=st.binary(max_size=40), level=levels, flags=st.integers(0, 255))
def test_any_connect_is_read_or_is_the_one_error(tail: bytes, level: int, flags: int) -> None:
    body = b"\0\4MQTT" + bytes([level, flags, 0, 9]) + tail
    with contextlib.suppress(MqttError):
        assert mqtt_packet.connect(0x10, body, 0, len(body)).level == level


@given(data=st.binary(max_size=64), at=st.integers(0, 8))
def test_a_frame_lies_inside_its_bytes(data: bytes, at: int) -> None:
    with contextlib.suppress(MqttError):
        frame = mqtt_packet.frame_at(data, at, 1000)
        assert frame is None or at < frame[1] <= frame[2] <= len(data)


@given(size=st.integers(0, 268_435_455))
def test_a_length_reads_back(size: int) -> None:
    written = properties.length(size)
    assert Reader(written, 0, len(written)).variable() == size


def test_properties_that_a_client_library_writes_are_read() -> None:
    said = Properties(PacketTypes.CONNECT)
    said.SessionExpiryInterval = 30
    said.ReceiveMaximum = 20
    said.MaximumPacketSize = 4000
    said.UserProperty = ("a", "望火")
    packed = said.pack()
    found = properties.read(Reader(packed, 0, len(packed)), properties.IN_CONNECT)
    assert found == {17: 30, 33: 20, 39: 4000}


def test_properties_that_we_write_are_read_by_a_client_library() -> None:
    packed = properties.write({17: 0, 33: 1024, 18: "auto-1", 42: 0})
    found, size = Properties(PacketTypes.CONNACK).unpack(packed)
    assert size == len(packed)
    assert found.AssignedClientIdentifier == "auto-1"
    assert found.ReceiveMaximum == 1024


@pytest.mark.parametrize(
    ("packed", "flaw"),
    [
        (b"\x02\x17\x02", "property_value"),
        (b"\x04\x17\x01\x17\x01", "property_twice"),
        (b"\x02\x12\x00", "property_not_allowed"),
        (b"\x03\x21\x00\x00", "property_value"),
        (b"\x09\x11\x00", "malformed"),
        (b"\xff\xff\xff\xff\xff", "long_length"),
        (b"\x05\x15\x00\x02\xc3\x28", "bad_utf8"),
    ],
)
def test_bad_properties_are_named(packed: bytes, flaw: str) -> None:
    with pytest.raises(MqttError) as caught:
        properties.read(Reader(packed, 0, len(packed)), properties.IN_CONNECT)
    assert caught.value.flaw == flaw


@pytest.mark.parametrize(
    ("wanted", "name", "right"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("+/+", "/b", True),
        ("a/b", "a", False),
        ("#", "a/b", True),
    ],
)
def test_filters_match_as_the_standard_says(wanted: str, name: str, right: bool) -> None:  # noqa: FBT001 - a table column
    assert mqtt_topic.matches(wanted, name) is right


@pytest.mark.parametrize("wanted", ["", "a#", "a/#/b", "a+/b", "#/a"])
def test_a_misplaced_wildcard_is_no_filter(wanted: str) -> None:
    assert not mqtt_topic.is_filter(wanted)


@pytest.mark.parametrize(
    ("topic", "device"),
    [
        ("access/v1/op/D/signal", "D"),
        ("access/v1/op/D/state", "D"),
        ("access/v1/op/D/x", None),
        ("access/v1/op//state", None),
        ("access/v1/o/D/state", None),
        ("access/v1/op/D/state/x", None),
    ],
)
def test_an_operator_publishes_only_under_its_own_name(topic: str, device: str | None) -> None:
    address = mqtt_topic.address_of(topic, "op")
    assert (address.device if address else None) == device
