"""The gateway with the real intake behind it: PostgreSQL, NATS, sockets."""

import os
import signal
import tomllib
from collections.abc import AsyncIterator, Callable

import pytest
from tests.gateways.conftest import POLICY, PROFILES, ROLE, opened
from tests.gateways.gb26875_peers import Device, until
from tests.protocols.gb26875_samples import ADDRESS, SOURCE, TAG, fire_packet, packet

from wanghuo.clock import WallClock
from wanghuo.engines.embedded_folder import living_in
from wanghuo.engines.embedded_postgres import EmbeddedPostgres
from wanghuo.engines.postgres import Database
from wanghuo.engines.stream import FIRE_FALLBACK, Stream
from wanghuo.facts.entry import SignalEntry, decode
from wanghuo.facts.signal import SignalKind
from wanghuo.gateways.gb26875_door import Gb26875Door
from wanghuo.gateways.store import put_quarantine
from wanghuo.protocols import gb26875_objects as obj
from wanghuo.protocols.gb26875_objects import encode_body
from wanghuo.protocols.gb26875_signals import signals_of_packet
from wanghuo.signals.feed import SignalIntake
from wanghuo.signals.routine import unpack


@pytest.fixture
async def real_intake(
    dsn: Callable[[str], str], nats_stream: Stream
) -> AsyncIterator[SignalIntake]:
    made = SignalIntake(dsn("wanghuo_gateway"), nats_stream, WallClock(), put_quarantine)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def real_door(
    dsn: Callable[[str], str], real_intake: SignalIntake
) -> AsyncIterator[Gb26875Door]:
    async with opened(real_intake, dsn(ROLE)) as made:
        yield made


async def logged(database: Database) -> list[SignalEntry]:
    async with database.transaction() as tx:
        rows = await tx.fetch("SELECT entry FROM signals.fire_log ORDER BY seq")
    bodies = [decode(row["entry"]).body for row in rows]
    return [body for body in bodies if isinstance(body, SignalEntry)]


async def test_when_the_confirm_arrives_the_fire_stands_in_the_fire_log(
    real_door: Gb26875Door, database: Database
) -> None:
    device = await Device.dial(real_door.port)
    for serial in range(1, 6):
        assert (await device.ask(fire_packet(serial=serial))).serial == serial
        assert len(await logged(database)) == serial
    for _ in range(3):
        assert (await device.ask(fire_packet(serial=5))).serial == 5
    assert len(await logged(database)) == 5


async def test_when_the_confirm_arrives_the_reading_stands_in_the_stream(
    real_door: Gb26875Door, nats_stream: Stream
) -> None:
    device = await Device.dial(real_door.port)
    body = encode_body((obj.ComponentAnalog(1, 1, 30, ADDRESS, 3, 215, TAG),))
    assert (await device.ask(packet(body, serial=3))).serial == 3
    pull = await nats_stream.pull("ROUTINE", "reader")
    [message] = await pull.fetch(10, 5.0)
    [record] = unpack(message.payload)
    at = WallClock().now_utc()
    [signal] = signals_of_packet(record.payload, record.sender, PROFILES[record.profile], at)
    assert (signal.value, signal.origin()) == (21.5, f"gb26875:{SOURCE.hex()}/1.1.30.0a000200")


async def test_strangers_are_heard_although_the_database_stands_still(
    real_door: Gb26875Door, postgres: EmbeddedPostgres, nats_stream: Stream
) -> None:
    _, before = await nats_stream.extent(FIRE_FALLBACK)
    frozen = living_in(postgres.data_folder)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        for number in range(3):
            device = await Device.dial(real_door.port)
            source = number.to_bytes(6, "little")
            assert (await device.ask(fire_packet(serial=number, source=source))).command == 3
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    _, after = await nats_stream.extent(FIRE_FALLBACK)
    assert after == before + 3


async def test_broken_bytes_stand_whole_in_quarantine(
    real_door: Gb26875Door, database: Database
) -> None:
    device = await Device.dial(real_door.port)
    broken = bytearray(fire_packet(serial=3))
    broken[-3] ^= 0xFF
    for _ in range(2):
        assert (await device.ask(bytes(broken))).command == 6
    await real_door.board.finish()
    async with database.transaction() as tx:
        rows = await tx.fetch("SELECT door, peer, reason, raw, times FROM gateways.quarantine")
    assert [tuple(row.values()) for row in rows] == [
        ("gb26875_tcp", "127.0.0.1", "bad_checksum", bytes(broken), 2)
    ]


async def test_a_gateway_that_starts_again_knows_whose_normal_states_matter(
    real_door: Gb26875Door,
    real_intake: SignalIntake,
    database: Database,
    dsn: Callable[[str], str],
) -> None:
    device = await Device.dial(real_door.port)
    await device.ask(fire_packet(serial=1))
    async with opened(real_intake, dsn(ROLE), "gateway-2") as second:
        await until(lambda: second.board.alarmed)
        normal = encode_body((obj.ComponentStatus(1, 1, 40, ADDRESS, 1, bytes(31), TAG),))
        other = await Device.dial(second.port)
        assert (await other.ask(packet(normal, serial=2))).command == 3
        kinds = [entry.signal.kind for entry in await logged(database)]
        assert kinds == [SignalKind.FIRE, SignalKind.CLEARED]


def test_the_profiles_are_those_of_the_policy() -> None:
    assert set(tomllib.loads(POLICY.read_text(encoding="utf-8"))) == set(PROFILES)
