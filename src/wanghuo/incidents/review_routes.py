"""The doors that look back: the weekly nuisance list, the load of the desk, the policy in force."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.alarms import policy_page
from wanghuo.alarms import store as alarms
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.incidents import load, nuisance, review_store
from wanghuo.incidents.views import WINDOW
from wanghuo.principal import Permission, Principal
from wanghuo.web.clock import Now
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Follow = Annotated[Principal, Depends(may(Permission.FOLLOW))]
WEEK: Final = timedelta(days=7)
SPAN_MAX: Final = timedelta(days=92)
HOURS_MAX: Final = 168

router = APIRouter(prefix="/api/v1", tags=["incidents"])
REFUSALS = problems(Unauthenticated, Forbidden, Invalid)


class NuisanceQuery(BaseModel):
    """Which false warnings; by default those of incidents opened in the last seven days."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = Field(None, description="Opened before.")
    town: str = Field("", max_length=12)
    operator: str = Field("", max_length=64)


@router.get("/nuisances", responses=REFUSALS)
async def nuisances(
    _who: See, tx: Tx, clock: Now, asked: Annotated[NuisanceQuery, Query()]
) -> dict[str, Any]:
    """The 5 % of points that made most false warnings, worst first, with causes and remedy."""
    now = clock.now_utc()
    until = asked.until or now
    since = asked.since or until - WEEK
    if not timedelta(0) < until - since <= SPAN_MAX:
        days = SPAN_MAX.days
        raise Invalid("since", f"the span is not 0 to {days} days", f"ask for at most {days} days")
    points = await review_store.nuisance_points(
        tx, (since, until), town=asked.town, operator=asked.operator, now=now
    )
    return nuisance.page(points, since, until)


@router.get("/desk/load", responses=REFUSALS)
async def desk_load(
    _who: Follow,
    tx: Tx,
    clock: Now,
    hours: Annotated[int, Query(ge=1, le=HOURS_MAX, description="Until now.")] = 24,
) -> dict[str, Any]:
    """Incidents in windows of ten minutes, floods, answers by person, chattering and stale."""
    now = clock.now_utc()
    since = load.window_of(now) - timedelta(hours=hours) + WINDOW
    return load.page(await review_store.load_asked(tx, since, now), since, now)


@router.get("/policies/alarm", responses=REFUSALS)
async def alarm_policy(_who: See, tx: Tx) -> dict[str, Any]:
    """The alarm policy in force, number by number, and how it changed; it is read only."""
    return policy_page.page(await alarms.policies(tx))
