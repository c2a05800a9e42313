"""What all goals of one run share: the product, its receiver, the floors, the register."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import floors, machine, register
from benchmarks.devices import Job, Transmitter
from benchmarks.figures import Line
from benchmarks.product import Product
from benchmarks.register import Point
from benchmarks.sink import Sink

SEED = 7
CITY_SIGNALS_PER_S = 4_940.0  # 296,400 devices, a heartbeat a minute
LOAD_CONNECTIONS = 2_000
ROUTINE_GOAL_PER_S = 10_000.0
BESIDE_SHARE = 0.8  # of what was sustained, where the goal itself was not


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    seconds: float
    fires: int
    kills: int
    cuts: int
    connections: int
    alerta: Path | None = None
    nodered: Path | None = None


@dataclass
class Bench:
    """One run."""

    folder: Path
    options: Options
    product: Product
    sink: Sink
    started_s: float = 0.0
    sustained_per_s: float = 0.0
    points: list[Point] = field(default_factory=list)
    transmitters: list[Transmitter] = field(default_factory=list)
    _floors: floors.Floors | None = None

    async def floors(self) -> floors.Floors:
        """The floors, measured the first time that one is asked for."""
        if self._floors is None:
            place = self.folder / "floors"
            place.mkdir(exist_ok=True)
            self._floors = await floors.measure(place, min(self.options.seconds, 3.0))
            print(floors.told(self._floors), flush=True)
        return self._floors

    async def read_register(self) -> None:
        """Who may speak and burn: half of the transmitters each, so that they do not meet."""
        dsn = self.product.dsn()
        talkers = (await register.transmitters(dsn))[-LOAD_CONNECTIONS:]
        busy = {point.sender for point in talkers}
        self.transmitters = [Transmitter(p.sender, p.point) for p in talkers]
        points = await register.fire_points(dsn, SEED)
        self.points = [p for p in points if p.sender not in busy]

    def take_points(self, count: int) -> list[Point]:
        """Points that did not burn yet; fewer if the city has no more."""
        taken, self.points = self.points[:count], self.points[count:]
        return taken

    def routine(self, seconds: float, rate_per_s: float = 0.0) -> Job:
        """Routine traffic of many transmitters; a closed loop without a rate."""
        return Job(
            [self.product.gb26875_port], self.transmitters,
            min(LOAD_CONNECTIONS, len(self.transmitters)), seconds, rate_per_s=rate_per_s,
        )  # fmt: skip

    def beside_per_s(self) -> float:
        """The rate that "beside P1" stands for."""
        if not self.sustained_per_s or self.sustained_per_s > ROUTINE_GOAL_PER_S / BESIDE_SHARE:
            return ROUTINE_GOAL_PER_S
        return self.sustained_per_s * BESIDE_SHARE

    def gateway_cpu_s(self) -> float:
        """CPU seconds of the gateway processes so far."""
        return machine.cpu_of(self.product.pids().get("gateway", []))

    def cpu_by_part(self) -> dict[str, float]:
        """CPU seconds of each part of the product so far."""
        return {part: machine.cpu_of(pids) for part, pids in self.product.pids().items()}


def used(before: dict[str, float], after: dict[str, float], seconds: float) -> str:
    """Cores that each part used between two readings, the busiest first."""
    cores = {part: (after[part] - before.get(part, 0.0)) / seconds for part in after}
    busy = sorted(cores.items(), key=lambda item: -item[1])
    return ", ".join(f"{part} {share:.2f}" for part, share in busy if share > 0.01)  # noqa: PLR2004


Goal = Callable[[Bench], Awaitable[Line]]
