"""Runs the application on uvicorn inside this process, and ends it within three seconds."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from wanghuo.errors import Refused
from wanghuo.web.patience import PatientProtocol

if TYPE_CHECKING:
    from wanghuo.web.live import Live

GRACE_S = 2
KEEP_ALIVE_S = 30
WAITING_MAX = 1024


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the process that serves decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals alone."""
        yield


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. port 0: any free one. Raises Refused with the remedy if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(WAITING_MAX)
    except OSError as error:
        made.close()
        raise Refused(
            f"cannot listen on {host}:{port}: {error.strerror}; stop what uses it or set http_port"
        ) from error
    made.settimeout(0)
    return made


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    stop_event: asyncio.Event,
    on_ready: Callable[[int], None] | None = None,
) -> None:
    """Serve until `stop_event`; on_ready is called with the port once requests are answered.

    Raises Refused if the port is taken. Returns when every connection is closed: open live streams
    are ended, other answers get GRACE_S seconds.
    """
    listening = bound(host, port)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    asked = asyncio.ensure_future(stop_event.wait())
    try:
        if on_ready is not None:
            await _started(server, serving)
            on_ready(int(listening.getsockname()[1]))
        await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asked.cancel()
        live: Live = app.state.live
        await live.close()
        server.should_exit = True
        await serving
        listening.close()


async def _started(server: _Server, serving: "asyncio.Task[None]") -> None:
    """Return once the application has started; its failure is raised by `serving`."""
    while not server.started and not serving.done():
        await asyncio.wait({serving}, timeout=0.01)
