"""Starting load generators as processes and reading what they report."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from benchmarks.devices import Job, Report
from benchmarks.posts import PostJob, PostReport
from benchmarks.publishes import PublishJob, PublishReport

HOME = Path(__file__).resolve().parents[1]
Answer = TypeVar("Answer")


class DriverFailed(RuntimeError):
    """A load generator ended without a report."""


async def drive(job: Job) -> Report:
    """Run one generator of GB/T 26875.3 traffic to its end."""
    return await _run("benchmarks.devices", job, Report)


async def drive_all(jobs: Sequence[Job]) -> list[Report]:
    """Run several at once."""
    return list(await asyncio.gather(*(drive(job) for job in jobs)))


async def post(job: PostJob) -> PostReport:
    """Run one generator of HTTP posts to its end."""
    return await _run("benchmarks.posts", job, PostReport)


async def publish(job: PublishJob) -> PublishReport:
    """Run one generator of MQTT publishes to its end."""
    return await _run("benchmarks.publishes", job, PublishReport)


async def _run(module: str, job: msgspec.Struct, answer: type[Answer]) -> Answer:
    with tempfile.NamedTemporaryFile(prefix="wanghuo-job-", suffix=".json") as file:
        file.write(msgspec.json.encode(job))
        file.flush()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, file.name, cwd=HOME,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            said, wrong = await child.communicate()
        except asyncio.CancelledError:
            child.kill()
            await child.wait()
            raise
    if child.returncode != 0:
        raise DriverFailed(wrong.decode(errors="replace")[-2000:])
    return msgspec.json.decode(said, type=answer)
