"""Signing in and out, people, tokens.

Rule 1. A try to sign in is counted before the password is looked at.
Rule 2. Whatever takes a right away commits first and then makes the doorkeeper forget.
Rule 3. Every change leaves a line in the audit trail, in its own transaction.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, SecretStr

from wanghuo.access import session_store, store
from wanghuo.access.model import (
    Person,
    Token,
    needs_organisation,
)
from wanghuo.access.passwords import NOBODY, hashed, matches, refuse_weak
from wanghuo.access.second_factor_routes import must_open
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.identity import derived, new_secret
from wanghuo.principal import ALL_TOWNS, Permission, Principal, Role
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.limits import TooMany
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import (
    SESSION_COOKIE,
    SignedIn,
    keep_session,
    may,
    refuse_foreign_page,
)

Admin = Annotated[Principal, Depends(may(Permission.ADMINISTER))]
REFUSALS = problems(Unauthenticated, Forbidden, Unavailable)

router = APIRouter(prefix="/api/v1", tags=["access"])
_log = structlog.get_logger("access")


class SignIn(BaseModel):
    """Who wants to come in. A 422 that names `code` asks for the second factor."""

    login: str = Field(min_length=1, max_length=64)
    password: SecretStr = Field(max_length=128)
    code: str | None = Field(
        None, max_length=32, description="Of the second factor, if the person has one."
    )


class PersonView(BaseModel):
    """A person as the API shows it. towns: codes, or * for the whole city."""

    id: str
    name: str
    role: Role
    towns: list[str]
    permissions: list[str]
    organisation_id: str = ""


class SessionView(BaseModel):
    """Who is signed in; the token only in answer to signing in."""

    person: PersonView
    token: str | None = None


class NewPerson(BaseModel):
    """A person or machine to add. Without a password it can use tokens only."""

    login: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{1,63}$", examples=["xupu.duty"])
    name: str = Field(min_length=1, max_length=100)
    role: Role
    towns: list[str] = Field(min_length=1, max_length=100, examples=[["330282108"], ["*"]])
    organisation_id: str = Field("", max_length=64)
    password: SecretStr | None = Field(None, max_length=128)


class ChangedPerson(BaseModel):
    """What is to change; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=100)
    role: Role | None = None
    towns: list[str] | None = Field(None, min_length=1, max_length=100)
    organisation_id: str | None = Field(None, max_length=64)
    active: bool | None = None
    password: SecretStr | None = Field(None, max_length=128)


class NewToken(BaseModel):
    """A token for a person. days: until it expires; none means until it is revoked.

    permissions, towns: what it is narrowed to; without them it carries all that the person has.
    """

    person_id: str = Field(max_length=64)
    days: int | None = Field(None, ge=1, le=3650)
    permissions: list[Permission] | None = Field(None, min_length=1, max_length=20)
    towns: list[str] | None = Field(None, min_length=1, max_length=100, examples=[["330282108"]])


class IssuedToken(BaseModel):
    """The secret is shown this once."""

    id: str
    token: str


def _view(who: Principal) -> PersonView:
    return PersonView(
        id=who.person_id,
        name=who.name,
        role=who.role,
        towns=list(who.towns),
        permissions=sorted(one for one in Permission if who.may(one)),
        organisation_id=who.organisation_id,
    )


@router.post("/session", responses=problems(Unauthenticated, Invalid, TooMany, Unavailable))
async def sign_in(words: SignIn, request: Request, response: Response, clock: Now) -> SessionView:
    """Sign in. Sets the session cookie and gives the same session as a token for scripts."""
    refuse_foreign_page(request, script_allowed=True)
    house = house_of(request)
    peer = request.client.host if request.client else ""
    house.sign_in_pace.take(peer)
    who = await _checked(house, words, peer, clock.now_utc())
    await _second_factor(house, who, words.code, clock.now_utc(), peer)
    async with house.database.transaction() as tx:
        now = clock.now_utc()
        await store.sign_in_worked(tx, _callers(words.login, peer), now)
        secret = await session_store.begin(tx, who, now, {"peer": peer})
    keep_session(request, response, secret, session_store.SESSION_LENGTH)
    return SessionView(person=_view(who), token=secret)


