"""The alarm policy that a house judges by: its file, and what its settings switch on."""

import msgspec

from wanghuo.alarms.policy import Policy, parse
from wanghuo.channels.cad_119 import Cad119
from wanghuo.notices.model import PartyRole
from wanghuo.settings import Settings


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
