"""Notices by signed HTTP: the real channel of first light; others stand behind the same face."""

from typing import Any

import msgspec

from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.facts.sentences import render
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.web.signature import HEADER, signed

STATUS_MEANS_LATER = frozenset({408, 425, 429})


class WebhookChannel:
    """Posts each notice to one address; a 2xx is `sent`.

    url: "" means that nobody configured it; a notice then fails and says so. answer_url: where
    the told party answers.
    """

    name = "webhook"

    def __init__(
        self, url: str, secret: str, answer_url: str, http: OutboundHttp, clock: Clock
    ) -> None:
        self._url = url
        self._secret = secret
        self._answer_url = answer_url
        self._http = http
        self._clock = clock

    async def send(self, notice: Handed) -> Sent:
        """Carry one notice. Raises SendFailed; unknown when no whole answer came back."""
        if not self._url:
            raise SendFailed("no webhook url is configured", unknown=False)
        body = msgspec.json.encode(self._told(notice))
        now_unix_s = int(self._clock.now_utc().timestamp())
        headers = {
            "Content-Type": "application/json",
            HEADER: signed(self._secret, body, now_unix_s),
            "Idempotency-Key": notice.id,
        }
        try:
            answer = await self._http.post(self._url, body, headers)
        except Unavailable as error:
            raise SendFailed(str(error), unknown=True) from error
        if not answer.ok:
            later = answer.status in STATUS_MEANS_LATER or answer.status >= 500  # noqa: PLR2004
            raise SendFailed(f"HTTP {answer.status}", unknown=later)
        return Sent(state=NoticeState.SENT, outcome=f"HTTP {answer.status}")

    def _told(self, notice: Handed) -> dict[str, Any]:
        said = notice.message
        return {
            "notice_id": notice.id,
            "number": notice.number,
            "role": notice.role,
            "recipient": notice.recipient,
            "address": notice.address,
            "channel": notice.channel,
            "purpose": notice.purpose,
            "round": notice.round,
            "level": said.level,
            "confirmed": said.confirmed,
            "message": render(said.key, said.params),
            "place": notice.place,
            "test": notice.test,
            "drill": notice.drill,
            "planned_at": notice.planned_at,
            "answer_url": self._answer_url,
            "repeat_of_unknown": notice.repeat_of_unknown,
        }
