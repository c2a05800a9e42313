"""The doors of the channels: receipts of providers, subscribing to pushes, recordings.

A provider is answered when its rows are durable. What cannot be read, or speaks of nothing that we
sent, goes to quarantine and is answered the same: a provider that is refused stops pushing.
"""

import asyncio
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from wanghuo.access.store import audit
from wanghuo.channels import push_crypto, receipts, store
from wanghuo.channels.book import Sending
from wanghuo.channels.model import Receipt, Subscription
from wanghuo.clock import Clock
from wanghuo.engines.postgres import Transaction
from wanghuo.engines.telemetry import PEER_ERRORS
from wanghuo.errors import Forbidden, Invalid, Missing, Unauthenticated, Unavailable
from wanghuo.identity import derived
from wanghuo.notices import store as notices
from wanghuo.principal import Permission, Principal
from wanghuo.protocols import aliyun
from wanghuo.protocols.aliyun import SmsReport, VoiceReport
from wanghuo.signals import store as signals
from wanghuo.web import page_link
from wanghuo.web.clock import Now
from wanghuo.web.house import House, house_of
from wanghuo.web.problems import problems
from wanghuo.web.scope import CityTx, Tx
from wanghuo.web.sign_in import may

if TYPE_CHECKING:
    from wanghuo.facts.entry import Entry

BODY_SIZE_MAX_BYTES: Final = 1 << 20
KEPT: Final = '{"code":0,"msg":"接收成功"}'.encode()
VOICES: Final = ("voice_cloud", "voice")
SUBSCRIPTIONS_MAX: Final = 10

router = APIRouter(tags=["channels"])
_push_answers = problems(Missing, Invalid, Unavailable)
PersonalData = Annotated[Principal, Depends(may(Permission.SEE_PERSONAL_DATA))]
Report = TypeVar("Report", SmsReport, VoiceReport)
Row = tuple[bytes, Report]


@router.post("/push/aliyun/{secret}/sms", status_code=200, responses=_push_answers)
async def sms_reports(request: Request, secret: str, tx: CityTx, clock: Now) -> Response:
    """Receipts of text messages (SmsReport), a JSON array."""
    house = house_of(request)
    rows = await _rows(request, secret, aliyun.sms_report)
    tags, ids = [row.out_id for _, row in rows], [row.biz_id for _, row in rows]
    known = await store.sendings(tx, ("sms",), tags, ids)
    now, made = clock.now_utc(), []
    for raw, row in rows:
        sending = _of(known, row.out_id, row.biz_id, row.phone_number)
        if sending is None:
            await _put_aside(house, request, "unknown_receipt", raw)
            continue
        made.append(receipts.of_sms(sending, row, now, raw))
    await store.put_receipts(tx, made)
    return Response(KEPT, media_type="application/json")


@router.post("/push/aliyun/{secret}/voice", status_code=200, responses=_push_answers)
async def voice_reports(request: Request, secret: str, tx: CityTx, clock: Now) -> Response:
    """Receipts of calls and the keys pressed in them (VoiceReport, VoiceCallReport)."""
    house = house_of(request)
    rows = await _rows(request, secret, aliyun.voice_report)
    tags, ids = [row.out_id for _, row in rows], [row.call_id for _, row in rows]
    known = await store.sendings(tx, VOICES, tags, ids)
    now = clock.now_utc()
    made: list[Receipt] = []
    entries: dict[str, Entry] = {}
    for raw, row in rows:
        sending = _of(known, row.out_id, row.call_id, "")
        if sending is None:
            await _put_aside(house, request, "unknown_receipt", raw)
            continue
        entry = receipts.answer_of(sending, row, now)
        if entry is not None:
            entries[entry.id] = entry
        receipt = receipts.of_call(sending, row, now, raw)
        if receipt is not None:
            made.append(receipt)
    if entries:
        await signals.append(tx, list(entries.values()))
    await store.put_receipts(tx, made)
    return Response(KEPT, media_type="application/json")


async def _rows(
    request: Request, secret: str, read: Callable[[bytes], Report]
) -> list[tuple[bytes, Report]]:
    """The rows that can be read; the others are kept for a person. Raises Missing, Invalid."""
    house = house_of(request)
    _prove(house, secret)
    body = await request.body()
    if len(body) > BODY_SIZE_MAX_BYTES:
        raise Invalid("body", "too large", f"push at most {BODY_SIZE_MAX_BYTES} bytes at once")
    try:
        pushed = aliyun.pushed(body)
    except aliyun.Broken:
        await _put_aside(house, request, "bad_receipt", body)
        return []
    rows = []
    for raw in pushed:
        try:
            rows.append((raw, read(raw)))
        except aliyun.Broken:
            await _put_aside(house, request, "bad_receipt", raw)
    return rows


