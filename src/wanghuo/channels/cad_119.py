"""119's machine channel: each notice as one signed message of protocols/cad_119.py.

119 answers 2xx when it keeps the message, so the notice is delivered; what it decides comes back
through POST /api/v1/cad119/messages. While its machine is away the record is kept for it: nobody
has to type at 119 what the platform knows.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.facts.sentences import render, word
from wanghuo.notices.model import Handed, NoticeState, Purpose, SendFailed, Sent
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Callback, Coded, Message, Report, Words
from wanghuo.settings import Cad119Settings
from wanghuo.web import signature

WORTH_KEEPING: Final = timedelta(hours=1)  # a record that is older helps nobody on the way
TURNS_PER_MS: Final = 100  # messages that one millisecond can tell apart
OURS_TO_MEND: Final = range(400, 429)  # asking again changes nothing


def sequence_of(notice: Handed) -> int:
    """Grows with the time of planning; of one millisecond the later round is the larger."""
    passed_ms = (notice.planned_at - notice.opened_at) // timedelta(milliseconds=1)
    turn = 2 * notice.round + (notice.purpose == Purpose.UPDATE)
    return max(0, passed_ms) * TURNS_PER_MS + min(turn, TURNS_PER_MS - 1)


def message_of(notice: Handed, callback: Callback, at: datetime) -> Message:
    """What 119's machine gets. at: UTC."""
    head: dict[str, Any] = {
        "schema": cad_119.SCHEMA,
        "id": notice.id,
        "sequence": sequence_of(notice),
        "incident": notice.number,
        "notice_id": notice.id,
        "sent_at": at,
    }
    if notice.purpose == Purpose.ALL_CLEAR:
        said = render(notice.message.key, notice.message.params)
        return cad_119.Closed(**head, result=f"{said['zh']} / {said['en']}"[: cad_119.TEXT_MAX])
    report = _report(notice, callback)
    if notice.purpose == Purpose.UPDATE:
        return cad_119.Update(**head, report=report)
    return cad_119.Notification(**head, report=report)


def _report(notice: Handed, callback: Callback) -> Report:
    message, place, params = notice.message, notice.place, notice.message.params
    what = str(params.get("what", ""))
    return Report(
        level=message.level,
        confirmed=message.confirmed,
        certainty=_coded("certainty", "confirmed" if message.confirmed else "not_confirmed"),
        category=_coded("category", str(place.get("category") or "unknown")),
        place=cad_119.site(
            _position(notice),
            id=str(place.get("id") or ""),
            name=str(place.get("name") or ""),
            address=str(place.get("address") or ""),
            town=str(params.get("town", "")),
            town_code=notice.town_code,
        ),
        sensed=Words(**render(what, params)),
        text=Words(**render(message.key, params)),
        callback=callback,
        opened_at=notice.opened_at,
        people=int(params.get("people", 0)) or None,
        drill=notice.drill,
        test=notice.test,
        round=notice.round,
        repeat_of_unknown=notice.repeat_of_unknown,
    )


def _coded(words: str, code: str) -> Coded:
    return Coded(code, **word(words, code))


def _position(notice: Handed) -> tuple[float, float] | None:
    lon, lat = notice.place.get("lon"), notice.place.get("lat")
    return None if lon is None or lat is None else (float(lon), float(lat))


class Cad119:
    """Implements notices.model.Channel. door: the address at which 119 answers."""

    name = "cad_119"

    def __init__(
        self, settings: Cad119Settings, http: OutboundHttp, clock: Clock, door: str
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._callback = Callback(settings.callback, door)

    async def send(self, notice: Handed) -> Sent:
        """Post one message. Raises SendFailed; lasting while 119 may be back in time."""
        if not self._settings.url:
            raise SendFailed("cad_119_off", unknown=False)
        now = self._clock.now_utc()
        lasting = now - notice.planned_at < WORTH_KEEPING
        body = cad_119.written(message_of(notice, self._callback, now))
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.signed(self._settings.secret, body, int(now.timestamp())),
            "Idempotency-Key": notice.id,
        }
        try:
            answer = await self._http.post(
                self._settings.url, body, headers, timeout_s=self._settings.timeout_s
            )
        except Unavailable as error:
            raise SendFailed(str(error)[:200], unknown=True, lasting=lasting) from error
        if not answer.ok:
            lasting = lasting and answer.status not in OURS_TO_MEND
            raise SendFailed(f"http_{answer.status}", unknown=False, lasting=lasting)
        return Sent(NoticeState.DELIVERED, f"http_{answer.status}")
