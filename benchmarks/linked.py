"""The house under test with everybody it can call: telephones, 119's machine, people at webhooks.

`wanghuo up` as anybody starts it, the whole city, its own traffic on. Unit, micro station, brigade
and 119 are told by telephone, by a policy folder of the bench's own; everybody else by webhook.
"""

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
from tests.channels.phones import Habit

from benchmarks import machine, register
from benchmarks.drive import HOME
from benchmarks.exchange import Exchange, Line, Ring
from benchmarks.fires import Arsonist
from benchmarks.peer_119 import TimedPeer
from benchmarks.people import town
from benchmarks.product import Product
from benchmarks.register import Point
from benchmarks.sink import Sink
from benchmarks.waiting import until

PARTIES = ("unit", "micro_station", "brigade", "cad_119")
DESK_119 = "119"
SECRET_119 = "agreed between the bench and 119"  # noqa: S105 - of our own 119
FIRE_PATIENCE_S = 120.0
CLOSING_S = 0.3  # what was closed has still to be let go by the loop
PACKETS_PER_S = 50
BY_TELEPHONE = """operator_desk = "cockpit"
unit = "voice"
micro_station = "voice"
brigade = "voice"
cad_119 = ["cad_119", "voice"]"""
DAY = "from_h = 0\nuntil_h = 0"  # no hour is night: a confirmed fire stays F3 whatever the hour
_OWNERS = """
SELECT c.phone, CASE WHEN c.owner_kind = 'unit' THEN 'unit'
    WHEN s.level = 'micro' THEN 'micro_station' WHEN s.level = 'brigade' THEN 'brigade'
    ELSE 'other' END AS desk
FROM premises.contact c LEFT JOIN premises.station s
    ON c.owner_kind = 'station' AND s.id = c.owner_id
"""
PRESSES_ONE = Habit(press="1", after=40, rings_s=1.0)
LOOKS = Habit(press="2", after=60, rings_s=2.0)


def policy_folder(folder: Path, change: Callable[[str], str] = lambda text: text) -> Path:
    """The shipped policy with the four parties told by telephone and no night; where it is."""
    made = folder / "policy"
    if not made.exists():
        shutil.copytree(HOME / "policy", made)
    text = (HOME / "policy" / "alarm.toml").read_text(encoding="utf-8")
    for old, new in (
        ('operator_desk = "cockpit"\n', BY_TELEPHONE + "\n"),
        ("from_h = 22\nuntil_h = 6", DAY),
    ):
        assert old in text, f"the shipped policy has no {old!r} any more"
        text = text.replace(old, new, 1)
    (made / "alarm.toml").write_text(change(text), encoding="utf-8")
    return made


