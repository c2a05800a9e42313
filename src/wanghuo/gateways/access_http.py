"""The access standard over HTTP: batches of records, answered when what they hold is durable.

The body is read by the codec itself, not through a model of the web framework: a batch holds up to
5,000 records. Fires of a batch go first and in one call.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from wanghuo.clock import Clock
from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from wanghuo.facts.signal import Signal
from wanghuo.gateways.access_lanes import keep
from wanghuo.identity import derived
from wanghuo.principal import Permission, Principal
from wanghuo.protocols import access_standard
from wanghuo.protocols.access_standard import RECORDS_MAX, RecordError
from wanghuo.signals.model import Intake
from wanghuo.web.doorkeeper import Doorkeeper
from wanghuo.web.house import house_of
from wanghuo.web.idempotency import KEY_HEADER, KEY_SIZE_MAX_CHARS
from wanghuo.web.problems import problems
from wanghuo.web.sign_in import SECRET_SIZE_MAX_CHARS

DOOR: Final = "access_http"
SLICE_RECORDS: Final = 500  # after so many, others get their turn

router = APIRouter(prefix="/api/v1/access", tags=["access"])


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong with a record, and what would be right."""

    field: str
    zh: str
    en: str


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one record. error beside ok: a fire taken in spite of a flaw."""

    index: int
    ok: bool
    error: Flaw | None = None


class Answer(msgspec.Struct, frozen=True):
    """The answer to a batch; everything accepted is durable."""

    accepted: int
    results: list[Result]


class _BadBatch(Invalid):
    """A body that is no batch, in both languages."""

    def __init__(self, error: RecordError) -> None:
        super().__init__(error.field, error.en, 'send {"records": [ … ]}')
        self.zh = f"{error.field}：{error.zh}"


_RECORD_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["device", "kind", "at"],
    "properties": {
        "device": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"},
        "kind": {"type": "string", "examples": ["fire", "reading", "fault", "heartbeat"]},
        "at": {"type": "string", "format": "date-time"},
        "point": {"type": "string", "maxLength": 64},
        "sensor": {"type": "string", "examples": ["smoke", "heat", "gas"]},
        "quantity": {"type": "string", "maxLength": 32},
        "value": {"type": "number"},
        "unit": {"type": "string", "maxLength": 16},
        "status": {"type": "integer", "minimum": -1, "maximum": 65535},
        "text": {"type": "string", "maxLength": 500},
    },
}
_REQUEST_SCHEMA: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["records"],
                "properties": {
                    "records": {
                        "type": "array",
                        "maxItems": RECORDS_MAX,
                        "items": _RECORD_SCHEMA,
                    }
                },
            }
        }
    },
}
_ANSWER_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["accepted", "results"],
    "properties": {
        "accepted": {"type": "integer"},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "ok"],
                "properties": {
                    "index": {"type": "integer"},
                    "ok": {"type": "boolean"},
                    "error": {
                        "type": "object",
                        "properties": {name: {"type": "string"} for name in ("field", "zh", "en")},
                    },
                },
            },
        },
    },
}
_answer = msgspec.json.Encoder()


@router.post(
    "/signals",
    status_code=200,
    openapi_extra={"requestBody": _REQUEST_SCHEMA, "security": [{"HTTPBearer": []}]},
    responses={
        200: {"content": {"application/json": {"schema": _ANSWER_SCHEMA}}},
        **problems(Invalid, Unauthenticated, Forbidden, Unavailable),
    },
)
async def take_signals(request: Request) -> Response:
    """Take up to 5,000 records of an operator; the answer leaves when they are durable.

    A refused record refuses only itself. The same record again is the same signal; an
    Idempotency-Key makes the whole batch the same delivery. Unavailable: send the batch again.
    """
    house = house_of(request)
    intake = house.intake
    if intake is None:
        raise Unavailable("this process takes no signals")
    who = await _operator(request, house.doorkeeper)
    body = await request.body()
    try:
        records = access_standard.records_of(body)
    except RecordError as error:
        PEER_ERRORS.labels(DOOR, "bad_batch").inc()
        raise _BadBatch(error) from error
    signals, results = await _read(records, who.operator_id, house.clock, intake)
    await keep(intake, signals, _delivery(request, who, body))
    return Response(_answer.encode(Answer(len(signals), results)), media_type="application/json")


async def _operator(request: Request, doorkeeper: Doorkeeper) -> Principal:
    """The operator behind the request. By hand: dependencies cost more than all the rest here."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(key) <= SECRET_SIZE_MAX_CHARS:
        raise Unauthenticated("send the operator's key as Authorization: Bearer")
    who = await doorkeeper.admit(key)
    if not who.operator_id or not who.may(Permission.SEND_SIGNALS):
        raise Forbidden("only an operator's key may send signals; a person's token may not")
    return who


async def _read(
    records: list[msgspec.Raw], operator: str, clock: Clock, intake: Intake
) -> tuple[list[Signal], list[Result]]:
    """The signals and one result a record; a fire that names no device is kept for a person."""
    signals: list[Signal] = []
    results: list[Result] = []
    now = clock.now_utc()
    for index, raw in enumerate(records):
        if index % SLICE_RECORDS == SLICE_RECORDS - 1:
            await clock.sleep(0)
        try:
            taken = access_standard.read(raw, operator, now)
        except RecordError as error:
            results.append(Result(index, ok=False, error=_told(error)))
            await _refused(intake, operator, error, bytes(raw))
            continue
        signals.append(taken.signal)
        flaw = _told(taken.flaw) if taken.flaw is not None else None
        results.append(Result(index, ok=True, error=flaw))
    return signals, results


async def _refused(intake: Intake, operator: str, error: RecordError, raw: bytes) -> None:
    """Count a refused record; one that says fire goes before a person as well."""
    PEER_ERRORS.labels(DOOR, "bad_record").inc()
    if b'"fire"' in raw:
        await intake.quarantine(
            DOOR, operator, "bad_record", raw[: access_standard.RECORD_SIZE_BYTES_MAX], str(error)
        )


def _delivery(request: Request, who: Principal, body: bytes) -> Callable[[Signal], str]:
    """How fires of this batch are named: by the caller's key, or by their own content."""
    key = request.headers.get(KEY_HEADER, "")
    if not key:
        return access_standard.delivery_of
    if len(key) > KEY_SIZE_MAX_CHARS:
        raise Invalid("Idempotency-Key", "too long", f"send 1 to {KEY_SIZE_MAX_CHARS} characters")
    named = derived("access", who.operator_id, key, body)
    return lambda _: named


def _told(error: RecordError) -> Flaw:
    return Flaw(error.field, error.zh, error.en)
