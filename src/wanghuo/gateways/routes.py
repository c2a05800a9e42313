"""Transmitters on HTTP: who is connected, commands to them, and what nobody could understand.

Rule 1. A command is audited in the transaction that queues it; sending it is the gateway's.
Rule 2. Quarantine has no town: only who sees the whole city sees it.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from wanghuo.access.store import audit
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated
from wanghuo.gateways import store
from wanghuo.gateways.access_reasons import ACCESS_REASONS
from wanghuo.gateways.orders_asked import Asked, answer_words, order_body
from wanghuo.gateways.quarantine import REASONS, Reason
from wanghuo.gateways.store import CommandRow, Quarantined
from wanghuo.identity import derived
from wanghuo.principal import Permission, Principal
from wanghuo.protocols.gb26875_orders import INSPECT, ORDERS
from wanghuo.web.clock import Now
from wanghuo.web.idempotency import Cause, RepeatableRoute
from wanghuo.web.paging import (
    PAGE_SIZE_DEFAULT,
    Cursor,
    PageSize,
    after_moment,
    cursor_after,
    key_of,
)
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]
Control = Annotated[Principal, Depends(may(Permission.CONTROL_DEVICES))]

COMMANDS_SHOWN: Final = 50
STRANGERS_SHOWN: Final = 200
router = APIRouter(prefix="/api/v1", tags=["transmitters"], route_class=RepeatableRoute)
REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid)
SETTLE_REFUSALS = problems(Unauthenticated, Forbidden, Missing, Refused)
_UNKNOWN: Final = Reason("其他", "other", "查看原始数据", "look at the raw bytes")


class SystemAsked(BaseModel):
    """A system behind a transmitter."""

    system_type: int = Field(1, ge=0, le=255)
    system_address: int = Field(1, ge=0, le=255)


class ComponentAsked(SystemAsked):
    """A component of such a system."""

    component_address: str = Field(
        pattern="^[0-9a-fA-F]{8}$",
        description="8 hex digits as on the wire.",
        examples=["0a000200"],
    )


class CommandBody(BaseModel):
    """A query (61 to 88) or a control (89 to 91) of GB/T 26875.3."""

    type: int = Field(ge=61, le=91, description="Type flag of the order.", examples=[85])
    systems: list[SystemAsked] = Field([], max_length=102, description="For 61, 64 to 66, 68.")
    components: list[ComponentAsked] = Field([], max_length=63, description="For 62, 63, 67.")
    records: int = Field(1, ge=1, le=102, description="For 64 and 84.")
    since: AwareDatetime | None = Field(None, description="For 64 and 84: from when on.")
    minutes: int = Field(10, ge=1, le=255, description="For 91: time to press the key.")


class InspectionBody(BaseModel):
    """An inspection call (查岗)."""

    minutes: int = Field(10, ge=1, le=255, description="Time to press the key.")


@router.get("/transmitters", responses=REFUSALS)
async def transmitters(  # noqa: PLR0913 - a list with its filters
    who: See,
    tx: Tx,
    q: Annotated[str, Query(max_length=64, description="Part of the address.")] = "",
    *,
    connected: Annotated[bool | None, Query(description="Only these.")] = None,
    cursor: Cursor = "",
    size: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """Registered transmitters of the asker's towns, by address: {items, strangers, next}.

    strangers: connected, but in no register; shown to who sees the whole city.
    """
    after = str(key_of(cursor, 1)[0]) if cursor else ""
    rows = await store.transmitters(tx, q=q, connected=connected, after=after, size=size)
    unknown = (
        await store.strangers(tx, STRANGERS_SHOWN) if who.sees_whole_city and not cursor else []
    )
    return {
        "items": [_transmitter(row) for row in rows],
        "strangers": [
            {"sender": one.sender, "peer": one.peer, "door": one.door, "since": one.since}
            for one in unknown
        ],
        "next": cursor_after(rows[-1]["sender"]) if len(rows) == size else None,
    }


def _transmitter(row: Row) -> dict[str, Any]:
    shown = dict(row.items())
    shown["connected"] = bool(shown["sessions"])
    return shown


@router.post("/transmitters/{sender}/commands", status_code=202, responses=REFUSALS)
async def send_command(  # noqa: PLR0913, PLR0917 - what FastAPI hands in
    sender: str, body: CommandBody, who: Control, tx: Tx, clock: Now, cause: Cause
) -> dict[str, Any]:
    """Queue a query or a control; its state tells what became of it within a minute."""
    asked = Asked(
        systems=tuple((one.system_type, one.system_address) for one in body.systems),
        components=tuple(
            (one.system_type, one.system_address, one.component_address) for one in body.components
        ),
        records=body.records,
        since=body.since,
        minutes=body.minutes,
    )
    return await _queue(tx, sender, who, clock.now_utc(), (body.type, asked, cause))


@router.post("/transmitters/{sender}/inspection", status_code=202, responses=REFUSALS)
async def inspect(  # noqa: PLR0913, PLR0917 - what FastAPI hands in
    sender: str, body: InspectionBody, who: Control, tx: Tx, clock: Now, cause: Cause
) -> dict[str, Any]:
    """Ask whether anybody is at the transmitter (查岗): answered once a key is pressed."""
    asked = Asked(minutes=body.minutes)
    return await _queue(tx, sender, who, clock.now_utc(), (INSPECT, asked, cause))


async def _queue(
    tx: Transaction, sender: str, who: Principal, now: datetime, order: tuple[int, Asked, str]
) -> dict[str, Any]:
    """Queue an order (type, what it is about, cause) and write the audit line."""
    order_type, asked, cause = order
    await _must_be_visible(tx, sender, who)
    row = CommandRow(
        id=derived("command", sender, order_type, cause),
        at=now,
        sender=sender,
        type=order_type,
        body=order_body(order_type, asked, now),
        asked_by=who.person_id,
        state="queued",
        answered_at=None,
        answer=None,
    )
    await store.put_command(tx, row)
    detail = {"type": order_type, "body": row.body.hex()}
    await audit(tx, who, "transmitter.command", sender, detail)
    return _command(row)


@router.get("/transmitters/{sender}/commands", responses=REFUSALS)
async def commands(sender: str, who: See, tx: Tx) -> dict[str, Any]:
    """The latest commands to a transmitter, newest first."""
    await _must_be_visible(tx, sender, who)
    rows = await store.commands_of(tx, sender, COMMANDS_SHOWN)
    return {"items": [_command(row) for row in rows]}


@router.get("/transmitters/{sender}/commands/{command_id}", responses=REFUSALS)
async def command(sender: str, command_id: str, who: See, tx: Tx) -> dict[str, Any]:
    """One command: queued, sent, confirmed, answered, denied or expired; and its answer."""
    await _must_be_visible(tx, sender, who)
    return _command(await store.command(tx, sender, command_id))


def _command(row: CommandRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at,
        "sender": row.sender,
        "type": row.type,
        "name_zh": ORDERS[row.type].name_zh,
        "name_en": ORDERS[row.type].name_en,
        "asked_by": row.asked_by,
        "state": row.state,
        "answered_at": row.answered_at,
        "answer_hex": row.answer.hex() if row.answer else None,
        "answer": answer_words(row.answer) if row.answer else None,
    }


async def _must_be_visible(tx: Transaction, sender: str, who: Principal) -> None:
    """Raise Missing for a transmitter outside the asker's towns; strangers belong to the city."""
    if not await store.visible(tx, sender) and not who.sees_whole_city:
        raise Missing(f"no transmitter {sender}")