async def _second_factor(
    house: House, who: Principal, code: str | None, now: datetime, peer: str
) -> None:
    """Raise Invalid unless the code is right or none is asked for; a wrong one leaves a line."""
    try:
        async with house.database.transaction() as tx:
            await must_open(tx, who, code, now, house.settings.factor_secret)
    except Invalid:
        if code:
            async with house.database.transaction() as tx:
                await store.audit(tx, who, "session.refused", who.person_id, {"peer": peer})
        raise


def _callers(login: str, peer: str) -> dict[str, str]:
    """The keys of the two counts of failures."""
    return {"peer": f"{login}@{peer}", "anywhere": login}


async def _checked(house: House, words: SignIn, peer: str, now: datetime) -> Principal:
    """The person whose password this is. Raises TooMany, Unauthenticated."""
    async with house.database.transaction() as tx:
        locked = await store.count_sign_in(tx, _callers(words.login, peer), now)
        found = None if locked else await store.person_to_check(tx, words.login)
    if locked is not None:
        raise TooMany("too many failed sign-ins; wait", (locked - now).total_seconds())
    password_hash = found[1] if found and found[1] else NOBODY
    with house.sign_in_places.one():
        right = await asyncio.to_thread(matches, password_hash, words.password.get_secret_value())
    if found is not None and right:
        return found[0].principal()
    _log.warning("sign_in_failed", login=words.login, peer=peer)
    if found is not None:
        async with house.database.transaction() as tx:
            refused = found[0].principal()
            await store.audit(tx, refused, "session.refused", refused.person_id, {"peer": peer})
    raise Unauthenticated("login or password is wrong")


@router.get("/session", responses=REFUSALS)
async def session(who: SignedIn) -> SessionView:
    """Who is asking."""
    return SessionView(person=_view(who))


@router.delete("/session", status_code=204, responses=REFUSALS)
async def sign_out(request: Request, response: Response, who: SignedIn, clock: Now) -> None:
    """Sign out: the cookie or token of this request is worth nothing from now on."""
    house = house_of(request)
    sent = request.headers.get("authorization", "").partition(" ")[2].strip()
    secret = sent or request.cookies.get(SESSION_COOKIE, "")
    async with house.database.transaction() as tx:
        if await session_store.end(tx, secret, clock.now_utc()):
            await store.audit(tx, who, "session.end", who.person_id, {})
    house.doorkeeper.forget(secret)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")


@router.get("/people", responses=REFUSALS)
async def people(_who: Admin, tx: Tx) -> list[Person]:
    """Everyone who may sign in."""
    return await store.people(tx)


@router.post("/people", status_code=201, responses={**REFUSALS, **problems(Refused, Invalid)})
async def add_person(new: NewPerson, who: Admin, tx: Tx) -> Person:
    """Add a person. Problems: Refused if the login is taken."""
    _refuse_strange_towns(new.role, new.towns, new.organisation_id)
    password = new.password.get_secret_value() if new.password else ""
    if password:
        refuse_weak(password, new.login)
    made = Person(
        id=derived("person", new.login),
        login=new.login,
        name=new.name,
        role=new.role,
        towns=tuple(new.towns),
        organisation_id=new.organisation_id,
    )
    password_hash = await asyncio.to_thread(hashed, password) if password else ""
    await store.add_person(tx, made, password_hash)
    detail = {"login": made.login, "role": made.role, "towns": new.towns}
    await store.audit(tx, who, "person.add", made.id, detail)
    return made


def _refuse_strange_towns(role: Role, towns: list[str], organisation_id: str) -> None:
    """Raise Invalid for towns that are no codes, and for who needs an organisation and has none."""
    if towns != [ALL_TOWNS] and not all(town.isascii() and town.isdigit() for town in towns):
        raise Invalid(
            "towns", "not town codes", 'give codes of digits, or ["*"] for the whole city'
        )
    if needs_organisation(role) != bool(organisation_id):
        named = ", ".join(r.value for r in Role if needs_organisation(r))
        raise Invalid(
            "organisation_id", "does not fit the role", f"give it for {named}, and only for them"
        )


