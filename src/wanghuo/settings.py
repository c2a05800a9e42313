"""The only reader of the environment and of TOML configuration."""

import os
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from wanghuo.errors import Invalid


@dataclass(frozen=True)
class WebhookSettings:
    """Where notices go by signed HTTP. url "" switches the channel off."""

    url: str = ""
    secret: str = ""
    timeout_s: float = 5.0


@dataclass(frozen=True)
class Settings:
    """Everything that can be configured; every default is safe on a laptop.

    postgres_dsn, nats_url: "" means the embedded copy in data_dir.
    """

    data_dir: Path = Path(".wanghuo")
    city: str = "cixi"
    traffic: bool = True
    traffic_speed: float = 1.0
    host: str = "127.0.0.1"
    http_port: int = 8119
    gb26875_port: int = 26875
    mqtt_port: int = 1883
    gateways: int = 1
    postgres_dsn: str = ""
    nats_url: str = ""
    policy_dir: Path = field(default_factory=lambda: Path(__file__).parents[2] / "policy")
    cockpit_dir: Path = field(
        default_factory=lambda: Path(__file__).parents[2] / "cockpit" / "dist"
    )
    webhook: WebhookSettings = WebhookSettings()
    log_level: str = "info"
    log_json: bool = True
    synthetic_fire_period_s: float = 60.0


_PATHS = {"data_dir", "policy_dir", "cockpit_dir"}


def load(config: Path | None = None, **overrides: object) -> Settings:
    """Settings from defaults, then the TOML file, then WANGHUO_* variables, then `overrides`.

    Raises Invalid naming the key and the remedy.
    """
    values: dict[str, object] = {}
    if config is not None:
        try:
            values.update(tomllib.loads(config.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise Invalid("config", str(error), "give a readable TOML file") from error
    webhook = values.pop("webhook", {})
    for key, text in os.environ.items():
        if key.startswith("WANGHUO_") and not key.startswith("WANGHUO_WEBHOOK_"):
            values[key.removeprefix("WANGHUO_").lower()] = text
    values.update({k: v for k, v in overrides.items() if v is not None})
    known = Settings()
    made = known
    for key, value in values.items():
        if not hasattr(known, key) or key == "webhook":
            raise Invalid(key, "no such setting", "see docs/settings.md for the list")
        made = replace(made, **{key: _as(key, value, getattr(known, key))})
    if isinstance(webhook, dict) and webhook:
        made = replace(made, webhook=replace(made.webhook, **webhook))
    return replace(made, data_dir=made.data_dir.absolute())


def _as(key: str, value: object, example: object) -> object:
    """`value` in the type of `example`, or Invalid."""
    if key in _PATHS:
        return Path(str(value))
    if isinstance(example, bool):
        return str(value).lower() in {"1", "true", "yes", "on"}
    try:
        return type(example)(value)  # type: ignore[call-arg]
    except (TypeError, ValueError) as error:
        raise Invalid(key, f"{value!r} is not a {type(example).__name__}") from error
