"""The 119 seat: what the fire service's call takers say about an incident that 119 was told of.

They say the same as 119's machine (protocols/cad_119.py), so it is the same answer in the fire log
and is judged alike: whoever sits there changes 119's own party and nothing else.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated, Unavailable
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry
from wanghuo.identity import derived
from wanghuo.incidents.acts import tidy
from wanghuo.notices import cad_119, store
from wanghuo.principal import Permission, Principal
from wanghuo.protocols.cad_119 import Reason
from wanghuo.signals import store as signals
from wanghuo.web.clock import Now
from wanghuo.web.idempotency import Cause
from wanghuo.web.problems import problems
from wanghuo.web.scope import Tx
from wanghuo.web.sign_in import may

Seat = Annotated[Principal, Depends(may(Permission.ANSWER_FOR_119))]
Audit = Callable[[Transaction, Principal, str, str, Mapping[str, Any]], Awaitable[None]]
REFUSALS = problems(Unauthenticated, Forbidden, Missing, Invalid, Unavailable)
TEXT_MAX: Final = 500


class SeatAct(StrEnum):
    """What the seat does, in the order in which it happens."""

    ACCEPT = "accept"
    REJECT = "reject"
    DISPATCHED = "dispatched"
    ON_SCENE = "on-scene"
    CLOSED = "closed"


ANSWERS: Final[Mapping[SeatAct, AnswerKind]] = {
    SeatAct.ACCEPT: AnswerKind.ACCEPTED,
    SeatAct.REJECT: AnswerKind.REJECTED,
    SeatAct.DISPATCHED: AnswerKind.TURNED_OUT,
    SeatAct.ON_SCENE: AnswerKind.ARRIVED,
    SeatAct.CLOSED: AnswerKind.HANDLED,
}


class SeatBody(BaseModel):
    """note: the case number, the units that go, how it ended. reason: to reject, and only then."""

    note: str = Field("", max_length=TEXT_MAX)
    reason: Reason | None = None


def seat_router(audit: Audit) -> APIRouter:
    """The seat's door. audit: access.store.audit."""
    doors = APIRouter(prefix="/api/v1", tags=["notices"])

    @doors.post("/incidents/{number}/119/{act}", responses=REFUSALS)
    async def answer_for_119(  # noqa: PLR0913, PLR0917 - each is a part of the request
        number: str, act: SeatAct, body: SeatBody, who: Seat, tx: Tx, clock: Now, cause: Cause
    ) -> dict[str, Any]:
        """Answer for 119; durable with the answer, on the incident once it is judged."""
        if (act is SeatAct.REJECT) != (body.reason is not None):
            raise Invalid("reason", "does not fit the act", "give it to reject, and only then")
        notice_id = await store.notice_of_119(tx, number, "")
        if notice_id is None:
            raise Missing(f"{cad_119.NAME} was not told of {number}")
        said = AnswerEntry(
            notice_id,
            ANSWERS[act],
            who.name,
            tidy(body.note),
            reason=body.reason.value if body.reason else "",
        )
        entry = Entry(derived("entry", "seat_119", cause), clock.now_utc(), said)
        await signals.append(tx, [entry])
        detail = {"note": said.note, "reason": said.reason, "entry": entry.id}
        await audit(tx, who, f"cad_119.{act}", number, detail)
        return {"number": number, "entry": entry.id}

    return doors
