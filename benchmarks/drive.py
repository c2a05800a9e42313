"""Starting load generators as processes and reading what they report."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.devices import Job, Report

HOME = Path(__file__).resolve().parents[1]


class DriverFailed(RuntimeError):
    """A load generator ended without a report."""


async def drive(job: Job) -> Report:
    """Run one load generator to its end."""
    return (await drive_all([job]))[0]


async def drive_all(jobs: Sequence[Job]) -> list[Report]:
    """Run several at once."""
    return list(await asyncio.gather(*(_run(job) for job in jobs)))


async def _run(job: Job) -> Report:
    with tempfile.NamedTemporaryFile(prefix="wanghuo-job-", suffix=".json") as file:
        file.write(msgspec.json.encode(job))
        file.flush()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.devices", file.name, cwd=HOME,
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
    return msgspec.json.decode(said, type=Report)
