"""GET /api/v1/wall: every figure of the wall within the asker's towns.

What happened today is counted at every look. What costs a city of 300,000 devices most of a second
is counted once for everybody of the same towns and kept for KEEP_S; while one asker counts again,
the others get what is kept.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Request

from wanghuo.devices import store as devices
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.errors import Forbidden, Unauthenticated, Unavailable
from wanghuo.incidents import clocks, figures
from wanghuo.incidents import store as incidents
from wanghuo.incidents.store import Span
from wanghuo.principal import Permission, Principal
from wanghuo.wall import page
from wanghuo.wall.page import Fresh, Slow
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

KEEP_S: Final = 60.0
SCOPES_KEPT_MAX: Final = 64
DAYS: Final = 30  # of trend and clocks, today among them
FIRES_SHOWN: Final = 10
See = Annotated[Principal, Depends(may(Permission.SEE))]

router = APIRouter(prefix="/api/v1", tags=["wall"])


@dataclass
class _Kept:
    """The slow figures of one town scope. until_s: by the house's monotonic clock."""

    slow: Slow | None = None
    until_s: float = 0.0
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)


_kept: WeakKeyDictionary[Database, dict[str, _Kept]] = WeakKeyDictionary()


@router.get("/wall", responses=problems(Unauthenticated, Forbidden, Unavailable))
async def wall(who: See, tx: Tx, request: Request, clock: Now) -> dict[str, Any]:
    """Today from warning to fire, crews in time, devices online, 30 days, the last fires."""
    now = clock.now_utc()
    day_from = figures.midnight(now)
    since, until = _span(now)
    today = await incidents.today(tx, day_from)
    fires = await incidents.last_fires(tx, FIRES_SHOWN)
    # The year before ends at this time of day: a day that is not over has no whole one to meet.
    before = figures.year_before_at(since), figures.year_before_at(now)
    counts = await incidents.by_day(tx, (since, until), before)
    slow = await _slow(tx, house_of(request), who.scope())
    days = figures.trend(counts, slow.first_at, figures.city_day(now), DAYS)
    return page.document(now, Fresh(day_from, today, days, fires), slow)


def _span(now: datetime) -> tuple[datetime, datetime]:
    """DAYS whole days of the city, of which today is the last."""
    until = figures.midnight(now) + figures.DAY
    return until - DAYS * figures.DAY, until


async def _slow(tx: Transaction, house: House, scope: str) -> Slow:
    scopes = _kept.setdefault(house.database, {})
    if scope not in scopes and len(scopes) >= SCOPES_KEPT_MAX:
        scopes.clear()
    kept = scopes.setdefault(scope, _Kept())
    fresh = house.clock.monotonic_s() < kept.until_s
    if kept.slow and (fresh or kept.counting.locked()):
        return kept.slow
    async with kept.counting:
        if kept.slow is None or house.clock.monotonic_s() >= kept.until_s:
            kept.slow = await _counted(tx, house)
            kept.until_s = house.clock.monotonic_s() + KEEP_S
        return kept.slow


async def _counted(tx: Transaction, house: House) -> Slow:
    now = house.clock.now_utc()
    policy = clocks.load(house.settings.policy_dir)
    crews = await incidents.crew_times(tx, Span(*_span(now), levels=clocks.by_level(policy)))
    return Slow(
        at=now,
        first_at=await incidents.first_at(tx),
        clocks=await asyncio.to_thread(page.clock_rows, crews, policy, now),
        devices=page.devices(await devices.online_figures(tx)),
    )
