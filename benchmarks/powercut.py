"""`make powercut`: PostgreSQL's and NATS's files forget what was not fsynced, again and again.

A cut drops every unsynced byte and stops the files, then everything is killed; after power is back
the product starts again. No acknowledged fire may be missing. `--no-fsync` switches syncing off in
both engines and must make this fail, which shows that it can. `--stop-postgres 60` is the other
half: PostgreSQL away for a minute under a fire per second. Ends with 1 on any loss.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine, outage, register
from benchmarks.fires import Arsonist
from benchmarks.ledger import Verdicts, audit, drain
from benchmarks.mount import NoFuse, PowerfailMount
from benchmarks.noise import Noise
from benchmarks.people import town
from benchmarks.product import NotReady, Product
from benchmarks.sink import Sink

CUTS = 20
CLOSING_S = 0.2  # what was closed on cancelling still has to be let go by the loop
SEED = 1
TRAFFIC_S = (2.0, 6.0)  # between ready and cut, drawn evenly
FIRES_PER_S = 2.0
FIRES_MAX = 4000
NOISE_TRANSMITTERS = 10
NOISE_PER_S = 20.0
FIRE_PATIENCE_S = 180.0
DRAIN_PATIENCE_S = 180.0


@dataclass
class Outcome:
    """What the cuts did."""

    verdicts: Verdicts
    cuts: int = 0
    forgotten_bytes: int = 0
    restarts_s: list[float] = field(default_factory=list)
    routine_confirmed: int = 0
    seconds: float = 0.0
    did_not_start: str = ""

    def lost(self) -> int:
        """Acknowledged fires that are gone; all of them if the product cannot start any more."""
        return self.verdicts.confirmed if self.did_not_start else len(self.verdicts.alarms_missing)

    def told(self) -> str:
        """The figures as text."""
        lines = [
            f"cuts {self.cuts} in {self.seconds:.0f} s, forgotten {self.forgotten_bytes:,} bytes",
            f"slowest start after a cut: {max(self.restarts_s, default=0):.1f} s",
            f"routine signals confirmed {self.routine_confirmed}",
            f"acknowledged fires lost: {self.lost()} of {self.verdicts.confirmed}",
        ]
        if self.did_not_start:
            lines.append(f"did not start any more: {self.did_not_start[-600:]}")
        return "\n".join([*lines, self.verdicts.told()])


class Ground:
    """A product whose engines' files lie on power-fail mounts."""

    def __init__(self, folder: Path, webhook_url: str, *, fsync: bool) -> None:
        self.product = Product(folder, webhook_url=webhook_url, settings={"fsync": fsync})
        self.mounts = [
            PowerfailMount(
                self.product.data / engine / part,
                folder / f"backing-{engine}",
                folder / f"control-{engine}",
            )
            for engine, part in (("postgres", "data"), ("nats", "store"))
        ]

    async def prepare(self) -> float:
        """First start on plain files loads the city, then the mounts; seconds of that start."""
        took_s = await self.product.start()
        await self.product.stop()
        for mount in self.mounts:
            await mount.start()
        return took_s

    async def cut(self) -> int:
        """Power off: unsynced bytes are gone, everything is dead; bytes forgotten."""
        forgotten = sum(await asyncio.gather(*(mount.cut() for mount in self.mounts)))
        self.product.kill("everything")
        for mount in self.mounts:
            await mount.on()
        await self.product.gone()
        return forgotten

    async def unmount(self) -> None:
        """What survived, on plain files again: the rest of the work need not be slow."""
        await self.product.stop()
        for mount in self.mounts:
            await mount.stop()

    async def stop(self) -> None:
        """Stop the product and take the mounts away, if they still stand."""
        await self.unmount()


async def run(ground: Ground, sink: Sink, cuts: int, seed: int) -> Outcome:
    """Traffic, cut, start, and again; then, on plain files, what is left to do, and the audit."""
    rng, outcome, began_s = random.Random(seed), Outcome(Verdicts()), time.monotonic()
    product = ground.product
    outcome.restarts_s.append(await product.start())
    points = await register.fire_points(product.dsn(), seed)
    senders = (await register.transmitters(product.dsn()))[-NOISE_TRANSMITTERS:]
    spoken_for = {point.sender for point in senders}
    points = [point for point in points if point.sender not in spoken_for][:FIRES_MAX]
    arsonist = Arsonist(product.gb26875_port, FIRE_PATIENCE_S)
    noise = Noise(product.gb26875_port, senders, NOISE_PER_S)
    ended = asyncio.Event()
    tasks = [
        asyncio.create_task(noise.run()),
        asyncio.create_task(arsonist.light_steadily(points, FIRES_PER_S, ended)),
    ]
    try:
        for _ in range(cuts):
            await asyncio.sleep(rng.uniform(*TRAFFIC_S))
            forgotten = await ground.cut()
            outcome.forgotten_bytes += forgotten
            outcome.cuts += 1
            print(f"cut {outcome.cuts}: {forgotten:,} bytes forgotten", flush=True)
            outcome.restarts_s.append(await product.start())
        ended.set()
        await tasks[1]
    except NotReady as error:
        outcome.did_not_start = str(error)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(CLOSING_S)
    outcome.routine_confirmed = noise.confirmed
    if not outcome.did_not_start:
        try:
            await ground.unmount()
            await product.start()
        except NotReady as error:
            outcome.did_not_start = str(error)
    if outcome.did_not_start:
        outcome.verdicts.confirmed = len(arsonist.acknowledged())
    else:
        await drain(product.dsn(), DRAIN_PATIENCE_S)
        outcome.verdicts = await audit(product.dsn(), arsonist.book, sink)
    outcome.seconds = time.monotonic() - began_s
    return outcome


async def whole(folder: Path, cuts: int, seed: int, *, fsync: bool) -> Outcome:
    """Prepare the ground in `folder`, run, clear up."""
    async with town() as sink:
        ground = Ground(folder, sink.url, fsync=fsync)
        try:
            print(f"city loaded, first start {await ground.prepare():.1f} s", flush=True)
            return await run(ground, sink, cuts, seed)
        finally:
            await ground.stop()


def main() -> None:
    """Parse, run, print, exit."""
    parser = argparse.ArgumentParser(prog="make powercut", description=__doc__)
    parser.add_argument("--cuts", type=int, default=CUTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-fsync", action="store_true", help="must lose fires and end with 1")
    parser.add_argument("--stop-postgres", type=float, metavar="SECONDS")
    parser.add_argument("--how", choices=("gone", "frozen"), default="gone")
    asked = parser.parse_args()
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="wanghuo-cut-") as folder:
        if asked.stop_postgres:
            sys.exit(outage.main(Path(folder), asked.stop_postgres, asked.how, asked.seed))
        try:
            fsync = not asked.no_fsync
            outcome = asyncio.run(whole(Path(folder), asked.cuts, asked.seed, fsync=fsync))
        except NoFuse as error:
            print(f"cannot cut power here: {error}")
            sys.exit(2)
    print(outcome.told())
    wrong = outcome.lost() or outcome.verdicts.violations()
    print("FAILED: see above" if wrong else "nothing acknowledged was lost")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