@router.patch("/people/{person_id}", responses={**REFUSALS, **problems(Missing, Refused, Invalid)})
async def change_person(
    person_id: str, changes: ChangedPerson, request: Request, who: Admin, clock: Now
) -> Person:
    """Change a person. Taking rights away works at once here and within a minute everywhere."""
    house = house_of(request)
    password = changes.password.get_secret_value() if changes.password else ""
    async with house.database.transaction() as tx:
        everyone = {one.id: one for one in await store.people_locked(tx)}
        if person_id not in everyone:
            raise Missing(f"no person {person_id}")
        old = everyone[person_id]
        made = _changed(old, changes)
        _refuse_strange_towns(made.role, list(made.towns), made.organisation_id)
        everyone[person_id] = made
        if not any(one.active and one.role is Role.ADMIN for one in everyone.values()):
            raise Refused("the last administrator stays; make another one first")
        await store.change_person(tx, made)
        if password:
            refuse_weak(password, made.login)
            password_hash = await asyncio.to_thread(hashed, password)
            await store.set_password(tx, person_id, password_hash, clock.now_utc())
        told = changes.model_dump(exclude_none=True, exclude={"password"}, mode="json")
        detail = {"changed": told, "password": bool(password)}
        await store.audit(tx, who, "person.change", person_id, detail)
    house.doorkeeper.forget_person(person_id)
    return made


def _changed(old: Person, changes: ChangedPerson) -> Person:
    """The person after the changes."""
    return Person(
        id=old.id,
        login=old.login,
        name=changes.name or old.name,
        role=changes.role or old.role,
        towns=tuple(changes.towns) if changes.towns else old.towns,
        organisation_id=old.organisation_id
        if changes.organisation_id is None
        else changes.organisation_id,
        active=old.active if changes.active is None else changes.active,
        second_factor=old.second_factor,
    )


@router.get("/tokens", responses=REFUSALS)
async def tokens(_who: Admin, tx: Tx, clock: Now) -> list[Token]:
    """API tokens ever issued and sessions still open; never a secret."""
    return await store.tokens(tx, clock.now_utc())


@router.post("/tokens", status_code=201, responses={**REFUSALS, **problems(Missing)})
async def issue_token(
    new: NewToken, response: Response, who: Admin, tx: Tx, clock: Now
) -> IssuedToken:
    """Issue an API token. Its secret is in this answer and nowhere else."""
    response.headers["Cache-Control"] = "no-store"  # and is not kept under an Idempotency-Key
    bearer = await store.person(tx, new.person_id)
    _refuse_wider(new, bearer.principal())
    now, secret = clock.now_utc(), new_secret(32)
    expires_at = now + timedelta(days=new.days) if new.days else None
    token_id = await store.put_token(
        tx,
        secret,
        person_id=bearer.id,
        kind="api",
        created_at=now,
        expires_at=expires_at,
        permissions=new.permissions,
        towns=new.towns,
    )
    detail = new.model_dump(mode="json", exclude_none=True)
    await store.audit(tx, who, "token.issue", token_id, detail)
    return IssuedToken(id=token_id, token=secret)


def _refuse_wider(new: NewToken, bearer: Principal) -> None:
    """Raise Invalid if the token were to carry more than its person has."""
    wider = [one for one in new.permissions or () if not bearer.may(one)]
    if wider:
        raise Invalid(
            "permissions",
            f"此人没有 {', '.join(wider)} 权限 / the person may not {', '.join(wider)}",
            "只列此人角色已有的权限 / list what the person's role may do",
        )
    if new.towns:
        _refuse_strange_towns(bearer.role, new.towns, bearer.organisation_id)
    foreign = [
        one for one in new.towns or () if bearer.towns != (ALL_TOWNS,) and one not in bearer.towns
    ]
    if foreign:
        raise Invalid(
            "towns",
            f"此人看不到 {', '.join(foreign)} / the person does not see {', '.join(foreign)}",
            "只列此人能看到的镇街 / list towns that the person sees",
        )


@router.delete(
    "/tokens/{token_id}", status_code=204, responses={**REFUSALS, **problems(Missing, Invalid)}
)
async def revoke_token(token_id: str, request: Request, who: Admin, clock: Now) -> None:
    """Revoke a token or end somebody's session. Repeating is harmless."""
    if len(token_id) != store.TOKEN_ID_SIZE_HEX or set(token_id) - set("0123456789abcdef"):
        raise Invalid("token_id", "not a token's id", "take it from GET /api/v1/tokens")
    house = house_of(request)
    async with house.database.transaction() as tx:
        person_id = await store.revoke_token(tx, token_id, clock.now_utc())
        await store.audit(tx, who, "token.revoke", token_id, {"person_id": person_id})
    house.doorkeeper.forget_person(person_id)
