"""The door through which told parties answer: signed, logged, judged.

The signature is the proof (web/signature.py, the webhook's secret); nobody signs in here. An answer
is an entry of the fire log, so it is durable before the 200 leaves.
"""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request

from wanghuo.errors import Invalid, Missing, Unauthenticated, Unavailable
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry
from wanghuo.identity import derived
from wanghuo.incidents.acts import tidy
from wanghuo.notices import store
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
    body = await request.body()
    header = request.headers.get(signature.HEADER, "")
    secret = house_of(request).settings.webhook.secret
    now = clock.now_utc()
    if not secret or not signature.verified(secret, body, header, int(now.timestamp())):
        raise Unauthenticated("the signature does not fit; sign `t.body` with the webhook's secret")
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


def _read(body: bytes) -> Answer:
    if len(body) > BODY_MAX_BYTES:
        raise Invalid("body", "too large", f"send at most {BODY_MAX_BYTES} bytes")
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        kinds = ", ".join(AnswerKind)
        raise Invalid("answer", str(error), f"send notice_id and one of {kinds}") from error
