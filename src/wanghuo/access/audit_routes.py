"""The audit trail read: page by page, checked, exported.

Rule 1. An export is itself a line of the trail, written before its first byte leaves.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.access import audit_export, store
from wanghuo.access.model import AuditCheck, AuditLine
from wanghuo.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import House, house_of
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, cursor_after, key_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

SEQ_MAX = 2**62
EXPORT_BATCH = 1000

Auditor = Annotated[Principal, Depends(may(Permission.AUDIT))]
REFUSALS = problems(Unauthenticated, Forbidden, Unavailable)

router = APIRouter(prefix="/api/v1", tags=["access"])


class AuditPage(BaseModel):
    """Newest first. next: the cursor of the page after, null at the end."""

    items: list[AuditLine]
    next: str | None


class AuditQuery(BaseModel):
    """Which lines; what is left out does not narrow."""

    person_id: str | None = Field(None, max_length=64)
    act: str | None = Field(None, max_length=64)
    subject: str | None = Field(None, max_length=128)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class AuditExportQuery(AuditQuery):
    """Which lines, and in which form."""

    form: Literal["csv", "jsonl"] = "csv"


class AuditPageQuery(AuditQuery):
    """Which lines, and which page of them."""

    cursor: str = Field("", max_length=512, description="`next` of the page before.")
    limit: int = Field(PAGE_SIZE_DEFAULT, ge=1, le=PAGE_SIZE_MAX, description="Rows a page.")


@router.get("/audit", responses={**REFUSALS, **problems(Invalid)})
async def audit(wanted: Annotated[AuditPageQuery, Query()], _who: Auditor, tx: Tx) -> AuditPage:
    """Who did what, newest first."""
    before = key_of(wanted.cursor, 1)[0] if wanted.cursor else SEQ_MAX
    if not isinstance(before, int):
        raise Invalid("cursor", "not a cursor of this list", "use `next` of the page before")
    items = await store.audit_page(tx, wanted.model_dump(), before, wanted.limit)
    after = cursor_after(items[-1].seq) if len(items) == wanted.limit else None
    return AuditPage(items=items, next=after)


@router.get("/audit/check", responses=REFUSALS)
async def check_audit(_who: Auditor, tx: Tx) -> AuditCheck:
    """Recompute the chain of the whole trail. Keep `head` elsewhere to notice a cut-off tail."""
    return await store.check_audit(tx)


@router.get("/audit/export", response_class=StreamingResponse, responses=REFUSALS)
async def export_audit(
    wanted: Annotated[AuditExportQuery, Query()], request: Request, who: Auditor
) -> StreamingResponse:
    """Every line that was asked for, oldest last, as CSV or as one JSON object a line."""
    house = house_of(request)
    narrowed = wanted.model_dump(exclude={"form"}, mode="json", exclude_none=True)
    async with house.database.transaction() as tx:
        newest = await store.audit_page(tx, {}, SEQ_MAX, 1)
        await store.audit(tx, who, "audit.export", wanted.form, narrowed)
    before = newest[0].seq + 1 if newest else 0
    head = f"{newest[0].seq}:{newest[0].digest}" if newest else ""
    return StreamingResponse(
        _exported(house, wanted, before),
        media_type="text/csv; charset=utf-8" if wanted.form == "csv" else "application/jsonl",
        headers={
            "Content-Disposition": f'attachment; filename="audit.{wanted.form}"',
            "X-Wanghuo-Audit-Head": head,
        },
    )


async def _exported(house: House, wanted: AuditExportQuery, before: int) -> AsyncIterator[str]:
    """The export page by page, so that a long trail neither fills memory nor holds a lock."""
    write = audit_export.csv_text if wanted.form == "csv" else audit_export.jsonl_text
    yield audit_export.CSV_HEAD if wanted.form == "csv" else ""
    while True:
        async with house.database.transaction() as tx:
            lines = await store.audit_page(tx, wanted.model_dump(), before, EXPORT_BATCH)
        if lines:
            yield write(lines)
        if len(lines) < EXPORT_BATCH:
            return
        before = lines[-1].seq
