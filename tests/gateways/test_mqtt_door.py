"""The MQTT front end over real sockets: acknowledged when durable, limits that push back."""

import itertools
import json
from collections.abc import AsyncIterator

import pytest
from tests.gateways.access_peers import KEY, OPERATOR, HandIntake, KnownKeys, RawClient

from wanghuo.clock import WallClock
from wanghuo.gateways import mqtt_door
from wanghuo.gateways.mqtt_door import MqttDoor

TOPIC = f"access/v1/{OPERATOR}/D-1/signal"
STATE = f"access/v1/{OPERATOR}/D-1/state"
LEVELS = pytest.mark.parametrize("level", [4, 5])


def record(kind: str = "heartbeat", **more: object) -> bytes:
    return json.dumps({"kind": kind, "at": "2026-11-22T08:00:00Z", **more}).encode()


@pytest.fixture
def intake() -> HandIntake:
    return HandIntake()


@pytest.fixture
def keys() -> KnownKeys:
    return KnownKeys()


@pytest.fixture
async def door(intake: HandIntake, keys: KnownKeys) -> AsyncIterator[MqttDoor]:
    opened = MqttDoor(intake, keys, WallClock())
    await opened.open("127.0.0.1", 0)
    yield opened
    await RawClient.close_all()
    await opened.close()


@LEVELS
async def test_puback_waits_until_the_signal_is_durable(
    door: MqttDoor, intake: HandIntake, level: int
) -> None:
    client = await RawClient.connected(door.port, level)
    intake.holding = True
    client.send(client.publish(TOPIC, record(), 11))
    await intake.until(lambda: intake.records)
    assert await client.ping() == []
    intake.release()
    assert await client.packet() == (0x40, b"\x00\x0b")
    assert intake.records[0].sender == f"access:{OPERATOR}/D-1"


@LEVELS
async def test_a_fire_is_acknowledged_when_the_fire_log_has_it(
    door: MqttDoor, intake: HandIntake, level: int
) -> None:
    client = await RawClient.connected(door.port, level)
    intake.holding = True
    client.send(client.publish(TOPIC, record("fire", point="p9"), 12))
    await intake.until(lambda: intake.entries)
    assert await client.ping() == []
    intake.release()
    assert await client.packet() == (0x40, b"\x00\x0c")
    assert intake.signals()[0].origin() == f"access:{OPERATOR}/D-1/p9"


async def test_acknowledgements_keep_the_order_of_their_publishes(
    door: MqttDoor, intake: HandIntake
) -> None:
    client = await RawClient.connected(door.port, 5)
    intake.holding = True
    client.send(client.publish(TOPIC, record(), 1) + client.publish(TOPIC, record("fire"), 2))
    client.send(client.publish(TOPIC, record(), 3))
    await intake.until(lambda: len(intake.records) == 2 and intake.entries)
    first, third = intake.waiting
    third(True)  # noqa: FBT003 - the shape of the callback
    intake.released.set()
    assert await client.ping() == []
    first(True)  # noqa: FBT003 - the shape of the callback
    assert [(await client.packet())[1][:2] for _ in range(3)] == [b"\0\1", b"\0\2", b"\0\3"]


@LEVELS
async def test_what_was_not_stored_is_not_acknowledged(
    door: MqttDoor, intake: HandIntake, level: int
) -> None:
    client = await RawClient.connected(door.port, level)
    intake.down = True
    client.send(client.publish(TOPIC, record("fire"), 1))
    assert await client.ended() == (b"\xe0\x01\x89" if level == 5 else b"")
    again = await RawClient.connected(door.port, level)
    again.send(again.publish(TOPIC, record(), 1))
    assert await again.ended() == (b"\xe0\x01\x89" if level == 5 else b"")


@LEVELS
async def test_qos_2_takes_a_message_once(door: MqttDoor, intake: HandIntake, level: int) -> None:
    client = await RawClient.connected(door.port, level)
    sent = client.publish(TOPIC, record(), 5, qos=2)
    client.send(sent)
    assert await client.packet() == (0x50, b"\0\5")
    client.send(bytes([sent[0] | 8]) + sent[1:])
    assert await client.packet() == (0x50, b"\0\5")
    client.send(b"\x62\x02\0\5")
    assert await client.packet() == (0x70, b"\0\5")
    assert len(intake.records) == 1
    client.send(b"\x62\x02\0\5")
    assert await client.packet() == (0x70, b"\0\5\x92" if level == 5 else b"\0\5")


