"""Which reception of a fire this is: a resend becomes the entry that is there already. Pure.

A device that hears no confirm sends the same packet again, same serial, up to 3 times within 40 s
(6.5.4, 6.5.5), perhaps on a new connection to another gateway. Its delivery therefore derives from
serial, body and the minute, not from the connection; within one process also from the first
reception, so that a minute's end between two resends does no harm. A device that restarts its
serials at 0 and has no clock says the same bytes again a day later: that is a new fire.
"""

from collections import OrderedDict
from typing import Final

WINDOW_S: Final = 60.0  # 4 times the 10 s of the standard, and slack
REMEMBERED_MAX: Final = 20_000
_US: Final = 1_000_000

Key = tuple[str, bytes]


class Deliveries:
    """The fires of the last minute: (sender, serial and body) to the time they first came."""

    def __init__(self) -> None:
        self._first: OrderedDict[Key, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._first)

    def delivery(self, sender: str, said: bytes, received_us: int) -> tuple[str, bool]:
        """The delivery of these bytes, and whether they came before within the window.

        said: serial and body; what a resend repeats.
        """
        key = (sender, said)
        first_us = self._first.get(key)
        again = first_us is not None and received_us - first_us < WINDOW_S * _US
        if first_us is None or not again:
            first_us = received_us
            self._first.pop(key, None)
            self._first[key] = received_us
            self._forget(received_us)
        return f"{said[:2].hex()}.{first_us // int(WINDOW_S * _US)}", again

    def _forget(self, now_us: int) -> None:
        """Drop what is out of the window; it stands in the order of coming."""
        for _ in range(2):
            oldest_us = self._first[next(iter(self._first))]
            if now_us - oldest_us < WINDOW_S * _US and len(self._first) <= REMEMBERED_MAX:
                return
            self._first.popitem(last=False)
