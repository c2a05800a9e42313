"""The webhook channel: each notice as one signed HTTP POST.

The receiver (a voice gateway, a 119 interface, a test) answers 2xx when it has taken the notice,
and sends answers of people to `answer_url`; `page_url` is the responder's page for this notice, a
link to hand to the told person as it is. Both ways are signed as web/signature.py says.
"""

from datetime import timedelta
from typing import Final

import msgspec

from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.facts.sentences import render
from wanghuo.incidents.rows import stamp
from wanghuo.notices.model import Handed, NoticeState, Purpose, SendFailed, Sent
from wanghuo.settings import WebhookSettings
from wanghuo.web import page_link, signature

_encoder: Final = msgspec.json.Encoder()


class Links(msgspec.Struct, frozen=True):
    """Where answers and people come in. url: this house as others reach it, without a path.

    secret, valid: of the links to the responder's page; without a secret none is given.
    """

    url: str
    secret: str
    valid: timedelta

    def answers(self) -> str:
        """Where machines answer."""
        return f"{self.url}/api/v1/answers"

    def page(self, notice: Handed) -> str:
        """Where the told person opens the page of this notice, "" if no secret is set.

        A test of a number is about no fire, so it has no page.
        """
        if not self.secret or notice.purpose == Purpose.TEST:
            return ""
        made = page_link.token(self.secret, notice.id, notice.planned_at, self.valid)
        return page_link.url(self.url, made)


def document(notice: Handed, links: Links) -> bytes:
    """The JSON that the receiver gets."""
    message = notice.message
    return _encoder.encode(
        {
            "notice_id": notice.id,
            "number": notice.number,
            "role": notice.role,
            "recipient": notice.recipient,
            "address": notice.address,
            "channel": notice.channel,
            "purpose": notice.purpose,
            "round": notice.round,
            "level": message.level,
            "confirmed": message.confirmed,
            "drill": notice.drill,
            "test": notice.test,
            "message": render(message.key, message.params),
            "place": notice.place,
            "planned_at": stamp(notice.planned_at),
            "answer_url": links.answers(),
            "page_url": links.page(notice),
            "repeat_of_unknown": notice.repeat_of_unknown,
        }
    )


class Webhook:
    """Implements notices.model.Channel."""

    name = "webhook"

    def __init__(
        self, settings: WebhookSettings, http: OutboundHttp, clock: Clock, links: Links
    ) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._links = links

    async def send(self, notice: Handed) -> Sent:
        """Post one notice. Raises SendFailed; unknown if it may have arrived all the same."""
        if not self._settings.url:
            raise SendFailed("webhook_off", unknown=False)
        body = document(notice, self._links)
        at_s = int(self._clock.now_utc().timestamp())
        headers = {
            "Content-Type": "application/json",
            signature.HEADER: signature.signed(self._settings.secret, body, at_s),
            "Idempotency-Key": notice.id,
        }
        try:
            answer = await self._http.post(
                self._settings.url, body, headers, timeout_s=self._settings.timeout_s
            )
        except Unavailable as error:
            raise SendFailed(str(error)[:200], unknown=True) from error
        if not answer.ok:
            raise SendFailed(f"http_{answer.status}", unknown=False)
        return Sent(NoticeState.SENT, f"http_{answer.status}")
