"""GET /api/v1/first-day: how far a new city is, read from the tables at each look."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request

from wanghuo.errors import Forbidden, Unauthenticated
from wanghuo.first_day import steps, store
from wanghuo.principal import Permission, Principal
from wanghuo.settings import DEMO_CITY
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]

router = APIRouter(prefix="/api/v1", tags=["first day"])


@router.get("/first-day", responses=problems(Unauthenticated, Forbidden))
async def first_day(_who: Admin, tx: Tx, request: Request) -> dict[str, Any]:
    """Each step with its state, what is there, what is missing; and the last test fire.

    leads: whether pages should lead here; the demo city has no first day.
    """
    found, demo = await store.found(tx), house_of(request).settings.city == DEMO_CITY
    if demo:  # its border comes with the package
        found = msgspec.structs.replace(found, has_outline=True)
    made = steps.document(found)
    return {**made, "leads": not made["ready"] and not demo}
