"""The doors of linkage: answers of told parties, positions of crews, how their clocks were kept.

Answers need no sign-in: the signature is the proof (web/signature.py; the webhook's secret, or
119's own). Answers and positions are entries of the fire log, so they are durable before the 200
leaves, and judged like everything else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.alarms import policy as alarm_policy
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.facts.entry import (
    ActionEntry,
    ActionKind,
    AnswerEntry,
    AnswerKind,
    Entry,
    PositionEntry,
)
from wanghuo.facts.sentences import said, shown
from wanghuo.identity import derived
from wanghuo.incidents import attainment, clocks
from wanghuo.incidents import store as incidents
from wanghuo.incidents.acts import tidy
from wanghuo.incidents.rows import stamp
from wanghuo.incidents.store import Span
from wanghuo.notices import cad_119, position, store
from wanghuo.premises import store as premises
from wanghuo.premises.search import masked
from wanghuo.principal import Permission, Principal
from wanghuo.protocols.cad_119 import read
from wanghuo.signals import store as signals
from wanghuo.web import signature
from wanghuo.web.clock import Now
from wanghuo.web.house import house_of
from wanghuo.web.idempotency import Cause
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, Cursor, PageSize, cursor_after, key_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import CityTx, Tx
from wanghuo.web.sign_in import may

BODY_MAX_BYTES: Final = 16 * 1024
TEXT_MAX: Final = 500
See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]
REFUSALS = problems(Unauthenticated, Forbidden, Invalid)
VERIFY_REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Refused, Unavailable)
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
POSITION_REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Unavailable)

router = APIRouter(prefix="/api/v1", tags=["notices"])


class Answer(msgspec.Struct, frozen=True):
    """What a party says. answer_id: the sender's own id, so that its retry is one answer."""

    notice_id: str
    answer: AnswerKind
    by: str = ""
    note: str = ""
    answer_id: str = ""


_decoder: Final = msgspec.json.Decoder(Answer)


@router.post("/answers", responses=problems(Unauthenticated, Missing, Invalid, Unavailable))
async def answers(request: Request, tx: CityTx, clock: Now) -> dict[str, Any]:
    """Take one signed answer: {notice_id, answer, by, note, answer_id}."""
    secret = house_of(request).settings.webhook.secret
    now = clock.now_utc()
    body, header = await _proved(request, secret, now)
    answer = _read(body)
    number = await store.incident_of_notice(tx, answer.notice_id)
    if number is None:
        raise Missing(f"there is no notice {answer.notice_id}")
    once = answer.answer_id or header
    entry = Entry(
        id=derived("entry", "answer", answer.notice_id, answer.answer, answer.by, once),
        at=now,
        body=AnswerEntry(
            notice_id=answer.notice_id,
            answer=answer.answer,
            by=tidy(answer.by)[:TEXT_MAX],
            note=tidy(answer.note)[:TEXT_MAX],
        ),
    )
    await signals.append(tx, [entry])
    return {"taken": True, "number": number, "entry": entry.id}


@router.post("/cad119/messages", responses=problems(Unauthenticated, Missing, Invalid, Unavailable))
async def from_119(request: Request, tx: CityTx, clock: Now) -> dict[str, Any]:
    """Take one signed message of 119: accepted, rejected, dispatched, on_scene, closed, update."""
    now = clock.now_utc()
    body, _ = await _proved(request, house_of(request).settings.cad_119.secret, now)
    message = read(body)
    notice_id = await store.notice_of_119(tx, message.incident, message.notice_id)
    if notice_id is None:
        told = " ".join(filter(None, ("119 was not told of", message.incident, message.notice_id)))
        raise Missing(told)
    entry = Entry(cad_119.entry_id(message), now, cad_119.entry_body(message, notice_id))
    await signals.append(tx, [entry])
    return {"taken": True, "incident": message.incident, "entry": entry.id}


class ClocksQuery(BaseModel):
    """Which crews' clocks; by default those of the last 30 days."""

    since: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = Field(None, alias="to")
    town: str = Field("", max_length=12)
    drills: bool = Field(default=False, description="Drills too.")
    format: Literal["json", "csv"] = "json"


@router.get("/clocks", responses=REFUSALS)
async def clocks_kept(
    _who: See, tx: Tx, request: Request, clock: Now, asked: Annotated[ClocksQuery, Query()]
) -> Response:
    """How often crews were in time: each clock by role and town, as JSON or CSV."""
    now = clock.now_utc()
    until = asked.until or now
    since = asked.since or until - clocks.CLOCKS_SPAN
    if since >= until:
        raise Invalid("from", "the span ends before it begins", "give `from` before `to`")
    policy = clocks.load(house_of(request).settings.policy_dir)
    levels = clocks.by_level(policy)
    crews = await incidents.crew_times(
        tx, Span(since, until, asked.town, drills=asked.drills, levels=levels)
    )
    names = {town.code: town.name for town in await premises.towns(tx)}
    rows = await asyncio.to_thread(attainment.attainment, crews, policy, names, now)
    if asked.format == "csv":
        return Response(attainment.as_csv(rows), media_type="text/csv; charset=utf-8")
    document = {"from": stamp(since), "to": stamp(until), "policy": policy.version, "items": rows}
    return Response(msgspec.json.encode(document), media_type="application/json")


