"""The doors of single sign-on: to the provider, and back from it.

Rule 1. Only who is a person here comes in; the provider's word stands for the password and for the
        second factor, and for nothing else.
Rule 2. A browser comes back with what it went out with, or not at all.
"""

from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from wanghuo.access import oidc, session_store, store
from wanghuo.access.oidc import Attempt
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Missing, Unauthenticated, Unavailable
from wanghuo.identity import new_secret
from wanghuo.settings import OidcSettings
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.limits import TooMany
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import keep_session

COOKIE: Final = "wanghuo_oidc"
ATTEMPT_S: Final = 600
SEE_OTHER: Final = 303
HOME: Final = "/"

router = APIRouter(prefix="/api/v1/session/oidc", tags=["access"])
_log = structlog.get_logger("access")
REFUSALS = problems(Missing, TooMany, Unavailable)


@router.get("", responses=REFUSALS)
async def go(request: Request, *, ask: bool = False) -> Response:
    """To the provider; with `ask`, only what it is called: {title_zh, title_en}, null if none."""
    house = house_of(request)
    if ask:
        named = house.settings.oidc
        titles = {"title_zh": named.title_zh, "title_en": named.title_en}
        return JSONResponse(titles if named.issuer else None)
    settings = _on(house)
    house.sign_in_pace.take(request.client.host if request.client else "")
    http = OutboundHttp()
    try:
        provider = await _provider(http, settings)
    finally:
        await http.close()
    attempt = Attempt(new_secret(), new_secret(), new_secret(48))
    where = oidc.address(provider, settings, _callback(house), attempt)
    answer = RedirectResponse(where, SEE_OTHER)
    # lax: the way back begins on the provider's page
    answer.set_cookie(
        COOKIE,
        attempt.text(),
        max_age=ATTEMPT_S,
        path=oidc.CALLBACK_PATH,
        httponly=True,
        samesite="lax",
        secure=_callback(house).startswith("https"),
    )
    return answer


@router.get("/callback", responses=REFUSALS)
async def back(
    request: Request,
    clock: Now,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider: a session and the cockpit, or the sign-in page that says why not."""
    house = house_of(request)
    settings = _on(house)
    peer = request.client.host if request.client else ""
    house.sign_in_pace.take(peer)
    try:
        attempt = oidc.attempt_of(request.cookies.get(COOKIE, ""), state)
        login = await _vouched(house, settings, attempt, code, int(clock.now_utc().timestamp()))
        async with house.database.transaction() as tx:
            found = await store.person_to_check(tx, login)
            if found is None:
                return _door("nobody")
            who = found[0].principal()
            detail = {"peer": peer, "by": settings.issuer}
            secret = await session_store.begin(tx, who, clock.now_utc(), detail)
    except Unauthenticated as error:
        _log.warning("sign_in_refused", why=str(error), peer=peer)
        return _door("refused")
    except Unavailable as error:
        _log.warning("provider_away", why=str(error))
        return _door("provider_away")
    answer = RedirectResponse(HOME, SEE_OTHER)
    keep_session(request, answer, secret, session_store.SESSION_LENGTH)
    return _forgotten(answer)


def _door(why: str) -> Response:
    """The sign-in page; `why` is the word under which it has a sentence."""
    return _forgotten(RedirectResponse(f"{HOME}?sign_in={why}", SEE_OTHER))


def _forgotten(answer: Response) -> Response:
    """The same, with the attempt's cookie gone."""
    answer.delete_cookie(COOKIE, path=oidc.CALLBACK_PATH, httponly=True, samesite="lax")
    return answer


async def _vouched(
    house: House, settings: OidcSettings, attempt: Attempt, code: str, now_s: int
) -> str:
    """The login that the provider vouches for. Raises Unauthenticated, Unavailable."""
    http = OutboundHttp()
    try:
        provider = await _provider(http, settings)
        form = oidc.exchange(settings, _callback(house), attempt, code)
        answer = await http.post(provider.token_endpoint, form, oidc.FORM)
        keys = await http.get(provider.jwks_uri)
    finally:
        await http.close()
    if not answer.ok or not keys.ok:
        raise Unauthenticated("the provider does not know this sign-in")
    return oidc.login_of(answer.body, keys.body, provider, settings, attempt, now_s)


async def _provider(http: OutboundHttp, settings: OidcSettings) -> oidc.Provider:
    found = await http.get(settings.issuer.rstrip("/") + oidc.DISCOVERY_PATH)
    if not found.ok:
        raise Unavailable(f"the provider answers {found.status}")
    return oidc.provider_of(found.body, settings.issuer)


def _on(house: House) -> OidcSettings:
    settings: OidcSettings = house.settings.oidc
    if not settings.issuer:
        raise Missing("no single sign-on is configured; set [oidc]")
    return settings


def _callback(house: House) -> str:
    return house.settings.reached_at + oidc.CALLBACK_PATH
