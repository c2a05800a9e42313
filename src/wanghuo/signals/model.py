"""What gateways hand over and what they are promised in return."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from wanghuo.facts.entry import Entry


class RecordKind(StrEnum):
    """How the payload of a routine record is read."""

    GB26875 = "gb"  # one whole frame as received
    SIGNAL = "sig"  # one facts.signal.Signal as MessagePack


class RoutineRecord(msgspec.Struct, frozen=True, array_like=True):
    """One routine message on its way to the stream, decoded only downstream.

    received_us: microseconds since 1970, UTC. sender: Signal.sender. profile: vendor profile name.
    """

    kind: RecordKind
    received_us: int
    sender: str
    profile: str
    payload: bytes


class Intake(Protocol):
    """The way into the house. Nothing is confirmed to a device before these say so."""

    def fire(self, entries: Sequence[Entry]) -> Awaitable[None]:
        """Keep fire-lane entries; durable on return (database, or fallback stream).

        Raises errors.Unavailable when both are down: the device must resend.
        """
        ...

    def routine(self, record: RoutineRecord, on_stored: Callable[[bool], None]) -> bool:
        """Queue a routine record; on_stored(True) once durable, on_stored(False) if it was not.

        False: the buffer is full, nothing was taken; the caller stops reading its peer until
        `routine_room` returns.
        """
        ...

    def routine_room(self) -> Awaitable[None]:
        """Return when the routine buffer has room again."""
        ...

    def quarantine(
        self, door: str, peer: str, reason: str, raw: bytes, detail: str = ""
    ) -> Awaitable[None]:
        """Keep bytes nobody understood, whole, for a person; durable on return."""
        ...


class PromptIntake(Intake, Protocol):
    """For a door whose fires share an event loop with thousands of routine packets."""

    def fire_then(
        self, entries: Sequence[Entry], told: Callable[[BaseException | None], None]
    ) -> None:
        """The same by callback: told(None) once durable, told(Unavailable) if it was not."""
        ...
