"""The synthetic fire is told by every channel and leaves by none that costs money or annoys."""

from datetime import timedelta

import pytest

from tests.channels.provider_house import SMS, VOICE, the_budgets
from tests.channels.test_webhook import a_notice
from wanghuo.channels.aliyun import Aliyun
from wanghuo.channels.im import Im
from wanghuo.channels.mail import Email
from wanghuo.channels.sms import Sms
from wanghuo.channels.synthetic import KeptInside
from wanghuo.channels.voice_cloud import VoiceCloud
from wanghuo.channels.web_push import WebPush
from wanghuo.channels.webhook import Links
from wanghuo.clock import WallClock
from wanghuo.compose.caller import _text_channels
from wanghuo.engines.outbound_http import OutboundHttp
from wanghuo.notices.model import NoticeState, SendFailed, Sent
from wanghuo.settings import (
    AliyunSettings,
    EmailSettings,
    ImSettings,
    Settings,
    VoiceSettings,
    WebPushSettings,
)

NOWHERE = AliyunSettings("id", "secret", "http://127.0.0.1:1", "http://127.0.0.1:1")


class Closed:
    """A book and a list of browsers that nobody may open."""

    async def never(self, *asked: object) -> object:
        raise AssertionError(asked)

    open = close = of = gone = never


@pytest.mark.parametrize("name", ["sms", "voice_cloud", "im", "email", "push"])
async def test_the_synthetic_fire_stays_inside(name: str) -> None:
    clock, http, closed = WallClock(), OutboundHttp(timeout_s=1), Closed()
    links = Links("http://here", "s", timedelta(hours=1))
    provider = Aliyun(NOWHERE, http, clock)
    robots = ImSettings(robots={"*": ["http://127.0.0.1:1/robot/send?access_token=t"]})
    made = {
        "sms": Sms(NOWHERE, SMS, provider, closed, clock, links),  # type: ignore[arg-type]
        "voice_cloud": VoiceCloud(NOWHERE, VOICE, provider, closed, clock),  # type: ignore[arg-type]
        "im": Im(robots, http, clock, links),
        "email": Email(EmailSettings(host="127.0.0.1", sender="a@b.c"), clock, links),
        "push": WebPush(WebPushSettings(private_key="k"), http, closed, clock, links),  # type: ignore[arg-type]
    }
    inside = KeptInside(made[name])  # type: ignore[arg-type]
    assert inside.name == name
    sent = await inside.send(a_notice(test=True, channel=name))
    assert sent == Sent(NoticeState.DELIVERED, "test_kept")
    await http.close()


async def test_every_channel_that_costs_or_annoys_is_composed_so() -> None:
    settings = Settings(voice=VoiceSettings(driver="cloud"))
    http = OutboundHttp(timeout_s=1)
    channels = _text_channels(settings, http, None, WallClock())  # type: ignore[arg-type]
    names = {"sms", "voice_cloud", "im", "email", "push", "voice"}
    assert {one.name for one in channels} == names
    for one in channels:
        assert (await one.send(a_notice(test=True))).outcome == "test_kept"
    await http.close()


@pytest.mark.parametrize(
    ("channel", "outcome"),
    [
        (Email(EmailSettings(), WallClock(), Links("h", "s", timedelta(1))), "email_off"),
        (
            WebPush(WebPushSettings(), OutboundHttp(), Closed(), WallClock(),  # type: ignore[arg-type]
                    Links("h", "s", timedelta(1))),
            "push_off",
        ),
    ],
)  # fmt: skip
async def test_a_channel_that_nobody_set_up_says_so_once(channel: Email, outcome: str) -> None:
    with pytest.raises(SendFailed, match=outcome) as failed:
        await channel.send(a_notice())
    assert failed.value.final


def test_the_shipped_budgets_are_the_providers() -> None:
    sms, voice = the_budgets().sms, the_budgets().voice_cloud
    assert (sms.per_minute, sms.per_hour, sms.per_day) == (1, 5, 40)
    assert (voice.per_minute, voice.per_hour, voice.per_day) == (1, 5, 20)
    assert voice.retry_s >= 60
