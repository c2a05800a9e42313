"""A fact: something that happened, told to other wings and to the cockpit, never changed."""

from datetime import datetime
from typing import Any

import msgspec


class Topic:
    """The topics that facts travel under; the cockpit listens to them by these names."""

    INCIDENT = "incident"  # an incident opened or changed; body is IncidentRow
    NOTICE = "notice"  # a notice changed state; body is NoticeRow with number
    PLACE_STATE = "place_state"  # a place's live state changed
    CANARY = "canary"  # the synthetic fire came through
    SIGHT = "sight"  # a picture or a look came beside an incident; body is {number}
    CLAIM = "claim"  # who has an incident in hand changed; body is {number}
    HAND_OVER = "hand_over"  # a shift was offered, received or withdrawn; body is {id}
    UNJUDGED_FIRE = "unjudged_fire"  # a fire kept by the fallback while the database is down


class Fact(msgspec.Struct, frozen=True):
    """id: derived from its cause; town_code: "" is for the whole city only; at: UTC."""

    id: str
    topic: str
    at: datetime
    town_code: str
    body: dict[str, Any]
