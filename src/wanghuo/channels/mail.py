"""The e-mail channel: one letter in both languages over SMTP.

The standard library's client waits, so it does so in a thread, with a limit on every wait. The
server's word is the outcome: taken by the server is sent, not read by the person.
"""

import asyncio
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cached_property
from typing import Final

from wanghuo.channels import message_text
from wanghuo.channels.webhook import Links
from wanghuo.clock import Clock
from wanghuo.notices.model import Handed, NoticeState, SendFailed, Sent
from wanghuo.settings import EmailSettings

PERMANENT: Final = 500


class Email:
    """Implements notices.model.Channel."""

    name = "email"

    def __init__(self, settings: EmailSettings, clock: Clock, links: Links) -> None:
        self._settings = settings
        self._clock = clock
        self._links = links

    async def send(self, notice: Handed) -> Sent:
        """Hand one letter to the mail server. Raises SendFailed."""
        if not self._settings.host:
            raise SendFailed("email_off", unknown=False, final=True)
        if not is_address(notice.address):
            raise SendFailed("no_address", unknown=False, final=True)
        made = letter(
            notice, self._links.page(notice), self._settings.sender, self._clock.now_utc()
        )
        await asyncio.to_thread(self._hand_over, made)
        return Sent(NoticeState.SENT, "smtp_250")

    def _hand_over(self, made: EmailMessage) -> None:
        handed = False
        try:
            with self._connected() as server:
                if self._settings.user:
                    server.login(self._settings.user, self._settings.password)
                handed = True
                server.send_message(made)
        except ssl.SSLError as error:
            raise SendFailed("smtp_tls", unknown=False) from error
        except smtplib.SMTPAuthenticationError as error:
            raise SendFailed("smtp_login", unknown=False) from error
        except smtplib.SMTPRecipientsRefused as error:
            ((code, _),) = error.recipients.values()
            refused = code >= PERMANENT
            raise SendFailed(f"smtp_recipient_{code}", unknown=False, final=refused) from error
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code
            raise SendFailed(f"smtp_{code}", unknown=False, final=code >= PERMANENT) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailed("no_response", unknown=handed) from error

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        where = (settings.host, settings.port)
        if settings.security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=settings.timeout_s, context=self._trust)
        server = smtplib.SMTP(*where, timeout=settings.timeout_s)
        if settings.security == "starttls":
            try:
                server.starttls(context=self._trust)
            except BaseException:
                server.close()
                raise
        return server

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file or None)


def is_address(text: str) -> bool:
    """Whether it can be written to."""
    name, _, host = text.rpartition("@")
    return bool(name) and "." in host and text.isascii() and text.isprintable() and " " not in text


def letter(notice: Handed, page_url: str, sender: str, at: datetime) -> EmailMessage:
    """The letter: Chinese first, then English; the link after each."""
    zh = message_text.said(notice, page_url, "zh")
    en = message_text.said(notice, page_url, "en")
    made = EmailMessage()
    made["Subject"] = f"【望火】{zh.title}"
    made["From"] = sender
    made["To"] = notice.address
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    made["Importance"] = "high"
    made.set_content(f"{message_text.plain(zh)}\n\n----\n\n{message_text.plain(en)}\n")
    return made
