"""Notices to desks: the fact of the notice is already in the outbox, so the desk has it."""

from wanghuo.notices.model import Handed, NoticeState, Sent


class CockpitChannel:
    """The operator desk's own channel; delivered as soon as its fact is under way."""

    name = "cockpit"

    async def send(self, notice: Handed) -> Sent:
        """Nothing leaves the house: the live stream carries the notice's fact."""
        return Sent(state=NoticeState.DELIVERED, outcome=f"desk {notice.recipient}")
