"""A channel that nobody configured: what the policy sends there fails and says why."""

from wanghuo.notices.model import Handed, SendFailed, Sent


class SwitchedOff:
    """Implements notices.model.Channel. name: of the channel that is off."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, notice: Handed) -> Sent:
        """Refuse. Always raises SendFailed."""
        del notice
        raise SendFailed(f"{self.name}_off", unknown=False)
