"""MQTT 3.1.1 and 5.0 packets as a server meets them: bytes in, packets out. No sockets, no clock.

Source. OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3. Why not a library: docs/decisions/0041.
Invariant (fuzzed). Any bytes give a packet, None or MqttError, and never another error.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from wanghuo.protocols import mqtt_properties as properties
from wanghuo.protocols.mqtt_properties import MqttError, Reader, Reason, Value, length, malformed

LEVEL_3, LEVEL_5 = 4, 5  # the protocol level bytes of 3.1.1 and 5.0
PINGRESP: Final = b"\xd0\x00"
CLIENT_ID_SIZE_MAX_CHARS: Final = 128
FILTERS_MAX: Final = 100
_QOS_NONE: Final = 3
CONNACK_3: Final = {  # 3.1.1 has six answers
    Reason.SUCCESS: 0,
    Reason.BAD_VERSION: 1,
    Reason.BAD_CLIENT_ID: 2,
    Reason.UNAVAILABLE: 3,
    Reason.BUSY: 3,
    Reason.SHUTTING_DOWN: 3,
    Reason.BAD_KEY: 4,
}
_CONNACK_3_OTHER: Final = 5


class Kind(IntEnum):
    """Control packet types (2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class Will(NamedTuple):
    """What to publish for a client whose connection breaks."""

    topic: str
    payload: bytes
    retain: bool


class Connect(NamedTuple):
    """CONNECT. keep_alive_s: 0 for none. packet_size_max: 0 if the client sets no limit."""

    level: int
    client_id: str
    clean: bool
    keep_alive_s: int
    will: Will | None
    username: str | None
    password: bytes | None
    packet_size_max: int
    auth_method: str


class Publish(NamedTuple):
    """PUBLISH. topic: as bytes, not yet checked. packet_id: 0 with QoS 0."""

    topic: bytes
    payload: bytes
    qos: int
    retain: bool
    duplicate: bool
    packet_id: int


class Wanted(NamedTuple):
    """One filter of a SUBSCRIBE."""

    topic_filter: str
    qos: int
    no_local: bool
    keep_retain: bool
    retain_handling: int


class Subscribe(NamedTuple):
    """SUBSCRIBE."""

    packet_id: int
    wanted: list[Wanted]


class Unsubscribe(NamedTuple):
    """UNSUBSCRIBE."""

    packet_id: int
    filters: list[str]


def frame_at(data: bytes, at: int, size_max: int) -> tuple[int, int, int] | None:
    """First byte, begin and end of the body of the packet at `at`; None if more bytes are needed.

    Raises MqttError, too_large as soon as the length is known.
    """
    here = len(data)
    if here - at < 2:  # noqa: PLR2004 - the shortest packet
        return None
    size, shift, nth = 0, 0, at + 1
    while True:
        if nth >= here:
            return None
        digit = data[nth]
        size |= (digit & 0x7F) << shift
        nth += 1
        if digit < 0x80:  # noqa: PLR2004 - the continuation bit
            break
        shift += 7
        if shift > 21:  # noqa: PLR2004 - at most four bytes
            raise malformed("long_length")
    if nth - at + size > size_max:
        raise MqttError(Reason.TOO_LARGE, "too_large")
    end = nth + size
    return (data[at], nth, end) if end <= here else None


def expect_connect(data: bytes) -> None:
    """Raise MqttError when the first byte of a connection cannot begin a CONNECT."""
    if data and data[0] >> 4 != Kind.CONNECT:
        raise MqttError(Reason.PROTOCOL_ERROR, "no_connect")


def connect(first: int, data: bytes, at: int, end: int) -> Connect:
    """Read a CONNECT (3.1)."""
    if first != Kind.CONNECT << 4:
        raise malformed("bad_flags")
    reader = Reader(data, at, end)
    name = reader.binary()
    level = reader.number(1)
    if name not in {b"MQTT", b"MQIsdp"}:
        raise MqttError(Reason.BAD_VERSION, "not_mqtt")
    if (name, level) not in {(b"MQTT", LEVEL_3), (b"MQTT", LEVEL_5)}:
        raise MqttError(Reason.BAD_VERSION, "bad_version")
    flags = reader.number(1)
    keep_alive_s = reader.number(2)
    limits: dict[int, Value] = {}
    if level == LEVEL_5:
        limits = properties.read(reader, properties.IN_CONNECT)
    if flags & 1:
        raise malformed("bad_flags")
    client_id = reader.text()
    will = _will(reader, flags, level)
    username = reader.text() if flags & 0x80 else None
    if level == LEVEL_3 and flags & 0x40 and not flags & 0x80:
        raise malformed("bad_flags")
    password = reader.binary() if flags & 0x40 else None
    if reader.at != end:
        raise malformed("bytes_left")
    size_max, method = limits.get(properties.PACKET_SIZE_MAX), limits.get(properties.AUTH_METHOD)
    return Connect(
        level=level,
        client_id=client_id,
        clean=bool(flags & 2),
        keep_alive_s=keep_alive_s,
        will=will,
        username=username,
        password=password,
        packet_size_max=size_max if isinstance(size_max, int) else 0,
        auth_method=method if isinstance(method, str) else "",
    )


def _will(reader: Reader, flags: int, level: int) -> Will | None:
    qos = flags >> 3 & 3
    if not flags & 4:
        if qos or flags & 0x20:
            raise malformed("bad_flags")
        return None
    if qos == _QOS_NONE:
        raise malformed("bad_qos")
    if level == LEVEL_5:
        properties.read(reader, properties.IN_WILL)
    topic = reader.text()
    if not topic or "+" in topic or "#" in topic:
        raise MqttError(Reason.BAD_TOPIC, "bad_topic")
    return Will(topic, reader.binary(), bool(flags & 0x20))


def publish(first: int, data: bytes, at: int, end: int, level: int) -> Publish:
    """Read a PUBLISH (3.3). The hot path: plain indexing, no objects but the answer."""
    qos = first >> 1 & 3
    if qos == _QOS_NONE or (not qos and first & 8):
        raise malformed("bad_qos")
    topic_at = at + 2
    if topic_at > end:
        raise malformed()
    here = topic_at + (data[at] << 8 | data[at + 1])
    packet_id = 0
    if here + (2 if qos else 0) > end:
        raise malformed()
    topic = data[topic_at:here]
    if qos:
        packet_id = data[here] << 8 | data[here + 1]
        here += 2
        if not packet_id:
            raise MqttError(Reason.PROTOCOL_ERROR, "packet_id_zero")
    if level == LEVEL_5:
        if here >= end:
            raise malformed()
        if data[here]:
            here = _past_publish_properties(data, here, end)
        else:
            here += 1
    return Publish(topic, data[here:end], qos, bool(first & 1), bool(first & 8), packet_id)


def _past_publish_properties(data: bytes, at: int, end: int) -> int:
    reader = Reader(data, at, end)
    found = properties.read(reader, properties.IN_PUBLISH)
    if properties.TOPIC_ALIAS in found:  # we announced no Topic Alias Maximum
        raise MqttError(Reason.BAD_TOPIC_ALIAS, "bad_topic_alias")
    return reader.at


def ack(first: int, data: bytes, at: int, end: int, level: int) -> tuple[int, int]:
    """Packet id and reason code of a PUBACK, PUBREC, PUBREL or PUBCOMP."""
    if first & 0x0F != (2 if first >> 4 == Kind.PUBREL else 0):
        raise malformed("bad_flags")
    reader = Reader(data, at, end)
    packet_id = reader.number(2)
    reason = 0
    if level == LEVEL_5 and reader.at < end:
        reason = reader.number(1)
        if reader.at < end:
            properties.read(reader, properties.IN_ACK)
    if reader.at != end:
        raise malformed("bytes_left")
    if not packet_id:
        raise MqttError(Reason.PROTOCOL_ERROR, "packet_id_zero")
    return packet_id, reason


def subscribe(first: int, data: bytes, at: int, end: int, level: int) -> Subscribe:
    """Read a SUBSCRIBE (3.8)."""
    reader, packet_id = _asking(first, Kind.SUBSCRIBE, data, at, end)
    if level == LEVEL_5:
        found = properties.read(reader, properties.IN_SUBSCRIBE)
        if properties.SUBSCRIPTION_ID in found:
            raise MqttError(Reason.NO_SUBSCRIPTION_IDS, "subscription_id")
    wanted = []
    while reader.at < end:
        topic_filter = reader.text()
        options = reader.number(1)
        reserved = options & (0xC0 if level == LEVEL_5 else 0xFC)
        if reserved or options & 3 == _QOS_NONE or options >> 4 & 3 == _QOS_NONE:
            raise malformed("bad_options")
        wanted.append(
            Wanted(
                topic_filter,
                options & 3,
                bool(options & 4),
                bool(options & 8),
                options >> 4 & 3,
            )
        )
    _at_least_one(len(wanted))
    return Subscribe(packet_id, wanted)


def unsubscribe(first: int, data: bytes, at: int, end: int, level: int) -> Unsubscribe:
    """Read an UNSUBSCRIBE (3.10)."""
    reader, packet_id = _asking(first, Kind.UNSUBSCRIBE, data, at, end)
    if level == LEVEL_5:
        properties.read(reader, properties.IN_UNSUBSCRIBE)
    filters = []
    while reader.at < end:
        filters.append(reader.text())
    _at_least_one(len(filters))
    return Unsubscribe(packet_id, filters)


def _asking(first: int, kind: Kind, data: bytes, at: int, end: int) -> tuple[Reader, int]:
    if first != kind << 4 | 2:
        raise malformed("bad_flags")
    reader = Reader(data, at, end)
    packet_id = reader.number(2)
    if not packet_id:
        raise MqttError(Reason.PROTOCOL_ERROR, "packet_id_zero")
    return reader, packet_id


def _at_least_one(filters: int) -> None:
    if not filters:
        raise MqttError(Reason.PROTOCOL_ERROR, "no_filter")
    if filters > FILTERS_MAX:
        raise MqttError(Reason.QUOTA, "too_many_filters")


def disconnect(first: int, data: bytes, at: int, end: int, level: int) -> int:
    """The reason of a DISCONNECT (3.14)."""
    if first & 0x0F:
        raise malformed("bad_flags")
    reader = Reader(data, at, end)
    if level != LEVEL_5 or at == end:
        reader.at = end if level == LEVEL_5 else reader.at
        if reader.at != end:
            raise malformed("bytes_left")
        return 0
    reason = reader.number(1)
    if reader.at < end:
        properties.read(reader, properties.IN_DISCONNECT)
    if reader.at != end:
        raise malformed("bytes_left")
    return reason


def connack(level: int, reason: Reason, said: dict[int, Value] | None = None) -> bytes:
    """A CONNACK without a kept session. said: properties, for 5.0 only."""
    if level != LEVEL_5:
        return bytes((0x20, 2, 0, CONNACK_3.get(reason, _CONNACK_3_OTHER)))
    body = bytes((0, reason)) + properties.write(said or {})
    return b"\x20" + length(len(body)) + body


def acked(kind: Kind, packet_id: int, reason: int, level: int) -> bytes:
    """A PUBACK, PUBREC or PUBCOMP; 3.1.1 knows no reasons."""
    first = kind << 4
    if not reason or level != LEVEL_5:
        return bytes((first, 2, packet_id >> 8, packet_id & 0xFF))
    return bytes((first, 3, packet_id >> 8, packet_id & 0xFF, reason))


def answered(kind: Kind, packet_id: int, reasons: list[int], level: int) -> bytes:
    """A SUBACK or UNSUBACK; each reason is a granted QoS or a Reason."""
    body = packet_id.to_bytes(2, "big")
    if level == LEVEL_5:
        body += b"\0" + bytes(reasons)
    elif kind is Kind.SUBACK:
        body += bytes(min(0x80, one) for one in reasons)  # 3.1.1 knows one failure
    return bytes([kind << 4]) + length(len(body)) + body


def disconnected(reason: Reason) -> bytes:
    """A DISCONNECT from the server, 5.0 only."""
    return bytes((0xE0, 1, reason))


def published(topic: str, payload: bytes, *, retain: bool, level: int) -> bytes:
    """A PUBLISH to a subscriber, QoS 0."""
    body = properties.text(topic) + (b"\0" if level == LEVEL_5 else b"") + payload
    return bytes([0x30 | retain]) + length(len(body)) + body
