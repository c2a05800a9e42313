"""What became of a notice is a sentence in both languages; an unknown code is shown as it is."""

import pytest

from wanghuo.facts.sentences import catalogue
from wanghuo.incidents.outcomes import words_of


@pytest.mark.parametrize(
    ("channel", "state", "outcome", "zh", "en"),
    [
        ("sms", "failed", "200011", "短信未送达：停机", "SMS not delivered: suspended"),
        ("voice", "failed", "busy_486", "电话未送达：占线（486）",
         "Phone not delivered: busy (486)"),
        ("im", "planned", "http_500", "群消息待发：对方接口返回错误（500）",
         "Group chat waits: the other side answered with an error (500)"),
        ("email", "failed", "no_address", "邮件未送达：联系人没有登记该渠道的地址",
         "E-mail not delivered: the contact has no address for this channel"),
        ("voice", "acknowledged", "on_the_way", "电话已确认：正在前往",
         "Phone acknowledged: on the way"),
        ("voice", "delivered", "key_1", "电话已送达：已按键（1）",
         "Phone delivered: key pressed (1)"),
        ("cockpit", "delivered", "", "席位已送达", "Desk delivered"),
        ("sms", "failed", "NEW_CODE", "短信未送达：NEW_CODE", "SMS not delivered: NEW_CODE"),
    ],
)  # fmt: skip
def test_a_code_becomes_a_sentence(
    channel: str, state: str, outcome: str, zh: str, en: str
) -> None:
    assert words_of(channel, state, outcome) == {"zh": zh, "en": en}


def test_every_code_has_words_in_both_languages() -> None:
    zh, en = catalogue("zh")["words.outcome"], catalogue("en")["words.outcome"]
    assert set(zh) == set(en)
    assert all(zh.values())
    assert all(en.values())
