"""The small city of makers.py in real tables, and a judge over them."""

from collections.abc import Sequence

import msgspec

from tests.notices.makers import NOON, STATIONS, TOWN, a_point, a_site, the_contacts, the_policy
from wanghuo.alarms.model import Point, Site
from wanghuo.alarms.policy import Policy
from wanghuo.clock import HandClock
from wanghuo.engines.postgres import Database, Row
from wanghuo.engines.timers import Timer, TimerLoop
from wanghuo.facts.entry import Entry, TimerEntry
from wanghuo.identity import derived
from wanghuo.notices.feed import Judge
from wanghuo.signals import store as signals

PLACES = ("P1", "P2", "P3")


async def settle(
    database: Database, sites: Sequence[Site] = (), points: Sequence[Point] = ()
) -> None:
    """Register the city: by default places P1 to P3, far apart, each with points 1 to 3."""
    sites = sites or [a_site(p, lon=121.25 + 0.01 * n) for n, p in enumerate(PLACES)]
    points = points or [a_point(n, place) for place in PLACES for n in (1, 2, 3)]
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO premises.town VALUES ($1, '新浦镇', 'XP', 121.25, 30.3)", TOWN
        )
        for site in sites:
            await tx.execute(
                "INSERT INTO premises.unit (id, name, town_code) VALUES ($1, $1, $2)",
                site.unit_id,
                TOWN,
            )
            await tx.execute(
                "INSERT INTO premises.place (id, unit_id, name, category, address, town_code,"
                " building, lon, lat, people, sleeping, profile, test)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                site.id,
                site.unit_id,
                site.name,
                site.category,
                site.address,
                TOWN,
                site.building,
                site.lon,
                site.lat,
                site.people,
                site.sleeping,
                site.profile,
                site.test,
            )
        for point in points:
            await tx.execute(
                "INSERT INTO devices.device (id, origin, sender, place_id, town_code, kind,"
                " operator_id, location) VALUES ($1, $2, $3, $4, $5, $6, 'O1', $7)",
                point.device_id,
                point.origin,
                point.sender,
                point.place_id,
                TOWN,
                point.sensor.value,
                point.location,
            )
        contacts = [msgspec.structs.astuple(c) for c in the_contacts()]
        await tx.executemany(
            "INSERT INTO premises.contact VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            contacts,
        )
        stations = [msgspec.structs.astuple(s) for s in STATIONS]
        await tx.executemany(
            "INSERT INTO premises.station VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            stations,
        )


class Desk:
    """A database, a clock turned by hand, a judge and its timers."""

    def __init__(self, database: Database, policy: Policy | None = None, batch: int = 64) -> None:
        self.database = database
        self.clock = HandClock(NOON)
        self.batch = batch
        self.judge = Judge(database, policy or the_policy(), self.clock)
        self.timers = TimerLoop(database, self.clock, self._fire)

    async def _fire(self, tx: object, due: Sequence[Timer]) -> None:
        now = self.clock.now_utc()
        entries = [
            Entry(
                derived("entry", timer.id),
                now,
                TimerEntry(timer.id, timer.kind, timer.subject, timer.due_at, timer.note),
            )
            for timer in due
        ]
        await signals.append(tx, entries)  # type: ignore[arg-type]  # a Transaction

    async def hear(self, *entries: Entry) -> None:
        """Log entries and judge everything that waits."""
        async with self.database.transaction() as tx:
            await signals.append(tx, entries)
        await self.judge_all()

    async def judge_all(self) -> None:
        while await self.judge.judge_once(self.batch):
            pass

    async def turn(self, by_s: float) -> None:
        """Let time pass second by second, firing and judging what falls due."""
        for _ in range(int(by_s)):
            await self.clock.turn(1)
            while await self.timers.fire_due():
                await self.judge_all()

    async def rows(self, query: str, *args: object) -> list[Row]:
        async with self.database.transaction() as tx:
            return await tx.fetch(query, *args)

    async def one(self, query: str, *args: object) -> Row:
        (only,) = await self.rows(query, *args)
        return only

    async def roles(self) -> set[str]:
        return {row["role"] for row in await self.rows("SELECT role FROM notices.party")}
