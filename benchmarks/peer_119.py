"""119's machine with a watch: when each incident came, and when its acceptance was taken."""

import time
from collections import Counter

from wanghuo.clock import WallClock
from wanghuo.protocols import cad_119
from wanghuo.protocols.cad_119 import Message, Report
from wanghuo.simulator.cad_peer import CadPeer

TAKEN = 200


class TimedPeer(CadPeer):
    """The reference peer; times are time.monotonic(), by incident number."""

    def __init__(self, secret: str) -> None:
        super().__init__(secret, WallClock())
        self.heard_s: dict[str, float] = {}
        self.accepted_s: dict[str, float] = {}
        self.rejected_s: dict[str, float] = {}
        self.reports: dict[str, Report] = {}  # the last of each incident

    def notifications(self) -> Counter[str]:
        """How many different notifications were kept of each incident; repeats are one."""
        kept = (m for m in self.taken if isinstance(m, cad_119.Notification))
        return Counter(message.incident for message in kept)

    async def send(self, message: Message) -> int:
        """Answer, and look at the watch when it was taken."""
        status = await super().send(message)
        if status == TAKEN:
            now_s = time.monotonic()
            if isinstance(message, cad_119.Accepted):
                self.accepted_s.setdefault(message.incident, now_s)
            elif isinstance(message, cad_119.Rejected):
                self.rejected_s.setdefault(message.incident, now_s)
        return status

    def _keep(self, message: Message, report: Report) -> bool:
        self.heard_s.setdefault(message.incident, time.monotonic())
        self.reports[message.incident] = report
        return super()._keep(message, report)
