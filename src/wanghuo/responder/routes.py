"""The doors of the responder's page: the page, its data, the word back. The link is the proof.

Nobody signs in here (web/page_link.py). An answer is an entry of the fire log, as through
POST /api/v1/answers: durable before the 200 leaves, and one entry however often it is sent.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from wanghuo.clock import Clock
from wanghuo.dispatch import store as dispatch
from wanghuo.dispatch.route import refuse_jump
from wanghuo.dispatch.store import Roads
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry
from wanghuo.identity import derived
from wanghuo.incidents import store as incidents
from wanghuo.incidents.acts import tidy
from wanghuo.incidents.views import NoticeRow, Whole
from wanghuo.notices import store as notices
from wanghuo.place import Coordinates
from wanghuo.premises import store as premises
from wanghuo.responder.buttons import BUTTONS, side_of
from wanghuo.responder.packet import Known, packet, shown_pictures, way
from wanghuo.responder.refusal import refusal_page
from wanghuo.sights import policy as sights_policy
from wanghuo.sights import store as sights
from wanghuo.sights.pictures import Kept, headers
from wanghuo.sights.weather import document
from wanghuo.signals import store as signals
from wanghuo.web import page_link
from wanghuo.web.clock import Now
from wanghuo.web.house import house_of
from wanghuo.web.page_link import LinkRefused
from wanghuo.web.problems import problems
from wanghuo.web.scope import CityTx

if TYPE_CHECKING:
    from wanghuo.web.static import Cockpit

PAGE_FILE: Final = "/responder.html"
WATER_LOOKED_AT: Final = 16
NOTE_MAX: Final = 500
HERE_DIGITS: Final = 5  # of a degree: 1 m; no phone knows better, and steps of 1 m ask nothing new
PICTURES_LOOKED_AT: Final = 24
LATE_FROM_S: Final = 5.0  # below it an answer was sent as it was pressed
LATE_MAX_S: Final = 86_400.0

router = APIRouter(prefix="/r", tags=["responder"])
REFUSALS = problems(Unauthenticated)
ANSWER_REFUSALS = problems(Unauthenticated, Invalid, Unavailable)
PHOTO_REFUSALS = problems(Unauthenticated, Invalid, Refused)
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def opened_notice(token: str, request: Request, clock: Now) -> str:
    """The notice that the link opens. Raises LinkRefused."""
    return page_link.notice_of(house_of(request).settings.page_secret, token, clock.now_utc())


def roads_of(request: Request) -> Roads:
    """The roads of this house; read at its start, and again when they were imported anew."""
    settings = house_of(request).settings
    return dispatch.roads_of(settings.data_dir, settings.policy_dir)


Opened = Annotated[str, Depends(opened_notice)]
Ways = Annotated[Roads, Depends(roads_of)]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


class Answer(BaseModel):
    """What the responder pressed. answer_id: the press's own id, the same when it is sent again."""

    answer: AnswerKind
    answer_id: str = Field(min_length=8, max_length=64)
    note: str = Field("", max_length=NOTE_MAX)
    waited_s: float = Field(
        0.0, ge=0.0, allow_inf_nan=False, description="How long it was kept without a network."
    )


class Photo(BaseModel):
    """photo_id: the photo's own id, the same when it is sent again."""

    photo_id: str = Field(min_length=8, max_length=64)
    waited_s: float = Field(0.0, ge=0.0, allow_inf_nan=False)


@router.get("/{token}", response_class=Response, responses=REFUSALS)
async def page(token: str, request: Request, clock: Now) -> Response:
    """The page itself; a link that does not open it is answered with what to do."""
    house = house_of(request)
    try:
        page_link.notice_of(house.settings.page_secret, token, clock.now_utc())
    except LinkRefused as refused:
        return Response(
            refusal_page(refused), 401, {"Cache-Control": "no-store"}, "text/html; charset=utf-8"
        )
    answer = cast("Cockpit", request.app.router.default).file(request, PAGE_FILE)
    # The data come beside the script, not after it: one way there and back less on a weak network.
    answer.headers["Link"] = f"<{page_link.PATH}{token}/packet>; rel=preload; as=fetch; crossorigin"
    return answer


@router.get("/{token}/packet", responses=REFUSALS)  # noqa: FAST003 - Opened takes it
async def data(
    notice_id: Opened, tx: CityTx, ways: Ways, clock: Now, response: Response
) -> dict[str, Any]:
    """Everything that the page shows, in one document."""
    response.headers["Cache-Control"] = "no-store"
    whole, notice = await _told(tx, notice_id)
    now = clock.now_utc()
    known = await _known(tx, whole, now)
    party = next(one for one in whole.parties if one.id == notice.party_id)
    station, fire = known.stations.get(party.owner_id), _fire(whole)
    if station is not None and fire is not None:
        known = msgspec.structs.replace(known, way=await ways.between(station.at, fire))
    return packet(whole, notice, known, now)


@router.get("/{token}/route", responses=problems(Unauthenticated, Refused, Invalid))  # noqa: FAST003 - Opened takes it
async def from_here(  # noqa: PLR0913, PLR0917 - each is a part of the request
    notice_id: Opened, tx: CityTx, ways: Ways, lon: Lon, lat: Lat, response: Response
) -> dict[str, Any]:
    """The way from where the reader is. A position that cannot be right is refused in words."""
    response.headers["Cache-Control"] = "no-store"
    whole, _ = await _told(tx, notice_id)
    fire = _fire(whole)
    if fire is None:
        raise Refused("where it burns is not in the register")
    here = Coordinates(round(lon, HERE_DIGITS), round(lat, HERE_DIGITS))
    refuse_jump(here, fire, ways.policy)
    return way(await ways.between(here, fire))