@pytest.mark.parametrize(
    ("level", "user", "key", "code"),
    [
        (4, OPERATOR, "wrong", 4),
        (5, OPERATOR, "wrong", 0x86),
        (4, "op2", KEY, 5),
        (5, "op2", KEY, 0x87),
        (4, OPERATOR, "", 4),
    ],
)
async def test_a_wrong_key_is_refused_with_its_code(
    door: MqttDoor, level: int, user: str, key: str, code: int
) -> None:
    client = await RawClient.open(door.port, level)
    client.send(client.connect(user=user, key=key))
    assert (await client.packet())[1][1] == code
    assert await client.ended() == b""


async def test_keys_that_cannot_be_looked_up_now_are_unavailable_not_wrong(
    door: MqttDoor, keys: KnownKeys
) -> None:
    keys.down = True
    client = await RawClient.open(door.port)
    client.send(client.connect())
    assert (await client.packet())[1][1] == 3


@pytest.mark.parametrize(
    ("hello", "answer"),
    [
        (b"\x10\x0c\x00\x06MQIsdp\x03\x02\x00\x3c", b"\x20\x02\x00\x01"),
        (b"\x10\x0c\x00\x04MQTT\x09\x02\x00\x3c\x00\x00", b"\x20\x02\x00\x01"),
        (b"GET / HTTP/1.1\r\n\r\n", b""),
        (b"\xc0\x00", b""),
        (b"\x10\xff\xff\xff\xff\x7f", b""),
        (b"\x10\xff\xff\xff\x7f", b""),
        (b"@@" + bytes(40), b""),
    ],
)
async def test_who_does_not_speak_mqtt_is_closed_and_kept_for_a_person(
    door: MqttDoor, intake: HandIntake, hello: bytes, answer: bytes
) -> None:
    client = await RawClient.open(door.port)
    client.send(hello)
    assert await client.ended() == answer
    await intake.until(lambda: intake.quarantined)
    assert intake.quarantined[0][0] == "mqtt"
    assert hello.startswith(intake.quarantined[0][3])


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"\x36\x05\0\1a\0\1", 0x81),  # QoS 3
        (b"\x30\x04\0\1#\0", 0x90),
        (b"\x32\x06\0\1a\0\0\0", 0x82),  # packet id 0
        (b"\x80\x05\0\1\0\0\1", 0x81),  # SUBSCRIBE without its flags
        (b"\x82\x03\0\1\0", 0x82),  # no filter
        (b"\x82\x08\0\1\2\x0b\1\0\1a\0"[:10], 0xA1),  # subscription id
        (b"\xf0\x00", 0x82),
        (b"\x20\x02\0\0", 0x82),
        (b"\x10\x0d\0\4MQTT\5\2\0\x3c\0\0\0", 0x82),  # a second CONNECT
        (b"\x30\x07\0\0\3\x23\0\1x", 0x94),  # topic alias
        (b"\x30\xff\xff\x7f", 0x95),  # too large
    ],
)
async def test_a_broken_packet_is_answered_with_its_reason_and_kept(
    door: MqttDoor, intake: HandIntake, packet: bytes, reason: int
) -> None:
    client = await RawClient.connected(door.port, 5)
    client.send(packet)
    assert await client.ended() == bytes([0xE0, 1, reason])
    await intake.until(lambda: intake.quarantined)
    assert intake.quarantined[0][3] == packet


async def test_a_record_nobody_can_read_is_kept_and_then_acknowledged(
    door: MqttDoor, intake: HandIntake
) -> None:
    new = await RawClient.connected(door.port, 5, "new")
    new.send(new.publish(TOPIC, b"smoke!", 1))
    assert await new.packet() == (0x40, b"\0\1\x99")
    old = await RawClient.connected(door.port, 4, "old")
    old.send(old.publish(TOPIC, b"smoke!", 1))
    assert await old.packet() == (0x40, b"\0\1")
    assert [q[3] for q in intake.quarantined] == [b"smoke!", b"smoke!"]
    assert intake.quarantined[0][1] == "bad_record"


