"""Logs hide secrets; the processes of one house count together."""

import asyncio
import json
import os
import sys
from pathlib import Path

from wanghuo.engines.telemetry import hide_secrets, shared_metrics

COUNTING = """
import os, sys
from wanghuo.engines import telemetry
telemetry.SIGNALS.labels(lane="fire").inc(2)
telemetry.CONNECTIONS.labels(door="mqtt").set(3)
sys.stdout.buffer.write(telemetry.exposition())
"""
LOGGING = """
import structlog
from wanghuo.engines import telemetry
telemetry.configure(role="gateway")
log = structlog.get_logger("x")
log.debug("unseen")
log.info("火", password="p", nats_url="nats://wanghuo:geheim@127.0.0.1:4", places=3)
"""


async def run(program: str, **environment: str) -> tuple[str, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, logged = await child.communicate()
    assert child.returncode == 0, logged.decode()
    return said.decode(), logged.decode()


async def test_processes_of_one_house_count_together(tmp_path: Path) -> None:
    shared = shared_metrics(tmp_path / "metrics")
    await run(COUNTING, **shared)
    told, _ = await run(COUNTING, **shared)
    assert 'wanghuo_signals_total{lane="fire"} 4.0' in told
    assert 'wanghuo_connections{door="mqtt"}' in told


async def test_a_process_alone_tells_its_own() -> None:
    told, _ = await run(COUNTING)
    assert 'wanghuo_signals_total{lane="fire"} 2.0' in told


async def test_logs_are_json_lines_without_secrets() -> None:
    _, logged = await run(LOGGING)
    (line,) = [json.loads(text) for text in logged.splitlines()]
    assert line["event"] == "火"
    assert line["role"] == "gateway"
    assert line["places"] == 3
    assert "geheim" not in logged
    assert line["password"] == "[hidden]"


def test_secrets_are_known_by_their_keys() -> None:
    line = hide_secrets(None, "info", {"api_token": "a", "Authorization": "b", "number": 7})
    assert line == {"api_token": "[hidden]", "Authorization": "[hidden]", "number": 7}
