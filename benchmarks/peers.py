"""Other people's products, measured by the same clients: none of them is a dependency.

Mosquitto is measured where it is installed. Node-RED and Alerta are developers' installs, given by
`--nodered DIR` (where `npm install node-red` was run) and `--alerta DIR` (a virtual environment
with alerta-server, psycopg2 and gunicorn).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import msgspec

from benchmarks import machine
from benchmarks.drive import post, publish
from benchmarks.posts import PostJob, PostReport
from benchmarks.publishes import PublishJob, PublishReport
from benchmarks.waiting import until
from wanghuo.engines.embedded_postgres import OWNER, EmbeddedPostgres

MOSQUITTO_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
START_PATIENCE_S = 60.0
ALERTA_WORKERS = 2
STOP_PATIENCE_S = 3.0
SETTLE_S = 2.0
NODERED_OFFERED_PER_S = (2_500.0, 4_500.0, 6_500.0)
TOPIC = "access/v1/peer/D1/signal"


class PeerFailed(RuntimeError):
    """The peer did not come up; its log says why."""


@asynccontextmanager
async def _running(words: list[str], log: Path, port: int, **env: str) -> AsyncIterator[int]:
    """A peer's server; yields its process id once its port answers."""
    with _appending(log) as file:
        child = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=file, stderr=file,
            cwd=log.parent, env={**os.environ, **env},
        )  # fmt: skip
    try:
        if not await until(lambda: machine.listens(port), START_PATIENCE_S, 0.1):
            raise PeerFailed(f"{words[0]}: {_end_of(log)}")
        yield child.pid
    finally:
        await _end(child)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_PATIENCE_S)
    except TimeoutError:
        child.kill()
        await child.wait()


def _appending(log: Path) -> IO[bytes]:
    return log.open("ab")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-500:]


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[int | None]:
    """A broker with persistence; yields its port, or None where it is not installed."""
    program = machine.program("mosquitto", *MOSQUITTO_FOLDERS)
    if program is None:
        yield None
        return
    home, port = folder / "mosquitto", machine.free_port()
    home.mkdir(exist_ok=True)
    home.chmod(0o777)  # as root it becomes a user of its own
    lines = (
        f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence true",
        f"persistence_location {home}/", "max_inflight_messages 0", "max_queued_messages 0",
    )  # fmt: skip
    (home / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    async with _running([program, "-c", str(home / "mosquitto.conf")], home / "log", port):
        yield port


def _job(port: int, payloads: list[str], seconds: float) -> PublishJob:
    return PublishJob(port, [TOPIC], payloads, 50, 16, seconds, client_prefix="peer")


async def mosquitto_alone(
    folder: Path, payloads: list[str], seconds: float
) -> PublishReport | None:
    """PUBACKs of the broker alone, which does not fsync; None where it is not installed."""
    async with mosquitto(folder) as port:
        return None if port is None else await publish(_job(port, payloads, seconds))


async def nodered(install: Path, folder: Path, payloads: list[str], seconds: float) -> float | None:
    """Messages per second that Node-RED wrote to a file out of mosquitto's QoS 1 topic, at best.

    Each rate is offered for `seconds`; what was written two seconds later counts. Offered more
    than it can take, it writes next to nothing, so the best of several rates is its figure.
    """
    best = 0.0
    for offered_per_s in NODERED_OFFERED_PER_S:
        written = await _nodered_at(install, folder, payloads, seconds, offered_per_s)
        if written is None:
            return None
        best = max(best, written)
    return best


async def _nodered_at(
    install: Path, folder: Path, payloads: list[str], seconds: float, offered_per_s: float
) -> float | None:
    home, port = folder / "nodered", machine.free_port()
    home.mkdir(exist_ok=True)
    out = home / "out.txt"
    async with mosquitto(folder) as broker:
        if broker is None:
            return None
        (home / "flows.json").write_text(json.dumps(_flow(broker, out)))
        (home / "settings.js").write_text(
            f"module.exports = {{uiPort: {port}, uiHost: '127.0.0.1', flowFile: 'flows.json'}}\n"
        )
        words = [str(install / "node_modules" / ".bin" / "node-red"), "-u", str(home)]
        async with _running(words, home / "log", port):
            await asyncio.sleep(SETTLE_S)
            job = msgspec.structs.replace(_job(broker, payloads, seconds), rate_per_s=offered_per_s)
            out.unlink(missing_ok=True)
            await publish(job)
            await asyncio.sleep(SETTLE_S)
            written = out.read_bytes().count(b"\n") if out.exists() else 0
        return written / seconds


def _flow(broker: int, out: Path) -> list[dict[str, object]]:
    # Ids that no property value may equal by chance: Node-RED takes that for a dependency.
    return [
        {"id": "bench0", "type": "tab", "label": "bench"},
        {"id": "bench1", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(broker),
         "protocolVersion": "4", "keepalive": "60", "cleansession": True},
        {"id": "bench2", "type": "mqtt in", "z": "bench0", "topic": TOPIC, "qos": "1",
         "datatype": "utf8", "broker": "bench1", "wires": [["bench3"]]},
        {"id": "bench3", "type": "function", "z": "bench0", "outputs": 1, "wires": [["bench4"]],
         "func": "const r = JSON.parse(msg.payload); r.seen = Date.now();"
                 "msg.payload = JSON.stringify(r); return msg;"},
        {"id": "bench4", "type": "file", "z": "bench0", "filename": str(out),
         "filenameType": "str", "appendNewline": True, "overwriteFile": "false", "wires": [[]]},
    ]  # fmt: skip


async def alerta(install: Path, folder: Path, seconds: float) -> PostReport:
    """POST /alert, 32 connections, two workers, on an embedded PostgreSQL of its own."""
    server = EmbeddedPostgres(folder / "alerta-postgres")
    await server.start()
    home, port = folder / "alerta", machine.free_port()
    home.mkdir(exist_ok=True)
    (home / "alertad.conf").write_text(
        f"DATABASE_URL = {server.dsn(OWNER)!r}\nSECRET_KEY = 'bench'\nAUTH_REQUIRED = False\n"
    )
    (home / "wsgi.py").write_text("from alerta import create_app\napp = create_app()\n")
    bodies = [
        json.dumps({"resource": f"D{n:05d}", "event": "SmokeAlarm", "environment": "Production",
                    "severity": "critical", "service": ["fire"], "value": str(n)})
        for n in range(10_000)
    ]  # fmt: skip
    words = [
        str(install / "bin" / "gunicorn"), "--preload", "-w", str(ALERTA_WORKERS),
        "-b", f"127.0.0.1:{port}", "wsgi:app",
    ]  # fmt: skip
    try:
        conf = str(home / "alertad.conf")
        async with _running(words, home / "log", port, ALERTA_SVR_CONF_FILE=conf):
            return await post(PostJob(port, "/alert", bodies, 1, 32, seconds))
    finally:
        await server.stop()
