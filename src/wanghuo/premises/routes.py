"""The doors of premises on HTTP: the map, places, stations, towns, files in and out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathField
from pydantic import BaseModel, Field

from wanghuo.engines.postgres import Database, Row, Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated
from wanghuo.place import Coordinates, datum, near_distance_m
from wanghuo.premises import categories, duty, exporting, kit, map_columns, store
from wanghuo.premises.categories import Category
from wanghuo.premises.duty import Shift
from wanghuo.premises.import_report import Report, Upload, report_json
from wanghuo.premises.import_tables import table_of
from wanghuo.premises.map_columns import Packed
from wanghuo.premises.model import Contact, OwnerKind, Place, Station, Town
from wanghuo.premises.search import masked, pattern, phone_part
from wanghuo.principal import ORGANISATION_KINDS, Permission, Principal, Role
from wanghuo.web.house import house_of
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, Cursor, PageSize, cursor_after, key_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]
Importer = Annotated[Principal, Depends(may(Permission.IMPORT))]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
Run = Callable[[Transaction, Mapping[str, Category], Upload], Awaitable[Report]]
Form = Annotated[Literal["csv", "xlsx"], Query(alias="format")]
Kind = Literal[
    "towns", "villages", "operators", "places", "devices", "contacts", "stations", "water",
    "rosters", "entrances", "cameras",
]  # fmt: skip
STATIONS_NEAR = 5
SEES_ALL_DEVICES = frozenset(Role) - ORGANISATION_KINDS.keys() | {Role.UNIT_HEAD}
MAPS_KEPT_MAX = 32

router = APIRouter(prefix="/api/v1", tags=["premises"])
REFUSALS = problems(Unauthenticated, Forbidden)

# Packed maps by scope, for each database that this process serves.
_maps: WeakKeyDictionary[Database, dict[str, Packed]] = WeakKeyDictionary()


def _categories(request: Request) -> Mapping[str, Category]:
    return categories.load(house_of(request).settings.policy_dir)


Categories = Annotated[Mapping[str, Category], Depends(_categories)]


@router.get("/map/places", responses=REFUSALS)
async def map_places(request: Request, who: See, tx: Tx, known: Categories) -> Response:
    """Every place of the asker's towns in columns; 304 while nothing has changed."""
    scope = who.scope()
    tag = map_columns.etag(await store.places_version(tx), scope)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    kept = _maps.setdefault(house_of(request).database, {})
    packed = kept.get(scope)
    if packed is None or packed.etag != tag:
        rows, towns = await store.place_columns(tx), await store.towns(tx)
        packed = await asyncio.to_thread(map_columns.pack, rows, known, towns, tag)
        if len(kept) >= MAPS_KEPT_MAX:
            kept.clear()
        kept[scope] = packed
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(packed.gzipped, media_type="application/json", headers=headers)
    return Response(packed.plain, media_type="application/json", headers=headers)


@router.get("/towns", responses=REFUSALS)
async def towns(_who: See, tx: Tx) -> dict[str, Any]:
    """Every town with its two letters and its seat."""
    return {"items": [_town_view(town) for town in await store.towns(tx)]}


@router.get("/villages", responses=REFUSALS)
async def villages(_who: See, tx: Tx) -> dict[str, Any]:
    """Every village with its town and where it lies: the labels of the map."""
    listed = [
        {"code": v.code, "town_code": v.town_code, "name": v.name, "lon": v.lon, "lat": v.lat}
        for v in await store.villages(tx)
    ]
    return {"items": listed}


@router.get("/categories", responses=REFUSALS)
async def place_categories(_who: See, known: Categories) -> dict[str, Any]:
    """The categories of places with their names."""
    listed = [{"code": c.code, "zh": c.zh, "en": c.en} for c in known.values()]
    return {"items": listed}


@router.get("/stations", responses=REFUSALS)
async def stations(_who: See, tx: Tx, town: str = "", level: str = "") -> dict[str, Any]:
    """The rescue stations of the asker's towns."""
    found = [
        _station_view(station)
        for station in await store.stations(tx)
        if town in {"", station.town_code} and level in {"", station.level}
    ]
    return {"items": found}


