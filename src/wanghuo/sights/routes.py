"""The doors of sights on HTTP: weather, pictures and lookouts beside an incident.

Rule 1. A picture shows people: who sees it needs the permission for personal data, and is audited.
Rule 2. A picture leaves with its own type, nosniff, and a policy under which nothing in it runs.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from wanghuo.access.store import audit
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from wanghuo.identity import derived
from wanghuo.principal import Permission, Principal
from wanghuo.sights import pictures, policy, store, weather
from wanghuo.sights.pictures import Kept
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.idempotency import Cause
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
SeePeople = Annotated[Principal, Depends(may(Permission.SEE_PERSONAL_DATA))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]
Note = Annotated[str, Query(max_length=200, description="What it shows.")]


router = APIRouter(prefix="/api/v1", tags=["sights"])
REFUSALS = problems(Unauthenticated, Forbidden, Missing)
UPLOAD_REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Refused)
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("image/jpeg", "image/png", "image/webp")
        },
    }
}


@router.get("/incidents/{number}/weather", responses=REFUSALS)
async def weather_beside(number: str, _who: See, tx: Tx, clock: Now) -> dict[str, Any]:
    """The weather beside an incident, newest first; each with its age and what is doubtful."""
    found = await store.incident(tx, number)
    now = clock.now_utc()
    samples = await store.weather_of(tx, found.id)
    return {"items": [weather.document(sample, now) for sample in samples]}


@router.get("/incidents/{number}/pictures", responses=REFUSALS)
async def pictures_beside(number: str, who: See, tx: Tx) -> dict[str, Any]:
    """The pictures beside an incident, newest first, cameras that gave none, and what lookouts saw.

    visible: whether the asker may open them.
    """
    found = await store.incident(tx, number)
    kept, looks = await store.pictures_of(tx, found.id), await store.looks_of(tx, found.id)
    ids = [one.camera_id for one in kept] + [look.camera_id for look in looks]
    names = await store.camera_names(tx, ids)
    return {
        "visible": who.may(Permission.SEE_PERSONAL_DATA),
        "items": [pictures.document(one, names) for one in kept],
        "silent": pictures.silent_cameras(looks, names),
        "sightings": [dict(row.items()) for row in await store.sightings_of(tx, found.id)],
    }


@router.post(
    "/incidents/{number}/pictures",
    status_code=201,
    responses=UPLOAD_REFUSALS,
    openapi_extra=BODY,
)
async def upload(  # noqa: PLR0913, PLR0917 - each is a part of the request
    number: str, request: Request, who: Judge, tx: Tx, clock: Now, cause: Cause, note: Note = ""
) -> dict[str, Any]:
    """Put a picture beside an incident: JPEG, PNG or WebP as the body, at most 8 MiB."""
    data = await request.body()
    found = await store.incident(tx, number)
    now = clock.now_utc()
    fresh = Kept(
        id=derived("picture", "desk", cause), incident_id=found.id, town_code=found.town_code,
        origin="desk", camera_id="", by_whom=who.name, taken_at=now, received_at=now,
        media_type="", size_bytes=0, width=0, height=0, sha256="", note=note.strip(),
    )  # fmt: skip
    house = house_of(request)
    rules = policy.load(house.settings.policy_dir).pictures
    made = await store.keep_photo(tx, folder_of(house), found, fresh, data, rules)
    await store.tell(tx, found.number, found.town_code, made.id, now)
    await audit(tx, who, "picture.upload", number, {"picture": made.id, "sha256": made.sha256})
    return pictures.document(made, {})


def folder_of(house: House) -> Path:
    """Where the files of pictures lie."""
    return house.settings.data_dir / store.FOLDER


@router.get(
    "/pictures/{picture_id}",
    responses={**REFUSALS, 200: {"content": {"image/jpeg": {}, "image/png": {}, "image/webp": {}}}},
)
async def one_picture(picture_id: str, who: SeePeople, request: Request, tx: Tx) -> Response:
    """The picture itself. Each look at it is in the audit trail."""
    kept = await store.picture(tx, picture_id)
    data = await asyncio.to_thread(store.read_file, folder_of(house_of(request)), kept)
    await audit(tx, who, "picture.see", picture_id, {"incident": kept.incident_id})
    return Response(data, media_type=kept.media_type, headers=pictures.headers(kept))
