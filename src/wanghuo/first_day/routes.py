"""GET /api/v1/first-day: how far a new city is, read from the tables at each look."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from wanghuo.errors import Forbidden, Unauthenticated
from wanghuo.first_day import steps, store
from wanghuo.principal import Permission, Principal
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]

router = APIRouter(prefix="/api/v1", tags=["first day"])


@router.get("/first-day", responses=problems(Unauthenticated, Forbidden))
async def first_day(_who: Admin, tx: Tx) -> dict[str, Any]:
    """Each step with its state, what is there, what is missing; and the last test fire."""
    return steps.document(await store.found(tx))
