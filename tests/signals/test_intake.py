"""A fire is durable when `fire` returns, whichever engine is dead; and none is lost or doubled."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import MIGRATIONS, engines_base
from tests.signals.makers import a_record, an_entry
from tests.waiting import until
from wanghuo.clock import WallClock
from wanghuo.engines.embedded_folder import living_in
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.migrate import migrate
from wanghuo.engines.postgres import DOWN, Database, Row, Transaction
from wanghuo.engines.stream import Stream
from wanghuo.errors import Unavailable
from wanghuo.signals.feed import FallbackDrainer, SignalIntake

if TYPE_CHECKING:
    from wanghuo.facts.entry import Entry

CLOCK = WallClock()


async def quarantine_put(
    tx: Transaction, door: str, peer: str, reason: str, raw: bytes, detail: str, at: datetime
) -> None:
    await tx.execute(
        "INSERT INTO gateways.quarantine (id, at, door, peer, reason, raw, detail)"
        " VALUES (md5($5::bytea), $1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
        at, door, peer, reason, raw, detail,
    )  # fmt: skip


@dataclass
class House:
    """Both engines, which tests may kill, and what stands on them."""

    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    stream: Stream
    intake: SignalIntake
    database: Database

    async def logged(self) -> list[str]:
        rows = await self.rows("SELECT entry_id FROM signals.fire_log ORDER BY seq")
        return [row["entry_id"] for row in rows]

    async def rows(self, query: str) -> list[Row]:
        """The answer, or [] while the database is being started again."""
        try:
            async with self.database.connection() as c:
                return await c.fetch(query)
        except DOWN:
            return []


@pytest.fixture(scope="module")
async def engines() -> AsyncIterator[tuple[EmbeddedPostgres, EmbeddedNats]]:
    with tempfile.TemporaryDirectory(prefix="wh", dir=engines_base()) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "pg", settings={"shared_buffers": "32MB"})
        nats = EmbeddedNats(Path(folder) / "nats")
        await postgres.start()
        await nats.start()
        try:
            await migrate(postgres.dsn(OWNER), MIGRATIONS)
            yield postgres, nats
        finally:
            await nats.stop()
            await postgres.stop()


@pytest.fixture
async def house(engines: tuple[EmbeddedPostgres, EmbeddedNats]) -> AsyncIterator[House]:
    postgres, nats = engines
    database = await opened(postgres.dsn(OWNER))
    stream = await Stream.connect(nats.url)
    await stream.ensure()
    intake = SignalIntake(postgres.dsn("wanghuo_gateway"), stream, CLOCK, quarantine_put)
    await intake.start()
    async with database.connection() as c:
        await c.execute("TRUNCATE signals.fire_log, signals.inbox, gateways.quarantine")
    yield House(postgres, nats, stream, intake, database)
    await intake.stop()
    await stream.close()
    await database.close()


async def opened(dsn: str) -> Database:
    """The database, once it is back: the test before may have killed it."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await Database.open(dsn)
            except DOWN:
                await asyncio.sleep(0.05)


def freeze(house: House, asked: signal.Signals) -> None:
    """Stop or continue every process of the database: it is there and says nothing."""
    for pid in living_in(house.postgres.data_folder):
        os.kill(pid, asked)


