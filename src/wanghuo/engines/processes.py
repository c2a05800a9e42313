"""Child processes: started on a leash, started again when they die, stopped in order, none left.

A child that dies is started again after a pause that doubles while it keeps dying at once. Stopping
goes backwards through the order of starting: ask with SIGTERM, and at the deadline insist with
SIGKILL. Should this process itself be killed, the kernel tells each child (leash.py).
"""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from wanghuo.clock import Clock
from wanghuo.engines.embedded_folder import tell
from wanghuo.engines.ending import end
from wanghuo.engines.leash import leashed
from wanghuo.engines.telemetry import CHILD_RESTARTS, SHARED, forget_process
from wanghuo.errors import Unavailable

STOP_PATIENCE_S = 10.0
PAUSE_FIRST_S = 0.2
PAUSE_LAST_S = 10.0
SETTLED_S = 20.0  # a child that lived this long starts with the first pause again
READY_PATIENCE_S = 60.0
READY_POLL_S = 0.05

_log = structlog.get_logger("engines.processes")


@dataclass(frozen=True)
class Child:
    """What to run. role: its name in logs and metrics. argv[0] is an absolute path.

    ready: asked again and again until it says True; None is ready at once.
    """

    role: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready: Callable[[], Awaitable[bool]] | None = None


class Processes:
    """Keeps children running. stop_patience_s: what each gets between SIGTERM and SIGKILL."""

    def __init__(self, clock: Clock, *, stop_patience_s: float = STOP_PATIENCE_S) -> None:
        self._clock = clock
        self._patience_s = stop_patience_s
        self._running: dict[str, Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._order: list[str] = []

    def pids(self) -> dict[str, int]:
        """The living children by role."""
        return {role: p.pid for role, p in self._running.items() if p.returncode is None}

    async def start(self, child: Child) -> None:
        """Start a child and keep it running; return when it is ready.

        Raises Unavailable if it is not ready in time; it is stopped then.
        """
        assert child.role not in self._keepers, f"{child.role} is running already"
        self._running[child.role] = await self._spawn(child)
        self._order.append(child.role)
        self._keepers[child.role] = asyncio.create_task(self._keep(child))
        if child.ready is None:
            return
        until_s = self._clock.monotonic_s() + READY_PATIENCE_S
        while not await child.ready():
            if self._clock.monotonic_s() > until_s:
                await self.stop(child.role)
                raise Unavailable(f"{child.role} did not become ready in {READY_PATIENCE_S:.0f} s")
            await self._clock.sleep(READY_POLL_S)

    async def stop(self, role: str) -> None:
        """End one child and do not start it again. Unknown roles are stopped already."""
        keeper = self._keepers.pop(role, None)
        if keeper is not None:
            await end(keeper)
        process = self._running.pop(role, None)
        if process is None:
            return
        self._order.remove(role)
        for asked in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                tell(process.pid, asked)
            try:
                await asyncio.wait_for(process.wait(), self._patience_s)
            except TimeoutError:
                _log.warning("child_stops_slowly", child=role, after_s=self._patience_s)
            else:
                return

    async def stop_all(self) -> None:
        """End all children, the last started first."""
        for role in reversed(list(self._order)):
            await self.stop(role)

    async def run(self, start: Callable[[], Awaitable[None]]) -> signal.Signals:
        """Start everything by `start()`, wait for SIGINT or SIGTERM, end all; which signal it was.

        A signal counts from the first moment on, also while starting. A second one kills what is
        still running. An error of `start` goes up after all children have ended.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[signal.Signals] = asyncio.Queue()
        for watched in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(watched, told.put_nowait, watched)
        starting = asyncio.ensure_future(start())
        first = asyncio.ensure_future(told.get())
        try:
            await asyncio.wait({starting, first}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done() and not first.done():
                await starting
            return await first
        finally:
            await end(starting, first)
            await self._stop_all_unless(told)
            for watched in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(watched)

    async def _stop_all_unless(self, told: asyncio.Queue[signal.Signals]) -> None:
        """Stop in order; whoever asks again gets it at once."""
        stopping = asyncio.ensure_future(self.stop_all())
        again = asyncio.ensure_future(told.get())
        await asyncio.wait({stopping, again}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.done():
            for pid in self.pids().values():
                tell(pid, signal.SIGKILL)
        await stopping
        again.cancel()

    async def _spawn(self, child: Child) -> Process:
        return await asyncio.create_subprocess_exec(
            *leashed(list(child.argv), on_death=signal.SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            cwd=child.folder,
            env={**os.environ, **child.environment},
            start_new_session=True,  # Ctrl-C reaches this process, which stops them in order
        )

    async def _keep(self, child: Child) -> None:
        pause_s = PAUSE_FIRST_S
        while True:
            began_s = self._clock.monotonic_s()
            status = await self._running[child.role].wait()
            if self._clock.monotonic_s() - began_s > SETTLED_S:
                pause_s = PAUSE_FIRST_S
            _log.error("child_died", child=child.role, status=status, again_in_s=pause_s)
            CHILD_RESTARTS.labels(role=child.role).inc()
            if SHARED in child.environment:
                forget_process(self._running[child.role].pid, child.environment[SHARED])
            await self._clock.sleep(pause_s)
            pause_s = min(pause_s * 2, PAUSE_LAST_S)
            starting = asyncio.ensure_future(self._spawn(child))
            try:
                self._running[child.role] = await asyncio.shield(starting)
            except asyncio.CancelledError:
                self._running[child.role] = await starting  # or nobody would stop it
                raise
            except OSError as error:
                _log.error("child_not_started", child=child.role, error=str(error))