class PositionBody(BaseModel):
    """Where a station's crew is. Degrees WGS-84; at: by the sender's clock."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    at: AwareDatetime


@router.post("/stations/{station_id}/position", responses=POSITION_REFUSALS)
async def position_of_station(
    station_id: str, body: PositionBody, _who: Judge, tx: Tx, request: Request, clock: Now
) -> dict[str, Any]:
    """Take a station's live position: {taken, why}; what is not trusted changes nothing."""
    found = await premises.stations_by_id(tx, [station_id])
    if station_id not in found:
        raise Missing(f"there is no station {station_id}")
    now = clock.now_utc()
    policy = alarm_policy.load(house_of(request).settings.policy_dir)
    seen = PositionEntry(station_id, body.lon, body.lat, body.at.astimezone(UTC))
    last = await store.position_of(tx, station_id)
    doubt = position.doubt(seen, found[station_id], last, now, policy)
    if doubt is None and position.adds_nothing(seen, last, now, policy):
        doubt = said("position.often")
    if doubt is None:
        entry_id = derived("entry", "position", station_id, body.at.isoformat())
        await signals.append(tx, [Entry(entry_id, now, seen)])
    return {"taken": doubt is None, "why": shown(doubt) if doubt else None}


@router.get("/call-tests", responses=REFUSALS)
async def call_tests(  # noqa: PLR0913, PLR0917 - each is a filter of the query
    _who: See,
    tx: Tx,
    request: Request,
    clock: Now,
    month: Annotated[str, Query(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")] = "",
    town: Annotated[str, Query(max_length=12)] = "",
    cursor: Cursor = "",
    size: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Everybody with a number: who was called in a month, who answered, who is due."""
    policy = alarm_policy.load(house_of(request).settings.policy_dir)
    now = clock.now_utc()
    wanted = month or f"{now + timedelta(hours=policy.night.utc_offset_h):%Y-%m}"
    after = str(key_of(cursor, 1)[0]) if cursor else ""
    rows = await store.call_tests(tx, wanted, town, after, size + 1)
    waited_from = now - timedelta(seconds=policy.call_tests.answer_s)
    items = [
        {**row, "phone": masked(row["phone"]), "state": _test_state(row, waited_from)}
        for row in rows[:size]
    ]
    more = cursor_after(rows[size - 1]["id"]) if len(rows) > size else None
    return {"month": wanted, "items": items, "next": more}


def _test_state(row: Mapping[str, Any], waited_from: datetime) -> str:
    """due, waiting, answered or failed."""
    if row["planned_at"] is None:
        return "due"
    if row["answered_at"]:
        return "answered"
    return "waiting" if row["planned_at"] > waited_from else "failed"


def verification_router(audit: Audit) -> APIRouter:
    """The door that tests a number. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["notices"])

    @doors.post("/contacts/{contact_id}/verification", responses=VERIFY_REFUSALS)
    async def verify(
        contact_id: str, who: Judge, tx: Tx, clock: Now, cause: Cause
    ) -> dict[str, Any]:
        """Call a contact's number as a test: key 1, or any answer, verifies it."""
        contact = await premises.contact(tx, contact_id)
        if not contact.phone:
            raise Invalid("contact_id", "this contact has no number", "register one first")
        if await store.is_busy(tx, contact.owner_id):
            raise Refused("an incident at F2 or above is open there; test the number afterwards")
        body = ActionEntry(ActionKind.CALL_TEST, who.person_id, who.name, contact_id=contact_id)
        entry = Entry(derived("entry", "call_test", cause), clock.now_utc(), body)
        await signals.append(tx, [entry])
        await audit(tx, who, "contact.verification", contact_id, {"entry": entry.id})
        return {"taken": True, "entry": entry.id}

    return doors


async def _proved(request: Request, secret: str, now: datetime) -> tuple[bytes, str]:
    """The body and the signature that proves it. Raises Unauthenticated; no secret, no entry."""
    body = await request.body()
    header = request.headers.get(signature.HEADER, "")
    if not secret or not signature.verified(secret, body, header, int(now.timestamp())):
        raise Unauthenticated("the signature does not fit; sign `t.body` with the shared secret")
    return body, header


def _read(body: bytes) -> Answer:
    if len(body) > BODY_MAX_BYTES:
        raise Invalid("body", "too large", f"send at most {BODY_MAX_BYTES} bytes")
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        kinds = ", ".join(AnswerKind)
        raise Invalid("answer", str(error), f"send notice_id and one of {kinds}") from error
