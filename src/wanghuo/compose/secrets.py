"""Secrets that a house makes for itself at its first start and keeps in its data folder."""

import tomllib

import msgspec

from wanghuo.access.store import keep_private
from wanghuo.channels.push_crypto import new_private_key
from wanghuo.clock import Clock
from wanghuo.identity import new_secret
from wanghuo.settings import Settings

FILE = "secrets.toml"
SIZES = {"push_secret": 24, "webhook_secret": 32, "page_secret": 32, "factor_secret": 32}  # bytes
WEB_PUSH_KEY = "web_push_private_key"


def completed(settings: Settings, clock: Clock) -> Settings:
    """The settings with every secret that nobody configured: the kept one, or a new one.

    With traffic on and no webhook configured, notices go to the twin's telephones.
    """
    kept = _kept(settings)
    if not {*SIZES, WEB_PUSH_KEY} <= set(kept):  # a first start, or a release that needs one more
        made_now = {name: new_secret(size) for name, size in SIZES.items()}
        kept = made_now | {WEB_PUSH_KEY: new_private_key()} | kept
        made = f"# made {clock.now_utc():%Y-%m-%d}; keep it secret\n"
        made += "".join(f'{name} = "{value}"\n' for name, value in kept.items())
        keep_private(settings.data_dir / FILE, made)
    webhook = settings.webhook
    if settings.traffic and not webhook.url:
        url = f"http://127.0.0.1:{settings.phones_port}/notices"
        webhook = msgspec.structs.replace(webhook, url=url)
    if not webhook.secret:
        webhook = msgspec.structs.replace(webhook, secret=kept["webhook_secret"])
    web_push = settings.web_push
    if not web_push.private_key:
        web_push = msgspec.structs.replace(web_push, private_key=kept[WEB_PUSH_KEY])
    push_secret = settings.push_secret or kept["push_secret"]
    page_secret = settings.page_secret or kept["page_secret"]
    factor_secret = settings.factor_secret or kept["factor_secret"]
    return msgspec.structs.replace(
        settings,
        webhook=webhook,
        web_push=web_push,
        push_secret=push_secret,
        page_secret=page_secret,
        factor_secret=factor_secret,
    )


def _kept(settings: Settings) -> dict[str, str]:
    path = settings.data_dir / FILE
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
