"""`make chaos`: random `kill -9` under traffic with a fire every second; nothing may be lost.

At the end every confirmed fire must have exactly one alarm, every planned notice must be sent or
failed with an outcome, nothing may be planned twice, and a receiver may see a notice a second time
only when it says so itself. Ends with 1 on any violation.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine, register
from benchmarks.fires import Arsonist
from benchmarks.ledger import Verdicts, audit, drain
from benchmarks.noise import Noise
from benchmarks.people import town
from benchmarks.product import Product
from benchmarks.sink import Sink

WEIGHTS = {
    "gateway": 5,
    "engine": 4,
    "caller": 4,
    "postgres": 5,
    "nats": 4,
    "clerk": 2,
    "web": 2,
    "everything": 3,
}
KILLS = 200
SEED = 1
PAUSE_S = (0.5, 5.5)  # between two kills, drawn evenly
FIRES_PER_S = 1.0
NOISE_TRANSMITTERS = 40
NOISE_PER_S = 200.0
FIRE_PATIENCE_S = 120.0
DRAIN_PATIENCE_S = 240.0
CLOSING_S = 0.2  # what was closed on cancelling still has to be let go by the loop


@dataclass
class Outcome:
    """What a chaos run found."""

    verdicts: Verdicts
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    routine_confirmed: int = 0
    confirm_s_max: float = 0.0
    restarts_s: list[float] = field(default_factory=list)

    def told(self) -> str:
        """The figures as text."""
        parts = ", ".join(f"{part} {count}" for part, count in sorted(self.kills.items()))
        return (
            f"kills {self.kills.total()} ({parts}) in {self.seconds:.0f} s, "
            f"routine signals confirmed {self.routine_confirmed}\n"
            f"longest wait of a fire for its confirm: {self.confirm_s_max:.1f} s; "
            f"slowest start after everything was killed: {max(self.restarts_s, default=0):.1f} s\n"
            f"{self.verdicts.told()}"
        )


async def run(product: Product, sink: Sink, kills: int, seed: int) -> Outcome:
    """Kill under traffic, drain, audit. The product runs already, its webhook is the sink's."""
    rng = random.Random(seed)
    points = await register.fire_points(product.dsn(), seed)
    senders = (await register.transmitters(product.dsn()))[-NOISE_TRANSMITTERS:]
    lit = {point.sender for point in senders}
    points = [point for point in points if point.sender not in lit]
    arsonist = Arsonist(product.gb26875_port, FIRE_PATIENCE_S)
    noise = Noise(product.gb26875_port, senders, NOISE_PER_S)
    ended, began_s = asyncio.Event(), time.monotonic()
    noising = asyncio.create_task(noise.run())
    burning = asyncio.create_task(arsonist.light_steadily(points, FIRES_PER_S, ended))
    outcome = Outcome(Verdicts())
    try:
        for _ in range(kills):
            await asyncio.sleep(rng.uniform(*PAUSE_S))
            part = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if product.kill(part):
                outcome.kills[part] += 1
                print(f"{time.monotonic() - began_s:.1f} s: killed {part}", flush=True)
            if part == "everything":
                await product.gone()
                outcome.restarts_s.append(await product.start())
        ended.set()
        await burning
    finally:
        noising.cancel()
        burning.cancel()
        await asyncio.gather(noising, burning, return_exceptions=True)
        await asyncio.sleep(CLOSING_S)
    await drain(product.dsn(), DRAIN_PATIENCE_S)
    outcome.verdicts = await audit(product.dsn(), arsonist.book, sink)
    outcome.seconds = time.monotonic() - began_s
    outcome.routine_confirmed = noise.confirmed
    outcome.confirm_s_max = max((f.waited_s for f in arsonist.acknowledged()), default=0.0)
    return outcome


async def whole(folder: Path, kills: int, seed: int) -> Outcome:
    """Start the product in `folder`, run, stop."""
    async with town() as sink:
        product = Product(folder, webhook_url=sink.url)
        try:
            print(f"started in {await product.start():.1f} s", flush=True)
            return await run(product, sink, kills, seed)
        finally:
            await product.stop()


def main() -> None:
    """Parse, run, print, exit."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="run in this folder and leave it, logs and all")
    asked = parser.parse_args()
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="wanghuo-chaos-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        outcome = asyncio.run(whole(folder, asked.kills, asked.seed))
    print(outcome.told())
    wrong = outcome.verdicts.violations()
    print(f"violated: {', '.join(wrong)}" if wrong else "nothing lost, nothing doubled")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
