"""What a batch of routine signals amounts to: last states, health, counts. Pure.

A point's newest signal wins; several in one batch cost one row. Health is only told, not decided:
state "" means "seen alive and said nothing about its state".
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals.model import RoutineRecord

TEXT_MAX_CHARS = 200

HEALTH_STATES: dict[SignalKind, str] = {
    SignalKind.FAULT: "fault",
    SignalKind.FAULT_CLEARED: "normal",
    SignalKind.SHIELDED: "shielded",
    SignalKind.OFFLINE: "offline",
    SignalKind.ONLINE: "normal",
}

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[RoutineRecord])


def pack(records: list[RoutineRecord]) -> bytes:
    """A batch as one message of the stream."""
    return _encoder.encode(records)


def unpack(payload: bytes) -> list[RoutineRecord]:
    """The batch in a message. Raises msgspec.ValidationError or DecodeError on foreign bytes."""
    return _decoder.decode(payload)


class Last(msgspec.Struct, frozen=True, array_like=True):
    """The last thing a point said on the routine lane. at: UTC, when it was received."""

    origin: str
    at: datetime
    kind: str
    quantity: str = ""
    value: float = 0.0
    unit: str = ""
    status: int = -1
    text: str = ""


class Health(msgspec.Struct, frozen=True, array_like=True):
    """What a point told about its own health.

    state: normal, fault, shielded, offline, or "": seen alive, keep the state that is known
    (offline becomes normal). detail: the device's words.
    """

    origin: str
    last_seen_at: datetime
    state: str
    detail: str = ""


class Tally:
    """The sum of signals since the last commit."""

    def __init__(self) -> None:
        self.signals = 0
        self._last: dict[str, Signal] = {}
        self._state: dict[str, Signal] = {}
        self._seen: dict[str, datetime] = {}

    def add(self, signals: Iterable[Signal]) -> None:
        """Fold signals in, in the order in which they were received."""
        for signal in signals:
            self.signals += 1
            origin = signal.origin()
            known = self._last.get(origin)
            if known is None or known.received_at <= signal.received_at:
                self._last[origin] = signal
            if signal.kind in HEALTH_STATES:
                self._state[origin] = signal
            for seen in {origin, signal.sender}:
                if seen not in self._seen or self._seen[seen] < signal.received_at:
                    self._seen[seen] = signal.received_at

    def __len__(self) -> int:
        return len(self._seen)

    def last_rows(self) -> list[Last]:
        """One row for each point that spoke."""
        return [
            Last(
                origin,
                signal.received_at,
                signal.kind,
                signal.quantity,
                signal.value,
                signal.unit,
                signal.status,
                signal.text[:TEXT_MAX_CHARS],
            )
            for origin, signal in self._last.items()
        ]

    def health_rows(self) -> list[Health]:
        """One row for each point and each sender that was heard of."""
        rows = []
        for origin, seen_at in self._seen.items():
            told = self._state.get(origin)
            state = HEALTH_STATES[told.kind] if told else ""
            rows.append(Health(origin, seen_at, state, told.text[:TEXT_MAX_CHARS] if told else ""))
        return rows