async def test_a_topic_of_somebody_else_is_kept_but_not_taken(
    door: MqttDoor, intake: HandIntake
) -> None:
    client = await RawClient.connected(door.port, 5)
    for nth, topic in enumerate(
        ["access/v1/op2/D-1/signal", f"access/v1/{OPERATOR}/D-1/other", "a", "$SYS/x"], 1
    ):
        client.send(client.publish(topic, record("fire"), nth))
        assert await client.packet() == (0x40, bytes([0, nth, 0x87]))
    assert intake.entries == []
    assert len(intake.quarantined) == 4


@LEVELS
async def test_a_split_and_glued_stream_is_understood(door: MqttDoor, level: int) -> None:
    client = await RawClient.connected(door.port, level)
    stream = b"".join(client.publish(TOPIC, record(text="x" * n), n) for n in range(1, 60))
    for nth in range(0, len(stream), 97):
        client.send(stream[nth : nth + 97])
        await client.writer.drain()
    acked = [int.from_bytes((await client.packet())[1][:2], "big") for _ in range(1, 60)]
    assert acked == list(range(1, 60))


async def test_receive_maximum_is_held_against_a_5_0_client(
    door: MqttDoor, intake: HandIntake
) -> None:
    client = await RawClient.connected(door.port, 5)
    intake.holding = True
    client.send(b"".join(client.publish(TOPIC, record(), n) for n in range(1, 1026)))
    assert await client.ended() == b"\xe0\x01\x93"
    assert len(intake.records) == 1024


async def test_a_3_1_1_client_over_the_window_is_made_to_wait(
    door: MqttDoor, intake: HandIntake
) -> None:
    client = await RawClient.connected(door.port, 4)
    intake.holding = True
    client.send(b"".join(client.publish(TOPIC, record(), n) for n in range(1, 1500)))
    await intake.until(lambda: len(intake.records) >= 1025)
    assert len(intake.records) == 1025
    intake.release()
    for n in range(1, 1500):
        assert (await client.packet())[1] == n.to_bytes(2, "big")


@LEVELS
async def test_a_full_intake_stops_the_reading_and_loses_nothing(
    door: MqttDoor, intake: HandIntake, level: int
) -> None:
    client = await RawClient.connected(door.port, level)
    intake.room = 3
    client.send(b"".join(client.publish(TOPIC, record(), n) for n in range(1, 11)))
    for n in range(1, 4):
        assert (await client.packet())[1] == n.to_bytes(2, "big")
    assert len(intake.records) == 3
    await intake.make_room(1000)
    for n in range(4, 11):
        assert (await client.packet())[1] == n.to_bytes(2, "big")


@LEVELS
async def test_a_broken_connection_says_offline_by_its_will(
    door: MqttDoor, intake: HandIntake, level: int
) -> None:
    client = await RawClient.open(door.port, level)
    client.send(client.connect(will=(STATE, b"gone")))
    await client.packet()
    client.writer.transport.abort()
    await intake.until(lambda: intake.records)
    assert b"offline" in intake.records[0].payload
    assert intake.records[0].sender == f"access:{OPERATOR}/D-1"


@LEVELS
async def test_a_goodbye_forgets_the_will(door: MqttDoor, intake: HandIntake, level: int) -> None:
    client = await RawClient.open(door.port, level)
    client.send(client.connect(will=(STATE, b"gone")))
    await client.packet()
    client.send(b"\xe0\x00")
    assert await client.ended() == b""
    other = await RawClient.connected(door.port, level)
    assert await other.ping() == []
    assert intake.records == []


async def test_a_will_for_somebody_else_is_refused(door: MqttDoor) -> None:
    client = await RawClient.open(door.port, 5)
    client.send(client.connect(will=("access/v1/op2/D-1/state", b"gone")))
    assert (await client.packet())[1][1] == 0x87


