"""How a call that nobody took ended, as far as SIP tells. Pure."""

from enum import StrEnum
from typing import Final


class CallEnd(StrEnum):
    """Why nobody was reached."""

    BUSY = "busy"
    REJECTED = "rejected"  # a person or their telephone said no
    NO_ANSWER = "no_answer"  # it rang
    UNREACHABLE = "unreachable"  # there is no such number, or no way to it


BUSY: Final = frozenset({486, 600})
REJECTED: Final = frozenset({403, 603, 607, 608})
NO_ANSWER: Final = frozenset({408, 480, 487})


def call_end(status: int | None, *, rang: bool) -> CallEnd:
    """What a final SIP status means (RFC 3261 §21). None: no final answer came.

    408 and 480 come from trunks whose called party did not answer; without any ringing 408 says
    that nothing answered there at all.
    """
    if status in BUSY:
        return CallEnd.BUSY
    if status in REJECTED:
        return CallEnd.REJECTED
    if status is None or status == 408:  # noqa: PLR2004 - a SIP status
        return CallEnd.NO_ANSWER if rang else CallEnd.UNREACHABLE
    return CallEnd.NO_ANSWER if status in NO_ANSWER else CallEnd.UNREACHABLE


def status_of(reason: str) -> int | None:
    """The SIP status at the beginning of a reason such as `486 Busy Here`; None without one."""
    head = reason[:3]
    digits = head.isascii() and head.isdigit() and len(head) == 3  # noqa: PLR2004 - digits
    return int(head) if digits and reason[3:4] in {"", " "} else None
