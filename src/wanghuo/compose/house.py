"""`wanghuo up`: the engines, the first start, the children, one ready line, an orderly end."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import structlog

from wanghuo.access.store import keep_private
from wanghuo.clock import WallClock
from wanghuo.compose import secrets
from wanghuo.engines import migrate as migrations
from wanghuo.engines.embedded_nats import EmbeddedNats
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres
from wanghuo.engines.ending import end
from wanghuo.engines.leash import leashed
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.engines.processes import Child, Processes
from wanghuo.engines.stream import Stream
from wanghuo.engines.telemetry import shared_metrics
from wanghuo.errors import Refused, WanghuoError
from wanghuo.settings import Settings, as_toml

FOLDER_MODE = 0o700
ROLE_PLACE = "{role}"

_log = structlog.get_logger("compose.house")


async def keep(settings: Settings) -> int:
    """Start all, print `ready URL`, stay until SIGINT or SIGTERM, stop all. 0 when all is gone."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    clock = WallClock()
    async with engines(secrets.completed(settings, clock)) as reached:
        await migrations.migrate(owner_dsn(reached), reached.migrations_dir)
        await _prepare_stream(reached)
        config = write_config(reached)
        processes = Processes(clock)
        behind: list[asyncio.Future[None]] = []

        async def start() -> None:
            await _run_once("setup", config)
            async with _ready_check(reached) as ready:
                for child in _children(reached, config, ready):
                    await processes.start(child)
            sys.stdout.write(f"ready http://{reached.host}:{reached.http_port}\n")
            sys.stdout.flush()
            if reached.roads:
                behind.append(asyncio.ensure_future(_run_behind("roads", config)))

        try:
            await processes.run(start)
        finally:
            await end(*behind)
    return 0


@asynccontextmanager
async def engines(settings: Settings) -> AsyncIterator[Settings]:
    """The settings with both engines reachable: ours in the data folder, or those configured."""
    clock = WallClock()
    data, fsync = settings.data_dir, settings.fsync
    durable = None if fsync else {"fsync": "off"}
    postgres = (
        None if settings.postgres_dsn else EmbeddedPostgres(data / "postgres", settings=durable)
    )
    nats = None if settings.nats_url else EmbeddedNats(data / "nats", fsync=fsync, clock=clock)
    try:
        if nats is not None:
            await nats.start()
            settings = msgspec.structs.replace(settings, nats_url=nats.url)
        if postgres is not None:
            await postgres.start()
            settings = msgspec.structs.replace(settings, postgres_dsn=postgres.dsn(ROLE_PLACE))
        yield settings
    finally:
        if postgres is not None:
            await postgres.stop()
        if nats is not None:
            await nats.stop()


def dsn(settings: Settings, role: str) -> str:
    """Where `role` connects."""
    return settings.postgres_dsn.replace(ROLE_PLACE, role)


def owner_dsn(settings: Settings) -> str:
    """Where the owner of the schema connects; migrations and the first load only."""
    return dsn(settings, OWNER)


def config_path(settings: Settings) -> Path:
    """The settings of the running house, engines included: children and commands read it."""
    return settings.data_dir / "run.toml"


def write_config(settings: Settings) -> Path:
    """Write the running house's settings, readable by its owner alone."""
    path = config_path(settings)
    keep_private(path, as_toml(settings))
    return path


async def _prepare_stream(settings: Settings) -> None:
    stream = await Stream.connect(settings.nats_url, name="house")
    try:
        await stream.ensure()
    finally:
        await stream.close()


def _argv(role: str, config: Path) -> list[str]:
    return [sys.executable, "-m", "wanghuo", "run", role, "--config", str(config)]


async def _run_once(role: str, config: Path) -> None:
    """Run a role to its end in a process of its own, so that its memory goes with it."""
    command = leashed(_argv(role, config), on_death=signal.SIGTERM)
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if status != 0:
        raise Refused(f"{role} ended with {status}; its log lines above say why")


async def _run_behind(role: str, config: Path) -> None:
    """Run a role to its end while the house is up; the house stands without it."""
    try:
        await _run_once(role, config)
    except Refused as error:
        _log.error("ended_early", role=role, error=str(error))


@asynccontextmanager
async def _ready_check(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    http = OutboundHttp(timeout_s=2.0)
    url = f"http://{settings.host}:{settings.http_port}/readyz"

    async def ready() -> bool:
        try:
            return (await http.get(url)).ok
        except WanghuoError:
            return False

    try:
        yield ready
    finally:
        await http.close()


def _listening(settings: Settings) -> Callable[[], Awaitable[bool]]:
    """Whether both doors of a gateway take connections."""

    async def listening() -> bool:
        for port in (settings.gb26875_port, settings.mqtt_port):
            try:
                _, writer = await asyncio.open_connection(settings.host, port)
            except OSError:
                return False
            writer.close()
        return True

    return listening


def _children(
    settings: Settings, config: Path, ready: Callable[[], Awaitable[bool]]
) -> list[Child]:
    """In the order of starting: ears last but one, so that what they hear is judged at once."""
    shared = shared_metrics(settings.data_dir / "metrics")
    made = [
        Child(role="engine", argv=_argv("engine", config)),
        Child(role="caller", argv=_argv("caller", config)),
        Child(role="clerk", argv=_argv("clerk", config)),
        Child(role="web", argv=_argv("web", config), ready=ready),
    ]
    made += [
        Child(role=f"voice-{number}", argv=_argv("voice", config))
        for number in range(1, settings.voice.processes + 1)
        if settings.voice.on
    ]
    made += [
        Child(role=f"gateway-{number}", argv=_argv("gateway", config), ready=_listening(settings))
        for number in range(1, settings.gateways + 1)
    ]
    if settings.traffic:
        made.append(Child(role="twin", argv=_argv("twin", config)))
    return [replace(child, environment=shared) for child in made]
