"""The doors through which told parties answer: signed, logged, judged.

The signature is the proof (web/signature.py; the webhook's secret, or 119's own); nobody signs in
here. An answer is an entry of the fire log, so it is durable before the 200 leaves.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request

from wanghuo.errors import Invalid, Missing, Unauthenticated, Unavailable
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry
from wanghuo.identity import derived
from wanghuo.incidents.acts import tidy
from wanghuo.notices import cad_119, store
from wanghuo.protocols.cad_119 import read
from wanghuo.signals import store as signals
from wanghuo.web import signature
from wanghuo.web.clock import Now
from wanghuo.web.house import house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import CityTx

BODY_MAX_BYTES: Final = 16 * 1024
TEXT_MAX: Final = 500

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
