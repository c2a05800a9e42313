"""Incidents taken away as a file, with the filters of their list.

Rule 1. A file leaves a line in the audit trail, written before its first byte leaves.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from wanghuo.access.store import audit
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.incidents import store
from wanghuo.incidents.listing import Wanted
from wanghuo.incidents.views import Listed
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may
from wanghuo.web.table_file import PAGE_ROWS, Column, FileAsked, Row, file_asked, table_answer

See = Annotated[Principal, Depends(may(Permission.SEE))]
Asked = Annotated[FileAsked, Depends(file_asked)]
REFUSALS = problems(Unauthenticated, Forbidden, Invalid)

MINUTE_S: Final = 60

INCIDENTS: Final = (
    Column("number", "警情编号", "Incident"),
    Column("level", "等级", "Level"),
    Column("level_peak", "最高等级", "Highest level"),
    Column("state", "状态", "State", "incident_state"),
    Column("place", "场所", "Place"),
    Column("category", "类别", "Category", "category"),
    Column("town", "镇街", "Town"),
    Column("opened_at", "首个信号", "First signal"),
    Column("closed_at", "结案", "Closed"),
    Column("took_min", "历时 min", "Took min"),
    Column("disposition", "性质", "Disposition", "disposition"),
    Column("cause", "原因", "Cause", "cause"),
    Column("parties", "确认方", "Acknowledged"),
    Column("sentence", "摘要", "In a sentence"),
)


def table_router(wanted_of: Callable[..., Awaitable[Wanted]]) -> APIRouter:
    """The door. wanted_of: what reads the list's filters from a query, as a dependency."""
    doors = APIRouter(prefix="/api/v1/tables", tags=["incidents"])

    @doors.get("/incidents", response_class=StreamingResponse, responses=REFUSALS)
    async def incidents(
        who: See,
        request: Request,
        asked: Asked,
        wanted: Wanted = Depends(wanted_of),  # noqa: B008, FAST002 - handed in by compose
    ) -> StreamingResponse:
        """The list of incidents as CSV or xlsx, whole, newest first."""
        database = house_of(request).database
        last: list[Listed] = []

        async def read(after: str) -> tuple[Sequence[Row], str]:
            following = (last[-1].opened_at, last[-1].id) if after else None
            page = msgspec.structs.replace(wanted, after=following, size=PAGE_ROWS)
            async with database.transaction(who.scope()) as tx:
                last[:] = await store.listed(tx, page)
            return [_row(one) for one in last], last[-1].id if len(last) == PAGE_ROWS else ""

        answer = table_answer("incidents", INCIDENTS, asked, read)
        async with database.transaction(who.scope()) as tx:
            await audit(tx, who, "table.export", "incidents", dict(request.query_params))
        return answer

    return doors


def _row(one: Listed) -> dict[str, Any]:
    row = one.row()
    took = one.closed_at and one.closed_at - one.opened_at
    return {
        "number": one.number, "level": f"F{one.level}", "level_peak": f"F{one.level_peak}",
        "state": one.state.value, "place": one.place_name, "category": one.category,
        "town": one.town_name, "opened_at": one.opened_at, "closed_at": one.closed_at,
        "took_min": took and round(took.total_seconds() / MINUTE_S, 1),
        "disposition": one.disposition, "cause": one.cause, "sentence": row["sentence"],
        "parties": f"{row['parties_acknowledged']}/{row['parties_total']}",
    }  # fmt: skip
