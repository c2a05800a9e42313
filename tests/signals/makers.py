"""Signals and entries with every field defaulted, so that a test shows only what it is about."""

from datetime import UTC, datetime, timedelta

import msgspec

from wanghuo.facts.entry import Entry, entry_of_signal
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals.model import RecordKind, RoutineRecord

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def a_signal(number: int = 0, kind: SignalKind = SignalKind.FIRE, **changed: object) -> Signal:
    """The `number`th of different signals, one second after the other."""
    made = Signal(
        kind=kind,
        sender=f"gb26875:{number % 1000:012x}",
        received_at=NOON + timedelta(seconds=number),
        digest=f"{number:016x}",
        point="1.1.40.0a000200",
    )
    return msgspec.structs.replace(made, **changed)


def an_entry(number: int = 0) -> Entry:
    """The fire-lane entry of the `number`th signal."""
    return entry_of_signal(a_signal(number), delivery=f"test-{number}")


def a_record(number: int = 0, kind: SignalKind = SignalKind.HEARTBEAT) -> RoutineRecord:
    """A routine record that carries the `number`th signal."""
    signal = a_signal(number, kind)
    return RoutineRecord(
        kind=RecordKind.SIGNAL,
        received_us=int(signal.received_at.timestamp() * 1_000_000),
        sender=signal.sender,
        profile="standard",
        payload=msgspec.msgpack.encode(signal),
    )
