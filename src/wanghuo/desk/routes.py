"""The doors of the desk: claims, the shift book.

Rule 1. Every change leaves a line in the audit trail, in its own transaction.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from wanghuo.access import store as access
from wanghuo.access.store import audit
from wanghuo.desk import model, store
from wanghuo.desk.model import Claim, HandOver, Someone
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Refused, Unauthenticated, Unavailable
from wanghuo.identity import derived
from wanghuo.incidents import store as incidents
from wanghuo.incidents.acts import tidy
from wanghuo.incidents.model import Incident
from wanghuo.incidents.rows import stamp
from wanghuo.principal import Permission, Principal
from wanghuo.web.clock import Now
from wanghuo.web.idempotency import Cause
from wanghuo.web.paging import PAGE_SIZE_DEFAULT, Cursor, PageSize, after_moment, cursor_after
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

NOTE_MAX: Final = 2000
See = Annotated[Principal, Depends(may(Permission.SEE))]
Judge = Annotated[Principal, Depends(may(Permission.JUDGE))]
Text = Annotated[str, AfterValidator(tidy)]

router = APIRouter(prefix="/api/v1", tags=["desk"])
REFUSALS = problems(Unauthenticated, Forbidden, Unavailable)
CHANGES = problems(Unauthenticated, Forbidden, Missing, Refused, Invalid, Unavailable)


class ClaimBody(BaseModel):
    """Take an incident in hand, or give it. Without `to` it is for the asker."""

    to: str = Field("", max_length=64, description="Person id: give it to this colleague.")
    from_id: str = Field("", max_length=64, description="Person id: whoever has it now.")


class HandOverBody(BaseModel):
    """Offer one's shift: everything in hand, and what the next one should know."""

    to: str = Field(min_length=1, max_length=64, description="Person id of the next shift.")
    note: Text = Field("", max_length=NOTE_MAX, examples=["steam at the dye works until 6"])


@router.get("/claims", responses=REFUSALS)
async def claims(_who: See, tx: Tx) -> dict[str, Any]:
    """Who has which open incident in hand: {items: [{number, person_id, person_name, …}]}."""
    return {"items": [_claim(one) for one in await store.claims(tx)]}


@router.put("/claims/{number}", responses=CHANGES)
async def claim(number: str, body: ClaimBody, who: Judge, tx: Tx, clock: Now) -> dict[str, Any]:
    """Take or give one open incident; refused while somebody else has it, unless named."""
    found = await _open(tx, number)
    standing = await store.claim_locked(tx, found.id)
    model.checked_claim(standing, who.person_id, body.from_id)
    taker = model.Colleague(who.person_id, who.name)
    if body.to and body.to != who.person_id:
        taker = model.checked_taker(await _able(tx, who, (found.town_code,)), body.to)
    given_by = who.name if taker.id != who.person_id else ""
    made = Claim(number, taker.id, taker.name, given_by, clock.now_utc())
    await store.put_claim(tx, found.id, found.town_code, made)
    before = standing.person_id if standing else ""
    await audit(tx, who, "desk.claim", number, {"to": taker.id, "from": before})
    return _claim(made)


@router.delete("/claims/{number}", status_code=204, responses=CHANGES)
async def let_go(number: str, who: Judge, tx: Tx, clock: Now) -> None:
    """Let go of an incident that is in one's own hand; letting go twice is harmless."""
    found = (await incidents.whole(tx, number)).incident
    assert found is not None
    standing = await store.claim_locked(tx, found.id)
    if standing is None:
        return
    model.checked_claim(standing, who.person_id, "")
    await store.drop_claim(tx, found.id, number, found.town_code, clock.now_utc())
    await audit(tx, who, "desk.let_go", number, {})


@router.get("/colleagues", responses=REFUSALS)
async def colleagues(
    who: Judge, tx: Tx, town: Annotated[str, Query(max_length=12)] = ""
) -> dict[str, Any]:
    """Who can take over from the asker, or one incident of a town: {items: [{id, name}]}."""
    able = await _able(tx, who, (town,) if town else who.towns)
    return {"items": [{"id": one.id, "name": one.name} for one in able]}


