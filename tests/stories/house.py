"""The whole product as a user starts it: `wanghuo up` in a folder of its own, on free ports."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port

HOME = Path(__file__).resolve().parents[2]
START_PATIENCE_S = 180.0


@dataclass
class RunningHouse:
    """One `wanghuo up`; ports are chosen once, so a second start comes back at the same door."""

    folder: Path
    options: tuple[str, ...] = ("--no-traffic",)
    http_port: int = field(default_factory=free_port)
    gb26875_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    phones_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    ready_after_s: float = 0.0
    roads: str = "false"  # ranking every station takes a core for a minute

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> "RunningHouse":
        started = time.monotonic()
        command = [sys.executable, "-m", "wanghuo", "up", "--data", str(self.folder)]
        for name in ("http", "gb26875", "mqtt", "phones"):
            option = "--port" if name == "http" else f"--{name}-port"
            command += [option, str(getattr(self, f"{name}_port"))]
        log_path = self.folder.parent / f"{self.folder.name}.log"
        with log_path.open("a") as log:
            self.process = subprocess.Popen(
                [*command, *self.options],
                cwd=HOME,
                env={**os.environ, "PYTHONPATH": str(HOME / "src"), "WANGHUO_ROADS": self.roads},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.process.stdout.close()
                assert line.strip() == f"ready {self.url}"
                self.ready_after_s = time.monotonic() - started
                return self
        log_text = log_path.read_text()[-4000:]
        raise AssertionError(
            f"wanghuo up ended with {self.process.wait()} before ready:\n{log_text}"
        )

    def interrupt(self) -> int:
        """Ctrl-C, and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def kill_everything(self) -> None:
        """Send SIGKILL to every process of this house, at once."""
        assert self.process is not None
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(30)

    def pids(self) -> list[int]:
        """Every process whose command line or working folder names this house's data folder."""
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                told = (entry / "cmdline").read_bytes() + str((entry / "cwd").readlink()).encode()
            except OSError:
                continue
            if str(self.folder).encode() in told:
                found.append(int(entry.name))
        return found

    def credentials(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "credentials.toml").read_text())

    def client(self, role: str = "city_duty") -> httpx.Client:
        token = self.credentials()["tokens"][role]
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
            trust_env=False,
        )
