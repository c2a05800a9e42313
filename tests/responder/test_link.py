"""A link opens one notice of one house until it expires, and nothing else opens anything."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.notices.makers import NOON
from wanghuo.clock import HandClock
from wanghuo.compose import secrets
from wanghuo.settings import Settings
from wanghuo.web import page_link
from wanghuo.web.page_link import LinkRefused

NOTICE = "0123456789abcdef01234567"
DAY = timedelta(hours=24)
MADE = page_link.token("secret", NOTICE, NOON, DAY)


def test_a_link_opens_its_notice_until_its_last_second() -> None:
    assert page_link.notice_of("secret", MADE, NOON) == NOTICE
    assert page_link.notice_of("secret", MADE, NOON + DAY) == NOTICE
    assert len(MADE) == 56
    assert page_link.url("https://fire.example/", MADE) == f"https://fire.example/r/{MADE}"


def test_a_repeat_of_the_notice_carries_the_same_link() -> None:
    assert page_link.token("secret", NOTICE, NOON, DAY) == MADE


def test_an_expired_link_says_so() -> None:
    with pytest.raises(LinkRefused) as refused:
        page_link.notice_of("secret", MADE, NOON + DAY + timedelta(seconds=1))
    assert refused.value.reason == "expired"


@pytest.mark.parametrize("at", range(0, 56, 5))
def test_no_changed_character_passes(at: int) -> None:
    other = "1" if MADE[at] != "1" else "2"
    with pytest.raises(LinkRefused) as refused:
        page_link.notice_of("secret", MADE[:at] + other + MADE[at + 1 :], NOON)
    assert refused.value.reason == "unknown"


@pytest.mark.parametrize(
    "given", ["", ".", "a.b.c", MADE + "A", MADE[:-1], f"{NOTICE}.ffffffffff."]
)
def test_no_other_shape_passes(given: str) -> None:
    with pytest.raises(LinkRefused):
        page_link.notice_of("secret", given, NOON)


def test_neither_another_houses_link_nor_a_house_without_a_secret_opens_it() -> None:
    for secret in ("another house", ""):
        with pytest.raises(LinkRefused):
            page_link.notice_of(secret, MADE, NOON)


def test_a_house_makes_its_secret_once_also_one_that_is_older_than_the_page(tmp_path: Path) -> None:
    kept = tmp_path / secrets.FILE
    kept.write_text('push_secret = "p"\nwebhook_secret = "w"\n', encoding="utf-8")
    first = secrets.completed(Settings(data_dir=tmp_path), HandClock(NOON))
    again = secrets.completed(Settings(data_dir=tmp_path), HandClock(NOON))
    assert (first.push_secret, first.webhook.secret) == ("p", "w")
    assert len(first.page_secret) > 40
    assert again == first
    assert kept.stat().st_mode & 0o077 == 0
