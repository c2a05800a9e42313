"""The doors of saved views: everybody keeps, sees and deletes their own."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathField
from pydantic import BaseModel, Field

from wanghuo.access import store, view_store
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from wanghuo.principal import Permission, Principal
from wanghuo.web.clock import Now
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Page = Literal["history", "devices", "places", "people", "tokens", "audit"]
Name = Annotated[str, PathField(min_length=1, max_length=60)]
Word = Annotated[str, Field(max_length=200)]
REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Refused)

router = APIRouter(prefix="/api/v1", tags=["access"])


class ViewBody(BaseModel):
    """What the page shows. filters: as its address names them; columns: in their order."""

    filters: dict[Annotated[str, Field(max_length=40)], Word] = Field({}, max_length=30)
    columns: list[Annotated[str, Field(max_length=40)]] = Field([], max_length=60)


@router.get("/views", responses=REFUSALS)
async def views(who: See, tx: Tx, page: Annotated[Page, Query()]) -> dict[str, Any]:
    """The asker's views of a page, by name."""
    return {"items": [_shown(one) for one in await view_store.views(tx, who.person_id, page)]}


@router.put("/views/{page}/{name}", responses=REFUSALS)
async def save_view(  # noqa: PLR0913, PLR0917 - what FastAPI hands in
    page: Page, name: Name, body: ViewBody, who: See, tx: Tx, clock: Now
) -> dict[str, Any]:
    """Keep what the page shows under a name; the same name again replaces it."""
    saved = await view_store.save_view(
        tx, who.person_id, page, name, body.filters, body.columns, clock.now_utc()
    )
    await store.audit(tx, who, "view.save", f"{page}/{name}", body.model_dump())
    return _shown(saved)


@router.delete("/views/{page}/{name}", responses=REFUSALS)
async def delete_view(page: Page, name: Name, who: See, tx: Tx) -> dict[str, Any]:
    """Forget one of the asker's views."""
    await view_store.delete_view(tx, who.person_id, page, name)
    await store.audit(tx, who, "view.delete", f"{page}/{name}", {})
    return {"deleted": name}


def _shown(one: view_store.View) -> dict[str, Any]:
    return {"name": one.name, "filters": one.filters, "columns": one.columns}