@router.get("/places", responses=problems(Unauthenticated, Forbidden, Invalid))
async def places(  # noqa: PLR0913, PLR0917 - each is a filter of the query
    who: See,
    tx: Tx,
    known: Categories,
    q: Annotated[str, Query(max_length=100)] = "",
    town: str = "",
    category: str = "",
    cursor: Cursor = "",
    limit: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Places by id. q: part of name, unit, address or id; a device; digits of a phone number."""
    found = await store.search(
        tx,
        pattern=pattern(q),
        town=town,
        category=category,
        after=str(key_of(cursor, 1)[0]) if cursor else "",
        size=limit + 1,
        device=q.strip(),
        phone=phone_part(q) if who.may(Permission.SEE_PERSONAL_DATA) else "",
    )
    named = {t.code: t for t in await store.towns(tx)}
    shown = found[:limit]
    more = cursor_after(shown[-1].id) if len(found) > limit else None
    return {"items": [_place_view(p, known, named) for p in shown], "next": more}


@router.get("/places/{place_id}", responses=problems(Unauthenticated, Forbidden, Missing))
async def place(
    who: See, tx: Tx, known: Categories, request: Request, place_id: str
) -> dict[str, Any]:
    """One place with its unit, devices, kit, contacts, help and water near it, open incidents.

    kit: empty for who does not see all devices of a place, and so could not tell what is missing.
    """
    found = await store.place(tx, place_id)
    hanging = await store.devices_at(tx, place_id)
    unit = (await store.units_of(tx, [found.unit_id])).get(found.unit_id)
    owner = (OwnerKind.UNIT.value, found.unit_id)
    contacts = (await store.contacts_of(tx, [owner])).get(owner, [])
    named = {t.code: t for t in await store.towns(tx)}
    every = await store.stations(tx)
    water = await store.water_near(tx, found.at)
    incidents = await store.open_incidents_at(tx, place_id)
    return {
        **_place_view(found, known, named),
        "unit": {"id": found.unit_id, "name": unit.name if unit else found.name},
        "devices": [dict(row.items()) for row in hanging],
        "kit": _kit_view(found.category, hanging, house_of(request).settings.policy_dir)
        if who.role in SEES_ALL_DEVICES
        else [],
        "contacts": [_contact_view(contact) for contact in contacts],
        "stations_near": _near(every, found.at),
        "water": [
            {"kind": w.kind, "name": w.name, "lon": w.lon, "lat": w.lat,
             "flow_l_per_s": w.flow_l_per_s, "distance_m": round(away_m)}
            for w, away_m in water
        ],
        "entrances": [
            {"name": e.name, "lon": e.lon, "lat": e.lat, "width_m": e.width_m, "note": e.note}
            for e in await store.entrances_of(tx, place_id)
        ],
        "open_incidents": [dict(row.items()) for row in incidents],
    }  # fmt: skip


def _town_view(town: Town) -> dict[str, Any]:
    return {
        "code": town.code, "name": town.name, "short": town.short, "lon": town.lon, "lat": town.lat
    }  # fmt: skip


def _station_view(station: Station) -> dict[str, Any]:
    return {
        "id": station.id, "level": station.level, "keeper": station.keeper, "name": station.name,
        "town_code": station.town_code, "village_code": station.village_code, "lon": station.lon,
        "lat": station.lat, "crew": station.crew, "on_duty": station.on_duty,
    }  # fmt: skip


def _place_view(
    found: Place, known: Mapping[str, Category], named: Mapping[str, Town]
) -> dict[str, Any]:
    category, town = known.get(found.category), named.get(found.town_code)
    return {
        "id": found.id, "name": found.name, "category": found.category,
        "category_zh": category.zh if category else found.category,
        "category_en": category.en if category else found.category,
        "town_code": found.town_code, "town_name": town.name if town else "",
        "village_code": found.village_code, "building": found.building, "lon": found.lon,
        "lat": found.lat, "people": found.people, "sleeping": found.sleeping,
        "address": found.address, "hazards": found.hazards,
    }  # fmt: skip


def _kit_view(category: str, hanging: list[Row], policy_dir: Path) -> list[dict[str, Any]]:
    """What the standard asks for beside what hangs there."""
    kinds = [row["kind"] for row in hanging if not row["out_of_service"]]
    return [
        {"kind": line.kind, "required": line.required, "fitted": line.fitted,
         "stood_in": line.stood_in, "missing": line.missing}
        for line in kit.compared(category, kinds, kit.load(policy_dir))
    ]  # fmt: skip


def _contact_view(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id, "name": contact.name, "role": contact.role,
        "phone": masked(contact.phone),
        "verified": contact.verified, "sequence": contact.sequence,
    }  # fmt: skip


def _near(every: list[Station], at: Coordinates) -> list[dict[str, Any]]:
    measured = [(near_distance_m(s.lon, s.lat, at.lon, at.lat), s.id, s) for s in every]
    nearest = sorted(measured)[:STATIONS_NEAR]
    return [{**_station_view(s), "distance_m": round(away_m)} for away_m, _, s in nearest]


@router.get("/import/{kind}/template", responses=problems(Unauthenticated, Forbidden, Missing))
async def template(_who: See, kind: str, form: Form = "xlsx") -> Response:
    """A table with the right header and one example row."""
    table = table_of(kind)
    content = exporting.written(table, exporting.template(table), form)
    return Response(
        content,
        media_type=exporting.MEDIA_TYPES[form],
        headers=exporting.attachment(kind, form),
    )


class ShiftBody(BaseModel):
    """A shift of a station. hours: `1-5 08:00-18:00; 6,7 18:00-08:00`, days from 1, Monday."""

    station_id: str = Field(max_length=64)
    name: str = Field(min_length=1, max_length=100)
    hours: str = Field(min_length=5, max_length=200)
    contact_id: str = Field("", max_length=64)
    valid_from: date | None = None
    valid_until: date | None = None


def _shift_view(shift: Shift) -> dict[str, Any]:
    return {
        "id": shift.id, "station_id": shift.station_id, "town_code": shift.town_code,
        "contact_id": shift.contact_id, "name": shift.name, "hours": shift.hours,
        "valid_from": shift.valid_from, "valid_until": shift.valid_until,
    }  # fmt: skip


async def _shift(tx: Transaction, shift_id: str, body: ShiftBody) -> Shift:
    """The shift that the body asks for. Raises Missing and Invalid."""
    station = (await store.stations_by_id(tx, [body.station_id])).get(body.station_id)
    if station is None:
        raise Missing(f"there is no station {body.station_id}")
    owners = await store.stations_of_contacts(tx, [body.contact_id])
    if body.contact_id and owners.get(body.contact_id) != station.id:
        raise Invalid("contact_id", f"no contact of station {station.id}", "name one of its own")
    try:
        hours = duty.written(duty.parse(body.hours))
    except ValueError as error:
        raise Invalid("hours", f"{error} are no hours", "e.g. 1-5 08:00-18:00") from error
    if body.valid_from and body.valid_until and body.valid_until < body.valid_from:
        raise Invalid("valid_until", "before valid_from", "give a later day")
    return Shift(
        shift_id, station.id, station.town_code, body.contact_id, body.name.strip(), hours,
        body.valid_from, body.valid_until,
    )  # fmt: skip


@router.get("/rosters", responses=problems(Unauthenticated, Forbidden, Invalid))
async def rosters(
    _who: See,
    tx: Tx,
    station: str = "",
    town: str = "",
    cursor: Cursor = "",
    limit: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Shifts by id: who is on duty at which station in which hours of the week."""
    after = str(key_of(cursor, 1)[0]) if cursor else ""
    found = await store.rosters(tx, station, town, after, limit + 1)
    more = cursor_after(found[limit - 1].id) if len(found) > limit else None
    return {"items": [_shift_view(shift) for shift in found[:limit]], "next": more}


def roster_router(audit: Audit) -> APIRouter:
    """The doors that change rosters. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["premises"])
    refusals = problems(Unauthenticated, Forbidden, Missing, Invalid)

    @doors.put("/rosters/{shift_id}", responses=refusals)
    async def put_shift(
        shift_id: Annotated[str, PathField(pattern=r"^[\w.:-]{1,64}$")],
        body: ShiftBody,
        who: Judge,
        tx: Tx,
    ) -> dict[str, Any]:
        """Set a shift; the same again changes nothing."""
        shift = await _shift(tx, shift_id, body)
        await store.upsert(tx, "roster", [shift])
        await audit(tx, who, "roster.put", shift_id, body.model_dump(mode="json"))
        return _shift_view(shift)

    @doors.delete("/rosters/{shift_id}", responses=refusals)
    async def delete_shift(shift_id: str, who: Judge, tx: Tx) -> dict[str, Any]:
        """Take a shift out of the roster."""
        if not await store.delete_shift(tx, shift_id):
            raise Missing(f"there is no shift {shift_id}")
        await audit(tx, who, "roster.delete", shift_id, {})
        return {"deleted": shift_id}

    return doors


def import_router(run: Run, audit: Audit) -> APIRouter:
    """The door for files. run: feed.run_import with its register; audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["premises"])

    @doors.post("/import/{kind}", responses=problems(Unauthenticated, Forbidden, Invalid))
    async def upload(  # noqa: PLR0913, PLR0917 - each is a part of the request
        request: Request,
        who: Importer,
        tx: Tx,
        known: Categories,
        kind: Kind,
        commit: Annotated[bool, Query(description="Keep it; otherwise only look.")] = False,  # noqa: FBT002 - a query
        source_datum: Annotated[str, Query(alias="datum")] = "WGS-84",
        file: Annotated[str, Query(max_length=200, description="Its name, for messages.")] = "",
    ) -> Response:
        """Preview or keep a CSV, xlsx or GeoJSON file, sent as the body as it is.

        The report counts new, changed and unchanged rows and names each wrong cell with its remedy.
        """
        content = await request.body()
        meaning = datum(source_datum)
        sent = Upload(kind, file or kind, content, meaning, commit)
        report = await run(tx, known, sent)
        if commit:
            detail = {"new": report.new, "changed": report.changed, "wrong": report.errors_total}
            await audit(tx, who, f"import.{kind}", sent.file, detail)
        return Response(report_json(report), media_type="application/json")

    return doors
