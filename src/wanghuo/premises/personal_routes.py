"""Doors through which personal data leave: exports, and the telephone numbers of a place's people.

Rule 1. Everywhere else numbers are masked, whoever asks.
Rule 2. What leaves here leaves a line in the audit trail, in the transaction that reads it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Forbidden, Missing, Unauthenticated
from wanghuo.premises import exporting, store
from wanghuo.premises.import_tables import table_of
from wanghuo.premises.importing import Table
from wanghuo.premises.model import OwnerKind
from wanghuo.principal import Permission, Principal
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Caller = Annotated[Principal, Depends(may(Permission.SEE_PERSONAL_DATA))]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
Form = Annotated[Literal["csv", "xlsx"], Query(alias="format")]
REFUSALS = problems(Unauthenticated, Forbidden, Missing)


def personal_router(audit: Audit) -> APIRouter:
    """The doors. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["premises"])

    @doors.get("/export/{kind}", responses=REFUSALS)
    async def export(who: See, tx: Tx, kind: str, form: Form = "csv") -> Response:
        """A table as it would be imported again; numbers only for roles that may see them."""
        table = table_of(kind)
        rows = await store.exported(tx, kind)
        shows = kind == "contacts" and who.may(Permission.SEE_PERSONAL_DATA)
        masks = kind == "contacts" and not shows
        content = await asyncio.to_thread(_written, table, rows, form, masks=masks)
        detail = {"form": form, "rows": len(rows), "numbers": shows}
        await audit(tx, who, "register.export", kind, detail)
        return Response(
            content,
            media_type=exporting.MEDIA_TYPES[form],
            headers=exporting.attachment(kind, form),
        )

    @doors.post("/places/{place_id}/numbers", responses=REFUSALS)
    async def numbers(place_id: str, who: Caller, tx: Tx) -> dict[str, dict[str, str]]:
        """The telephone numbers of the people of a place's unit, by contact."""
        found = await store.place(tx, place_id)
        owner = (OwnerKind.UNIT.value, found.unit_id)
        shown = {c.id: c.phone for c in (await store.contacts_of(tx, [owner])).get(owner, [])}
        await audit(tx, who, "numbers.place", place_id, {"contacts": sorted(shown)})
        return {"contacts": shown}

    return doors


def _written(table: Table, rows: list[Row], form: str, *, masks: bool) -> bytes:
    cells: Iterable[Sequence[Any]] = (tuple(row.values()) for row in rows)
    shown = exporting.without_phones(table, cells) if masks else cells
    return exporting.written(table, shown, form)
