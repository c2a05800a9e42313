"""What the channels keep: receipts, subscriptions, recordings."""

from datetime import datetime

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """What a provider said of a sending. raw: its own words."""

    id: str
    sending_id: str
    town_code: str
    at: datetime
    delivered: bool
    code: str
    raw: str


class Subscription(msgspec.Struct, frozen=True):
    """A browser that takes pushes. p256dh, auth: its keys, url-safe base64."""

    id: str
    contact_id: str
    party_id: str
    town_code: str
    endpoint: str
    p256dh: str
    auth: str
    at: datetime


class Recording(msgspec.Struct, frozen=True):
    """A recorded call. path: below the folder of recordings."""

    id: str
    notice_id: str
    town_code: str
    at: datetime
    path: str
    sha256: str
    seconds: float
    keep_until: datetime
    deleted_at: datetime | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A receipt that waits to be applied, with its sending."""

    id: str
    sending_id: str
    notice_id: str
    channel: str
    delivered: bool
    code: str
