"""Pushes of the carriers' clouds: proved, made durable, answered 200, and nothing else.

A carrier that is answered late stops pushing for a whole city (CTWing for a minute after 10 %
failures, IoTDA drops after 15 s), so what cannot be read goes to quarantine and is answered 200 as
well. Only a wrong secret or signature, and engines that are down, are answered otherwise.
"""

import hmac
from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.errors import Forbidden, Invalid, Missing, Unavailable
from wanghuo.gateways.access_lanes import keep
from wanghuo.protocols import (
    carriers_ctwing,
    carriers_iotda,
    carriers_onenet,
    carriers_signature,
    vendor_json,
)
from wanghuo.protocols.carriers_report import (
    Push,
    PushError,
    delivery_of,
    object_of,
    signals_of,
)
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems

BODY_SIZE_MAX_BYTES: Final = 1 << 20
KEPT: Final = b'{"code":0}'

router = APIRouter(prefix="/push", tags=["carrier pushes"])
_answers = problems(Missing, Forbidden, Invalid, Unavailable)


@router.post("/ctwing/{secret}", status_code=200, responses=_answers)
async def ctwing(request: Request, secret: str) -> Response:
    """A push of China Telecom CTWing / AEP."""
    return await _take(request, secret, "ctwing", carriers_ctwing.decode)


@router.post("/iotda/{secret}", status_code=200, responses=_answers)
async def iotda(request: Request, secret: str) -> Response:
    """A push of Huawei IoTDA or OceanConnect; its signature is checked when a token is set."""
    token, said = house_of(request).settings.iotda_token, request.headers
    if token:
        at, nonce = said.get("timestamp", ""), said.get("nonce", "")
        right = carriers_signature.sorted_hash(token, at, nonce, "sha256")
        if not carriers_signature.same(said.get("signature", ""), right):
            PEER_ERRORS.labels("iotda", "bad_signature").inc()
            raise Forbidden("the signature does not fit the token")
    return await _take(request, secret, "iotda", carriers_iotda.decode)


@router.post("/onenet/{secret}", status_code=200, responses=_answers)
async def onenet(request: Request, secret: str) -> Response:
    """A push of China Mobile OneNET, old or new; its signature is checked when a token is set."""
    token = house_of(request).settings.onenet_token
    return await _take(request, secret, "onenet", partial(carriers_onenet.decode, token=token))


@router.get("/onenet/{secret}", status_code=200, responses=_answers)
async def onenet_check(
    request: Request,
    secret: str,
    msg: Annotated[str, Query(max_length=512)] = "",
    nonce: Annotated[str, Query(max_length=64)] = "",
    signature: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """OneNET tests the address: answered with the bare `msg`."""
    house = house_of(request)
    _prove(house, secret)
    if not carriers_onenet.checked(house.settings.onenet_token, nonce, msg, signature):
        raise Forbidden("the signature does not fit the token")
    return Response(msg, media_type="text/plain")


@router.post("/vendor/{secret}", status_code=200, responses=_answers)
async def vendor(request: Request, secret: str) -> Response:
    """A push of a sensor vendor's own platform."""
    return await _take(request, secret, "vendor", _vendor)


def _vendor(body: bytes) -> Push:
    return Push(body, [vendor_json.read(object_of(body))])


async def _take(
    request: Request, secret: str, door: str, decode: Callable[[bytes], Push]
) -> Response:
    house = house_of(request)
    _prove(house, secret)
    intake = house.intake
    if intake is None:
        raise Unavailable("this process takes no pushes")
    body = await request.body()
    if len(body) > BODY_SIZE_MAX_BYTES:
        raise Invalid("body", "too large", f"push at most {BODY_SIZE_MAX_BYTES} bytes at once")
    try:
        push = decode(body)
    except PushError as error:
        PEER_ERRORS.labels(door, error.reason).inc()
        peer = request.client.host if request.client else "?"
        await intake.quarantine(door, peer, error.reason, body, str(error))
        if error.reason == "bad_signature":
            raise Forbidden("the signature does not fit the token") from error
    else:
        await keep(intake, signals_of(push, door, house.clock.now_utc()), delivery_of)
    return Response(KEPT, media_type="application/json")


def _prove(house: House, secret: str) -> None:
    """The secret in the path is the proof; a wrong one finds nothing here."""
    right = house.settings.push_secret
    if not right or not hmac.compare_digest(secret.encode(), right.encode()):
        PEER_ERRORS.labels("push", "wrong_secret").inc()
        raise Missing("there is nothing at this address")
