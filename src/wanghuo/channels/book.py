"""The book of what was asked of a provider: what a driver needs of it, and how a number is written.

A sending is written into the book before the provider is asked, so that a crash in between is
counted too, and its receipt finds its notice.
"""

import re
from collections.abc import Awaitable
from datetime import datetime
from typing import Final, Protocol

import msgspec

from wanghuo.identity import derived
from wanghuo.notices.model import Handed, SendFailed
from wanghuo.protocols.aliyun import TAG_CHARS

NUMBER: Final = re.compile(r"\+?[0-9]{5,20}")
NOISE: Final = re.compile(r"[\s()-]")


class Sending(msgspec.Struct, frozen=True):
    """One request to a provider for one notice. state: asked, taken, refused, delivered, failed."""

    id: str
    notice_id: str
    town_code: str
    role: str
    recipient: str
    channel: str
    number: str
    at: datetime
    reference: str = ""
    state: str = "asked"
    code: str = ""

    @property
    def tag(self) -> str:
        """What the provider is given as OutId and gives back."""
        return self.id[:TAG_CHARS]


class Book(Protocol):
    """The face of channels.feed.SendingBook that drivers need."""

    def open(self, sending: Sending) -> Awaitable[tuple[datetime, str]]:
        """Write it down unless a limit stands in the way: when it may go, and which limit.

        The time is the sending's own if it was written down.
        """
        ...

    def close(self, sending: Sending, state: str, code: str, reference: str) -> Awaitable[None]:
        """Write down what the provider answered."""
        ...


def sending_of(notice: Handed, number: str, at: datetime) -> Sending:
    """The sending of this attempt of a notice."""
    return Sending(
        id=derived("sending", notice.id, notice.channel, notice.attempts),
        notice_id=notice.id,
        town_code=notice.town_code,
        role=notice.role,
        recipient=notice.recipient,
        channel=notice.channel,
        number=number,
        at=at,
    )


def number_of(address: str) -> str:
    """The digits of a telephone number. Raises SendFailed: nobody gave one."""
    number = NOISE.sub("", address)
    if not NUMBER.fullmatch(number):
        raise SendFailed("no_address", unknown=False, final=True)
    return number


async def opened(book: Book, sending: Sending) -> None:
    """Write a sending down. Raises SendFailed until its limit has passed."""
    free_at, limit = await book.open(sending)
    if limit:
        raise SendFailed(limit, unknown=False, lasting=True, not_before=free_at)
