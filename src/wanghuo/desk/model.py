"""What the people of a desk tell each other about incidents.

Rule 1. A claim says who has an incident in hand. It stops nobody: whoever sees that something must
        be done does it, and a fire waits for no claim.
Rule 2. Only who says from whom takes an incident from somebody: two hands that reach for it at once
        do not both get it.
Rule 3. A shift ends when the next one has received it, not when it was offered.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from wanghuo.errors import Invalid, Refused
from wanghuo.principal import ALL_TOWNS, PERMISSIONS, Permission, Role


class Claim(msgspec.Struct, frozen=True):
    """Who has an incident in hand. given_by: the name of whoever gave it, "" if it was taken."""

    number: str
    person_id: str
    person_name: str
    given_by: str
    since: datetime


class HandOver(msgspec.Struct, frozen=True):
    """One line of the shift book: what one person gave to another, and when it was received.

    numbers: of the open incidents that the giver had in hand. towns: what the giver sees.
    """

    id: str
    towns: tuple[str, ...]
    from_id: str
    from_name: str
    to_id: str
    to_name: str
    at: datetime
    note: str
    numbers: tuple[str, ...]
    received_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it is neither received nor withdrawn."""
        return self.received_at is None and self.withdrawn_at is None


class Colleague(msgspec.Struct, frozen=True):
    """Somebody who can take over: may judge, and sees everything that the giver sees."""

    id: str
    name: str


class Someone(msgspec.Struct, frozen=True):
    """A person as far as taking over goes."""

    id: str
    name: str
    role: Role
    towns: tuple[str, ...]
    active: bool


def colleagues(everyone: Iterable[Someone], me: str, towns: tuple[str, ...]) -> list[Colleague]:
    """Who can take over from `me`, who sees `towns`; by name."""
    able = [
        Colleague(one.id, one.name)
        for one in everyone
        if one.active
        and one.id != me
        and Permission.JUDGE in PERMISSIONS[one.role]
        and (one.towns == (ALL_TOWNS,) or set(towns) <= set(one.towns))
    ]
    return sorted(able, key=lambda one: (one.name, one.id))


def checked_taker(able: Iterable[Colleague], person_id: str) -> Colleague:
    """The colleague with this id. Raises Invalid."""
    found = next((one for one in able if one.id == person_id), None)
    if found is None:
        raise Invalid(
            "to",
            "此人不能接班：未启用、不能处置警情或看不到同样的镇街"
            " / this person cannot take over: not active, may not judge, or sees fewer towns",
            "从 GET /api/v1/colleagues 中选 / choose one of GET /api/v1/colleagues",
        )
    return found


def checked_claim(found: Claim | None, me: str, from_id: str) -> None:
    """Whether `me` may take or give the incident that stands as `found`. Raises Refused."""
    holder = found.person_id if found else ""
    if holder in {me, from_id}:
        return
    if found is None:
        return  # it was let go meanwhile: free for whoever asks
    raise Refused(
        f"{found.person_name} has this incident in hand; take it over from them",
        f"{found.person_name} 已在处置此警情，可从其手中接过",
    )


def checked_receipt(found: HandOver, me: str) -> None:
    """Whether `me` may receive it now. Raises Refused."""
    if found.to_id != me:
        raise Refused(
            f"this shift was handed to {found.to_name}",
            f"这次交班是给{found.to_name}的",
        )
    _still_waiting(found)


def checked_withdrawal(found: HandOver, me: str) -> None:
    """Whether `me` may take the offer back now. Raises Refused."""
    if found.from_id != me:
        raise Refused(
            f"this shift is {found.from_name}'s to withdraw",
            f"这次交班由{found.from_name}发起",
        )
    _still_waiting(found)


def _still_waiting(found: HandOver) -> None:
    if not found.is_waiting:
        raise Refused(
            "this was received or withdrawn already",
            "这次交班已接收或已撤回",
        )
