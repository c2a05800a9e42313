"""Pushes of cameras and lookouts over HTTP: ONVIF notifications and plain JSON.

The secret in the path is the proof. What cannot be read goes before a person whole and is answered
200 as well: a camera cannot correct itself.
"""

import hmac
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.errors import Forbidden, Invalid, Missing, Unavailable
from wanghuo.gateways.lookouts import Lookouts
from wanghuo.protocols import lookout, onvif
from wanghuo.protocols.carriers_report import PushError
from wanghuo.sights import policy, store
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems

KEPT: Final = b'{"code":0}'
BODY_SIZE_MAX_BYTES: Final = 4 << 20
Camera = Annotated[str, Query(max_length=64, description="Which camera, where it does not say.")]

router = APIRouter(prefix="/push", tags=["cameras and lookouts"])
_answers = problems(Missing, Forbidden, Invalid, Unavailable)


@router.post("/lookout/{secret}", status_code=200, responses=_answers)
async def lookout_json(request: Request, secret: str) -> Response:
    """A detection in plain JSON; see docs/lookouts.md."""
    house, body = await _proved(request, secret)
    try:
        seen = [lookout.read_json(body)]
    except PushError as error:
        return await _unreadable(house, request, "lookout", body, error)
    return await _taken(house, request, "lookout", body, seen)


@router.post("/onvif/{secret}", status_code=200, responses=_answers)
async def onvif_notify(request: Request, secret: str, camera: Camera = "") -> Response:
    """A WS-BaseNotification Notify: fire, smoke, temperature alarms; other events are ignored."""
    house, body = await _proved(request, secret)
    try:
        seen = onvif.decode(body, camera)
    except PushError as error:
        return await _unreadable(house, request, "onvif", body, error)
    return await _taken(house, request, "onvif", body, seen)


async def _proved(request: Request, secret: str) -> tuple[House, bytes]:
    """The house and the body of a caller who knows the secret. Raises Missing, Invalid."""
    house = house_of(request)
    right = house.settings.push_secret
    if not right or not hmac.compare_digest(secret.encode(), right.encode()):
        PEER_ERRORS.labels("push", "wrong_secret").inc()
        raise Missing("there is nothing at this address")
    body = await request.body()
    if len(body) > BODY_SIZE_MAX_BYTES:
        raise Invalid("body", "too large", f"push at most {BODY_SIZE_MAX_BYTES} bytes at once")
    return house, body


async def _taken(
    house: House, request: Request, door: str, body: bytes, seen: list[lookout.Detection]
) -> Response:
    if house.intake is None:
        raise Unavailable("this process takes no pushes")
    lookouts = Lookouts(
        house.intake,
        house.database,
        house.clock,
        house.settings.data_dir / store.FOLDER,
        policy.load(house.settings.policy_dir),
    )
    for one in seen:
        await lookouts.take(door, _peer(request), body, one)
    return Response(KEPT, media_type="application/json")


async def _unreadable(
    house: House, request: Request, door: str, body: bytes, error: PushError
) -> Response:
    if house.intake is None:
        raise Unavailable("this process takes no pushes")
    PEER_ERRORS.labels(door, error.reason).inc()
    await house.intake.quarantine(door, _peer(request), error.reason, body, str(error))
    return Response(KEPT, media_type="application/json")


def _peer(request: Request) -> str:
    return request.client.host if request.client else "?"
