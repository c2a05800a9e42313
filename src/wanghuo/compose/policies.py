"""The policies of a house: how it judges and what its settings switch on, how often it may send."""

from datetime import datetime
from hashlib import sha256

import msgspec

from wanghuo.alarms.policy import Policy, parse
from wanghuo.alarms.policy_page import Kept
from wanghuo.channels.budget import Budgets
from wanghuo.channels.budget import parse as parse_budgets
from wanghuo.channels.cad_119 import Cad119
from wanghuo.notices.model import PartyRole
from wanghuo.settings import HOME, Settings


def alarm_policy(settings: Settings) -> Policy:
    """The policy of policy_dir. Raises Invalid and OSError.

    With 119's machine link configured, 119 is told through it as well as by its other channels,
    unless the file names them.
    """
    policy = parse((settings.policy_dir / "alarm.toml").read_text(encoding="utf-8"))
    if not settings.cad_119.url or PartyRole.CAD_119 in policy.channels.role:
        return policy
    both = (Cad119.name, *policy.channels_of(PartyRole.CAD_119))
    role = {**policy.channels.role, PartyRole.CAD_119.value: both}
    channels = msgspec.structs.replace(policy.channels, role=role)
    return msgspec.structs.replace(policy, channels=channels)


def kept_policy(settings: Settings, at: datetime) -> Kept:
    """The text that alarm_policy reads, as it is kept beside what it judged. at: UTC."""
    text = (settings.policy_dir / "alarm.toml").read_text(encoding="utf-8")
    return Kept(sha256(text.encode()).hexdigest(), parse(text).version, text, at)


def channel_budgets(settings: Settings) -> Budgets:
    """How often providers take one number; the shipped file where policy_dir has none.

    Raises Invalid.
    """
    own = settings.policy_dir / "channels.toml"
    path = own if own.exists() else HOME / "policy" / "channels.toml"
    return parse_budgets(path.read_text(encoding="utf-8"))
