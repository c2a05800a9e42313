"""The push channel: a notice to the browsers in which its recipient has switched pushes on."""

import asyncio
import secrets
from collections.abc import Awaitable
from typing import Final, Protocol

import msgspec
import structlog

from wanghuo.channels import message_text, push_crypto
from wanghuo.channels.model import Subscription
from wanghuo.channels.webhook import Links
from wanghuo.clock import Clock
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.errors import Unavailable
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import WebPushSettings

GONE: Final = frozenset({404, 410})
TEXT_MAX_CHARS: Final = 600

_log = structlog.get_logger("push")


class Browsers(Protocol):
    """The face of channels.feed.SubscribedBrowsers that the channel needs."""

    def of(self, contact_id: str, party_id: str) -> Awaitable[list[Subscription]]:
        """The browsers of a contact, or of a party."""
        ...

    def gone(self, subscription: Subscription, why: str) -> Awaitable[None]:
        """A browser takes pushes no more."""
        ...


class WebPush:
    """Implements notices.model.Channel."""

    name = "push"

    def __init__(
        self,
        settings: WebPushSettings,
        http: OutboundHttp,
        browsers: Browsers,
        clock: Clock,
        links: Links,
    ) -> None:
        self._settings = settings
        self._http = http
        self._browsers = browsers
        self._clock = clock
        self._links = links

    async def send(self, notice: Handed) -> Sent:
        """Push to every browser of the recipient; one is enough. Raises SendFailed."""
        if not self._settings.private_key:
            raise SendFailed("push_off", unknown=False, final=True)
        found = await self._browsers.of(notice.contact_id, notice.party_id)
        if not found:
            raise SendFailed("push_nobody", unknown=False, final=True)
        outcomes = await asyncio.gather(*(self._push(one, notice) for one in found))
        taken = outcomes.count("")
        if taken:
            return Sent(NoticeState.SENT, f"browsers_{taken}")
        missed = [outcome for outcome in outcomes if outcome != "push_gone"]
        if not missed:
            raise SendFailed("push_gone", unknown=False, final=True)
        raise SendFailed(missed[0], unknown="no_response" in missed)

    async def _push(self, to: Subscription, notice: Handed) -> str:
        """The outcome at one browser, "" for success."""
        own, salt = push_crypto.new_private_key(), secrets.token_bytes(push_crypto.SALT_BYTES)
        body = push_crypto.encrypted(self._words(notice), to.p256dh, to.auth, salt, own)
        vapid = push_crypto.authorization(
            to.endpoint,
            self._settings.private_key,
            self._settings.contact,
            self._clock.now_utc(),
        )
        headers = {
            "Authorization": vapid,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._settings.lasting_s),
            "Urgency": "high",
            "Topic": notice.party_id[:32],
        }
        try:
            answer = await self._http.post(
                to.endpoint, body, headers, timeout_s=self._settings.timeout_s
            )
        except Unavailable:
            return "no_response"
        if answer.status in GONE:
            await self._browsers.gone(to, f"http_{answer.status}")
            _log.info("subscription_gone", subscription=to.id, status=answer.status)
            return "push_gone"
        return "" if answer.ok else f"http_{answer.status}"

    def _words(self, notice: Handed) -> bytes:
        """What the service worker of the page draws, in both languages."""
        url = self._links.page(notice)
        said = {lang: message_text.said(notice, url, lang) for lang in ("zh", "en")}
        shown = {
            lang: {
                "title": one.title[:TEXT_MAX_CHARS],
                "body": "\n".join(one.lines)[:TEXT_MAX_CHARS],
            }
            for lang, one in said.items()
        }
        return msgspec.json.encode({"url": url, "tag": notice.party_id, **shown})
