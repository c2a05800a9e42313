"""Decoded signals on their way into the two lanes; shared by the doors that take JSON."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from wanghuo.errors import Unavailable
from wanghuo.facts.entry import Entry, entry_of_signal
from wanghuo.facts.signal import FIRE_LANE, Signal
from wanghuo.signals.model import Intake, RecordKind, RoutineRecord

_packed = msgspec.msgpack.Encoder()


def routine_of(signal: Signal) -> RoutineRecord:
    """The routine record of a decoded signal."""
    return RoutineRecord(
        RecordKind.SIGNAL,
        int(signal.received_at.timestamp() * 1_000_000),
        signal.sender,
        "",
        _packed.encode(signal),
    )


async def keep(
    intake: Intake, signals: Sequence[Signal], delivery_of: Callable[[Signal], str]
) -> None:
    """Make signals durable, fires first and in one call; durable on return.

    delivery_of: names this reception of a fire, so that a repeat is the same entry.
    Raises Unavailable when any of them could not be kept; the caller says so and is sent it again.
    """
    fires: list[Entry] = []
    routine: list[Signal] = []
    for signal in signals:
        if signal.kind in FIRE_LANE:
            fires.append(entry_of_signal(signal, delivery=delivery_of(signal)))
        else:
            routine.append(signal)
    if not routine:
        await intake.fire(fires)
    elif not fires:
        await _keep_routine(intake, routine)
    else:
        await asyncio.gather(intake.fire(fires), _keep_routine(intake, routine))


class _Countdown:
    """Done when each of `left` records was told about."""

    def __init__(self, left: int) -> None:
        self.done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._left = left
        self._ok = True

    def stored(self, ok: bool) -> None:  # noqa: FBT001 - the shape that intake calls back
        self._ok &= ok
        self._left -= 1
        if not self._left and not self.done.done():
            self.done.set_result(self._ok)


async def _keep_routine(intake: Intake, signals: list[Signal]) -> None:
    countdown = _Countdown(len(signals))
    for signal in signals:
        record = routine_of(signal)
        while not intake.routine(record, countdown.stored):
            await intake.routine_room()
    if not await countdown.done:
        raise Unavailable("the routine lane did not store all records; send them again")
