"""The doors of devices on HTTP: the register and the operating companies."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathField
from pydantic import BaseModel, Field

from wanghuo.devices import health_store, labels, store
from wanghuo.devices.labels import LABELS_MAX
from wanghuo.devices.model import Device, Health, Wanted
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated
from wanghuo.identity import new_secret
from wanghuo.principal import Permission, Principal
from wanghuo.web.house import house_of
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, Cursor, PageSize, cursor_after, key_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
OperatorId = Annotated[str, PathField(pattern=r"^[\w.-]{1,64}$", examples=["cx01"])]
KEY_SIZE_BYTES = 32

router = APIRouter(prefix="/api/v1", tags=["devices"])


@router.get("/devices", responses=problems(Unauthenticated, Forbidden, Invalid))
async def devices(  # noqa: PLR0913, PLR0917 - each is a filter of the query
    _who: See,
    tx: Tx,
    place_id: Annotated[str, Query(max_length=64)] = "",
    sender: Annotated[str, Query(max_length=200)] = "",
    operator: Annotated[str, Query(max_length=64)] = "",
    town: Annotated[str, Query(max_length=12)] = "",
    online: Annotated[bool | None, Query(description="Then only devices in service.")] = None,
    cursor: Cursor = "",
    limit: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Devices by id with their last state, as the filters say, within the asker's towns."""
    after = str(key_of(cursor, 1)[0]) if cursor else ""
    wanted = Wanted(place_id, sender, operator, town, online, after, limit + 1)
    found = await store.page(tx, wanted)
    shown = found[:limit]
    health = await health_store.health_of(tx, [device.origin for device in shown])
    names = await store.place_names(tx, [device.place_id for device in shown])
    more = cursor_after(shown[-1].id) if len(found) > limit else None
    items = [
        {**_view(d, health.get(d.origin)), "place_name": names.get(d.place_id, "")} for d in shown
    ]
    return {"items": items, "next": more}


@router.get("/coverage", responses=problems(Unauthenticated, Forbidden, Invalid))
async def coverage(
    _who: See,
    tx: Tx,
    town: Annotated[str, Query(max_length=12)] = "",
    covered: Annotated[bool | None, Query(description="With a device online, or without.")] = None,
    cursor: Cursor = "",
    limit: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Places by id with their devices in service and how many of those are online."""
    after = str(key_of(cursor, 1)[0]) if cursor else ""
    found = await store.places(tx, town=town, covered=covered, after=after, size=limit + 1)
    shown = found[:limit]
    more = cursor_after(shown[-1]["id"]) if len(found) > limit else None
    return {"items": [dict(row.items()) for row in shown], "next": more}


@router.get("/devices/{device_id}", responses=problems(Unauthenticated, Forbidden, Missing))
async def device(_who: See, tx: Tx, device_id: str) -> dict[str, Any]:
    """One device with its last state, its place, its operator, and how its sender lives."""
    found = await store.device(tx, device_id)
    health = await health_store.health_of(tx, [found.origin, found.sender])
    mine, sender = health.get(found.origin), health.get(found.sender)
    names = await store.place_names(tx, [found.place_id])
    operators = {operator.id: operator.name for operator in await store.operators(tx)}
    return {
        **_view(found, mine),
        "place_name": names.get(found.place_id, ""),
        "operator_name": operators.get(found.operator_id, ""),
        "detail": mine.detail if mine else "",
        "sender_state": sender.state if sender else "",
        "sender_seen_at": sender.last_seen_at if sender else None,
    }


@router.get("/labels", responses=problems(Unauthenticated, Forbidden, Invalid))
async def device_labels(
    _who: See,
    tx: Tx,
    request: Request,
    device: Annotated[list[str] | None, Query(max_length=LABELS_MAX)] = None,
    place_id: Annotated[str, Query(max_length=64)] = "",
) -> dict[str, Any]:
    """Labels for these devices, or for all of a place: {items, left_out}, by id.

    url: the device's page, which `picture` holds as a QR code. left_out: how many ids name no
    device of the asker's towns.
    """
    wanted = set(device or [])
    if not wanted and not place_id:
        raise Invalid("device", "nothing is named", "name devices, or a place_id")
    found = await store.devices_named(tx, wanted, place_id, LABELS_MAX)
    names = await store.place_names(tx, [one.place_id for one in found])
    address = house_of(request).settings.reached_at
    items = []
    for one in found:
        url = labels.page_of(address, one.id)
        items.append({
            "id": one.id, "kind": one.kind, "location": one.location, "place_id": one.place_id,
            "place_name": names.get(one.place_id, ""), "url": url, "picture": labels.picture(url),
        })  # fmt: skip
    return {"items": items, "left_out": len(wanted - {one.id for one in found})}


@router.get("/operators", responses=problems(Unauthenticated, Forbidden))
async def operators(_who: See, tx: Tx) -> dict[str, Any]:
    """The operating companies; never their keys."""
    listed = await store.operators(tx)
    return {
        "items": [
            {
                "id": o.id, "name": o.name, "town_code": o.town_code,
                "has_key": o.key_digest is not None,
            }
            for o in listed
        ]
    }  # fmt: skip


class OperatorBody(BaseModel):
    """An operating company. town_code: "" works in the whole city."""

    name: str = Field(min_length=1, max_length=100)
    town_code: str = Field("", max_length=12)


def operator_router(audit: Audit) -> APIRouter:
    """The doors that change operating companies. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["devices"])
    refusals = problems(Unauthenticated, Forbidden, Missing, Invalid)

    @doors.put("/operators/{operator_id}", responses=refusals)
    async def put_operator(
        operator_id: OperatorId, body: OperatorBody, who: Admin, tx: Tx
    ) -> dict[str, Any]:
        """Add or rename an operating company; its key stays."""
        if body.town_code and not await store.town_is_known(tx, body.town_code):
            raise Invalid(
                "town_code", f"there is no town {body.town_code}", "import it, or use none"
            )
        await store.put_operators(tx, [(operator_id, body.name.strip(), body.town_code)])
        await audit(tx, who, "operator.put", operator_id, body.model_dump())
        return {"id": operator_id, "name": body.name.strip(), "town_code": body.town_code}

    @doors.post("/operators/{operator_id}/key", status_code=201, responses=refusals)
    async def new_key(
        operator_id: OperatorId, request: Request, response: Response, who: Admin
    ) -> dict[str, Any]:
        """Give a company a new key, shown this once; the old one ends within half a minute."""
        response.headers["Cache-Control"] = "no-store"
        house, key = house_of(request), new_secret(KEY_SIZE_BYTES)
        async with house.database.transaction(who.scope()) as tx:
            if operator_id not in await store.operator_rows(tx):
                raise Missing(f"there is no operator {operator_id}")
            await store.set_operator_keys(tx, {operator_id: key})
            await audit(tx, who, "operator.key", operator_id, {})
        house.doorkeeper.forget_person(f"operator:{operator_id}")
        return {"id": operator_id, "key": key}

    return doors


def _view(found: Device, health: Health | None) -> dict[str, Any]:
    return {
        "id": found.id, "origin": found.origin, "sender": found.sender,
        "place_id": found.place_id, "town_code": found.town_code, "kind": found.kind,
        "operator_id": found.operator_id, "location": found.location, "profile": found.profile,
        "installed_on": found.installed_on, "out_of_service": found.out_of_service,
        "state": health.state if health else "",
        "last_seen_at": health.last_seen_at if health else None,
    }  # fmt: skip
