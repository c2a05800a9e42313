"""MQTT 5 properties and the reading of MQTT's basic types.

Source. OASIS MQTT 5.0, sections 1.5 and 2.2.2, table 2-4; MQTT 3.1.1, section 1.5.
Invariant (fuzzed). Any bytes give values or MqttError, and never another error.
"""

from enum import IntEnum
from typing import Final


class Reason(IntEnum):
    """Reason codes of MQTT 5.0, section 2.4; `CONNACK_3` says what 3.1.1 makes of them."""

    SUCCESS = 0x00
    WITH_WILL = 0x04
    UNSPECIFIED = 0x80
    MALFORMED = 0x81
    PROTOCOL_ERROR = 0x82
    NOT_NOW = 0x83
    BAD_VERSION = 0x84
    BAD_CLIENT_ID = 0x85
    BAD_KEY = 0x86
    NOT_AUTHORIZED = 0x87
    UNAVAILABLE = 0x88
    BUSY = 0x89
    SHUTTING_DOWN = 0x8B
    BAD_AUTH_METHOD = 0x8C
    KEEP_ALIVE_OVER = 0x8D
    TAKEN_OVER = 0x8E
    BAD_FILTER = 0x8F
    BAD_TOPIC = 0x90
    PACKET_ID_UNKNOWN = 0x92
    RECEIVE_MAXIMUM = 0x93
    BAD_TOPIC_ALIAS = 0x94
    TOO_LARGE = 0x95
    QUOTA = 0x97
    BAD_PAYLOAD = 0x99
    NO_SHARED_SUBSCRIPTIONS = 0x9E
    NO_SUBSCRIPTION_IDS = 0xA1


class MqttError(ValueError):
    """A packet that breaks the protocol. reason: what a DISCONNECT or CONNACK says about it.

    flaw: a code for counters and the quarantine, e.g. malformed, too_large.
    """

    def __init__(self, reason: Reason, flaw: str) -> None:
        super().__init__(f"{flaw} ({reason.name.lower()})")
        self.reason = reason
        self.flaw = flaw


SESSION_EXPIRY: Final = 17
ASSIGNED_CLIENT_ID: Final = 18
SERVER_KEEP_ALIVE: Final = 19
AUTH_METHOD: Final = 21
REASON_STRING: Final = 31
RECEIVE_MAXIMUM: Final = 33
TOPIC_ALIAS: Final = 35
PACKET_SIZE_MAX: Final = 39
SUBSCRIPTION_IDS_AVAILABLE: Final = 41
SHARED_AVAILABLE: Final = 42
SUBSCRIPTION_ID: Final = 11

_BYTE, _TWO, _FOUR, _VARIABLE, _BINARY, _TEXT, _PAIR = range(7)
_TYPES: Final = {
    1: _BYTE, 2: _FOUR, 3: _TEXT, 8: _TEXT, 9: _BINARY, 11: _VARIABLE, 17: _FOUR, 18: _TEXT,
    19: _TWO, 21: _TEXT, 22: _BINARY, 23: _BYTE, 24: _FOUR, 25: _BYTE, 26: _TEXT, 28: _TEXT,
    31: _TEXT, 33: _TWO, 34: _TWO, 35: _TWO, 36: _BYTE, 37: _BYTE, 38: _PAIR, 39: _FOUR,
    40: _BYTE, 41: _BYTE, 42: _BYTE,
}  # fmt: skip
USER_PROPERTY: Final = 38
IN_CONNECT: Final = frozenset({17, 33, 39, 34, 25, 23, 38, 21, 22})
IN_WILL: Final = frozenset({24, 1, 2, 3, 8, 9, 38})
IN_PUBLISH: Final = frozenset({1, 2, 35, 8, 9, 38, 3})  # 11 travels only from server to client
IN_ACK: Final = frozenset({31, 38})
IN_SUBSCRIBE: Final = frozenset({11, 38})
IN_UNSUBSCRIBE: Final = frozenset({38})
IN_DISCONNECT: Final = frozenset({17, 31, 38})
_ZERO_OR_ONE: Final = frozenset({1, 23, 25})
_NEVER_ZERO: Final = frozenset({11, 33, 35, 39})
_LENGTH_BYTES_MAX: Final = 4