def _fire(whole: Whole) -> Coordinates | None:
    incident = whole.incident
    assert incident is not None
    if incident.lon is None or incident.lat is None:
        return None
    return Coordinates(incident.lon, incident.lat)


@router.post("/{token}/answers", responses=ANSWER_REFUSALS)  # noqa: FAST003 - Opened takes it
async def answers(notice_id: Opened, answer: Answer, tx: CityTx, clock: Now) -> dict[str, Any]:
    """Take one answer of this party. The same answer_id again changes nothing."""
    whole, notice = await _told(tx, notice_id)
    allowed = BUTTONS[side_of(notice.role)].all()
    if answer.answer not in allowed:
        kinds = ", ".join(sorted(allowed))
        raise Invalid("answer", f"{notice.role} cannot answer {answer.answer}", f"one of {kinds}")
    entry = _entry(answer, notice, clock)
    await signals.append(tx, [entry])
    assert whole.incident is not None
    return {"taken": True, "number": whole.incident.number, "entry": entry.id}


@router.post("/{token}/photos", status_code=201, responses=PHOTO_REFUSALS, openapi_extra=BODY)  # noqa: FAST003 - Opened takes it
async def photos(
    notice_id: Opened, request: Request, tx: CityTx, clock: Now, asked: Annotated[Photo, Query()]
) -> dict[str, Any]:
    """Take a photo of this party: JPEG, PNG or WebP as the body. The same photo_id again is one."""
    data = await request.body()
    whole, notice = await _told(tx, notice_id)
    assert whole.incident is not None
    house, now = house_of(request), clock.now_utc()
    found = await sights.incident(tx, whole.incident.number)
    taken_at = now - timedelta(seconds=min(asked.waited_s, LATE_MAX_S))
    fresh = Kept(
        id=derived("picture", "page", notice.id, asked.photo_id),
        incident_id=found.id, town_code=found.town_code, origin="responder", camera_id="",
        by_whom=notice.recipient, taken_at=taken_at, received_at=now,
        media_type="", size_bytes=0, width=0, height=0, sha256="",
    )  # fmt: skip
    rules = sights_policy.load(house.settings.policy_dir).pictures
    folder = house.settings.data_dir / sights.FOLDER
    made = await sights.keep_photo(tx, folder, found, fresh, data, rules)
    await sights.tell(tx, found.number, found.town_code, made.id, now)
    return {"taken": True, "id": made.id}


@router.get("/{token}/photos/{picture_id}", response_class=Response, responses=REFUSALS)  # noqa: FAST003 - Opened takes it
async def photo(notice_id: Opened, picture_id: str, request: Request, tx: CityTx) -> Response:
    """One picture of this party's incident. Raises Missing for any other."""
    whole, notice = await _told(tx, notice_id)
    assert whole.incident is not None
    kept = await sights.picture(tx, picture_id)
    if kept.incident_id != whole.incident.id or kept not in shown_pictures([kept], notice):
        raise Missing(f"there is no picture {picture_id}")
    folder = house_of(request).settings.data_dir / sights.FOLDER
    data = await asyncio.to_thread(sights.read_file, folder, kept)
    return Response(data, media_type=kept.media_type, headers=headers(kept))


def _entry(answer: Answer, notice: NoticeRow, clock: Clock) -> Entry:
    """The entry of a press. An answer kept on the phone says how late it comes."""
    now = clock.now_utc()
    note = tidy(answer.note)
    if answer.waited_s >= LATE_FROM_S:
        pressed_at = now - timedelta(seconds=min(answer.waited_s, LATE_MAX_S))
        late = f"离线补报，按下于 / sent late, pressed at {pressed_at:%H:%M:%S} UTC"
        note = f"{note} {late}".strip()
    return Entry(
        id=derived("entry", "page", notice.id, answer.answer, answer.answer_id),
        at=now,
        body=AnswerEntry(notice.id, answer.answer, by=notice.recipient, note=note),
    )


async def _told(tx: Transaction, notice_id: str) -> tuple[Whole, NoticeRow]:
    """The incident of a notice, and the notice. Raises LinkRefused if this house has no such."""
    number = await notices.incident_of_notice(tx, notice_id)
    if number is None:
        raise page_link.forged()
    whole = await incidents.whole(tx, number)
    return whole, next(one for one in whole.notices if one.id == notice_id)


async def _known(tx: Transaction, whole: Whole, now: datetime) -> Known:
    """What the register knows of the place, its water, the stations told, and the wind."""
    incident = whole.incident
    assert incident is not None
    place = (await premises.places(tx, [incident.place_id])).get(incident.place_id)
    water = []
    fire = _fire(whole)
    if fire is not None:
        water = await premises.water_near(tx, fire, limit=WATER_LOOKED_AT)
    stations = await premises.stations_by_id(tx, [party.owner_id for party in whole.parties])
    owners = [("station", station_id) for station_id in stations]
    if place is not None:
        owners.append(("unit", place.unit_id))
    weather = await sights.weather_of(tx, incident.id, 1)
    return Known(
        place=place,
        water=water,
        broken=await premises.water_out_of_order(tx, [source.id for source, _ in water]),
        stations=stations,
        contacts=await premises.contacts_of(tx, owners),
        entrances=await premises.entrances_of(tx, incident.place_id),
        wind=document(weather[0], now) if weather else None,
        pictures=await sights.pictures_of(tx, incident.id, PICTURES_LOOKED_AT),
    )
