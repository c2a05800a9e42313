"""How late a bare process wakes and how long its bare write takes to be durable, right now.

The least that a fire's confirm waits for: somebody wakes, somebody syncs. Measured idle and beside
the same load, it tells what of a longer wait is the machine's.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drive import HOME, DriverFailed
from benchmarks.figures import Spread, spread_ms

PAUSE_S = 0.02
BLOCK_BYTES = 512
STRIDE_BYTES = 8192  # the next page of a file that is there already, as in the database's log
FILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Bare:
    """wake: a timer's lateness. sync: overwrite and fdatasync. both: one after the other."""

    wake: Spread
    sync: Spread
    both: Spread


def look(folder: Path, seconds: float) -> tuple[list[float], list[float]]:
    """Wake and sync again and again in this process; seconds each took."""
    late: list[float] = []
    synced: list[float] = []
    with (folder / "bare").open("w+b", buffering=0) as file:
        file.write(bytes(FILE_BYTES))
        os.fsync(file.fileno())
        until_s = time.monotonic() + seconds
        while (began_s := time.monotonic()) < until_s:
            time.sleep(PAUSE_S)
            awake_s = time.monotonic()
            os.pwrite(file.fileno(), bytes(BLOCK_BYTES), len(synced) * STRIDE_BYTES % FILE_BYTES)
            os.fdatasync(file.fileno())
            late.append(awake_s - began_s - PAUSE_S)
            synced.append(time.monotonic() - awake_s)
    return late, synced


async def bare(folder: Path, seconds: float) -> Bare:
    """The same in a process of its own. Raises DriverFailed."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.bare", str(folder), str(seconds), cwd=HOME,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await child.communicate()
    if child.returncode:
        raise DriverFailed(f"benchmarks.bare ended with {child.returncode}")
    late, synced = json.loads(said)
    both = [a + b for a, b in zip(late, synced, strict=True)]
    return Bare(spread_ms(late), spread_ms(synced), spread_ms(both))


if __name__ == "__main__":
    print(json.dumps(look(Path(sys.argv[1]), float(sys.argv[2]))))