Value = int | str | bytes | tuple[str, str]


def malformed(what: str = "malformed") -> MqttError:
    """The error for bytes that do not fit their type."""
    return MqttError(Reason.MALFORMED, what)


class Reader:
    """Reads basic types from `data[at:end]`, raising MqttError at the first that does not fit."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data = data
        self.at = at
        self.end = end

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        upto = self.at + size
        if upto > self.end:
            raise malformed()
        taken = self.data[self.at : upto]
        self.at = upto
        return taken

    def number(self, size: int) -> int:
        """A big-endian integer of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def variable(self) -> int:
        """A variable byte integer (1.5.5)."""
        value = 0
        for nth in range(_LENGTH_BYTES_MAX):
            digit = self.number(1)
            value |= (digit & 0x7F) << (7 * nth)
            if digit < 0x80:  # noqa: PLR2004 - the continuation bit
                if nth and not digit:
                    raise malformed("long_length")
                return value
        raise malformed("long_length")

    def binary(self) -> bytes:
        """Two length bytes and the data."""
        return self.take(self.number(2))

    def text(self) -> str:
        """Two length bytes and UTF-8 without surrogates and U+0000 (1.5.4)."""
        try:
            text = self.binary().decode("utf-8", "strict")
        except UnicodeDecodeError as error:
            raise malformed("bad_utf8") from error
        if "\0" in text:
            raise malformed("bad_utf8")
        return text

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.end - self.at)


def read(reader: Reader, allowed: frozenset[int]) -> dict[int, Value]:
    """The properties at the reader; only those `allowed`, each once."""
    size = reader.variable()
    inner = Reader(reader.data, reader.at, reader.at + size)
    reader.take(size)
    found: dict[int, Value] = {}
    while inner.at < inner.end:
        name = inner.variable()
        if name not in allowed:
            raise malformed("property_not_allowed")
        value = _value(inner, _TYPES[name])
        if name in found:
            raise MqttError(Reason.PROTOCOL_ERROR, "property_twice")
        if (name in _NEVER_ZERO and not value) or (name in _ZERO_OR_ONE and value not in {0, 1}):
            raise MqttError(Reason.PROTOCOL_ERROR, "property_value")
        if name != USER_PROPERTY:
            found[name] = value
    return found


def write(properties: dict[int, Value]) -> bytes:
    """The properties with their length in front."""
    body = b"".join(
        bytes([name]) + _bytes(value, _TYPES[name]) for name, value in properties.items()
    )
    return length(len(body)) + body


def length(size: int) -> bytes:
    """A variable byte integer."""
    out = bytearray()
    while size > 0x7F:  # noqa: PLR2004 - the continuation bit
        out.append(size & 0x7F | 0x80)
        size >>= 7
    out.append(size)
    return bytes(out)


def text(said: str) -> bytes:
    """A UTF-8 string with its length in front."""
    body = said.encode()
    return len(body).to_bytes(2, "big") + body


def _value(reader: Reader, kind: int) -> Value:
    if kind in {_BYTE, _TWO, _FOUR}:
        return reader.number({_BYTE: 1, _TWO: 2, _FOUR: 4}[kind])
    if kind == _VARIABLE:
        return reader.variable()
    if kind == _BINARY:
        return reader.binary()
    if kind == _TEXT:
        return reader.text()
    return (reader.text(), reader.text())


def _bytes(value: Value, kind: int) -> bytes:
    if isinstance(value, int):
        size = {_BYTE: 1, _TWO: 2, _FOUR: 4}.get(kind)
        return value.to_bytes(size, "big") if size else length(value)
    if isinstance(value, tuple):
        return text(value[0]) + text(value[1])
    return text(value) if isinstance(value, str) else len(value).to_bytes(2, "big") + value
