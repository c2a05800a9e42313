"""The live traffic of the demo city: heartbeats, readings, faults, nuisance warnings.

Rates. Nuisance warnings come at the seed account's rate for the whole city: 210,000 in about nine
months, 32 an hour. A sample of the transmitters is connected at one time and the sample changes;
so is everything routine a sample, and the log says how small. `speed` makes hours pass faster.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from random import Random
from typing import Any

import structlog

from wanghuo.clock import Clock
from wanghuo.facts.signal import SignalKind
from wanghuo.simulator import world
from wanghuo.simulator.config import TwinConfig
from wanghuo.simulator.voices import FAILURES, Voices
from wanghuo.simulator.world import Point, Speaker, World

NUISANCES_A_DAY = 210_000 / 273
FAULTS_A_DAY = 480
HEARTBEAT_S = 30.0
READINGS_A_S = 3.0
SPEED_MAX_ROUTINE = 20.0  # routine traffic is not compressed further: it would only burn CPU
ROTATE_S = 900.0
ROTATED_SHARE = 4
CONNECTS_A_S = 40.0
PING_S = 25.0
LASTS_S = (60.0, 900.0)  # how long a nuisance smokes or a fault stands
DAY_S = 86_400.0
QUIET_AFTER_FAILURE_S = (1.0, 4.0)
OTHER_TRANSPORTS = ("mqtt", "http", "ctwing", "onenet", "iotda")
REPORT_S = 300.0

_ALARMING = {  # how often a kind gives a nuisance warning, against smoke
    "smoke": 1.0, "visual_smoke": 0.6, "heat": 0.25, "gas": 0.35, "electric": 0.5, "charging": 0.5,
    "call_point": 0.05,
}  # fmt: skip
_log = structlog.get_logger("twin")


class Traffic:
    """Plays the city until cancelled."""

    def __init__(self, config: TwinConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._rng = Random(config.seed)
        self._world: World = World({}, {}, {})
        self._voices = Voices(config, clock, self._rng, {})
        self._beside: set[asyncio.Task[None]] = set()
        self.said: dict[str, int] = {}
        self.failed = 0

    async def run(self) -> None:
        """Speak until cancelled; a platform that is away is waited for."""
        config = self._config
        sizes = {"gb26875": config.transmitters * ROTATED_SHARE}
        sizes |= dict.fromkeys(OTHER_TRANSPORTS, config.devices)
        self._world = await asyncio.to_thread(world.sample, config.world, self._rng, sizes)
        self._voices = Voices(config, self._clock, self._rng, self._world.keys)
        _log.info(
            "twin_speaks",
            connected_transmitters=min(config.transmitters, len(self._of("gb26875"))),
            all_senders=self._world.totals,
            sampled={name: len(some) for name, some in self._world.sample.items()},
            nuisances_an_hour=round(NUISANCES_A_DAY / 24 * config.speed, 1),
            speed=config.speed,
        )
        routine = min(config.speed, SPEED_MAX_ROUTINE)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._connect())
                group.create_task(self._often(READINGS_A_S * routine, self._reading))
                group.create_task(self._heartbeats(HEARTBEAT_S / routine))
                group.create_task(self._often(NUISANCES_A_DAY / DAY_S * config.speed, self._warn))
                group.create_task(self._often(FAULTS_A_DAY / DAY_S * config.speed, self._break))
                group.create_task(self._every(PING_S, self._ping))
                group.create_task(self._every(REPORT_S, self._report))
        finally:
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)
            await self._voices.close()

    def _of(self, transport: str) -> list[Speaker]:
        return self._world.sample.get(transport, [])

    # -- who is connected

    async def _connect(self) -> None:
        """Bring the first sample in slowly, then exchange a quarter of it every ROTATE_S."""
        waiting = list(self._of("gb26875"))
        while True:
            lines = self._voices.transmitters
            while waiting and len(lines) < self._config.transmitters:
                await self._try(self._voices.transmitter(waiting.pop(0)))
                await self._clock.sleep(1 / CONNECTS_A_S)
            await self._clock.sleep(ROTATE_S)
            for sender in self._rng.sample(sorted(lines), len(lines) // ROTATED_SHARE):
                await self._voices.hang_up(sender)
            waiting = waiting or [s for s in self._of("gb26875") if s.sender not in lines]

    async def _heartbeats(self, period_s: float) -> None:
        """Every connected transmitter once a period, spread over it."""
        while True:
            lines = list(self._voices.transmitters.values())
            pause_s = period_s / max(1, len(lines))
            for line in lines:
                if line.connected:
                    await self._try(line.heartbeat())
                    self._count("heartbeat")
                await self._clock.sleep(pause_s)
            if not lines:
                await self._clock.sleep(1.0)
            await self._reconnect()

    async def _reconnect(self) -> None:
        """Dial again for transmitters that lost their line, with a pause between."""
        known = {speaker.sender: speaker for speaker in self._of("gb26875")}
        for sender, line in list(self._voices.transmitters.items()):
            if not line.connected and sender in known:
                await self._try(self._voices.transmitter(known[sender]))
                await self._clock.sleep(1 / CONNECTS_A_S)

    # -- what is said

    async def _reading(self) -> None:
        speaker, point = self._anyone()
        celsius = round(self._rng.gauss(20.0, 4.0), 1)
        await self._say(speaker, point, SignalKind.READING, celsius)

    async def _warn(self) -> None:
        """Smoke without fire: cooking, steam, dust. It clears by itself."""
        speaker, point = self._anyone()
        while self._rng.random() > _ALARMING.get(point.kind, 0.02):
            speaker, point = self._anyone()
        notable = point.kind in {"electric", "charging"} and speaker.transport in {"mqtt", "http"}
        kind = SignalKind.NOTABLE if notable else SignalKind.FIRE
        self._start(self._comes_and_goes(speaker, point, kind, SignalKind.CLEARED))

    async def _break(self) -> None:
        speaker, point = self._anyone()
        self._start(
            self._comes_and_goes(speaker, point, SignalKind.FAULT, SignalKind.FAULT_CLEARED)
        )

    async def _comes_and_goes(
        self, speaker: Speaker, point: Point, kind: SignalKind, end: SignalKind
    ) -> None:
        await self._say(speaker, point, kind, 48.0)
        lasts_s = self._rng.uniform(*LASTS_S) / self._config.speed
        await self._clock.sleep(lasts_s)
        await self._say(speaker, point, end, 24.0)
        if speaker.sender in self._voices.transmitters and (
            len(self._voices.transmitters) > self._config.transmitters
        ):
            await self._voices.hang_up(speaker.sender)

    def _anyone(self) -> tuple[Speaker, Point]:
        """A speaker, each transport as often as it has senders, and one of its points."""
        names = [name for name in self._world.sample if self._world.sample[name]]
        weights = [
            self._world.totals[name] * (8 if name == "gb26875" else 1) for name in names
        ]  # a transmitter stands for the points behind it
        chosen = self._rng.choices(names, weights)[0]
        speaker = self._rng.choice(self._world.sample[chosen])
        return speaker, self._rng.choice(speaker.sensors())

    async def _say(self, speaker: Speaker, point: Point, kind: SignalKind, celsius: float) -> None:
        await self._try(self._voices.say(speaker, point, kind, celsius=celsius))
        self._count(kind.value)

    async def _try(self, work: Awaitable[Any]) -> None:
        """Do it; a platform that does not answer is left alone for a moment."""
        try:
            await work
        except FAILURES as error:
            self.failed += 1
            if self.failed & self.failed - 1 == 0:
                _log.warning("not_heard", failed=self.failed, error=str(error)[:200])
            await self._clock.sleep(self._rng.uniform(*QUIET_AFTER_FAILURE_S))

    # -- beats

    async def _often(self, rate_per_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """At random moments, `rate_per_s` of them on average."""
        while rate_per_s > 0 and self._world.totals:
            await self._clock.sleep(self._rng.expovariate(rate_per_s))
            await work()

    async def _every(self, period_s: float, work: Callable[[], None]) -> None:
        while True:
            await self._clock.sleep(period_s)
            work()

    def _ping(self) -> None:
        self._voices.ping()

    def _report(self) -> None:
        connected = sum(one.connected for one in self._voices.transmitters.values())
        _log.info("twin_said", connected=connected, failed=self.failed, **self.said)

    def _count(self, what: str) -> None:
        self.said[what] = self.said.get(what, 0) + 1

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
