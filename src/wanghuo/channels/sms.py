"""The text message channel: Alibaba Cloud's SendSms, one message to one number.

The provider takes a message (sent), and says later by a receipt whether the telephone has it
(delivered, or failed with the reason). channels/routes.py hears the receipts.
"""

import msgspec

from wanghuo.channels import sms_text
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.book import Book, number_of, opened, sending_of
from wanghuo.channels.webhook import Links
from wanghuo.clock import Clock
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import AliyunSettings, SmsSettings


class Sms:
    """Implements notices.model.Channel."""

    name = "sms"

    def __init__(  # noqa: PLR0913, PLR0917 - what it speaks through, and what it writes into
        self,
        account: AliyunSettings,
        settings: SmsSettings,
        provider: Aliyun,
        book: Book,
        clock: Clock,
        links: Links,
    ) -> None:
        self._account = account
        self._settings = settings
        self._provider = provider
        self._book = book
        self._clock = clock
        self._links = links

    async def send(self, notice: Handed) -> Sent:
        """Have one message sent. Raises SendFailed."""
        if not self._settings.template_code:
            raise SendFailed("sms_off", unknown=False, final=True)
        settings = self._settings
        sending = sending_of(notice, number_of(notice.address), self._clock.now_utc())
        made = sms_text.params(
            notice, self._links.page(notice), settings.language, settings.param_chars_max
        )
        params = {
            "PhoneNumbers": sending.number,
            "SignName": settings.sign_name,
            "TemplateCode": settings.template_code,
            "TemplateParam": msgspec.json.encode(sms_text.asked(settings.template, made)).decode(),
            "OutId": sending.tag,
        }
        await opened(self._book, sending)
        try:
            said = await self._provider.send(self._account.sms_url, "SendSms", params)
        except SendFailed as error:
            state = "asked" if error.unknown else "refused"
            await self._book.close(sending, state, error.outcome, "")
            raise
        await self._book.close(sending, "taken", "", said.biz_id)
        parts = sms_text.parts(f"【{settings.sign_name}】" + sms_text.text(settings.template, made))
        return Sent(NoticeState.SENT, "taken" if parts == 1 else f"taken_parts_{parts}")
