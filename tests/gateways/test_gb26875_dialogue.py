"""What a transmitter is answered over real sockets, and when."""

import asyncio

import pytest
from tests.gateways.gb26875_peers import Device, RecordingIntake, UdpDevice, until
from tests.protocols.gb26875_samples import (
    ADDRESS,
    CENTRE,
    GOLDEN,
    SOURCE,
    TAG,
    fire_packet,
    packet,
    reading_packet,
)

from wanghuo.clock import WallClock
from wanghuo.facts.signal import SignalKind
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_frame import confirm, time_of, whole
from wanghuo.protocols.gb26875_hex import in_hex
from wanghuo.protocols.gb26875_objects import encode_body
from wanghuo.signals.model import RecordKind

K = SignalKind


async def test_a_fire_is_confirmed_with_its_serial_swapped_addresses_and_true_time(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    answer = await device.ask(fire_packet(serial=777))
    assert (answer.command, answer.serial, answer.body) == (3, 777, b"")
    assert (answer.source, answer.target) == (CENTRE, SOURCE)
    told = time_of(answer.tag)
    assert told is not None
    assert abs((told - WallClock().now_utc()).total_seconds()) < 3
    [fire] = intake.signals()
    assert fire.origin() == "gb26875:790300000000/1.1.40.0a000200"
    assert (fire.kind, fire.text) == (K.FIRE, "一层走廊")


async def test_a_fire_is_confirmed_only_after_intake_has_it(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    intake.fires_open.clear()
    device.send(fire_packet(serial=5))
    assert await device.silence()
    assert intake.entries == []
    intake.fires_open.set()
    assert (await device.heard()).serial == 5
    assert len(intake.entries) == 1


async def test_a_fire_that_could_not_be_kept_is_not_answered(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    intake.fires_down = True
    device.send(fire_packet())
    assert await device.silence()
    intake.fires_down = False
    assert (await device.ask(fire_packet())).command == 3
    assert len(intake.entries) == 1


async def test_a_routine_packet_goes_on_whole_and_is_confirmed_when_stored(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    sent = reading_packet(serial=9)
    assert (await device.ask(sent)).serial == 9
    [record] = intake.records
    assert (record.kind, record.sender, record.profile, record.payload) == (
        RecordKind.GB26875,
        "gb26875:790300000000",
        "standard",
        sent,
    )
    intake.routine_down = True
    device.send(reading_packet(serial=10))
    assert await device.silence()


@pytest.mark.parametrize("index", [13, 17, 11])
async def test_heartbeats_of_every_kind_are_answered(
    door: Gb26875Door, intake: RecordingIntake, index: int
) -> None:
    device = await Device.dial(door.port)
    answer = await device.ask(bytes.fromhex(GOLDEN[index]["hex"]))
    assert (answer.command, answer.body) == (3, b"\x17" if index == 11 else b"")
    assert len(intake.records) == 1


async def test_a_vendor_heartbeat_command_is_confirmed(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    assert (await device.ask(packet(b"", command=254))).command == 3
    assert len(intake.records) == 1


async def test_packets_split_into_bytes_and_glued_together_are_all_answered(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    for byte in fire_packet(serial=1):
        device.send(bytes((byte,)))
        await device.writer.drain()
        await asyncio.sleep(0)
    assert (await device.heard()).serial == 1
    device.send(b"".join(reading_packet(serial=n, celsius=n / 10) for n in range(2, 202)))
    assert sorted([(await device.heard()).serial for _ in range(200)]) == list(range(2, 202))
    assert len(intake.records) == 200


async def test_broken_bytes_are_denied_kept_whole_and_a_fire_behind_them_is_heard(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    broken = bytearray(reading_packet(serial=3))
    broken[-3] ^= 0xFF
    device.send(b"noise" + bytes(broken) + fire_packet(serial=4))
    answers = [await device.heard(), await device.heard()]
    assert [(a.command, a.serial) for a in answers] == [(6, 0), (3, 4)]
    [kept] = [row for row in intake.bad if row[2] != "unknown_sender"]
    assert kept[:2] == ("gb26875_tcp", "127.0.0.1")
    assert (kept[2], kept[3]) == ("no_start_mark", b"noise" + bytes(broken))
    assert door.board.counts["no_start_mark"] == 1


async def test_a_wrong_checksum_is_denied_with_its_own_serial(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    broken = bytearray(fire_packet(serial=300))
    broken[40] ^= 1
    answer = await device.ask(bytes(broken))
    assert (answer.command, answer.serial, answer.target) == (6, 300, SOURCE)
    assert intake.reasons() == ["bad_checksum"]
    assert (await device.ask(fire_packet(serial=300))).command == 3
    assert len(intake.entries) == 1


async def test_an_oversize_length_costs_its_own_packet_only(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    oversize = bytearray(fire_packet(serial=1))
    oversize[25] = 0x05
    device.send(bytes(oversize) + fire_packet(serial=2))
    assert [(await device.heard()).command, (await device.heard()).command] == [6, 3]
    assert intake.reasons() == ["body_too_long"]


async def test_a_fire_behind_half_a_packet_is_heard_within_two_seconds(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    long_one = packet(b"\x06\x01\x01\x01\xff" + bytes(255), serial=1)
    device.send(long_one[:60] + fire_packet(serial=2))
    answers = [await device.heard(3), await device.heard(3)]
    assert [(a.command, a.serial) for a in answers] == [(6, 1), (3, 2)]
    assert intake.bad[0][2:4] == ("incomplete", long_one[:60])


async def test_half_a_packet_before_the_link_ends_is_kept(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    await device.ask(reading_packet())
    half = fire_packet()[:40]
    device.send(half)
    await device.hang_up()
    await until(lambda: intake.bad)
    assert intake.bad[0][2:] == ("incomplete", half, "gb26875:790300000000")


async def test_a_device_that_says_no_more_still_gets_its_confirm(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    intake.fires_open.clear()
    device.send(fire_packet(serial=8))
    device.writer.write_eof()
    assert await device.silence()
    intake.fires_open.set()
    assert (await device.heard()).serial == 8


async def test_a_fire_sent_right_before_hanging_up_is_kept(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    device.send(fire_packet(serial=8))
    await device.hang_up()
    await until(lambda: intake.entries)
    assert intake.signals()[0].kind is K.FIRE


@pytest.mark.parametrize("case", ["upper", "lower"])
async def test_a_device_in_hexadecimal_clothing_is_answered_in_it(
    door: Gb26875Door, intake: RecordingIntake, case: str
) -> None:
    upper = case == "upper"
    device = await Device.dial(door.port)
    wire = in_hex(fire_packet(serial=0xABCD), upper=upper)
    device.send(wire[:33])
    await device.writer.drain()
    await asyncio.sleep(0)  # the loop sends the first piece
    device.send(wire[33:] + b"\r\n" + in_hex(reading_packet(serial=2), upper=upper))
    answers = {(await device.reader.readexactly(60)).decode() for _ in range(2)}
    assert {text == (text.upper() if upper else text.lower()) for text in answers} == {True}
    assert {whole(bytes.fromhex(text)).serial for text in answers} == {0xABCD, 2}
    assert (len(intake.entries), len(intake.records), intake.reasons()) == (1, 1, [])


async def test_a_resent_fire_is_confirmed_again_and_is_the_same_entry(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    first, second = await Device.dial(door.port), await Device.dial(door.port)
    for device in (first, first, second):
        assert (await device.ask(fire_packet(serial=6))).command == 3
    assert len(intake.entries) == 3
    assert len({entry.id for entry in intake.entries}) == 1
    await first.ask(fire_packet(serial=7))
    assert len({entry.id for entry in intake.entries}) == 2


async def test_a_resent_reading_is_confirmed_again_and_stored_once(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    for _ in range(3):
        assert (await device.ask(reading_packet(serial=6))).command == 3
    assert len(intake.records) == 1
    heartbeat = packet(b"", serial=0)
    for _ in range(3):
        assert (await device.ask(heartbeat)).command == 3
    assert len(intake.records) == 4


async def test_serials_out_of_order_are_each_answered(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    for serial in (65535, 3, 2, 0, 40000):
        assert (await device.ask(fire_packet(serial=serial))).serial == serial
    assert len({entry.id for entry in intake.entries}) == 5


@pytest.mark.parametrize(
    ("command", "reason"),
    [(1, "wrong_direction"), (4, "wrong_direction"), (0, "unknown_command"),
     (7, "unknown_command"), (127, "unknown_command"), (200, "unknown_command")],
)  # fmt: skip
async def test_a_command_that_no_device_may_send_is_denied_and_kept(
    door: Gb26875Door, intake: RecordingIntake, command: int, reason: str
) -> None:
    device = await Device.dial(door.port)
    odd = packet(b"\x59\x01\x00", command=command, serial=12)
    answer = await device.ask(odd)
    assert (answer.command, answer.serial) == (6, 12)
    await until(lambda: intake.bad)
    assert intake.bad[0][2:4] == (reason, odd)
    assert (await device.ask(fire_packet())).command == 3


async def test_confirms_and_denials_are_never_answered(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    await device.ask(reading_packet())
    device.send(packet(b"", command=3) + packet(b"", command=6))
    device.send(packet(encode_body((obj.DeviceStatus(2, TAG),)), command=5, serial=99))
    assert await device.silence()
    assert [signal.kind for signal in intake.signals()] == [K.FIRE]
    assert door.board.counts["stray_acknowledgement"] == 2
    assert door.board.counts["stray_answer"] == 1


async def test_an_unknown_type_is_confirmed_stored_and_shown_once_an_hour(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    for serial in (1, 2):
        assert (await device.ask(packet(b"\xc8\x01ab", serial=serial))).command == 3
    assert len(intake.records) == 2
    assert intake.reasons() == ["unknown_type"]
    odd = bytes.fromhex(GOLDEN[18]["hex"])
    assert (await device.ask(odd)).command == 3
    assert intake.reasons() == ["unknown_type", "odd_body"]
    assert intake.records[2].payload == odd


async def test_normal_states_are_routine_until_something_is_in_alarm(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    normal = encode_body((obj.ComponentStatus(1, 1, 40, ADDRESS, 1, bytes(31), TAG),))
    await device.ask(packet(normal, serial=1))
    await device.ask(fire_packet(serial=2))
    await device.ask(packet(normal, serial=3))
    assert [signal.kind for signal in intake.signals()] == [K.FIRE, K.CLEARED]
    assert len(intake.records) == 1


async def test_the_other_objects_of_a_fire_packet_ride_the_routine_lane(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await Device.dial(door.port)
    body = encode_body(
        tuple(
            obj.ComponentStatus(1, 1, 40, bytes((n, 0, 0, 0)), status, bytes(31), TAG)
            for n, status in enumerate((2, 4, 8, 2))
        )
    )
    assert (await device.ask(packet(body))).command == 3
    assert [signal.point[-8:] for signal in intake.signals()] == ["00000000", "03000000"]
    assert [record.kind for record in intake.records] == [RecordKind.SIGNAL] * 2
    intake.routine_full = True
    sent = packet(body, serial=2)
    assert (await device.ask(sent)).command == 3
    assert intake.bad[-1][2:4] == ("routine_part_unstored", sent)


async def test_udp_on_the_same_port_answers_alike(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    device = await UdpDevice.dial(door.port)
    assert (await device.ask(fire_packet(serial=1))).serial == 1
    assert (await device.ask(reading_packet(serial=2))).serial == 2
    broken = bytearray(fire_packet(serial=3))
    broken[-3] ^= 1
    assert (await device.ask(bytes(broken))).command == 6
    assert (await device.ask(fire_packet(serial=4)[:50])).command == 6
    assert (await device.ask(fire_packet(serial=5) + reading_packet(serial=6))).command == 3
    assert intake.reasons() == ["bad_checksum", "incomplete"]
    assert [signal.sender for signal in intake.signals()] == ["gb26875:790300000000"] * 2


async def test_every_collected_packet_gets_an_answer_or_owes_none(
    door: Gb26875Door, intake: RecordingIntake
) -> None:
    for row in GOLDEN:
        device = await Device.dial(door.port)
        sent = bytes.fromhex(row["hex"])
        device.send(sent)
        expected = {2: 3, 1: 6, 4: 6}.get(row["cmd"])
        if expected is None:
            device.send(reading_packet())  # something to wait for
            expected = 3
        assert (await device.heard()).command == expected
    assert sum(signal.kind is K.FIRE for signal in intake.signals()) == 2


def test_a_confirm_is_thirty_bytes() -> None:
    assert len(confirm(fire_packet(), bytes(6))) == 30
