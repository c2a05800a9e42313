"""What this machine can do at least: each floor measured in a few seconds, in the run that uses it.

`python -m benchmarks.floors` prints them alone.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import nats
from nats.js.api import StorageType, StreamConfig

from benchmarks import machine
from benchmarks.devices import Job, Transmitter
from benchmarks.drive import HOME, drive
from benchmarks.figures import Spread, spread_ms
from benchmarks.waiting import until
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres

BLOCK_BYTES = 256
SIGNAL_BYTES = 70
SIGNALS_A_MESSAGE = 50
MESSAGES_ON_THE_WAY = 16
COPY_ROWS = 5_000
TCP_CONNECTIONS = 1_000
WRITERS = 16
TASKS = 4
CLAIM_LIMIT = 100


@dataclass(frozen=True)
class Floors:
    """Rates per second, spreads in milliseconds."""

    fdatasync: Spread
    insert: Spread
    copy_rows_per_s: float
    jetstream_signals_per_s: float
    tcp_frames_per_cpu_s: float
    tcp_frames_per_s: float
    outbox_incidents_per_s: float
    outbox: Spread


def fdatasync(folder: Path, seconds: float) -> Spread:
    """Append a block and fdatasync it, again and again."""
    took: list[float] = []
    path = folder / "fdatasync"
    with path.open("ab", buffering=0) as file:
        until_s = time.perf_counter() + seconds
        while (began_s := time.perf_counter()) < until_s:
            file.write(bytes(BLOCK_BYTES))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began_s)
    path.unlink()
    return spread_ms(took)


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[str]:
    """The embedded server, fresh; yields where its owner connects."""
    server = EmbeddedPostgres(folder)
    await server.start()
    try:
        yield server.dsn(OWNER)
    finally:
        await server.stop()


async def durable_insert(dsn: str, seconds: float) -> Spread:
    """One row, one commit, one connection."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE one (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    statement = await connection.prepare("INSERT INTO one (body) VALUES ($1)")
    took: list[float] = []
    until_s = time.perf_counter() + seconds
    while (began_s := time.perf_counter()) < until_s:
        await statement.fetch(bytes(BLOCK_BYTES))
        took.append(time.perf_counter() - began_s)
    await connection.close()
    return spread_ms(took)


async def copy_rows(dsn: str, seconds: float) -> float:
    """Rows per second by COPY, 5,000 a transaction, unique key (device, at, kind)."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "CREATE TABLE history (device bigint, at bigint, kind smallint, value float8,"
        " UNIQUE (device, at, kind))"
    )
    began_s, rows = time.perf_counter(), 0
    while time.perf_counter() - began_s < seconds:
        records = [(rows + n, 1_700_000_000 + rows, 1, 20.5) for n in range(COPY_ROWS)]
        await connection.copy_records_to_table("history", records=records)
        rows += COPY_ROWS
    await connection.close()
    return rows / (time.perf_counter() - began_s)


_OUTBOX = """
CREATE TABLE incident (id bigserial PRIMARY KEY, place text NOT NULL);
CREATE TABLE task (
    id bigserial PRIMARY KEY, incident bigint NOT NULL, who smallint NOT NULL,
    state smallint NOT NULL DEFAULT 0
);
CREATE INDEX task_due ON task (id) WHERE state = 0;
"""
_OPEN = """
WITH opened AS (INSERT INTO incident (place) VALUES ($1) RETURNING id), told AS (
    INSERT INTO task (incident, who) SELECT id, who FROM opened, generate_series(1, 4) who)