def _of(known: list[Sending], tag: str, reference: str, number: str) -> Sending | None:
    """The sending of a row. The number must be the one that we asked for, if it is told."""
    for one in known:
        same = (tag and one.tag == tag) or (reference and one.reference == reference)
        if same and (not number or one.number.lstrip("+").endswith(number.lstrip("+"))):
            return one
    return None


async def _put_aside(house: House, request: Request, reason: str, raw: bytes) -> None:
    if house.intake is None:
        raise Unavailable("this process takes no pushes")
    PEER_ERRORS.labels("aliyun", reason).inc()
    peer = request.client.host if request.client else "?"
    await house.intake.quarantine("aliyun", peer, reason, raw, "")


def _prove(house: House, secret: str) -> None:
    """The secret in the path is the proof; a wrong one finds nothing here."""
    right = house.settings.push_secret
    if not right or not hmac.compare_digest(secret.encode(), right.encode()):
        PEER_ERRORS.labels("push", "wrong_secret").inc()
        raise Missing("there is nothing at this address")


class Keys(BaseModel):
    """The browser's keys, url-safe base64."""

    p256dh: str = Field(min_length=80, max_length=100)
    auth: str = Field(min_length=20, max_length=30)


class Wish(BaseModel):
    """PushSubscription.toJSON() of the browser."""

    endpoint: str = Field(min_length=12, max_length=1000)
    keys: Keys


@router.get("/r/{token}/push", responses=problems(Unauthenticated))
async def push_key(token: str, request: Request, clock: Now) -> dict[str, str]:
    """The key that a browser subscribes with; "" while pushes are switched off."""
    settings = house_of(request).settings
    page_link.notice_of(settings.page_secret, token, clock.now_utc())
    private = settings.web_push.private_key
    return {"key": push_crypto.public_key(private) if private else ""}


@router.post("/r/{token}/push", status_code=201, responses=problems(Unauthenticated, Invalid))
async def subscribe(
    token: str, wish: Wish, request: Request, tx: CityTx, clock: Now
) -> dict[str, str]:
    """Let a browser take the notices of the person whom the link was made for."""
    now = clock.now_utc()
    notice_id = page_link.notice_of(house_of(request).settings.page_secret, token, now)
    made = await _subscription(tx, notice_id, wish, clock)
    await store.subscribe(tx, made)
    return {"id": made.id}


async def _subscription(tx: Transaction, notice_id: str, wish: Wish, clock: Clock) -> Subscription:
    parts = urlsplit(wish.endpoint)
    local = parts.hostname in {"127.0.0.1", "localhost"}
    if not parts.hostname or (parts.scheme != "https" and not local):
        raise Invalid("endpoint", "a push service answers over https", "send the browser's own")
    if not push_crypto.usable(wish.keys.p256dh, wish.keys.auth):
        raise Invalid("keys", "they are no keys of a browser", "send PushSubscription.toJSON()")
    told = await notices.recipient_of(tx, notice_id)
    if told is None:
        raise page_link.forged()
    kept = await store.subscriptions(tx, told["contact_id"], told["party_id"])
    made = derived("subscription", wish.endpoint)
    if len(kept) >= SUBSCRIPTIONS_MAX and made not in {one.id for one in kept}:
        raise Invalid("endpoint", f"{SUBSCRIPTIONS_MAX} browsers take them already", "use one")
    return Subscription(
        id=made,
        contact_id=told["contact_id"],
        party_id=told["party_id"],
        town_code=told["town_code"],
        endpoint=wish.endpoint,
        p256dh=wish.keys.p256dh,
        auth=wish.keys.auth,
        at=clock.now_utc(),
    )


@router.get(
    "/api/v1/recordings/{notice_id}",
    response_class=Response,
    responses=problems(Unauthenticated, Forbidden, Missing),
)
async def recording(notice_id: str, request: Request, who: PersonalData, tx: Tx) -> Response:
    """The newest recording of a notice's calls as WAV; listening is audited."""
    found = [one for one in await store.recordings_of(tx, notice_id) if one.deleted_at is None]
    if not found:
        raise Missing(f"there is no recording of notice {notice_id}")
    newest = found[0]
    folder = house_of(request).settings.data_dir / "recordings"
    sound = await asyncio.to_thread(_read, folder / newest.path)
    await audit(tx, who, "recording.listen", notice_id, {"recording": newest.id})
    headers = {"Cache-Control": "no-store", "X-Content-SHA256": newest.sha256}
    return Response(sound, media_type="audio/wav", headers=headers)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Missing("the file of this recording is gone") from error
