"""The front end against paho, as devices use it: the interoperability cases that apply here.

Applying: connecting, retained states, QoS 0 to 2, wills, zero-length client ids, wildcards,
refused subscriptions, take-over, large messages, the terms of 5.0. Not applying, because no
session outlives its connection and subscribers are served at QoS 0: queued messages, redelivery,
session expiry, subscription ids, shared subscriptions, QoS 1 and 2 to subscribers, topic aliases.
"""

import asyncio
import json
from collections.abc import AsyncIterator

import aiomqtt
import pytest
from aiomqtt import Client, ProtocolVersion, Will
from tests.gateways.access_peers import KEY, OPERATOR, HandIntake, KnownKeys

from wanghuo.clock import WallClock
from wanghuo.gateways.mqtt_door import MqttDoor

ROOT = f"access/v1/{OPERATOR}"
VERSIONS = pytest.mark.parametrize("version", [ProtocolVersion.V311, ProtocolVersion.V5])


def record(kind: str = "heartbeat", **more: object) -> bytes:
    return json.dumps({"kind": kind, "at": "2026-11-22T08:00:00Z", **more}).encode()


@pytest.fixture
def intake() -> HandIntake:
    return HandIntake()


@pytest.fixture
async def door(intake: HandIntake) -> AsyncIterator[MqttDoor]:
    opened = MqttDoor(intake, KnownKeys(), WallClock())
    await opened.open("127.0.0.1", 0)
    yield opened
    await opened.close()


def client(
    door: MqttDoor,
    version: ProtocolVersion,
    name: str | None = None,
    will: Will | None = None,
    key: str = KEY,
) -> Client:
    return Client(
        "127.0.0.1",
        door.port,
        username=OPERATOR,
        password=key,
        identifier=name,
        protocol=version,
        will=will,
        timeout=5,
    )


@VERSIONS
@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_a_message_of_each_qos_is_taken_once(
    door: MqttDoor, intake: HandIntake, version: ProtocolVersion, qos: int
) -> None:
    async with client(door, version) as device:
        for nth in range(20):
            await device.publish(f"{ROOT}/D-1/signal", record(text=str(nth)), qos=qos)
    await intake.until(lambda: len(intake.records) == 20)
    assert len(intake.records) == 20


@VERSIONS
async def test_wildcards_retained_states_and_live_messages(
    door: MqttDoor, version: ProtocolVersion
) -> None:
    async with client(door, version, "d") as device, client(door, version, "w") as watcher:
        await device.publish(f"{ROOT}/A/state", record("state"), qos=1, retain=True)
        await watcher.subscribe(f"{ROOT}/+/state", qos=2)
        await device.publish(f"{ROOT}/B/state", record("state"), qos=1)
        seen = []
        async with asyncio.timeout(5):
            async for message in watcher.messages:
                seen.append((str(message.topic), message.retain, message.qos))
                if len(seen) == 2:
                    break
        assert seen == [(f"{ROOT}/A/state", True, 0), (f"{ROOT}/B/state", False, 0)]
        await watcher.unsubscribe(f"{ROOT}/+/state")


@VERSIONS
async def test_a_refused_subscription_does_not_end_the_connection(
    door: MqttDoor, intake: HandIntake, version: ProtocolVersion
) -> None:
    async with client(door, version) as device:
        granted = await device.subscribe("access/v1/op2/#", qos=1)
        code = granted[0]
        assert (code if isinstance(code, int) else code.value) in {0x80, 0x87}
        await device.publish(f"{ROOT}/D-1/signal", record(), qos=1)
        assert len(intake.records) == 1


@VERSIONS
async def test_a_wrong_key_is_refused(door: MqttDoor, version: ProtocolVersion) -> None:
    with pytest.raises(aiomqtt.MqttError, match=r"(?i)not authori|bad user|password"):
        async with client(door, version, key="wrong"):
            pass


@VERSIONS
async def test_a_will_speaks_for_a_taken_over_client(
    door: MqttDoor, intake: HandIntake, version: ProtocolVersion
) -> None:
    will = Will(f"{ROOT}/D-7/state", record("offline"), qos=1, retain=True)
    async with client(door, version, "same", will) as older, client(door, version, "same"):
        await intake.until(lambda: intake.records)
        with pytest.raises(aiomqtt.MqttError):
            await anext(older.messages)
    assert intake.records[0].sender == f"access:{OPERATOR}/D-7"


async def test_a_large_message_that_is_no_record_is_kept_whole(
    door: MqttDoor, intake: HandIntake
) -> None:
    async with client(door, ProtocolVersion.V5) as device:
        await device.publish(f"{ROOT}/D-1/signal", b"x" * 60_000, qos=1)
        assert len(intake.quarantined[0][3]) == 60_000


async def test_a_zero_length_client_id_gets_a_name(door: MqttDoor) -> None:
    async with client(door, ProtocolVersion.V5, "") as device:
        await device.publish(f"{ROOT}/D-1/signal", record(), qos=1)
        names = {connection.client_id for connection in door.connections}
        assert len(names) == 1
        assert names.pop().startswith("auto-")
