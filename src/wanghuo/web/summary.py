"""GET /api/v1/summary: the counts that wings give, within the asker's towns."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Unauthenticated, Unavailable
from wanghuo.principal import Permission, Principal
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

Count = Callable[[Transaction], Awaitable[dict[str, int]]]
See = Annotated[Principal, Depends(may(Permission.SEE))]


def summary_router(counts: Sequence[Count]) -> APIRouter:
    """The router whose one answer joins what each of `counts` gives: {places, devices, ...}."""
    router = APIRouter(prefix="/api/v1", tags=["summary"])

    @router.get("/summary", responses=problems(Unauthenticated, Forbidden, Unavailable))
    async def summary(_who: See, tx: Tx) -> dict[str, int]:
        """How many places, devices, stations, open incidents and signals there are."""
        joined: dict[str, int] = {}
        for count in counts:
            joined.update(await count(tx))
        return joined

    return router
