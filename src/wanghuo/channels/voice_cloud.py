"""The cloud's telephone: Alibaba Cloud's IvrCall reads a template aloud and takes a key.

Implements the same rules as channels/voice.py as far as a provider's machine goes: only a key is
an answer, and it comes by receipt (channels/routes.py). What is said is a template that the
provider has approved; its parameters are those of the text message.
"""

from typing import Final

import msgspec

from wanghuo.channels import sms_text, spoken
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.book import Book, number_of, opened, sending_of
from wanghuo.clock import Clock
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import AliyunSettings, VoiceCloudSettings

READINGS: Final = "2"
KEY_WAIT_MS: Final = "5000"


class VoiceCloud:
    """Implements notices.model.Channel."""

    name = "voice_cloud"

    def __init__(  # noqa: PLR0913, PLR0917 - what it speaks through, and what it writes into
        self,
        account: AliyunSettings,
        settings: VoiceCloudSettings,
        provider: Aliyun,
        book: Book,
        clock: Clock,
        name: str = name,
    ) -> None:
        self.name = name
        self._account = account
        self._settings = settings
        self._provider = provider
        self._book = book
        self._clock = clock

    async def send(self, notice: Handed) -> Sent:
        """Have one person called. Raises SendFailed."""
        if not self._settings.start_code:
            raise SendFailed("voice_cloud_off", unknown=False, final=True)
        sending = sending_of(notice, number_of(notice.address), self._clock.now_utc())
        await opened(self._book, sending)
        try:
            said = await self._provider.send(
                self._account.voice_url,
                "IvrCall",
                self._params(notice, sending.number) | {"OutId": sending.tag},
            )
        except SendFailed as error:
            state = "asked" if error.unknown else "refused"
            await self._book.close(sending, state, error.outcome, "")
            raise
        await self._book.close(sending, "taken", "", said.call_id)
        return Sent(NoticeState.SENT, "calling")

    def _params(self, notice: Handed, number: str) -> dict[str, str]:
        """The parameters of IvrCall; its menu has the keys that answer this notice."""
        settings = self._settings
        made = sms_text.params(notice, "", settings.language, settings.param_chars_max)
        words = msgspec.json.encode(sms_text.asked(settings.start_template, made)).decode()
        asked = {
            "CalledShowNumber": settings.show_number,
            "CalledNumber": number,
            "StartCode": settings.start_code,
            "StartTtsParams": words,
            "PlayTimes": READINGS,
            "Timeout": KEY_WAIT_MS,
        }
        if settings.bye_code:
            asked["ByeCode"] = settings.bye_code
        keys = spoken.KEYS[spoken.side(notice)]
        for at, key in enumerate((*keys, spoken.REPEAT), start=1):
            code = settings.start_code if key == spoken.REPEAT else settings.taken_code
            asked[f"MenuKeyMap.{at}.Key"] = key
            asked[f"MenuKeyMap.{at}.Code"] = code
            if key == spoken.REPEAT:
                asked[f"MenuKeyMap.{at}.TtsParams"] = words
        return asked
