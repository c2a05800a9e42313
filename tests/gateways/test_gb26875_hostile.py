"""Peers that break, flood, stall and come back by the hundred; and fires of others beside them."""

import asyncio
import contextlib
import random
import socket
import time

import pytest
from tests.gateways.gb26875_peers import Device, RecordingIntake, UdpDevice, until
from tests.protocols.gb26875_samples import fire_packet, packet, reading_packet

from wanghuo.facts.signal import SignalKind
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.gateways.session import BUFFER_SIZE_BYTES_MAX
from wanghuo.protocols.gb26875_frame import FRAME_SIZE_BYTES_MAX

FIRE_WITHIN_S = 3.0  # generous: other tests may hold the processor


def source(number: int) -> bytes:
    return number.to_bytes(6, "little")


async def fire_takes_s(port: int, number: int = 999_999) -> float:
    """How long a fire of somebody else takes to be confirmed."""
    device = await Device.dial(port)
    began = time.perf_counter()
    answer = await device.ask(fire_packet(serial=1, source=source(number)))
    assert answer.command == 3
    return time.perf_counter() - began


def buffered(door: Gb26875Door) -> int:
    waiting = (one.carry + getattr(one, "queued", b"") for one in door.board.sessions)
    return max((len(data) for data in waiting), default=0)


