"""PostgreSQL away under a fire per second: every fire acknowledged, seen, and kept once.

`python -m benchmarks.powercut --stop-postgres 60`. `gone` kills the server and hides its data
folder, so that the supervisor cannot start it; `frozen` stops its processes (SIGSTOP), so that
connections stand and nothing answers.
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from benchmarks import register
from benchmarks.figures import Spread, spread_ms
from benchmarks.fires import Arsonist, Fire
from benchmarks.ledger import Verdicts, audit, drain
from benchmarks.live import Ear
from benchmarks.product import Product, tell_all
from wanghuo.facts.entry import SignalEntry, decode

FIRES_PER_S = 1.0
BEFORE_S, AFTER_S = 5.0, 10.0
SEEN_WITHIN_S = 2.0
DRAIN_PATIENCE_S = 180.0
FIRE_PATIENCE_S = 180.0
EAR_PATIENCE_S = 20.0
UNJUDGED, INCIDENT = "unjudged_fire", "incident"


@dataclass
class Outcome:
    """What became of the fires that were sent while PostgreSQL was away."""

    verdicts: Verdicts
    during: int = 0
    unconfirmed: int = 0
    confirm: Spread = field(default_factory=lambda: spread_ms([]))
    seen: Spread = field(default_factory=lambda: spread_ms([]))
    not_seen: list[str] = field(default_factory=list)
    not_logged_once: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """What broke its promise, in words."""
        late = self.seen.max > SEEN_WITHIN_S * 1000
        found = [
            (self.unconfirmed, f"{self.unconfirmed} fires were not acknowledged"),
            (self.not_seen, f"{len(self.not_seen)} fires were not on the desk's live stream"),
            (late, f"a fire came to the desk after {self.seen.max:.0f} ms"),
            (self.not_logged_once, f"{len(self.not_logged_once)} fires are not logged once"),
            (self.verdicts.violations(), f"audit: {', '.join(self.verdicts.violations())}"),
        ]
        return [words for holds, words in found if holds]

    def told(self) -> str:
        """The figures as text."""
        return (
            f"fires sent while PostgreSQL was away: {self.during}, not acknowledged: "
            f"{self.unconfirmed}\nframe → confirm: {self.confirm}, max {self.confirm.max:.0f} ms\n"
            f"frame → on the desk: {self.seen}, max {self.seen.max:.0f} ms; "
            f"not seen: {len(self.not_seen)}\n"
            f"not in the fire log exactly once: {len(self.not_logged_once)}\n"
            f"{self.verdicts.told()}"
        )


async def run(product: Product, seconds: float, how: str, seed: int) -> Outcome:
    """Fires before, during and after; the audit. The product runs already."""
    points = await register.fire_points(product.dsn(), seed)
    ear = Ear(product.http_port, product.credentials()["tokens"]["city_duty"])
    listening = asyncio.create_task(ear.run())
    await asyncio.wait_for(ear.connected.wait(), EAR_PATIENCE_S)
    arsonist = Arsonist(product.gb26875_port, FIRE_PATIENCE_S)
    ended = asyncio.Event()
    burning = asyncio.create_task(arsonist.light_steadily(points, FIRES_PER_S, ended))
    try:
        await asyncio.sleep(BEFORE_S)
        from_s = time.monotonic()
        await _away(product, seconds, how)
        until_s = time.monotonic()
        await asyncio.sleep(AFTER_S)
        ended.set()
        await burning
        await drain(product.dsn(), DRAIN_PATIENCE_S)
    finally:
        for task in (burning, listening):
            task.cancel()
        await asyncio.gather(burning, listening, return_exceptions=True)
    verdicts = await audit(product.dsn(), arsonist.book, None)
    fires = [fire for fire in arsonist.book if from_s < fire.first_sent_s < until_s - 1.0]
    return await _judged(product, fires, ear, Outcome(verdicts, len(fires)))


async def _away(product: Product, seconds: float, how: str) -> None:
    pids = product.pids().get("postgres", [])
    if how == "frozen":
        tell_all(pids, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        tell_all(pids, signal.SIGCONT)
        return
    data = product.data / "postgres" / "data"
    hidden = data.with_name("data.hidden")
    data.rename(hidden)
    tell_all(pids, signal.SIGKILL)
    await asyncio.sleep(seconds)
    hidden.rename(data)


async def _judged(product: Product, fires: Sequence[Fire], ear: Ear, made: Outcome) -> Outcome:
    confirmed = [fire for fire in fires if fire.confirmed_s is not None]
    made.unconfirmed = len(fires) - len(confirmed)
    made.confirm = spread_ms([fire.took_s for fire in confirmed])
    seen: list[float] = []
    for fire in confirmed:
        heard = ear.first(UNJUDGED, fire.point.sender)
        if heard is None:
            made.not_seen.append(fire.point.origin)
        else:
            seen.append(heard.at_s - fire.first_sent_s)
    made.seen = spread_ms(seen)
    logged = await _logged(product.dsn())
    made.not_logged_once = [
        f"{fire.point.origin} x{logged[fire.point.origin]}"
        for fire in confirmed
        if fire.sent == 1 and logged[fire.point.origin] != 1
    ]
    return made


async def _logged(dsn: str) -> Counter[str]:
    """How many entries of the fire log each origin has."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT entry FROM signals.fire_log")
    finally:
        await connection.close()
    bodies = (decode(row["entry"]).body for row in rows)
    return Counter(body.signal.origin() for body in bodies if isinstance(body, SignalEntry))


async def whole(folder: Path, seconds: float, how: str, seed: int) -> Outcome:
    """Start the product in `folder`, run, stop."""
    product = Product(folder)
    try:
        print(f"started in {await product.start():.1f} s", flush=True)
        return await run(product, seconds, how, seed)
    finally:
        await product.stop()


def main(folder: Path, seconds: float, how: str, seed: int) -> int:
    """Run, print; the exit code."""
    outcome = asyncio.run(whole(folder, seconds, how, seed))
    print(outcome.told())
    wrong = outcome.wrong()
    print(f"FAILED: {'; '.join(wrong)}" if wrong else "each acknowledged, seen, and kept once")
    return 1 if wrong else 0
