"""What a person reads whose link does not open the page: why, and what to do."""

from typing import Final

from wanghuo.web.page_link import LinkRefused

WORDS: Final = {
    "expired": (
        "链接已过期", "链接只在通知发出后的一段时间内有效。请打开最新一条通知里的链接。",
        "This link has expired",
        "A link opens for a limited time after its notice. Open the link in your newest notice.",
    ),
    "unknown": (
        "链接无法打开", "链接不完整，或不是本系统发出的。请从收到的通知里重新点开，不要手工输入。",
        "This link does not open",
        "It is incomplete, or this system did not make it. Open it again from the notice you got.",
    ),
}  # fmt: skip
PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{zh} · 望火 Wanghuo</title></head><body>
<main><h1>{zh}</h1><p>{zh_remedy}</p>
<p><big>发现起火请立即拨打 <a href="tel:119">119</a>。</big></p><hr>
<section lang="en"><h1>{en}</h1><p>{en_remedy}</p>
<p><big>If you see a fire, call <a href="tel:119">119</a> now.</big></p></section>
</main></body></html>
"""


def refusal_page(refused: LinkRefused) -> str:
    """The page for a refused link, in Chinese and English."""
    zh, zh_remedy, en, en_remedy = WORDS[refused.reason]
    return PAGE.format(zh=zh, zh_remedy=zh_remedy, en=en, en_remedy=en_remedy)