SELECT id FROM opened
"""
# A NOTIFY takes one lock over all commits of a database: it wakes, and it ends group commit.
_OPEN_AND_WAKE = _OPEN.replace("SELECT id FROM opened", "SELECT id, pg_notify('task', '')")
_OPEN_AND_WAKE = _OPEN_AND_WAKE.rstrip() + " FROM opened"
_CLAIM = """
UPDATE task SET state = 1 WHERE id IN (
    SELECT id FROM task WHERE state = 0 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING incident
"""


class Outbox:
    """One statement opens an incident with four tasks; workers claim them with SKIP LOCKED."""

    def __init__(self, dsn: str, statement: str) -> None:
        self.dsn, self.statement = dsn, statement
        self.opened_s: dict[int, float] = {}
        self.claimed: dict[int, int] = {}
        self.done_s: dict[int, float] = {}
        self.rung = asyncio.Event()
        self.ended = False

    async def claim(self) -> None:
        """A worker."""
        connection = await asyncpg.connect(self.dsn)
        await connection.add_listener("task", lambda *_: self.rung.set())
        while not self.ended:
            self.rung.clear()
            rows = await connection.fetch(_CLAIM, CLAIM_LIMIT)
            now_s = time.perf_counter()
            for row in rows:
                incident = row["incident"]
                self.claimed[incident] = self.claimed.get(incident, 0) + 1
                if self.claimed[incident] == TASKS:
                    self.done_s[incident] = now_s
            if not rows:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.rung.wait(), 0.005)
        await connection.close()

    async def open_some(self, until_s: float, pause_s: float) -> None:
        """A writer; pause_s between two incidents, 0 for as fast as it goes."""
        connection = await asyncpg.connect(self.dsn)
        while (began_s := time.perf_counter()) < until_s:
            incident = await connection.fetchval(self.statement, "place")
            self.opened_s[incident] = began_s
            if pause_s:
                await asyncio.sleep(max(0.0, began_s + pause_s - time.perf_counter()))
        await connection.close()

    async def run(self, seconds: float, writers: int, pause_s: float) -> tuple[float, Spread]:
        """(incidents per second with all tasks claimed, opened → last task claimed)."""
        workers = [asyncio.create_task(self.claim()) for _ in range(2)]
        began_s = time.perf_counter()
        writing = [self.open_some(began_s + seconds, pause_s) for _ in range(writers)]
        await asyncio.gather(*writing)
        await until(lambda: len(self.done_s) == len(self.opened_s), patience_s=seconds)
        rate = len(self.done_s) / (time.perf_counter() - began_s)
        self.ended = True
        await asyncio.gather(*workers)
        both = self.done_s.keys() & self.opened_s.keys()
        return rate, spread_ms([self.done_s[n] - self.opened_s[n] for n in both])


async def outbox(dsn: str, seconds: float) -> tuple[float, Spread]:
    """(incidents per second at most, opened → all four tasks claimed at 100 a second)."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(_OUTBOX)
    await connection.close()
    fastest, _ = await Outbox(dsn, _OPEN).run(seconds, WRITERS, 0.0)
    _, calm = await Outbox(dsn, _OPEN_AND_WAKE).run(seconds, 1, 0.01)
    return fastest, calm


async def jetstream(folder: Path, seconds: float) -> float:
    """Packed signals per second into one stream of the embedded server (`always`)."""
    server = EmbeddedNats(folder)
    await server.start()
    client = await nats.connect(server.url)
    try:
        stream = client.jetstream()
        await stream.add_stream(
            StreamConfig(name="FLOOR", subjects=["floor"], storage=StorageType.FILE)
        )
        message = bytes(SIGNAL_BYTES * SIGNALS_A_MESSAGE)
        began_s = time.perf_counter()
        stored = [0] * MESSAGES_ON_THE_WAY

        async def publish(lane: int) -> None:
            while time.perf_counter() - began_s < seconds:
                await stream.publish("floor", message)
                stored[lane] += SIGNALS_A_MESSAGE

        await asyncio.gather(*(publish(lane) for lane in range(MESSAGES_ON_THE_WAY)))
        return sum(stored) / (time.perf_counter() - began_s)
    finally:
        await client.close()
        await server.stop()


async def tcp(seconds: float, connections: int = TCP_CONNECTIONS) -> tuple[float, float]:
    """(frames per CPU second of the server, frames per second), one frame per read."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.floor_tcp", cwd=HOME, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert child.stdout
        port = int(await child.stdout.readline())
        senders = [
            Transmitter(f"{n:012x}", "1.1.40.01000100") for n in range(min(connections, 200))
        ]
        before_s = machine.cpu_s(child.pid)
        report = await drive(Job([port], senders, connections, seconds))
        used_s = machine.cpu_s(child.pid) - before_s
        return report.confirmed / used_s, report.confirmed / report.seconds
    finally:
        child.kill()
        await child.wait()


async def measure(folder: Path, seconds: float = 3.0) -> Floors:
    """Every floor, one after the other, in `folder` (emptied by its owner)."""
    disk = fdatasync(folder, min(seconds, 2.0))
    async with postgres(folder / "postgres") as dsn:
        insert = await durable_insert(dsn, seconds)
        rows_per_s = await copy_rows(dsn, seconds)
        incidents_per_s, claimed = await outbox(dsn, seconds)
    signals_per_s = await jetstream(folder / "nats", seconds)
    per_cpu_s, per_s = await tcp(seconds)
    return Floors(
        disk, insert, rows_per_s, signals_per_s, per_cpu_s, per_s, incidents_per_s, claimed
    )


def told(floors: Floors) -> str:
    """The floors as lines of text."""
    return "\n".join(
        (
            f"fdatasync append of {BLOCK_BYTES} B: {floors.fdatasync}",
            f"PostgreSQL, one durable insert: {floors.insert}",
            f"PostgreSQL, COPY: {floors.copy_rows_per_s:,.0f} rows/s",
            f"JetStream `always`, packed: {floors.jetstream_signals_per_s:,.0f} signals/s",
            f"TCP, one frame per read: {floors.tcp_frames_per_cpu_s:,.0f} per CPU-second",
            f"the same beside its client: {floors.tcp_frames_per_s:,.0f} frames/s",
            f"outbox, incident + 4 tasks: {floors.outbox_incidents_per_s:,.0f}/s; {floors.outbox}",
        )
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="wanghuo-floors-") as folder:
        print(machine.describe())
        print(told(asyncio.run(measure(Path(folder)))))


if __name__ == "__main__":
    main()
