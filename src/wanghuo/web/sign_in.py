"""Who is asking: a bearer token or a session cookie becomes a Principal.

Rule 1. `may(permission)` is the only way into a door that is not public.
Rule 2. A browser sends its cookie along with any page's request, so a request that changes
        something by cookie must come from our own page and carry a body type that a foreign
        form cannot send. A bearer token is sent on purpose and needs neither.
Rule 3. A refusal never says which part of the secret was wrong.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from wanghuo.errors import Forbidden, Unauthenticated
from wanghuo.principal import Permission, Principal
from wanghuo.web.doorkeeper import Doorkeeper as Doorkeeper  # noqa: PLC0414 - said again on purpose
from wanghuo.web.house import house_of

SESSION_COOKIE = "wanghuo_session"
READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = frozenset(  # what a foreign page can send without asking (Fetch standard, 2.2.2)
    {"text/plain", "multipart/form-data", "application/x-www-form-urlencoded"}
)
SECRET_SIZE_MAX_CHARS = 256

_bearer = HTTPBearer(auto_error=False, description="An API token: `Authorization: Bearer ...`.")
_cookie = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, description="A browser session, set by signing in."
)


def refuse_foreign_page(request: Request, *, script_allowed: bool = False) -> None:
    """Raise Forbidden if a state-changing request may have come from somebody else's page.

    script_allowed: a caller that is no browser may do it too, because no cookie speaks for it.
    """
    if request.method in READING_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    elif origin is not None:
        ours = urlsplit(origin).netloc == request.headers.get("host", "")
    else:
        ours = script_allowed  # a browser sends one of the two; a script should send its token
    if not ours:
        raise Forbidden("a session cookie works only from this site's own pages; use a token")
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in request.headers
    )
    if has_body and (not content_type or content_type in FORM_TYPES):
        raise Forbidden("send the body as application/json")


async def signed_in(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Principal:
    """The principal behind this request. Raises Unauthenticated, Forbidden, Unavailable."""
    if bearer is not None:
        secret = bearer.credentials
    elif cookie:
        refuse_foreign_page(request)
        secret = cookie
    else:
        raise Unauthenticated("sign in, or send a token as Authorization: Bearer")
    if not 0 < len(secret) <= SECRET_SIZE_MAX_CHARS:
        raise Unauthenticated("this token is not known")
    who = await house_of(request).doorkeeper.admit(secret)
    request.state.secret = secret  # a live stream asks again whether it still admits
    return who


SignedIn = Annotated[Principal, Depends(signed_in)]


def may(permission: Permission) -> Callable[..., Awaitable[Principal]]:
    """A dependency that gives the principal if its role carries `permission`, else Forbidden.

    Use: `Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]`.
    """

    async def allowed(who: SignedIn) -> Principal:
        if not who.may(permission):
            raise Forbidden(f"the role {who.role} does not carry the permission {permission}")
        return who

    return allowed


def keep_session(request: Request, response: Response, secret: str, length: timedelta) -> None:
    """Give the browser its session: a cookie that no script reads and no other site sends."""
    secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(length.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=secure,
    )