@dataclass
class Linked:
    """The house, its telephones and 119."""

    product: Product
    exchange: Exchange
    peer: TimedPeer
    sink: Sink
    peer_port: int
    habits: dict[str, Habit | None] = field(default_factory=dict)  # by number; None is a dead line
    desk_habits: dict[str, Habit | None] = field(default_factory=dict)  # by desk
    desks: dict[str, str] = field(default_factory=dict)  # by number
    arsonist: Arsonist = field(default_factory=lambda: Arsonist(0))
    started_s: float = 0.0
    _serving: "asyncio.Task[None] | None" = None
    _server: "Quiet | None" = None

    def line_of(self, number: str) -> Line:
        """Who answers at a number, and how."""
        desk = "cad_119" if number == DESK_119 else self.desks.get(number, "other")
        by_desk = self.desk_habits.get(desk, LOOKS if desk == "other" else PRESSES_ONE)
        return Line(desk, self.habits.get(number, by_desk))

    async def start(self) -> float:
        """Start the product, read who has which number; seconds until it was ready."""
        self.started_s = await self.product.start()
        self.arsonist = Arsonist(self.product.gb26875_port, FIRE_PATIENCE_S, self.arsonist.book)
        self.desks = {row["phone"]: row["desk"] for row in await self.ask(_OWNERS)}
        return self.started_s

    async def ask(self, query: str, *args: object) -> list[asyncpg.Record]:
        """Read the product's database from outside."""
        connection = await asyncpg.connect(self.product.dsn())
        try:
            return list(await connection.fetch(query, *args))
        finally:
            await connection.close()

    async def points(self, seed: int) -> list[Point]:
        """Water-flow switches of places apart from each other: one of them alone is an F3.

        Without those that burn already.
        """
        lit = {fire.point.origin for fire in self.arsonist.book}
        found = await register.flow_points(self.product.dsn(), seed)
        return [point for point in found if point.origin not in lit]

    async def rings(self, patience: Callable[[list[Ring]], bool], patience_s: float) -> list[Ring]:
        """The book of calls as soon as it satisfies, or when patience ends."""
        await until(lambda: patience(self.exchange.book()), patience_s, 0.05)
        return self.exchange.book()

    async def open_119(self) -> None:
        """119's machine takes connections."""
        if self._serving is None:
            config = uvicorn.Config(
                self.peer.app, "127.0.0.1", self.peer_port,
                log_config=None, access_log=False, lifespan="off",
            )  # fmt: skip
            self._server = Quiet(config)
            self._serving = asyncio.create_task(self._server.serve())
            assert await until(lambda: machine.listens(self.peer_port), 10.0)

    async def close_119(self) -> None:
        """119's machine is away: nobody listens at its port."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
        self._server = self._serving = None


class Quiet(uvicorn.Server):
    """A server that leaves signals to the bench."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:  # noqa: ANN401 - a context manager's own type
        """Signals are the bench's."""
        yield


@contextlib.asynccontextmanager
async def linked(
    folder: Path,
    *,
    traffic: bool = True,
    change: Callable[[str], str] = lambda text: text,
    settings: dict[str, Any] | None = None,
) -> AsyncIterator[Linked]:
    """Everybody in place and the product started. change: of the policy's text."""
    peer, peer_port = TimedPeer(SECRET_119), machine.free_port()
    async with town() as sink:
        made: list[Linked] = []

        def line_of(number: str) -> Line:
            return made[0].line_of(number)

        exchange = Exchange(line_of)
        await exchange.start((*PARTIES, "other"))
        values: dict[str, Any] = {
            "traffic": traffic,
            "policy_dir": str(policy_folder(folder, change)),
            "voice": {
                "sip_uri_template": exchange.trunk,
                "from_uri": "sip:119000@127.0.0.1",
                "interface": "127.0.0.1",
            },
            "cad_119": {
                "url": f"http://127.0.0.1:{peer_port}/notifications",
                "secret": SECRET_119,
                "callback": "0574-119",
            },
            **(settings or {}),
        }
        product = Product(folder, webhook_url=sink.url, settings=values)
        house = Linked(product, exchange, peer, sink, peer_port)
        made.append(house)
        try:
            await house.open_119()
            print(f"started in {await house.start():.1f} s", flush=True)
            yield house
        finally:
            await product.stop()
            await house.close_119()
            await peer.close()
            exchange.close()
            await asyncio.sleep(CLOSING_S)


def spread_over_towns(points: Sequence[Point], seed: int) -> list[Point]:
    """The same points, towns in turn, so that a brigade is called as seldom as may be."""
    by_town: dict[str, list[Point]] = {}
    for point in points:
        by_town.setdefault(point.town_code, []).append(point)
    queues = [by_town[town_code] for town_code in sorted(by_town)]
    random.Random(seed).shuffle(queues)
    longest = max(map(len, queues), default=0)
    return [queue[n] for n in range(longest) for queue in queues if n < len(queue)]


def epoch_of(at_s: float) -> float:
    """time.monotonic() as seconds since 1970, the clock of the product's own records."""
    return at_s + time.time() - time.monotonic()
