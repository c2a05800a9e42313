"""The twin's transmitter does what GB/T 26875.3 asks of a device."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from tests.simulator.city import Centre, centre

from wanghuo.clock import WallClock
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import Command, tag_of, time_of
from wanghuo.protocols.gb26875_orders import (
    ANSWER_TYPES,
    INSPECT,
    ORDERS,
    SYNCHRONISE,
    DeviceRecords,
    Inspect,
    OfComponent,
    OfSystem,
    Order,
    Plain,
    SetClock,
    SystemRecords,
    encode_order,
)
from wanghuo.simulator import gb_transmitter
from wanghuo.simulator.gb_transmitter import NotConfirmedError, Transmitter

ADDRESS = bytes.fromhex("790300000000")


@pytest.fixture
async def hub() -> AsyncIterator[Centre]:
    async with centre() as opened:
        yield opened


@pytest.fixture
async def device(hub: Centre) -> AsyncIterator[Transmitter]:
    opened = Transmitter(ADDRESS, WallClock(), Random(1))
    await opened.connect("127.0.0.1", hub.port)
    yield opened
    await opened.close()


async def test_an_upload_returns_when_it_is_confirmed(hub: Centre, device: Transmitter) -> None:
    took_s = await device.say([obj.DeviceStatus(1, device.tag())])
    assert 0 < took_s < 5
    assert hub.frames[0].source == ADDRESS
    assert hub.frames[0].body[0] == 21


async def test_a_denied_upload_is_sent_again_with_its_serial(
    hub: Centre, device: Transmitter
) -> None:
    hub.verdicts = [Command.DENY, Command.DENY]
    await device.heartbeat()
    assert len({frame.serial for frame in hub.frames}) == 1
    assert (len(hub.frames), device.denied, device.resent) == (3, 2, 2)


async def test_silence_ends_after_three_resends(
    hub: Centre, device: Transmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gb_transmitter, "CONFIRM_PATIENCE_S", 0.05)
    hub.verdicts = [None] * 4
    with pytest.raises(NotConfirmedError):
        await device.heartbeat()
    assert len(hub.frames) == 4
    before = hub.frames[-1].serial
    await device.heartbeat()
    assert hub.frames[-1].serial == before + 1 & 0xFFFF


async def test_a_hang_up_is_noticed_at_once(hub: Centre, device: Transmitter) -> None:
    await device.heartbeat()
    hub.verdicts = [None]
    sending = asyncio.ensure_future(device.heartbeat())
    await hub.until(lambda: len(hub.frames) == 2)
    hub.writers[-1].close()
    with pytest.raises(NotConfirmedError):
        await sending
    assert not device.connected


OBJECTS: dict[type[Order], Order] = {
    OfSystem: OfSystem(1, 1),
    OfComponent: OfComponent(1, 1, bytes(4)),
    SystemRecords: SystemRecords(1, 1, 3, tag_of(datetime.now(UTC))),
    DeviceRecords: DeviceRecords(3, tag_of(datetime.now(UTC))),
    Plain: Plain(),
}


@pytest.mark.parametrize("order", sorted(ANSWER_TYPES))
async def test_every_query_is_answered_by_its_type(
    hub: Centre, device: Transmitter, order: int
) -> None:
    await device.heartbeat()
    asked = OBJECTS[ORDERS[order].made]
    hub.send(Command.REQUEST, encode_order(order, (asked,)))
    await hub.until(lambda: len(hub.frames) == 2)
    answer = hub.frames[1]
    assert (answer.command, answer.serial) == (Command.ANSWER, 77)
    assert answer.body[0] == ANSWER_TYPES[order]
    made = obj.UPWARD[answer.body[0]]
    assert answer.body[1] == 1
    assert ANSWER_TYPES[order] == made.TYPE


async def test_the_clock_is_set_by_the_centre(hub: Centre, device: Transmitter) -> None:
    await device.heartbeat()
    told = datetime.now(UTC) + timedelta(hours=1)
    hub.send(Command.CONTROL, encode_order(SYNCHRONISE, (SetClock(tag_of(told)),)))
    await hub.until(lambda: hub.frames[-1].command == Command.CONFIRM)
    shown = time_of(device.tag())
    assert shown is not None
    assert abs(shown - told) < timedelta(seconds=3)


async def test_an_inspection_call_is_answered_by_a_key(
    hub: Centre, device: Transmitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gb_transmitter, "KEY_PRESS_S", (0.01, 0.02))
    await device.heartbeat()
    hub.send(Command.CONTROL, encode_order(INSPECT, (Inspect(10),)))
    await hub.until(lambda: hub.frames[-1].body[:1] == b"\x18")
    assert hub.frames[-1].body[2] & 1 << 5


async def test_an_order_nobody_knows_is_denied(hub: Centre, device: Transmitter) -> None:
    await device.heartbeat()
    hub.send(Command.REQUEST, b"\x7f\x01\x00")
    await hub.until(lambda: len(hub.frames) == 2)
    assert hub.frames[1].command == Command.DENY
