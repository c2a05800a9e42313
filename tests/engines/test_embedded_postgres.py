"""The embedded PostgreSQL survives every death: its own, its parent's, a crash of both."""

import asyncio
import os
import signal
import stat
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import engines_base
from wanghuo.engines.embedded_folder import living_in
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.errors import Refused

FAST = {"fsync": "off", "shared_buffers": "16MB"}
PATIENCE_S = 20.0
PARENT = """
import asyncio, sys
from pathlib import Path
from wanghuo.engines.embedded_postgres import EmbeddedPostgres

async def main():
    server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"})
    await server.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder inside one that only its owner may enter."""
    with tempfile.TemporaryDirectory(prefix="wh", dir=engines_base()) as outer:
        Path(outer).chmod(0o700)
        yield Path(outer) / "postgres"


@pytest.fixture
async def server(closed_folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(closed_folder, settings=FAST)
    await made.start()
    yield made
    await made.stop()


async def answer(server: EmbeddedPostgres, query: str) -> object:
    """What the server says, waiting while it recovers."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                connection = await asyncpg.connect(server.dsn(OWNER))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.02)
                continue
            try:
                return await connection.fetchval(query)
            finally:
                await connection.close()


async def test_it_runs_in_a_closed_folder_without_root_and_changes_no_mode(
    server: EmbeddedPostgres, closed_folder: Path
) -> None:
    assert await answer(server, "SELECT 'é' < '望'") is True
    assert await answer(server, "SELECT datlocprovider::text FROM pg_database LIMIT 1") == "b"
    status = Path(f"/proc/{server.pid}/status").read_text()
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids
    assert stat.S_IMODE(closed_folder.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((closed_folder / "socket").stat().st_mode) == 0o700


async def test_killed_alone_it_is_started_again_with_its_data(server: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(server.dsn(OWNER))
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    connection.terminate()
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    assert await answer(server, "SELECT value FROM kept") == 7
    assert server.pid != killed


async def test_stopped_it_leaves_no_process(closed_folder: Path) -> None:
    server = EmbeddedPostgres(closed_folder, settings=FAST)
    await server.start()
    assert living_in(closed_folder / "data")
    await server.stop()
    assert living_in(closed_folder / "data") == []
    assert server.pid == -1


async def test_it_dies_with_its_parent_and_the_folder_starts_again(closed_folder: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(closed_folder), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    first = int(await asyncio.wait_for(parent.stdout.readline(), PATIENCE_S))
    parent.kill()
    await parent.wait()
    server = EmbeddedPostgres(closed_folder, settings=FAST)  # at once: the old one is still ending
    await server.start()
    try:
        assert await answer(server, "SELECT 1") == 1
        assert server.pid != first
        assert first not in living_in(closed_folder / "data")
    finally:
        await server.stop()


async def test_a_server_whose_parent_was_killed_first_is_replaced(closed_folder: Path) -> None:
    """SIGSTOP keeps it from hearing of its parent's death: the worst leftover there is."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(closed_folder), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    first = int(await asyncio.wait_for(parent.stdout.readline(), PATIENCE_S))
    for pid in living_in(closed_folder / "data"):
        if pid != first:
            os.kill(pid, signal.SIGSTOP)  # its children do not end, so it cannot end either
    os.kill(first, signal.SIGKILL)
    parent.kill()
    await parent.wait()
    assert living_in(closed_folder / "data")
    server = EmbeddedPostgres(closed_folder, settings=FAST)
    starting = asyncio.create_task(server.start())
    await asyncio.wait_for(starting, PATIENCE_S)
    try:
        assert await answer(server, "SELECT 1") == 1
    finally:
        await server.stop()


async def test_a_stale_pid_that_another_program_has_now_does_not_keep_it_from_starting(
    closed_folder: Path,
) -> None:
    server = EmbeddedPostgres(closed_folder, settings=FAST)
    await server.start()
    kept = (closed_folder / "data" / "postmaster.pid").read_text()
    await server.stop()
    stale = kept.replace(kept.split("\n", 1)[0], str(os.getpid()), 1)
    (closed_folder / "data" / "postmaster.pid").write_text(stale)
    await server.start()
    try:
        assert await answer(server, "SELECT 1") == 1
    finally:
        await server.stop()


async def test_two_cannot_own_one_folder(server: EmbeddedPostgres, closed_folder: Path) -> None:
    second = EmbeddedPostgres(closed_folder, settings=FAST)
    with pytest.raises(Refused, match="another running wanghuo"):
        await second.start()
    assert await answer(server, "SELECT 1") == 1


async def test_a_long_path_gets_a_short_socket(closed_folder: Path) -> None:
    deep = closed_folder / ("深" * 30) / "postgres"
    deep.parent.mkdir(parents=True)
    server = EmbeddedPostgres(deep, settings=FAST)
    await server.start()
    try:
        assert await answer(server, "SELECT 1") == 1
    finally:
        await server.stop()
    assert living_in(deep / "data") == []