async def test_a_peer_that_sends_rubbish_without_end_delays_nobody(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    rng = random.Random(7)
    rubbish = [rng.randbytes(65536).replace(b"@", b"?") for _ in range(4)]
    hostile = [await Device.dial(door.port) for _ in range(8)]
    for peer in hostile:
        for part in rubbish:
            peer.send(part)
    for number in range(20):
        assert await fire_takes_s(door.port, number + 1) < FIRE_WITHIN_S
        assert buffered(door) <= BUFFER_SIZE_BYTES_MAX
    assert len(intake.entries) == 20
    assert sum(len(row[3]) for row in intake.bad if row[2] == "no_start_mark") > 0
    assert len(intake.bad) < 8 * 200


async def test_start_marks_without_end_do_not_cost_more_than_they_weigh(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    hostile = await Device.dial(door.port)
    hostile.send(b"@" * 200_000)
    assert await fire_takes_s(door.port) < FIRE_WITHIN_S
    assert buffered(door) <= BUFFER_SIZE_BYTES_MAX
    assert len(intake.entries) == 1


async def test_a_flood_of_readings_on_one_link_delays_no_fire_on_another(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    flood = await Device.dial(door.port)
    for number in range(20_000):
        flood.send(reading_packet(serial=number & 0xFFFF, source=source(5), celsius=20))
    delays = [await fire_takes_s(door.port, 100 + n) for n in range(10)]
    assert max(delays) < FIRE_WITHIN_S
    await until(lambda: len(intake.records) >= 2000)
    assert len(intake.entries) == 10


async def test_a_fire_passes_what_a_hundred_links_send_in_the_same_moment(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    door.tcp.turn_s = 0.0  # one packet a turn
    crowd = [await Device.dial(door.port) for _ in range(100)]
    burning = await Device.dial(door.port)
    for number, device in enumerate(crowd):
        device.send(reading_packet(serial=1, source=source(number)))
    burning.send(fire_packet(serial=2, source=source(500)))
    await until(lambda: intake.entries)
    assert intake.records_at_fire[0] < 10, "the fire did not wait for those who came before it"
    assert (await burning.heard()).serial == 2
    assert {(await device.heard()).serial for device in crowd} == {1}
    assert len(intake.records) == 100


async def test_what_waits_for_a_later_turn_outlives_its_link(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    door.tcp.turn_s = 0.0
    crowd = [await Device.dial(door.port) for _ in range(50)]
    for number, device in enumerate(crowd):
        half = reading_packet(serial=3, source=source(number))[:20]
        for serial in (1, 2):
            device.send(reading_packet(serial=serial, source=source(number)))
        device.send(half)
        device.writer.close()
    await until(lambda: not door.board.sessions)
    await until(lambda: len(intake.records) == 100)
    await until(lambda: intake.reasons() == ["incomplete"] * 50)
    assert not intake.entries


async def test_a_flood_of_fires_holds_eight_places_and_no_more(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    intake.fires_open.clear()
    flood = await Device.dial(door.port)
    flood.send(b"".join(fire_packet(serial=n, source=source(5)) for n in range(3000)))
    await until(lambda: sum(one._fires for one in door.board.sessions) == 8)
    assert await flood.silence(0.1)
    assert buffered(door) <= BUFFER_SIZE_BYTES_MAX
    assert sum(one._fires for one in door.board.sessions) == 8
    intake.fires_open.set()
    heard = {(await flood.heard()).serial for _ in range(3000)}
    assert heard == set(range(3000))
    assert len(intake.entries) == 3000


async def test_a_fire_passes_a_full_routine_lane_on_its_own_link(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    await device.ask(reading_packet(serial=1))
    intake.routine_full = True
    device.send(reading_packet(serial=2) + reading_packet(serial=3) + fire_packet(serial=4))
    assert (await device.heard(1)).serial == 4
    device.send(reading_packet(serial=5))
    device.send(fire_packet(serial=6))
    assert (await device.heard(2)).serial == 6
    assert len(intake.records) == 1
    intake.make_room()
    assert [(await device.heard()).serial for _ in range(3)] == [2, 3, 5]
    assert [record.payload[2] for record in intake.records] == [1, 2, 3, 5]


async def test_a_full_routine_lane_holds_at_most_two_packets_of_bytes(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    intake.routine_full = True
    device = await Device.dial(door.port)
    big = b"\x06\x01\x01\x01\xff" + bytes(255)
    for serial in range(100):
        device.send(packet(big, serial=serial))
    device.send(fire_packet(serial=500))
    assert (await device.heard(20)).serial == 500
    assert buffered(door) <= BUFFER_SIZE_BYTES_MAX
    assert door.board.counts["routine_left_unconfirmed"] > 0
    intake.make_room()
    assert (await device.ask(reading_packet(serial=501))).command == 3


async def test_a_peer_that_never_reads_is_held_and_others_are_not(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    stubborn = socket.socket()
    stubborn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    stubborn.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(stubborn, ("127.0.0.1", door.port))
    flood = asyncio.create_task(
        loop.sock_sendall(
            stubborn,
            b"".join(reading_packet(serial=n, source=source(6)) for n in range(4000)) * 100,
        )
    )
    await until(lambda: door.board.slow, 30)
    taken = len(intake.records)
    assert await fire_takes_s(door.port) < FIRE_WITHIN_S
    assert len(intake.records) - taken < 2000
    flood.cancel()
    await asyncio.gather(flood, return_exceptions=True)
    stubborn.close()
    await until(lambda: not door.board.slow)


async def test_five_hundred_devices_dialling_in_again_and_again_are_all_heard(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    async def storm(number: int) -> None:
        for serial in (1, 2):
            device = await Device.dial(door.port)
            answer = await device.ask(fire_packet(serial=serial, source=source(number)))
            assert answer.serial == serial
            await device.hang_up()

    await asyncio.gather(*(storm(number) for number in range(1, 501)))
    assert len({entry.id for entry in intake.entries}) == 1000
    await until(lambda: not len(door.tcp))
    assert not door.board.speaking
    assert not door.board.partial


async def test_a_gateway_closes_in_the_middle_of_a_flood(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    flood = await Device.dial(door.port)
    flood.send(b"".join(fire_packet(serial=n, source=source(5)) for n in range(8000)))
    await until(lambda: len(intake.entries) > 100)
    began = time.perf_counter()
    await door.close()
    assert time.perf_counter() - began < 4
    confirmed = 0
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            confirmed += (await flood.heard()).command == 3
    assert confirmed <= len(intake.entries)  # what the end cut off is sent again


async def test_slow_drips_are_given_up_after_ten_seconds_and_the_link_lives(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    drip = await Device.dial(door.port)
    await drip.ask(reading_packet())
    claimed = packet(bytes((6, 1, 1, 1, 255)) + bytes(255))
    drip.send(claimed[:50])
    await until(lambda: door.board.partial)
    session = next(iter(door.board.partial))
    door.board.partial[session] -= 8.5
    drip.send(claimed[50:51])
    await until(lambda: "incomplete" in intake.reasons(), 3)
    assert session.carry == b""
    assert (await drip.heard()).command == 6
    assert (await drip.ask(fire_packet())).command == 3


async def test_one_address_on_two_live_links_is_noted_and_both_are_heard(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    first, second = await Device.dial(door.port), await Device.dial(door.port)
    await first.ask(reading_packet(serial=1))
    await second.ask(reading_packet(serial=2))
    assert intake.reasons() == []
    await first.ask(reading_packet(serial=3))
    await second.ask(reading_packet(serial=4))
    await first.ask(fire_packet(serial=5))
    await second.ask(fire_packet(serial=6))
    assert intake.reasons() == ["duplicate_address"]
    assert len(intake.entries) == 2


async def test_a_stranger_is_heard_and_noted_once(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    for serial in range(5):
        await device.ask(fire_packet(serial=serial))
    assert len(intake.entries) == 5
    assert [row[2] for row in intake.bad] == ["unknown_sender"]


async def test_datagrams_of_rubbish_are_denied_and_bounded(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await UdpDevice.dial(door.port)
    assert (await device.ask(b"rubbish")).command == 6
    assert (await device.ask(b"@@")).command == 6
    assert (await device.ask(fire_packet(serial=3))).serial == 3
    assert intake.reasons() == ["no_start_mark", "incomplete"]
    assert all(not one.carry for one in door.board.sessions)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_before_it_a_fire_is_heard_and_no_link_is_dropped(
    door: Gb26875Door, intake: RecordingIntake, seed: int
) -> None:
    rng = random.Random(seed)
    device = await Device.dial(door.port)
    await device.ask(reading_packet(serial=1))
    for number in range(12):
        made = bytearray(reading_packet(serial=number))
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(made))
            match rng.randrange(3):
                case 0:
                    made[at] = rng.randrange(256)
                case 1:
                    del made[at:]
                    made += b"#"
                case _:
                    made[at:at] = rng.randbytes(3)
        device.send(bytes(made))
        await asyncio.sleep(0)
    device.send(fire_packet(serial=60_000 + seed) + bytes(FRAME_SIZE_BYTES_MAX))
    while (await device.heard()).serial != 60_000 + seed:
        pass
    assert [s.kind for s in intake.signals()] == [SignalKind.FIRE]
    assert not device.reader.at_eof()
