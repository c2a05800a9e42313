"""A task that loses a cancellation is ended all the same."""

import asyncio

import pytest

from wanghuo.engines.ending import end


async def test_a_cancellation_that_a_library_swallows_is_asked_again() -> None:
    swallowed: list[int] = []

    async def reads_for_ever() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(1)

    reading = asyncio.ensure_future(reads_for_ever())
    await asyncio.sleep(0)
    await end(reading, again_s=0.01)
    assert reading.cancelled()
    assert swallowed == [1]


async def test_what_a_task_raised_stays_with_it() -> None:
    async def breaks() -> None:
        raise ValueError("mine")

    broken, waits = asyncio.ensure_future(breaks()), asyncio.ensure_future(asyncio.Event().wait())
    await asyncio.sleep(0)
    await end(broken, waits)
    assert waits.cancelled()
    with pytest.raises(ValueError, match="mine"):
        await broken