@LEVELS
async def test_the_same_client_id_takes_the_session_over(door: MqttDoor, level: int) -> None:
    older = await RawClient.connected(door.port, level, "same")
    newer = await RawClient.connected(door.port, level, "same")
    assert await older.ended() == (b"\xe0\x01\x8e" if level == 5 else b"")
    assert await newer.ping() == []
    other = await RawClient.open(door.port, level)
    other.send(other.connect("same", user="op2", key="key-of-op2"))
    assert (await other.packet())[1][1] == 0
    assert await newer.ping() == []


@LEVELS
async def test_silence_beyond_the_keep_alive_ends_the_connection(
    door: MqttDoor, monkeypatch: pytest.MonkeyPatch, level: int
) -> None:
    monkeypatch.setattr(mqtt_door, "SWEEP_PERIOD_S", 0.05)
    client = await RawClient.open(door.port, level)
    client.send(client.connect(keep_alive_s=1))
    await client.packet()
    assert await client.ended() == (b"\xe0\x01\x8d" if level == 5 else b"")


@LEVELS
async def test_subscriptions_are_a_view_of_ones_own_devices(door: MqttDoor, level: int) -> None:
    client = await RawClient.connected(door.port, level)
    client.send(
        client.subscribe(
            f"access/v1/{OPERATOR}/+/signal", "access/v1/op2/#", "#", f"access/v1/{OPERATOR}/a#"
        )
    )
    _, body = await client.packet()
    refused = [0x87, 0x87, 0x8F] if level == 5 else [0x80] * 3
    assert list(body[3 if level == 5 else 2 :]) == [0, *refused]
    sent = record("fault")
    client.send(client.publish(TOPIC, sent, 1))
    packets = sorted([await client.packet(), await client.packet()])
    assert packets[0][0] == 0x30
    assert packets[0][1].endswith(sent)
    client.send(b"\xa2" + bytes([2 + (level == 5) + 2 + 22]) + b"\0\x08")
    client.send(
        (b"\0" if level == 5 else b"") + b"\0\x16" + f"access/v1/{OPERATOR}/+/signal".encode()
    )
    first, body = await client.packet()
    assert (first, body[:2]) == (0xB0, b"\0\x08")
    client.send(client.publish(TOPIC, sent, 2))
    assert await client.packet() == (0x40, b"\0\2")


@LEVELS
async def test_a_retained_state_greets_who_comes_later(door: MqttDoor, level: int) -> None:
    device = await RawClient.connected(door.port, level, "device")
    said = record("state", status=1)
    device.send(device.publish(STATE, said, 1, retain=True))
    await device.packet()
    watcher = await RawClient.connected(door.port, level, "watcher")
    watcher.send(watcher.subscribe(f"access/v1/{OPERATOR}/#"))
    assert (await watcher.packet())[0] == 0x90
    first, body = await watcher.packet()
    assert first == 0x31
    assert body.endswith(said)
    device.send(device.publish(STATE, b"", 2, retain=True))
    await device.packet()
    later = await RawClient.connected(door.port, level, "later")
    later.send(later.subscribe(f"access/v1/{OPERATOR}/#"))
    assert (await later.packet())[0] == 0x90
    assert await later.ping() == []


async def test_a_reader_that_does_not_read_harms_nobody(door: MqttDoor, intake: HandIntake) -> None:
    slow = await RawClient.connected(door.port, 4, "slow")
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a StreamWriter holds a full transport
    slow.send(slow.subscribe(f"access/v1/{OPERATOR}/#"))
    quick = await RawClient.connected(door.port, 4, "quick")
    packets = itertools.cycle(range(1, 1000))
    for _ in range(3000):
        quick.send(quick.publish(TOPIC, record(text="x" * 400), next(packets)))
    for _ in range(3000):
        assert (await quick.packet())[0] == 0x40
    assert len(intake.records) == 3000
    slow.writer.transport.abort()


async def test_closing_the_door_tells_5_0_clients(intake: HandIntake, keys: KnownKeys) -> None:
    door = MqttDoor(intake, keys, WallClock())
    await door.open("127.0.0.1", 0)
    client = await RawClient.connected(door.port, 5)
    await door.close()
    assert await client.ended() == b"\xe0\x01\x8b"
    await RawClient.close_all()
