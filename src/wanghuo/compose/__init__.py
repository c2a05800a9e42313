"""Builds everything from Settings; holds no rule. One room per process of docs/map.md."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import uvloop

from wanghuo.compose.roles import role as role_named
from wanghuo.engines import telemetry
from wanghuo.settings import Settings

COLLECT_AFTER: Final = (20_000, 20, 20)  # objects, and rounds of each younger generation


def up(settings: Settings) -> int:
    """Start the whole house and stay until interrupted."""
    telemetry.configure(role="house", level=settings.log_level)
    work: Coroutine[Any, Any, int] = import_module("wanghuo.compose.house").keep(settings)
    return uvloop.run(work)


def run(role: str, settings: Settings) -> int:
    """Run one role until told to stop."""
    telemetry.configure(role=role, level=settings.log_level)
    work = role_named(role)(settings)
    _collect_seldom()
    try:
        return _run(work)
    finally:
        gc.unfreeze()  # what was imported may be taken apart at the end, or libraries complain


def _collect_seldom() -> None:
    """Look for cycles seldom, and never among what the imports made: a pause delays a fire.

    Next to all garbage is freed by reference counts. With Python's own thresholds, collecting took
    6 % of a busy gateway and paused it for up to 120 ms.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def migrate(settings: Settings) -> int:
    """Bring the schema up to date."""
    return _command("migrate", settings, _room("commands").migrate(settings))


def import_file(  # noqa: PLR0913 - each is an option that a person typed
    settings: Settings, kind: str, path: Path, *, datum: str | None, commit: bool, as_json: bool
) -> int:
    """Preview or keep a file of places, devices, contacts or stations."""
    work = _room("commands").import_file(
        settings, kind, path, datum=datum, commit=commit, as_json=as_json
    )
    return _command("import", settings, work)


def say(settings: Settings, path: Path, role: str, *, as_json: bool) -> int:
    """Write the words of a call as sound."""
    return _command("say", settings, _room("say").say(settings, path, role, as_json=as_json))


def ignite(settings: Settings, place: str | None, seed: int) -> int:
    """Let a fire grow at a place of the running house."""
    return _command("ignite", settings, _room("twin").ignite(settings, place, seed))


def replay(settings: Settings, *, as_json: bool) -> int:
    """Judge the fire log again and compare."""
    return _command("replay", settings, _room("replay").replay(settings, as_json=as_json))


def check_report(
    settings: Settings, file: Path | None, *, number: str, digest: str, as_json: bool
) -> int:
    """Say whether a report was made here and still agrees with the records."""
    work = _room("reports").check_report(
        settings, file, number=number, digest=digest, as_json=as_json
    )
    return _command("check-report", settings, work)


def check_audit(settings: Settings, *, head: str, as_json: bool) -> int:
    """Say whether nobody touched the audit trail."""
    work = _room("trail").check_audit(settings, head=head, as_json=as_json)
    return _command("check-audit", settings, work)


def import_roads(settings: Settings, path: Path, *, as_json: bool) -> int:
    """Make the road graph of an extract."""
    work = _room("roads").import_roads(settings, path, as_json=as_json)
    return _command("roads-import", settings, work)


def rank_roads(settings: Settings, *, again: bool, as_json: bool) -> int:
    """Rank all stations for all places."""
    work = _room("roads").rank(settings, again=again, as_json=as_json)
    return _command("roads-rank", settings, work)


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Look at every part."""
    return _command("doctor", settings, _room("doctor").doctor(settings, as_json=as_json))


def _room(name: str) -> Any:  # noqa: ANN401 - a module
    """A room of commands, loaded only when one of them is asked for."""
    return import_module(f"wanghuo.compose.{name}")


def _command(name: str, settings: Settings, work: Coroutine[Any, Any, int]) -> int:
    """Run a command that comes and goes; only warnings are logged beside its answer."""
    quiet = "warning" if settings.log_level == "info" else settings.log_level
    telemetry.configure(role=name, level=quiet)
    return _run(work)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Run `work` on uvloop; SIGTERM and SIGINT cancel it and let it end in order."""

    async def guarded() -> int:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for asked in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(asked, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            return await task
        return 0

    return uvloop.run(guarded())
