"""Builds everything from Settings; holds no rule. One room per process of docs/map.md."""

import asyncio
import contextlib
import signal as os_signal
from collections.abc import Coroutine
from typing import Any

import uvloop

from wanghuo.compose import commands, house, roles
from wanghuo.engines import telemetry
from wanghuo.errors import WanghuoError
from wanghuo.settings import Settings

__all__ = ["commands", "house", "migrate", "roles", "run", "up"]


def up(settings: Settings) -> int:
    """Start the whole house and stay until interrupted."""
    telemetry.configure(role="house", level=settings.log_level)
    return _run(house.keep(settings))


def run(role: str, settings: Settings) -> int:
    """Run one role until told to stop."""
    telemetry.configure(role=role, level=settings.log_level)
    return _run(roles.ROLES[role](settings))


def migrate(settings: Settings) -> int:
    """Bring the schema up to date."""
    telemetry.configure(role="migrate", level=settings.log_level)
    return _run(commands.migrate(settings))


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Run `work` on uvloop; SIGTERM ends it like Ctrl-C does."""

    async def guarded() -> int:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for asked in (os_signal.SIGTERM, os_signal.SIGINT):
            loop.add_signal_handler(asked, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            return await task
        return 0

    try:
        return uvloop.run(guarded())
    except WanghuoError:
        raise
