"""Rule 10 with figures: judge the whole fire log again in an empty database and compare.

`python -m benchmarks.replay` starts the product, burns, restarts it in between, lets timers fall
due, and then asks `wanghuo replay --json`. `--data DIR` asks it of a house that runs already. Ends
with 1 if anything differs.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks import machine, register
from benchmarks.drive import HOME
from benchmarks.fires import Arsonist
from benchmarks.ledger import drain
from benchmarks.people import town
from benchmarks.product import Product

FIRES = 200
FIRES_PER_S = 10.0
TIMERS_S = 75.0  # the longest first timer of the policy is 60 s
DRAIN_PATIENCE_S = 120.0
SEED = 5


def ask(data: Path) -> tuple[int, str, float]:
    """(exit code, what it said, seconds)."""
    began_s = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "wanghuo", "replay", "--data", str(data), "--json"],
        cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.returncode, told.stdout or told.stderr, time.monotonic() - began_s


async def burn_and_ask(folder: Path, fires: int) -> tuple[int, str, float]:
    """A house with a past: fires, a kill of everything, more fires, timers; then the question."""
    async with AsyncExitStack() as house:
        sink = await house.enter_async_context(town())
        product = Product(folder, webhook_url=sink.url)
        house.push_async_callback(product.stop)
        await product.start()
        # A register that changes between two judgements of one fire changes the second.
        assert await product.ranked(), "the stations are not ranked"
        points = (await register.fire_points(product.dsn(), SEED))[:fires]
        arsonist = Arsonist(product.gb26875_port)
        await arsonist.light_steadily(points[: fires // 2], FIRES_PER_S)
        product.kill("everything")
        await product.gone()
        await product.start()
        await arsonist.light_steadily(points[fires // 2 :], FIRES_PER_S)
        await asyncio.sleep(TIMERS_S)
        await drain(product.dsn(), DRAIN_PATIENCE_S)
        return await asyncio.to_thread(ask, product.data)


def main() -> None:
    """Parse, ask, print, exit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder of a house that runs")
    parser.add_argument("--fires", type=int, default=FIRES)
    asked = parser.parse_args()
    print(machine.describe(), flush=True)
    if asked.data is not None:
        code, said, seconds = ask(asked.data)
    else:
        with tempfile.TemporaryDirectory(prefix="wanghuo-replay-") as folder:
            code, said, seconds = asyncio.run(burn_and_ask(Path(folder), asked.fires))
    print(said.strip())
    print(f"replay took {seconds:.1f} s: {'equal' if code == 0 else 'NOT equal'}")
    sys.exit(code)


if __name__ == "__main__":
    main()