@router.get("/quarantine", responses=REFUSALS)
async def quarantine(  # noqa: PLR0913 - a list with its filters
    who: See,
    tx: Tx,
    *,
    settled: bool = False,
    reason: Annotated[str, Query(max_length=40)] = "",
    cursor: Cursor = "",
    size: PageSize = PAGE_SIZE_DEFAULT,
) -> dict[str, Any]:
    """What nobody could understand or bind, newest first: {items, next}."""
    _must_see_all(who)
    before = after_moment(cursor)
    rows = await store.quarantine_page(tx, settled=settled, reason=reason, before=before, size=size)
    last = rows[-1] if len(rows) == size else None
    following = cursor_after(last.at.isoformat(), last.id) if last else None
    return {"items": [_quarantined(row) for row in rows], "next": following}


@router.post("/quarantine/{row_id}/settle", responses=SETTLE_REFUSALS)
async def settle(row_id: str, who: Judge, tx: Tx, clock: Now) -> dict[str, Any]:
    """A person has dealt with these bytes; the same bytes coming again open the row again."""
    _must_see_all(who)
    row = await store.settle_quarantine(tx, row_id, who.person_id, clock.now_utc())
    await audit(tx, who, "quarantine.settle", row_id, {"reason": row.reason, "peer": row.peer})
    return _quarantined(row)


def _quarantined(row: Quarantined) -> dict[str, Any]:
    why = REASONS.get(row.reason) or ACCESS_REASONS.get(row.reason, _UNKNOWN)
    return {
        "id": row.id,
        "at": row.at,
        "door": row.door,
        "peer": row.peer,
        "reason": row.reason,
        "reason_zh": why.zh,
        "reason_en": why.en,
        "remedy_zh": why.remedy_zh,
        "remedy_en": why.remedy_en,
        "raw_hex": row.raw.hex(),
        "detail": row.detail,
        "times": row.times,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by,
    }


def _must_see_all(who: Principal) -> None:
    if not who.sees_whole_city:
        raise Forbidden("quarantined bytes belong to no town; ask somebody who sees the whole city")