@router.get("/hand-overs", responses=REFUSALS)
async def hand_overs(
    _who: Judge, tx: Tx, cursor: Cursor = "", size: PageSize = PAGE_SIZE_DEFAULT
) -> dict[str, Any]:
    """The shift book, newest first: {items, next}."""
    after = after_moment(cursor)
    found = await store.hand_overs(tx, after=after, size=size)
    last = found[-1] if len(found) == size else None
    following = cursor_after(last.at.isoformat(), last.id) if last else None
    return {"items": [_line(one) for one in found], "next": following}


@router.get("/hand-overs/waiting", responses=REFUSALS)
async def waiting(who: Judge, tx: Tx) -> dict[str, Any]:
    """What the asker has offered or is offered and nobody has received: {items}."""
    return {"items": [_line(one) for one in await store.waiting(tx, who.person_id)]}


@router.post("/hand-overs", status_code=201, responses=CHANGES)
async def hand_over(
    body: HandOverBody, who: Judge, tx: Tx, clock: Now, cause: Cause
) -> dict[str, Any]:
    """Offer one's shift to a colleague; it stays one's own until they have received it."""
    taker = model.checked_taker(await _able(tx, who, who.towns), body.to)
    held = await store.claims(tx, who.person_id)
    made = HandOver(
        id=derived("hand_over", cause),
        towns=who.towns,
        from_id=who.person_id,
        from_name=who.name,
        to_id=taker.id,
        to_name=taker.name,
        at=clock.now_utc(),
        note=body.note,
        numbers=tuple(one.number for one in held),
    )
    if not await store.put_hand_over(tx, made):
        raise Refused(
            "you have offered your shift; withdraw it first",
            "您已发起交班，先撤回再改",
        )
    detail = {"to": taker.id, "numbers": list(made.numbers), "note": made.note}
    await audit(tx, who, "desk.hand_over", made.id, detail)
    return _line(made)


@router.post("/hand-overs/{hand_over_id}/receive", responses=CHANGES)
async def receive(hand_over_id: str, who: Judge, tx: Tx, clock: Now) -> dict[str, Any]:
    """Receive a shift: what the giver has in hand is now the asker's."""
    found = await store.hand_over_locked(tx, hand_over_id)
    model.checked_receipt(found, who.person_id)
    now = clock.now_utc()
    await store.end_hand_over(tx, found, now, received=True)
    to = (who.person_id, who.name)
    moved = await store.move_claims(tx, found.from_id, to, found.from_name, now)
    await audit(tx, who, "desk.receive", found.id, {"from": found.from_id, "numbers": moved})
    return {"numbers": moved}


@router.post("/hand-overs/{hand_over_id}/withdraw", status_code=204, responses=CHANGES)
async def withdraw(hand_over_id: str, who: Judge, tx: Tx, clock: Now) -> None:
    """Take one's offer back, as long as nobody has received it."""
    found = await store.hand_over_locked(tx, hand_over_id)
    model.checked_withdrawal(found, who.person_id)
    await store.end_hand_over(tx, found, clock.now_utc(), received=False)
    await audit(tx, who, "desk.withdraw", found.id, {"to": found.to_id})


async def _open(tx: Transaction, number: str) -> Incident:
    found = (await incidents.whole(tx, number)).incident
    assert found is not None
    if not found.is_open:
        raise Refused(
            f"incident {number} is closed",
            f"警情 {number} 已结案",
        )
    return found


async def _able(tx: Transaction, who: Principal, towns: tuple[str, ...]) -> list[model.Colleague]:
    everyone = [
        Someone(one.id, one.name, one.role, one.towns, one.active)
        for one in await access.people(tx)
    ]
    return model.colleagues(everyone, who.person_id, towns)


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "number": one.number,
        "person_id": one.person_id,
        "person_name": one.person_name,
        "given_by": one.given_by,
        "since": stamp(one.since),
    }


def _line(one: HandOver) -> dict[str, Any]:
    return {
        "id": one.id,
        "from_id": one.from_id,
        "from_name": one.from_name,
        "to_id": one.to_id,
        "to_name": one.to_name,
        "at": stamp(one.at),
        "note": one.note,
        "numbers": list(one.numbers),
        "received_at": stamp(one.received_at),
        "withdrawn_at": stamp(one.withdrawn_at),
    }
