"""Letters: handed to a real SMTP server, in both languages, under TLS, refusals told."""

import asyncio
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from tests.channels.test_webhook import a_notice
from tests.notices.makers import NOON
from wanghuo.channels.mail import Email, is_address
from wanghuo.channels.webhook import Links
from wanghuo.clock import HandClock
from wanghuo.notices.model import NoticeState, SendFailed, Sent
from wanghuo.settings import EmailSettings

TO = "wang@example.org"


class Mailbox:
    """Keeps what comes. refuse: recipient or mail, to the server's answer."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if "recipient" in self.refuse:
            return self.refuse["recipient"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if "mail" in self.refuse:
            return self.refuse["mail"]
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


Opening = Callable[..., Awaitable[int]]


@pytest.fixture
async def opening() -> AsyncIterator[Opening]:
    """Open a server in this loop (the letter waits in a thread); its port."""
    opened: list[asyncio.Server] = []

    async def start(box: Mailbox, context: ssl.SSLContext | None = None, **more: Any) -> int:
        loop = asyncio.get_running_loop()

        def factory() -> SMTP:
            with warnings.catch_warnings():  # it does not see that TLS is there from the first byte
                warnings.simplefilter("ignore", UserWarning)
                return SMTP(box, loop=loop, **more)

        made = await loop.create_server(factory, "127.0.0.1", 0, ssl=context)
        opened.append(made)
        return int(made.sockets[0].getsockname()[1])

    yield start
    for one in opened:
        one.close()
        await one.wait_closed()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def a_channel(port: int, **changed: Any) -> Email:
    settings = EmailSettings(
        **{
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "fire@city.example",
            "timeout_s": 2.0,
            **changed,
        }
    )
    links = Links("http://here", "s", timedelta(hours=24))
    return Email(settings, HandClock(NOON), links)


async def test_a_letter_has_both_languages_and_the_link(opening: Opening) -> None:
    box = Mailbox()
    channel = a_channel(await opening(box))
    sent = await channel.send(a_notice(channel="email", address=TO))
    assert sent == Sent(NoticeState.SENT, "smtp_250")
    (letter,) = box.letters
    assert letter["To"] == TO
    assert letter["Subject"] == "【望火】尚未确认：宏达塑料"
    assert letter["Message-ID"] == "<N1@city.example>"
    text = letter.get_content()
    for part in ("地点：新浦镇宏达塑料", "烟感报警", "Where: 宏达塑料", "How sure: not yet"):
        assert part in text
    assert text.count("http://here/r/") == 2


async def test_a_line_break_in_a_name_makes_no_header(opening: Opening) -> None:
    box = Mailbox()
    notice = a_notice(channel="email", address=TO)
    notice.message.params["place"] = "宏达\r\nBcc: all@example.org"
    await a_channel(await opening(box)).send(notice)
    (letter,) = box.letters
    assert letter["Bcc"] is None


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_password_travels_under_tls_only(
    opening: Opening, certificate: tuple[Path, Path], security: str
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    seen: list[bytes] = []

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        seen.append(data.password)
        return AuthResult(success=data.password == b"s3cret", handled=False)

    box = Mailbox()
    more: dict[str, Any] = {"authenticator": check, "auth_required": True}
    if security == "tls":
        port = await opening(box, context, **more, auth_require_tls=False)
    else:
        port = await opening(box, **more, tls_context=context, require_starttls=True)
    told = {"security": security, "user": "fire", "password": "s3cret"}
    trusted = a_channel(port, ca_file=str(certificate[0]), **told)
    assert (await trusted.send(a_notice(address=TO))).outcome == "smtp_250"
    assert len(box.letters) == 1
    wrong = a_channel(port, ca_file=str(certificate[0]), **told | {"password": "x"})
    with pytest.raises(SendFailed, match="smtp_login"):
        await wrong.send(a_notice(address=TO))
    with pytest.raises(SendFailed, match="smtp_tls"):
        await a_channel(port, **told).send(a_notice(address=TO))
    assert seen[0] == b"s3cret"
    assert set(seen[1:]) == {b"x"}


@pytest.mark.parametrize(
    ("what", "answer", "outcome", "final"),
    [
        ("recipient", "550 no such user", "smtp_recipient_550", True),
        ("recipient", "450 come back", "smtp_recipient_450", False),
        ("mail", "554 rejected", "smtp_554", True),
        ("mail", "451 try later", "smtp_451", False),
    ],
)
async def test_a_refusal_is_told_with_its_code(
    opening: Opening, what: str, answer: str, outcome: str, *, final: bool
) -> None:
    box = Mailbox()
    box.refuse[what] = answer
    with pytest.raises(SendFailed, match=outcome) as failed:
        await a_channel(await opening(box)).send(a_notice(address=TO))
    assert (failed.value.final, failed.value.unknown) == (final, False)


async def test_nobody_listening_and_a_server_that_says_nothing_are_failures() -> None:
    with pytest.raises(SendFailed, match="no_response") as failed:
        await a_channel(1).send(a_notice(address=TO))
    assert not failed.value.unknown
    held: list[asyncio.StreamWriter] = []
    mute = await asyncio.start_server(lambda _r, w: held.append(w), "127.0.0.1", 0)
    port = mute.sockets[0].getsockname()[1]
    with pytest.raises(SendFailed, match="no_response"):
        await a_channel(port, timeout_s=0.2).send(a_notice(address=TO))
    for writer in held:
        writer.close()
    mute.close()
    await mute.wait_closed()


async def test_a_contact_without_an_address_is_told_at_once() -> None:
    for address in ("", "13800000001", "wang@", "a b@c.d"):
        with pytest.raises(SendFailed, match="no_address") as failed:
            await a_channel(1).send(a_notice(address=address))
        assert failed.value.final
    assert is_address(TO)
