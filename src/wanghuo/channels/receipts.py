"""What a provider's receipt means for a sending. Pure."""

from datetime import datetime
from typing import Final

from wanghuo.channels import spoken
from wanghuo.channels.book import Sending
from wanghuo.channels.model import Receipt
from wanghuo.facts.entry import AnswerEntry, AnswerKind, Entry
from wanghuo.identity import derived
from wanghuo.notices.model import PartyRole
from wanghuo.notices.receipts import SIDES
from wanghuo.protocols import aliyun
from wanghuo.protocols.aliyun import SmsReport, VoiceReport

RAW_MAX_CHARS: Final = 2000
# Busy, no answer, out of reach, switched off: the same number may well answer a minute later.
CALL_AGAIN: Final = frozenset({"200002", "200003", "200005", "200007", "200010", "200121"})
HEARD: Final = "answered_no_key"


def receipt_of(
    sending: Sending, at: datetime, code: str, raw: bytes, *, delivered: bool
) -> Receipt:
    """A receipt; the same words twice are one."""
    return Receipt(
        id=derived("receipt", sending.id, str(delivered), code),
        sending_id=sending.id,
        town_code=sending.town_code,
        at=at,
        delivered=delivered,
        code=code,
        raw=raw.decode("utf-8", "replace")[:RAW_MAX_CHARS],
    )


def of_sms(sending: Sending, report: SmsReport, at: datetime, raw: bytes) -> Receipt:
    """A text message arrived, or why it did not."""
    code = report.err_code or (aliyun.SMS_DELIVERED if report.success else "UNKNOWN")
    return receipt_of(sending, at, code, raw, delivered=report.success)


def of_call(sending: Sending, report: VoiceReport, at: datetime, raw: bytes) -> Receipt | None:
    """A call ended; None while it goes on. Heard without a key is delivered."""
    if not report.is_end:
        return None
    heard = report.status_code in aliyun.CALL_HEARD
    key = key_of(sending, report)
    code = (f"key_{key}" if key else HEARD) if heard or key else report.status_code
    return receipt_of(sending, at, code, raw, delivered=heard or bool(key))


def key_of(sending: Sending, report: VoiceReport) -> str:
    """The first key that means something to this notice; "" if there is none."""
    keys = spoken.KEYS[SIDES[PartyRole(sending.role)]]
    return next((key for key in report.dtmf if key in keys), "")


def answer_of(sending: Sending, report: VoiceReport, at: datetime) -> Entry | None:
    """The entry of a key; the same for every report that names it."""
    key = key_of(sending, report)
    if not key:
        return None
    kind: AnswerKind = spoken.KEYS[SIDES[PartyRole(sending.role)]][key]
    return Entry(
        id=derived("entry", "answer", sending.notice_id, kind, sending.recipient, sending.id),
        at=at,
        body=AnswerEntry(notice_id=sending.notice_id, answer=kind, by=sending.recipient),
    )


def retried(channel: str, code: str, *, delivered: bool) -> bool:
    """Whether the same number is asked again."""
    return channel.startswith("voice") and not delivered and code in CALL_AGAIN