async def drained(house: House, count: int) -> None:
    """Run the drainer until the log holds `count` entries."""
    drainer = FallbackDrainer(house.database, house.stream, CLOCK, quarantine_put)
    running = asyncio.create_task(drainer.run())
    async with asyncio.timeout(15):
        while len(await house.logged()) < count:
            await asyncio.wait({running}, timeout=0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_fire_is_in_the_log_when_the_call_returns(house: House) -> None:
    await house.intake.fire([an_entry(1), an_entry(2)])
    await house.intake.fire([an_entry(2)])
    assert await house.logged() == [an_entry(1).id, an_entry(2).id]
    await house.intake.fire([])


async def test_the_database_killed_under_load_loses_and_doubles_nothing(house: House) -> None:
    kept: list[Entry] = []
    refused: list[Entry] = []
    shown: list[bytes] = []

    async def hear(_subject: str, payload: bytes) -> None:
        shown.append(payload)

    await house.stream.listen("unjudged.fire", hear)

    async def send(first: int) -> None:
        for number in range(first, first + 60):
            entry = an_entry(number)
            try:
                await house.intake.fire([entry])
            except Unavailable:
                refused.append(entry)
            else:
                kept.append(entry)

    senders = [asyncio.create_task(send(1000 * n)) for n in range(16)]
    await until(lambda: len(kept) > 200)
    os.kill(house.postgres.pid, signal.SIGKILL)
    await asyncio.gather(*senders)
    assert refused == [], "the fallback stream was there"
    assert shown, "the desk hears of fires that wait for the database"
    await drained(house, len(kept))
    log = await house.logged()
    assert sorted(log) == sorted(entry.id for entry in kept), "each exactly once"


async def test_a_silent_database_costs_one_second_once_then_nothing(house: House) -> None:
    freeze(house, signal.SIGSTOP)
    try:
        began_s = CLOCK.monotonic_s()
        await house.intake.fire([an_entry(1)])
        first_s = CLOCK.monotonic_s() - began_s
        began_s = CLOCK.monotonic_s()
        await house.intake.fire([an_entry(2)])
        second_s = CLOCK.monotonic_s() - began_s
    finally:
        freeze(house, signal.SIGCONT)
    assert 0.9 < first_s < 2.5
    assert second_s < 0.5
    await until(lambda: house.intake.database_up)
    await drained(house, 2)
    assert sorted(await house.logged()) == sorted([an_entry(1).id, an_entry(2).id])


async def test_with_both_engines_silent_the_device_is_told_to_resend(house: House) -> None:
    freeze(house, signal.SIGSTOP)
    os.kill(house.nats.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable):
            await house.intake.fire([an_entry(1)])
    finally:
        freeze(house, signal.SIGCONT)
        os.kill(house.nats.pid, signal.SIGCONT)
    await until(lambda: house.intake.database_up)


async def test_unknown_bytes_outlive_the_database_too(house: House) -> None:
    await house.intake.quarantine("gb26875_tcp", "10.0.0.1:9", "bad_checksum", b"\x40\x40", "why")
    os.kill(house.postgres.pid, signal.SIGKILL)
    await house.intake.quarantine("mqtt", "10.0.0.2:9", "not_json", b"\xff", "why")
    drainer = FallbackDrainer(house.database, house.stream, CLOCK, quarantine_put)
    running = asyncio.create_task(drainer.run())
    async with asyncio.timeout(15):
        while len(await _quarantined(house)) < 2:
            await asyncio.wait({running}, timeout=0.02)
    assert await _quarantined(house) == [b"\x40\x40", b"\xff"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _quarantined(house: House) -> list[bytes]:
    rows = await house.rows("SELECT raw FROM gateways.quarantine ORDER BY raw")
    return [row["raw"] for row in rows]


async def test_routine_records_are_answered_for_one_by_one(house: House) -> None:
    answers: list[bool] = []
    for number in range(1000):
        assert house.intake.routine(a_record(number), answers.append)
    await until(lambda: len(answers) == 1000)
    assert all(answers)


async def test_routine_records_outlive_a_killed_stream_server(house: House) -> None:
    answers: list[bool] = []
    os.kill(house.nats.pid, signal.SIGKILL)
    for number in range(100):
        house.intake.routine(a_record(number), answers.append)
    await until(lambda: len(answers) == 100, 15)
    assert all(answers), "they were tried again until the server was back"


async def test_a_full_buffer_says_no_and_tells_when_there_is_room(house: House) -> None:
    os.kill(house.nats.pid, signal.SIGSTOP)
    answers: list[bool] = []
    taken = 0
    try:
        while house.intake.routine(a_record(taken), answers.append):
            taken += 1
    finally:
        os.kill(house.nats.pid, signal.SIGCONT)
    assert taken >= 10_000
    await asyncio.wait_for(house.intake.routine_room(), 15)
    await until(lambda: len(answers) == taken, 15)
    assert all(answers)
