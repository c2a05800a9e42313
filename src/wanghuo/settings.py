"""The only reader of the environment and of TOML configuration."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec

from wanghuo.errors import Invalid

VOICE_CALLS_MAX = 240  # the stack has sound for 256
DESK_LINES = {"cad_119": 60, "brigade": 4, "next_level": 4, "town_workstation": 2}
HOME = Path(__file__).resolve().parents[2]


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where notices go by signed HTTP. url "" switches the channel off."""

    url: str = ""
    secret: str = ""
    timeout_s: float = 5.0


class Cad119Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where 119's machine takes notifications. url "" switches the link off.

    secret: signs both ways. callback: the duty desk's telephone that 119 is given.
    """

    url: str = ""
    secret: str = ""
    timeout_s: float = 5.0
    callback: str = ""


class VoiceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Telephone calls over SIP. sip_uri_template "" switches the channel off.

    sip_uri_template: where to call; `{number}` stands for the digits. from_uri: who calls.
    auth_user, password: for a trunk that asks; registrar: "" calls without registering.
    interface: a local address or interface to call from; "" leaves it to the system.
    calls_max: at once, by each of `processes`; calls_per_number: how many of those to one number;
    lines: the same for numbers of a role that has more lines than a person.
    pause_s: after each reading, for the key. language: zh or en.
    """

    sip_uri_template: str = ""
    from_uri: str = "sip:wanghuo@localhost"
    auth_user: str = ""
    password: str = ""
    registrar: str = ""
    interface: str = ""
    codec: str = "pcma"
    calls_max: int = 200
    calls_per_number: int = 1
    lines: dict[str, int] = msgspec.field(default_factory=lambda: dict(DESK_LINES))
    processes: int = 1
    ring_timeout_s: float = 30.0
    pause_s: float = 4.0
    language: Literal["zh", "en"] = "zh"

    def __post_init__(self) -> None:
        """Raises ValueError for what could never make a call."""
        if self.sip_uri_template and "{number}" not in self.sip_uri_template:
            raise ValueError("voice.sip_uri_template must hold {number}")
        if self.calls_max > VOICE_CALLS_MAX:
            raise ValueError(f"voice.calls_max: at most {VOICE_CALLS_MAX}; set processes for more")
        if not re.fullmatch(r"sips?:[^@\s]+@[^@\s]+", self.from_uri):
            raise ValueError("voice.from_uri must be sip:user@domain")
        if (
            min(self.calls_max, self.calls_per_number, self.processes, *self.lines.values()) < 1
            or self.ring_timeout_s <= 0
        ):
            raise ValueError(
                "voice.calls_max, calls_per_number, lines, processes, ring_timeout_s: above 0"
            )

    @property
    def on(self) -> bool:
        """Whether this house calls by telephone."""
        return bool(self.sip_uri_template)

    def lines_of(self, role: str) -> int:
        """How many calls at once a number of this party role may have."""
        return self.lines.get(role, self.calls_per_number)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be configured; every default is safe on a laptop.

    postgres_dsn, nats_url: "" means the embedded copy in data_dir. A `{role}` in postgres_dsn
    stands for the database role of the process that opens it. fsync: of the embedded engines; off
    only to show that the power-cut test can fail. public_url: this house as phones and other
    systems reach it; "" means this host's own. page_secret: signs the links of the responder's
    page, which open for page_link_hours after the notice. cap_sender: who sends, in exported CAP
    alerts.
    """

    data_dir: Path = Path(".wanghuo")
    city: str = "cixi"
    seed: int = 20230406
    traffic: bool = True
    traffic_speed: float = 1.0
    host: str = "127.0.0.1"
    http_port: int = 8119
    gb26875_port: int = 26875
    mqtt_port: int = 1883
    phones_port: int = 8120
    gateways: int = 1
    postgres_dsn: str = ""
    nats_url: str = ""
    fsync: bool = True
    policy_dir: Path = HOME / "policy"
    migrations_dir: Path = HOME / "migrations"
    cockpit_dir: Path = HOME / "cockpit" / "dist"
    webhook: WebhookSettings = WebhookSettings()
    cad_119: Cad119Settings = Cad119Settings()
    cap_sender: str = "wanghuo"
    voice: VoiceSettings = VoiceSettings()
    public_url: str = ""
    page_secret: str = ""
    page_link_hours: int = 24
    push_secret: str = ""
    onenet_token: str = ""
    iotda_token: str = ""
    log_level: str = "info"
    synthetic_fire_period_s: float = 60.0

    @property
    def reached_at(self) -> str:
        """The house's own address for others: public_url, or host and port."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.http_port}"


def load(config: Path | None = None, **overrides: object) -> Settings:
    """Settings from defaults, then the TOML file, then WANGHUO_* variables, then `overrides`.

    Raises Invalid naming the key and the remedy.
    """
    values: dict[str, Any] = {}
    if config is not None:
        try:
            values.update(tomllib.loads(config.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise Invalid("config", str(error), "give a readable TOML file") from error
    for key in Settings.__struct_fields__:
        text = os.environ.get(f"WANGHUO_{key.upper()}")
        if text is not None:
            values[key] = text
    values.update({key: value for key, value in overrides.items() if value is not None})
    try:
        made = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise Invalid("config", str(error), "docs/settings.md lists every setting") from error
    if made.cad_119.url and not made.cad_119.secret:
        raise Invalid("cad_119.secret", "119's link needs one", "agree on one with 119 and set it")
    return msgspec.structs.replace(made, data_dir=made.data_dir.absolute())


def as_toml(settings: Settings) -> str:
    """The settings as a TOML file that `load` reads back; for child processes."""
    values = msgspec.structs.asdict(settings)
    tables = {key: value for key, value in values.items() if isinstance(value, msgspec.Struct)}
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key not in tables]
    for name, table in tables.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {_toml(value)}" for key, value in msgspec.structs.asdict(table).items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    return msgspec.json.encode(str(value)).decode()


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
