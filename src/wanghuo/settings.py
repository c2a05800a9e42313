"""The only reader of the environment and of TOML configuration."""

import os
import re
import tomllib
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

import msgspec

from wanghuo.errors import Invalid

VOICE_CALLS_MAX = 240  # the stack has sound for 256
RECORDING_MONTHS_MIN = 6
DESK_LINES = {"cad_119": 60, "brigade": 4, "next_level": 4, "town_workstation": 2}
DEMO_CITY = "cixi"
NO_CITY = ""  # a house that is filled by its first users
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
    lines: the same for numbers of a role that has more lines than a person. pause_s: after each
    reading, for the key. language: zh or en. driver: by which line the channel `voice` calls;
    cloud uses [voice_cloud]. recording: whether calls are kept as sound, for so many months; the
    person is told.
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
    driver: Literal["sip", "cloud"] = "sip"
    recording: bool = False
    recording_months: int = 6

    def __post_init__(self) -> None:
        """Raises ValueError for what could never make a call."""
        if self.recording_months < RECORDING_MONTHS_MIN:
            raise ValueError(
                f"voice.recording_months: at least {RECORDING_MONTHS_MIN}, a record of an alarm"
            )
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
        return self.driver == "sip" and bool(self.sip_uri_template)

    def lines_of(self, role: str) -> int:
        """How many calls at once a number of this party role may have."""
        return self.lines.get(role, self.calls_per_number)


class AliyunSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The account at Alibaba Cloud that sends text messages and calls. key_id "": none."""

    key_id: str = ""
    key_secret: str = ""
    sms_url: str = "https://dysmsapi.aliyuncs.com"
    voice_url: str = "https://dyvmsapi.aliyuncs.com"
    timeout_s: float = 5.0


class SmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Text messages. template_code "" switches the channel off.

    sign_name, template_code: as the provider approved them. template: its text with ${name}, from
    which follow the parameters that are sent and the length that is told. param_chars_max: the
    longest parameter that the provider takes. language: of the parameters.
    """

    sign_name: str = ""
    template_code: str = ""
    template: str = "${kind}：${town}${place}，${what}，${certainty}。警情${number}"
    param_chars_max: int = 35
    language: Literal["zh", "en"] = "zh"

    def __post_init__(self) -> None:
        """Raises ValueError for what could never be sent."""
        if self.template_code and not self.sign_name:
            raise ValueError("sms.sign_name: set the signature that the provider approved")
        if self.param_chars_max < 1:
            raise ValueError("sms.param_chars_max: at least 1")


class VoiceCloudSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls by the provider's machine. start_code "" switches the channel off.

    show_number: the bought number that calls. start_code: the approved speech template that says
    the fire and the keys; start_template: its text with ${name}. taken_code: what is said after a
    key; bye_code: at the end.
    """

    show_number: str = ""
    start_code: str = ""
    start_template: str = "${kind}，${certainty}。${town}${place}，${what}。"
    taken_code: str = ""
    bye_code: str = ""
    param_chars_max: int = 20
    language: Literal["zh", "en"] = "zh"

    def __post_init__(self) -> None:
        """Raises ValueError for what could never be called."""
        if self.start_code and not (self.show_number and self.taken_code):
            raise ValueError("voice_cloud.show_number and taken_code: set both with start_code")


class ImSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Robots of chat groups.

    robots: whose group (a station's or unit's id, a town's code, or `*`) to the robots' addresses;
    what stands behind `#` is the robot's signing secret.
    """

    robots: dict[str, list[str]] = {}
    timeout_s: float = 5.0
    language: Literal["zh", "en"] = "zh"


class EmailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail over SMTP. host "" switches the channel off.

    security: starttls, tls (from the first byte) or none. sender: who writes.
    """

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""
    ca_file: str = ""
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        """Raises ValueError for what could never be sent."""
        if self.host and "@" not in self.sender:
            raise ValueError("email.sender: set the address that writes")
        if self.user and self.security == "none":
            raise ValueError("email.security: a password is sent under TLS only")


class WebPushSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pushes to browsers of the responder's page. private_key "" switches the channel off.

    private_key: of VAPID, P-256 as url-safe base64; made at the first start. contact: who push
    services may write to, a mailto: or https: address. lasting_s: how long a service keeps one.
    """

    private_key: str = ""
    contact: str = "mailto:wanghuo@localhost"
    lasting_s: int = 1800
    timeout_s: float = 5.0


class WeatherSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the weather at an incident comes from. source auto: the demo city's own, else none.

    path: the CSV file of source file. url, mapping: of source http; {lon} and {lat} stand for the
    incident's. period_s: how often the source speaks; older than twice that is stale.
    """

    source: Literal["auto", "none", "file", "http", "demo"] = "auto"
    path: str = ""
    url: str = ""
    mapping: str = ""
    period_s: float = 3600.0
    timeout_s: float = 3.0

    def __post_init__(self) -> None:
        """Raises ValueError for a source that could never speak."""
        if self.source == "file" and not self.path:
            raise ValueError("weather.path: name the CSV file")
        if self.source == "http" and not (self.url and self.mapping):
            raise ValueError("weather.url and weather.mapping: give both")
        if min(self.period_s, self.timeout_s) <= 0:
            raise ValueError("weather.period_s, timeout_s: above 0")


class CamerasSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pictures from cameras. networks: where they may be, e.g. "10.8.0.0/16"; "" is off.

    logins: a TOML file of [NAME] user, password; "" is cameras.toml in data_dir.
    """

    networks: str = ""
    logins: str = ""
    timeout_s: float = 4.0

    def __post_init__(self) -> None:
        """Raises ValueError for what is no network."""
        for text in self.networks.split():
            ip_network(text)
        if self.timeout_s <= 0:
            raise ValueError("cameras.timeout_s: above 0")


class Gb28181Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SIP door for alarms by GB/T 28181. port 0 is off; id: our own 20 digits.

    password: what cameras and platforms register with; "" lets registered ids in without.
    """

    port: int = 0
    id: str = "33028200002000000001"
    password: str = ""


class OidcSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Signing in through a directory of one's own (OpenID Connect). issuer "" switches it off.

    issuer: as the provider's discovery document names itself. claim: of its identity token, the
    login of a person here. title_zh, title_en: what the button on the sign-in page says.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    claim: str = "preferred_username"
    scope: str = "openid profile"
    title_zh: str = "统一身份认证登录"
    title_en: str = "Single sign-on"

    def __post_init__(self) -> None:
        """Raises ValueError for what could never let anybody in."""
        if self.issuer and not self.client_id:
            raise ValueError("oidc.client_id: set what the provider calls this house")
        if self.issuer and "openid" not in self.scope.split():
            raise ValueError("oidc.scope must hold openid")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be configured; every default is safe on a laptop.

    postgres_dsn, nats_url: "" means the embedded copy in data_dir. A `{role}` in postgres_dsn
    stands for the database role of the process that opens it. fsync: of the embedded engines; off
    only to show that the power-cut test can fail. city: the demo's name, a folder, or NO_CITY.
    public_url: this house as phones and other
    systems reach it; "" means this host's own. page_secret: signs the links of the responder's
    page, which open for page_link_hours after the notice. factor_secret: seals what second factors
    share with telephones. cap_sender: who sends, in exported CAP
    alerts. roads: after the start, make the demo city's roads and rank what changed.
    """

    data_dir: Path = Path(".wanghuo")
    city: str = DEMO_CITY
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
    weather: WeatherSettings = WeatherSettings()
    cameras: CamerasSettings = CamerasSettings()
    gb28181: Gb28181Settings = Gb28181Settings()
    aliyun: AliyunSettings = AliyunSettings()
    sms: SmsSettings = SmsSettings()
    voice_cloud: VoiceCloudSettings = VoiceCloudSettings()
    im: ImSettings = ImSettings()
    email: EmailSettings = EmailSettings()
    web_push: WebPushSettings = WebPushSettings()
    oidc: OidcSettings = OidcSettings()
    public_url: str = ""
    page_secret: str = ""
    factor_secret: str = ""
    page_link_hours: int = 24
    push_secret: str = ""
    onenet_token: str = ""
    iotda_token: str = ""
    log_level: str = "info"
    synthetic_fire_period_s: float = 60.0
    roads: bool = True

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
    if (made.sms.template_code or made.voice_cloud.start_code) and not made.aliyun.key_secret:
        raise Invalid("aliyun.key_secret", "the provider asks for it", "set key_id and key_secret")
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
        pairs = (f"{_toml(str(key))} = {_toml(one)}" for key, one in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(str(value)).decode()


def _path(kind: type, value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
