"""The doors of incidents on HTTP: lists, one incident, acts of the desk, shelves, the desk.

An act is an entry of the fire log, like a signal: the handler logs it with its audit line, commits,
waits until it is judged and answers with the incident as it then stands (200), or with how it
stands now if the judge is behind (202).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from wanghuo.access.store import audit
from wanghuo.alarms import store as alarms
from wanghuo.clock import Clock
from wanghuo.devices import store as devices
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.facts.entry import ActionEntry, ActionKind, Entry
from wanghuo.identity import derived
from wanghuo.incidents import acts, cap_export, clocks, figures, store, views
from wanghuo.incidents import disposition as ends
from wanghuo.incidents.clocks import CLOCKS_SPAN, ClockState
from wanghuo.incidents.listing import Wanted
from wanghuo.incidents.rows import stamp
from wanghuo.incidents.store import Span
from wanghuo.place import Coordinates, near_distance_m
from wanghuo.premises import store as premises
from wanghuo.principal import Permission, Principal
from wanghuo.protocols import cap
from wanghuo.signals import store as signals
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.idempotency import Cause
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, Cursor, PageSize, after_moment, cursor_after
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

Caller = Annotated[Principal, Depends(may(Permission.SEE_PERSONAL_DATA))]
See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]

STATIONS_NEAR: Final = 5
JUDGED_WITHIN_S: Final = 2.0
ASK_AGAIN_S: Final = 0.01
TEXT_MAX: Final = 500
Text = Annotated[str, AfterValidator(acts.tidy)]

router = APIRouter(prefix="/api/v1", tags=["incidents"])
REFUSALS = problems(Unauthenticated, Forbidden, Missing)
ACT_REFUSALS = problems(Unauthenticated, Forbidden, Missing, Refused, Invalid, Unavailable)

Act = Literal[
    "acknowledge",
    "unacknowledge",
    "confirm",
    "no-fire",
    "close",
    "raise",
    "lower",
    "note",
    "people-inside",
    "reopen",
    "alarm-level",
]


class ActBody(BaseModel):
    """What a person says with an act; which fields are needed depends on the act."""

    reason: Text = Field("", max_length=TEXT_MAX, examples=["flames seen on the camera"])
    note: Text = Field("", max_length=TEXT_MAX)
    level: int = Field(
        -1, ge=-1, le=4, description="For raise and lower: 1 to 4; for alarm-level: 1 to 3."
    )
    disposition: Text = Field("", max_length=32, description="For close.", examples=["nuisance"])
    cause: Text = Field("", max_length=32, description="For close as nuisance, and no-fire.")
    drill: bool = Field(default=False, description="For confirm: it is part of the drill.")


class ShelfBody(BaseModel):
    """Shelve one point, or open a test window or drill at one place; it ends by itself."""

    origin: Text = Field("", max_length=200, description="The point; for a shelf.")
    place_id: Text = Field("", max_length=64, description="The place; for a test window.")
    reason: Text = Field("", max_length=TEXT_MAX)
    until: AwareDatetime | None = Field(None, description="At the latest the policy's time.")
    drill: bool = False


class ListQuery(BaseModel):
    """Which incidents; all optional."""

    place_id: Text = Field("", max_length=64)
    open: bool | None = None
    since: AwareDatetime | None = None
    town: str = Field("", max_length=12)
    level: int | None = Field(None, ge=0, le=4)
    q: str = Field("", max_length=100)
    test: bool = Field(default=False, description="Synthetic fires too.")
    until: AwareDatetime | None = Field(None, description="Opened before.")
    level_min: int | None = Field(None, ge=0, le=4, description="Ever at this level or above.")
    level_peak: int | None = Field(None, ge=0, le=4, description="Highest level it ever had.")
    category: Text = Field("", max_length=32)
    disposition: ends.Disposition | Literal[""] = ""
    cause: ends.Cause | Literal[""] = ""
    operator: Text = Field("", max_length=64, description="Whose device spoke first, by id.")
    fire: bool = Field(default=False, description="Only what turned out to be a fire.")
    counted: bool = Field(
        default=False, description="Only what figures count: no drills, no tests."
    )
    clock: Text = Field(
        "",
        max_length=64,
        description="Only with a crew whose clock of this name stands as clock_state says; since"
        " and until then bound when the crew was told, by default the last 30 days.",
    )
    clock_state: Literal["met", "missed"] = "missed"


async def wanted_of(tx: Tx, request: Request, asked: Annotated[ListQuery, Query()]) -> Wanted:
    """The incidents that a list's query names, its first page; for Depends."""
    wanted = Wanted(**asked.model_dump(exclude={"clock", "clock_state"}))
    return await _of_crews(tx, asked, wanted, house_of(request)) if asked.clock else wanted


