"""The synthetic fire ends at the channels that cost money or reach a crowd. Pure.

It travels the whole chain every minute: a text message each would be 1,440 a day to a number that
nobody has, and every chat group would hear of it.
"""

from wanghuo.notices.model import Handed, NoticeState, Sent


def kept(notice: Handed) -> Sent | None:
    """What became of the synthetic fire's notice; None for every other one."""
    return Sent(NoticeState.DELIVERED, "test_kept") if notice.test else None
