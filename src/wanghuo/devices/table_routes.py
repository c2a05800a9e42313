"""Devices and places with their devices taken away as files, with the filters of their lists.

Rule 1. A file leaves a line in the audit trail, written before its first byte leaves.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from wanghuo.devices import health_store, store
from wanghuo.devices.model import Wanted
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Unauthenticated
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import may
from wanghuo.web.table_file import PAGE_ROWS, Column, FileAsked, Row, file_asked, table_answer

See = Annotated[Principal, Depends(may(Permission.SEE))]
Asked = Annotated[FileAsked, Depends(file_asked)]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
REFUSALS = problems(Unauthenticated, Forbidden, Invalid)

DEVICES: Final = (
    Column("id", "设备编号", "Device"),
    Column("kind", "种类", "Kind", "sensor"),
    Column("place_id", "场所编号", "Place id"),
    Column("place_name", "场所", "Place"),
    Column("location", "位置", "Where"),
    Column("town_code", "镇街代码", "Town code"),
    Column("operator_id", "运营公司", "Operator"),
    Column("state", "状态", "State", "health"),
    Column("last_seen_at", "最后上报", "Last signal"),
    Column("out_of_service", "停用", "Out of service"),
    Column("installed_on", "安装日期", "Installed on"),
    Column("origin", "线上标识", "Name on the wire"),
)
PLACES: Final = (
    Column("id", "场所编号", "Place id"),
    Column("name", "场所", "Place"),
    Column("category", "类别", "Category", "category"),
    Column("address", "地址", "Address"),
    Column("town_code", "镇街代码", "Town code"),
    Column("online", "在线设备", "Devices online"),
    Column("devices", "在用设备", "Devices in service"),
)


def table_router(audit: Audit) -> APIRouter:
    """The doors. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1/tables", tags=["devices"])

    @doors.get("/devices", response_class=StreamingResponse, responses=REFUSALS)
    async def devices(  # noqa: PLR0913, PLR0917 - each is a filter of the query
        who: See,
        request: Request,
        asked: Asked,
        place_id: Annotated[str, Query(max_length=64)] = "",
        sender: Annotated[str, Query(max_length=200)] = "",
        operator: Annotated[str, Query(max_length=64)] = "",
        town: Annotated[str, Query(max_length=12)] = "",
        online: Annotated[bool | None, Query(description="Then only devices in service.")] = None,
    ) -> StreamingResponse:
        """The list of devices as CSV or xlsx, whole."""
        database = house_of(request).database

        async def read(after: str) -> tuple[Sequence[Row], str]:
            wanted = Wanted(place_id, sender, operator, town, online, after, PAGE_ROWS)
            async with database.transaction(who.scope()) as tx:
                rows = await _devices(tx, wanted)
            return rows, str(rows[-1]["id"]) if len(rows) == PAGE_ROWS else ""

        answer = table_answer("devices", DEVICES, asked, read)
        async with database.transaction(who.scope()) as tx:
            await audit(tx, who, "table.export", "devices", dict(request.query_params))
        return answer

    @doors.get("/places", response_class=StreamingResponse, responses=REFUSALS)
    async def places(
        who: See,
        request: Request,
        asked: Asked,
        town: Annotated[str, Query(max_length=12)] = "",
        covered: Annotated[bool | None, Query(description="With a device online, or none.")] = None,
    ) -> StreamingResponse:
        """Places with their devices in service and online as CSV or xlsx, whole."""
        database = house_of(request).database

        async def read(after: str) -> tuple[Sequence[Row], str]:
            async with database.transaction(who.scope()) as tx:
                found = await store.places(
                    tx, town=town, covered=covered, after=after, size=PAGE_ROWS
                )
            rows = [dict(row.items()) for row in found]
            return rows, str(rows[-1]["id"]) if len(rows) == PAGE_ROWS else ""

        answer = table_answer("places", PLACES, asked, read)
        async with database.transaction(who.scope()) as tx:
            await audit(tx, who, "table.export", "places", dict(request.query_params))
        return answer

    return doors


async def _devices(tx: Transaction, wanted: Wanted) -> list[dict[str, Any]]:
    found = await store.page(tx, wanted)
    health = await health_store.health_of(tx, [device.origin for device in found])
    names = await store.place_names(tx, [device.place_id for device in found])
    rows = []
    for device in found:
        last = health.get(device.origin)
        rows.append({
            "id": device.id, "kind": device.kind, "place_id": device.place_id,
            "place_name": names.get(device.place_id, ""), "location": device.location,
            "town_code": device.town_code, "operator_id": device.operator_id,
            "state": last.state if last else "unknown",
            "last_seen_at": last.last_seen_at if last else None,
            "out_of_service": device.out_of_service, "installed_on": device.installed_on,
            "origin": device.origin,
        })  # fmt: skip
    return rows