@router.get("/incidents", responses=REFUSALS)
async def incidents(
    who: See,
    tx: Tx,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    cursor: Cursor = "",
    size: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Incidents, newest first: {items: [IncidentRow], next}."""
    if wanted.town and not who.sees_town(wanted.town):  # else every row of it would be looked at
        return {"items": [], "next": None}
    after = after_moment(cursor)
    found = await store.listed(tx, msgspec.structs.replace(wanted, after=after, size=size))
    more = len(found) == size
    last = found[-1] if found else None
    following = cursor_after(last.opened_at.isoformat(), last.id) if more and last else None
    return {"items": [one.row() for one in found], "next": following}


async def _of_crews(tx: Transaction, asked: ListQuery, wanted: Wanted, house: House) -> Wanted:
    """The same incidents, as far as the clock of one of their crews stands as asked."""
    now = house.clock.now_utc()
    policy = clocks.load(house.settings.policy_dir)
    until = asked.until or now
    span = Span(
        asked.since or until - CLOCKS_SPAN, until, asked.town, levels=clocks.by_level(policy)
    )
    crews = await store.crews_by_incident(tx, span)
    ids = figures.incidents_by_clock(crews, policy, asked.clock, ClockState(asked.clock_state), now)
    return msgspec.structs.replace(wanted, since=None, until=None, ids=ids)


@router.get("/incidents/{number}", responses=REFUSALS)
async def incident(number: str, _who: See, tx: Tx, request: Request) -> dict[str, Any]:
    """One incident with its ledger, parties, notices, crews, timeline and what is near it."""
    return await _page(tx, number, house_of(request))


@router.get(
    "/incidents/{number}/cap", responses={**REFUSALS, 200: {"content": {cap.MEDIA_TYPE: {}}}}
)
async def cap_alert(number: str, _who: See, tx: Tx, request: Request) -> Response:
    """One incident as a CAP 1.2 alert: its newest version, Chinese and English."""
    sender = house_of(request).settings.cap_sender
    document = cap_export.document(await store.whole(tx, number), sender)
    return Response(document, media_type=cap.MEDIA_TYPE)


async def _page(tx: Transaction, number: str, house: House) -> dict[str, Any]:
    whole = await store.whole(tx, number)
    found = whole.incident
    assert found is not None
    document = views.page(
        whole,
        clocks=clocks.load(house.settings.policy_dir),
        now=house.clock.now_utc(),
    )
    document |= {"water": [], "stations": []}
    homes = await premises.stations_by_id(tx, [crew["station_id"] for crew in document["crews"]])
    for crew in document["crews"]:
        home = homes.get(crew["station_id"])
        crew |= {"lon": home.at.lon if home else None, "lat": home.at.lat if home else None}
    if found.lon is not None and found.lat is not None:
        here = Coordinates(found.lon, found.lat)
        document["water"] = [
            {
                "id": water.id,
                "kind": water.kind,
                "name": water.name,
                "lon": water.lon,
                "lat": water.lat,
                "flow_l_per_s": water.flow_l_per_s,
                "distance_m": round(distance_m),
            }
            for water, distance_m in await premises.water_near(tx, here)
        ]
        near = await store.stations_near(tx, here.lon, here.lat, STATIONS_NEAR)
        document["stations"] = [
            {
                **dict(row.items()),
                "distance_m": round(near_distance_m(here.lon, here.lat, row["lon"], row["lat"])),
            }
            for row in near
        ]
    return document


@router.post("/incidents/{number}/numbers", responses=REFUSALS)
async def numbers(number: str, who: Caller, tx: Tx) -> dict[str, dict[str, str]]:
    """Where each person was called, by notice; seeing it leaves a line in the audit trail."""
    shown = views.numbers(await store.whole(tx, number))
    await audit(tx, who, "numbers.incident", number, {"notices": len(shown)})
    return {"notices": shown}


@router.post("/incidents/{number}/{act}", responses=ACT_REFUSALS)
async def act(  # noqa: PLR0913, PLR0917 - each is a part of the request
    number: str,
    act: Act,
    body: ActBody,
    who: Judge,
    request: Request,
    response: Response,
    cause: Cause,
) -> dict[str, Any]:
    """Do something about an incident; the answer is the incident afterwards."""
    house = house_of(request)
    action = ActionEntry(
        action=acts.PATHS[act],
        person_id=who.person_id,
        person_name=who.name,
        number=number,
        reason=body.reason or body.note,
        level=body.level,
        disposition=body.disposition,
        cause=body.cause,
        drill=body.drill,
    )
    entry = Entry(derived("entry", "action", cause), house.clock.now_utc(), action)
    async with house.database.transaction(who.scope()) as tx:
        if not await alarms.is_logged(tx, entry.id):
            found = (await store.whole(tx, number)).incident
            assert found is not None
            acts.checked_act(found, action)
            await _log(tx, who, entry, f"incident.{action.action}", number, body.model_dump())
    if not await judged(house.database, house.clock, entry.id):
        response.status_code = 202
    async with house.database.transaction(who.scope()) as tx:
        return await _page(tx, number, house)


async def _log(  # noqa: PLR0913, PLR0917 - an entry and its audit line
    tx: Transaction,
    who: Principal,
    entry: Entry,
    what: str,
    subject: str,
    detail: Mapping[str, Any],
) -> None:
    await signals.append(tx, [entry])
    await audit(tx, who, what, subject, {**detail, "entry": entry.id})


async def judged(database: Database, clock: Clock, entry_id: str) -> bool:
    """Whether the entry is judged within JUDGED_WITHIN_S."""
    until_s = clock.monotonic_s() + JUDGED_WITHIN_S
    while True:
        async with database.transaction() as tx:
            if await alarms.is_judged(tx, entry_id):
                return True
        if clock.monotonic_s() >= until_s:
            return False
        await clock.sleep(ASK_AGAIN_S)


@router.get("/shelves", responses=REFUSALS)
async def shelves(_who: See, tx: Tx) -> dict[str, Any]:
    """The shelves, test windows and drills that hold now, soonest end first."""
    return {
        "items": [
            {
                "id": shelf.id,
                "kind": "drill" if shelf.drill else shelf.kind.value,
                "origin": shelf.origin,
                "place_id": shelf.place_id,
                "town_code": shelf.town_code,
                "author_name": shelf.author_name,
                "reason": shelf.reason,
                "from_at": stamp(shelf.from_at),
                "until_at": stamp(shelf.until_at),
            }
            for shelf in await alarms.live_shelves(tx)
        ]
    }


@router.post("/shelves", status_code=201, responses=ACT_REFUSALS)
async def shelve(body: ShelfBody, who: Judge, request: Request, cause: Cause) -> dict[str, Any]:
    """Shelve one point: at most two hours, with a reason; a second point passes all the same."""
    action = acts.checked_shelf(who, body.origin, body.reason, body.until)
    await _see_point(request, who, body.origin)
    return await _quiet(request, who, action, cause, body)


@router.post("/test-windows", status_code=201, responses=ACT_REFUSALS)
async def test_window(
    body: ShelfBody, who: Judge, request: Request, cause: Cause
) -> dict[str, Any]:
    """Open a test window (told to nobody) or a drill (told to all but 119) at one place."""
    await _see_place(request, who, body.place_id)
    action = acts.checked_window(who, body.place_id, body.reason, body.until, drill=body.drill)
    return await _quiet(request, who, action, cause, body)


@router.post("/shelves/end", responses=ACT_REFUSALS)
async def unshelve(body: ShelfBody, who: Judge, request: Request, cause: Cause) -> dict[str, Any]:
    """End the shelf of a point (origin) or the windows of a place (place_id) now."""
    if not body.origin and not body.place_id:
        raise Invalid("origin", "缺少点位或场所 / no point or place", "origin or place_id")
    if body.origin:
        await _see_point(request, who, body.origin)
    else:
        await _see_place(request, who, body.place_id)
    action = ActionEntry(
        ActionKind.UNSHELVE,
        who.person_id,
        who.name,
        origin=body.origin,
        place_id="" if body.origin else body.place_id,
    )
    return await _quiet(request, who, action, cause, body)


async def _see_place(request: Request, who: Principal, place_id: str) -> None:
    """Raise Missing for a place outside the asker's towns."""
    async with house_of(request).database.transaction(who.scope()) as tx:
        await premises.place(tx, place_id)


async def _see_point(request: Request, who: Principal, origin: str) -> None:
    """Raise Missing for a point outside the asker's towns; nobody's point is the city's."""
    async with house_of(request).database.transaction(who.scope()) as tx:
        known = await devices.points(tx, [origin])
    if origin not in known and not who.sees_whole_city:
        raise Missing(f"there is no point {origin}")


async def _quiet(
    request: Request, who: Principal, action: ActionEntry, cause: str, body: ShelfBody
) -> dict[str, Any]:
    house = house_of(request)
    entry = Entry(derived("entry", "action", cause), house.clock.now_utc(), action)
    async with house.database.transaction(who.scope()) as tx:
        if not await alarms.is_logged(tx, entry.id):
            subject = action.origin or action.place_id
            detail = body.model_dump(mode="json")
            await _log(tx, who, entry, f"alarm.{action.action}", subject, detail)
    done = await judged(house.database, house.clock, entry.id)
    async with house.database.transaction(who.scope()) as tx:
        return {"judged": done, **await shelves(who, tx)}


@router.get("/desk", responses=REFUSALS)
async def desk(_who: See, tx: Tx, clock: Now) -> dict[str, Any]:
    """What was handled today, the load of four hours, the synthetic fire, delays, troubles."""
    now = clock.now_utc()
    asked = await store.desk_figures(tx, figures.midnight(now), views.first_window(now), now)
    return views.desk_page(asked, now)
