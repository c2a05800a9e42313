"""Setting up a second factor for oneself, and taking an administrator's help when it is lost.

Rule 1. It asks for codes only after one has come back: who loses the QR code is not locked out.
Rule 2. Secret and recovery codes leave in one answer each and are kept nowhere but in the store.
Rule 3. Turning it off needs a code, or an administrator; both leave a line in the audit trail.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from wanghuo.access import second_factor, store
from wanghuo.access import second_factor_store as factors
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.principal import Permission, Principal
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.limits import TooMany
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import SESSION_COOKIE, SignedIn, may

CODE_SIZE_MAX_CHARS = 32
Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]
REFUSALS = problems(Unauthenticated, Forbidden, Unavailable)
TRIES = problems(Invalid, Refused, TooMany)


def in_a_browser(request: Request, who: SignedIn) -> Principal:
    """Who asks in a browser.

    Raises Forbidden for a token: it would change its person's sign-in behind their back.
    """
    if SESSION_COOKIE not in request.cookies:
        raise Forbidden("set it up in a browser, signed in as yourself")
    return who


Myself = Annotated[Principal, Depends(in_a_browser)]

router = APIRouter(prefix="/api/v1", tags=["access"])


class Code(BaseModel):
    """Six digits of the authenticator, or a recovery code."""

    code: str = Field(min_length=6, max_length=CODE_SIZE_MAX_CHARS, examples=["123456"])


class FactorState(BaseModel):
    """Whether signing in asks for a code, and how many recovery codes are left."""

    on: bool
    recovery_codes_left: int


class NewFactor(BaseModel):
    """What an authenticator needs: as text, as otpauth URI, as a QR code (a data URI of SVG)."""

    secret: str
    uri: str
    picture: str


class RecoveryCodes(BaseModel):
    """Each opens once without the telephone. They are shown this once."""

    recovery_codes: list[str]


@router.get("/session/second-factor", responses=REFUSALS)
async def second_factor_state(who: SignedIn, tx: Tx) -> FactorState:
    """Whether signing in asks you for a code."""
    known = await factors.factor(tx, _person(who))
    return FactorState(on=known.on, recovery_codes_left=len(known.recovery))


@router.post("/session/second-factor", responses={**REFUSALS, **problems(Refused)})
async def begin_second_factor(
    who: Myself, tx: Tx, request: Request, response: Response
) -> NewFactor:
    """Make a secret for your authenticator; send one of its codes with PUT to turn it on."""
    response.headers["Cache-Control"] = "no-store"  # and is not kept under an Idempotency-Key
    if (await factors.factor(tx, _person(who))).on:
        raise Refused("a second factor is on; turn it off first")
    secret = second_factor.new_secret()
    await factors.begin(tx, who.person_id, secret, house_of(request).settings.factor_secret)
    login = (await store.person(tx, who.person_id)).login
    uri = second_factor.uri(secret, login)
    return NewFactor(secret=secret, uri=uri, picture=second_factor.picture(uri))


@router.put("/session/second-factor", responses={**REFUSALS, **TRIES})
async def turn_on_second_factor(  # noqa: PLR0913, PLR0917 - the asker, the request, its answer
    sent: Code, who: Myself, tx: Tx, clock: Now, request: Request, response: Response
) -> RecoveryCodes:
    """Turn it on with a first code; the answer holds recovery codes to write down."""
    house = house_of(request)
    _take_pace(house, who)
    response.headers["Cache-Control"] = "no-store"
    known = await factors.factor(tx, _person(who))
    secret = factors.secret_of(known, who.person_id, house.settings.factor_secret)
    if known.on or not secret:
        raise Refused("nothing waits to be turned on; begin with POST")
    step = second_factor.step_of(secret, sent.code, clock.now_utc().timestamp(), 0)
    if step is None:
        raise Invalid("code", "wrong or too old", "type the six digits that it shows now")
    codes = second_factor.new_recovery_codes()
    digests = [second_factor.recovery_digest(code) for code in codes]
    await factors.turn_on(tx, who.person_id, step, digests)
    await store.audit(tx, who, "second_factor.on", who.person_id, {})
    return RecoveryCodes(recovery_codes=codes)


@router.post("/session/second-factor/off", status_code=204, responses={**REFUSALS, **TRIES})
async def turn_off_second_factor(
    sent: Code, who: SignedIn, tx: Tx, clock: Now, request: Request
) -> None:
    """Turn it off with a last code."""
    house = house_of(request)
    _take_pace(house, who)
    if not (await factors.factor(tx, _person(who))).on:
        raise Refused("no second factor is on")
    await must_open(tx, who, sent.code, clock.now_utc(), house.settings.factor_secret)
    await factors.turn_off(tx, who.person_id)
    await store.audit(tx, who, "second_factor.off", who.person_id, {"by": "code"})


@router.delete(
    "/people/{person_id}/second-factor", status_code=204,
    responses={**REFUSALS, **problems(Missing)},
)  # fmt: skip
async def forget_second_factor(person_id: str, who: Admin, tx: Tx) -> None:
    """For somebody whose telephone is lost: signing in asks for the password alone again."""
    await store.person(tx, person_id)
    await factors.turn_off(tx, person_id)
    await store.audit(tx, who, "second_factor.off", person_id, {"by": "administrator"})


async def must_open(
    tx: Transaction, who: Principal, code: str | None, now: datetime, house_secret: str
) -> None:
    """Raise Invalid for `code` unless it opens; nothing for who has no second factor."""
    if not (await factors.factor(tx, who.person_id)).on:
        return
    if not code:
        raise Invalid("code", "needed", "type the six digits that your authenticator shows")
    if not await factors.opens(tx, who.person_id, code, now, house_secret):
        raise Invalid("code", "wrong, used or too old", "type the six digits that it shows now")


def _person(who: Principal) -> str:
    """The asker's person. Raises Forbidden for an operator's key, behind which is none."""
    if who.person_id.startswith("operator:"):
        raise Forbidden("a key of an operator has no second factor")
    return who.person_id


def _take_pace(house: House, who: Principal) -> None:
    """Raise TooMany for who tries codes as fast as a machine."""
    house.sign_in_pace.take(f"code of {who.person_id}")
