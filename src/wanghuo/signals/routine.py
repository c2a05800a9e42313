"""What a batch of routine signals amounts to: last states, health, counts. Pure.

A point's newest signal wins; several in one batch cost one row. A heartbeat says that a point lives
and never replaces its last reading.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from wanghuo.devices.model import SEEN_ALIVE, Health
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals.model import RoutineRecord

TEXT_MAX_CHARS = 200
SEEN_AGAIN = timedelta(seconds=20)

HEALTH_STATES: dict[SignalKind, str] = {
    SignalKind.FAULT: "fault",
    SignalKind.FAULT_CLEARED: "normal",
    SignalKind.SHIELDED: "shielded",
    SignalKind.OFFLINE: "offline",
    SignalKind.ONLINE: "normal",
}

KEPT_AS_LAST = frozenset({SignalKind.READING, SignalKind.STATE, SignalKind.UNKNOWN, *HEALTH_STATES})

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


class Tally:
    """The sum of the signals since the last commit.

    What says only "I am alive" becomes a row at most every SEEN_AGAIN_S seconds a point: that is
    how exact `last_seen_at` is.
    """

    def __init__(self) -> None:
        self.signals = 0
        self._last: dict[str, Signal] = {}
        self._told: dict[str, Signal] = {}
        self._seen: dict[str, datetime] = {}
        self._written: dict[str, datetime] = {}

    def add(self, signals: Iterable[Signal]) -> None:
        """Fold signals in, in the order in which they were stored."""
        for signal in signals:
            self.signals += 1
            origin, at = signal.origin(), signal.received_at
            if signal.kind in KEPT_AS_LAST and not _newer(self._last.get(origin), at):
                self._last[origin] = signal
            if signal.kind in HEALTH_STATES and not _newer(self._told.get(origin), at):
                self._told[origin] = signal
            self._see(origin, at)
            if signal.point:
                self._see(signal.sender, at)

    def __len__(self) -> int:
        """How many rows a commit would write."""
        return len(self._last) + len(self._seen) + len(self._told)

    def last_rows(self) -> list[Last]:
        """One row for each point that said something worth keeping."""
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
        """One row for each point that told of its health, and for each that was seen again."""
        rows = [
            Health(
                origin,
                max(signal.received_at, self._seen.get(origin, signal.received_at)),
                HEALTH_STATES[signal.kind],
                signal.text[:TEXT_MAX_CHARS],
            )
            for origin, signal in self._told.items()
        ]
        rows += [
            Health(origin, at, SEEN_ALIVE)
            for origin, at in self._seen.items()
            if origin not in self._told
        ]
        return rows

    def committed(self) -> None:
        """Its rows are durable: begin a new sum."""
        self._written.update(self._seen)
        self.signals = 0
        self._last, self._told, self._seen = {}, {}, {}

    def _see(self, origin: str, at: datetime) -> None:
        written = self._written.get(origin)
        if written is None or at - written >= SEEN_AGAIN:
            known = self._seen.get(origin)
            if known is None or known < at:
                self._seen[origin] = at


def _newer(known: Signal | None, at: datetime) -> bool:
    return known is not None and known.received_at > at
