"""The product under test: `wanghuo up` in a folder of its own, with its processes by role."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks import machine
from benchmarks.drive import HOME
from benchmarks.waiting import until, until_asked
from wanghuo.engines import embedded_folder
from wanghuo.engines.embedded_postgres import DATABASE, OWNER, PORT, SOCKET_NAME

READY_PATIENCE_S = 300.0
STOP_PATIENCE_S = 40.0
EARS_PATIENCE_S = 30.0
RANK_PATIENCE_S = 600.0
ROLES = ("gateway", "engine", "caller", "voice", "clerk", "web", "twin")
SECRET = "a-secret-of-the-bench"  # noqa: S105 — signs notices to our own receiver


class NotReady(RuntimeError):
    """The product did not print its ready line."""


class Product:
    """One `wanghuo up`. Its ports stay the same over restarts, so devices find it again.

    settings: of its configuration file; a dict among them is a table of it.
    """

    def __init__(
        self, folder: Path, *, webhook_url: str = "", settings: dict[str, Any] | None = None
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.http_port, self.gb26875_port = machine.free_port(), machine.free_port()
        self.mqtt_port, self.phones_port = machine.free_port(), machine.free_port()
        self.log = self.folder / "up.log"
        self.child: subprocess.Popen[bytes] | None = None
        self._config = self.folder / "bench.toml"
        self._settings = {"traffic": False, "gateways": 1, **(settings or {})}
        self._webhook_url = webhook_url

    async def start(self) -> float:
        """Start, wait for the ready line and the open ears; seconds it took. Raises NotReady."""
        self._write_config()
        before = self.log.stat().st_size if self.log.exists() else 0
        began_s = time.monotonic()
        self._launch()
        running = self.child
        assert running

        def ready() -> bool:
            with self.log.open("rb") as file:
                file.seek(before)
                return b"ready http://" in file.read()

        await until(lambda: ready() or running.poll() is not None, READY_PATIENCE_S, 0.05)
        if not ready():
            raise NotReady(f"{self.log} ends with: {self.tail()}")
        ears = int(self._settings["gateways"])  # each holds 20,000 links: all of them must be there
        if not await until(lambda: machine.listens(self.gb26875_port, ears), EARS_PATIENCE_S, 0.01):
            raise NotReady(f"not {ears} listen on {self.gb26875_port}; {self.log}: {self.tail()}")
        return time.monotonic() - began_s

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "wanghuo", "up", "--config", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=HOME,
                start_new_session=True,
            )

    def tail(self, characters: int = 1500) -> str:
        """The end of the product's log."""
        return self.log.read_text(errors="replace")[-characters:] if self.log.exists() else ""

    def _write_config(self) -> None:
        values = {
            "data_dir": str(self.data),
            "http_port": self.http_port,
            "gb26875_port": self.gb26875_port,
            "mqtt_port": self.mqtt_port,
            "phones_port": self.phones_port,
            **self._settings,
        }
        tables = {key: value for key, value in values.items() if isinstance(value, dict)}
        if self._webhook_url:
            tables["webhook"] = {"url": self._webhook_url, "secret": SECRET}
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key not in tables]
        for name, table in tables.items():
            lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
        self._config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def pids(self) -> dict[str, list[int]]:
        """Living processes by part: supervisor, gateway, engine, caller, clerk, web, …."""
        found: dict[str, list[int]] = {}
        if self.child is None:
            return found
        for pid in machine.descendants(self.child.pid):
            found.setdefault(_part(pid, self.child.pid), []).append(pid)
        return found

    def kill(self, part: str) -> int:
        """Kill -9 one part (all its processes), or `everything`; how many were hit."""
        parts = self.pids()
        hit = [p for pids in parts.values() for p in pids] if part == "everything" else (
            parts.get(part, [])
        )  # fmt: skip
        if part == "postgres":
            hit = hit[:1]  # the postmaster; its children see it and end
        tell_all(hit, signal.SIGKILL)
        return len(hit)

    async def ranked(self, patience_s: float = RANK_PATIENCE_S) -> bool:
        """Wait until the first start has ranked every station for every place, in its own time."""
        connection = await asyncpg.connect(self.dsn())

        async def done() -> bool:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM dispatch.ranking)"))

        try:
            return await until_asked(done, patience_s, 0.5)
        finally:
            await connection.close()

    async def gone(self, patience_s: float = STOP_PATIENCE_S) -> bool:
        """Wait until the supervisor has ended."""
        running = self.child
        return running is None or await until(lambda: running.poll() is not None, patience_s)

    async def stop(self) -> None:
        """Ctrl-C, then firmness."""
        if self.child is None or self.child.poll() is not None:
            return
        family = machine.descendants(self.child.pid)
        self.child.send_signal(signal.SIGINT)
        if not await self.gone():
            tell_all(family, signal.SIGKILL)
            await self.gone()

    def dsn(self, role: str = OWNER) -> str:
        """Where `role` reaches the product's own database."""
        wanted = self.data / "postgres" / "socket"
        sockets = embedded_folder.socket_folder(
            wanted, SOCKET_NAME, (wanted.stat().st_uid, wanted.stat().st_gid)
        )
        return f"postgresql://{role}@/{DATABASE}?host={sockets}&port={PORT}"

    def credentials(self) -> dict[str, Any]:
        """What the first start wrote: admin, tokens, operators, examples."""
        return tomllib.loads((self.data / "credentials.toml").read_text(encoding="utf-8"))


def tell_all(pids: Iterable[int], asked: signal.Signals) -> None:
    """Send a signal to processes of ours that may be gone already."""
    for pid in pids:
        embedded_folder.tell(pid, asked)


def _part(pid: int, supervisor: int) -> str:
    words = machine.command_line(pid)
    if pid == supervisor:
        return "supervisor"
    if "run" in words:
        role = words[words.index("run") + 1]
        return role if role in ROLES else "other"
    name = os.path.basename(words[0]) if words else ""  # noqa: PTH119 — a title, not a path
    if name.startswith("nats-server"):
        return "nats"
    if name.startswith("postgres"):
        return "postgres"
    return "other"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else f'"{value}"'
