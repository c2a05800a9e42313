"""When silence means offline: the numbers of policy/supervision.toml, and the moments they make.

Source. GB 50440-2007 on the inspection of links (通信巡检, at least every 2 hours).
Rule 1. Only who speaks for itself can be silent: a point behind a transmitter may say nothing for
        months.
Rule 2. Silence counts from the last word, or from when this house began to listen if that is later.
"""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from wanghuo.errors import Invalid

SECONDS_MIN, SECONDS_MAX = 60, 30 * 86_400
Limit = Annotated[int, msgspec.Meta(ge=SECONDS_MIN, le=SECONDS_MAX)]
NOBODY = datetime(1970, 1, 1, tzinfo=UTC)
LISTENING_BREAK = timedelta(minutes=5)  # so long without a look, and nobody listened


class Supervision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. silent_max_s: for transports that `transport` does not name."""

    version: str
    silent_max_s: Limit
    transport: dict[str, Limit] = {}


class Moments(msgspec.Struct, frozen=True):
    """Before when each transport was last heard; others: every one that is not named. UTC."""

    transport: dict[str, datetime]
    others: datetime


def parse(text: str) -> Supervision:
    """The numbers in a TOML text. Raises Invalid naming the key."""
    try:
        return msgspec.convert(tomllib.loads(text), Supervision)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(
            "policy/supervision.toml", str(error), "compare it with the shipped file"
        ) from error


def load(folder: Path, shipped: Path) -> Supervision:
    """Of a policy folder; of the shipped one where it has none. Raises Invalid and OSError."""
    own = folder / "supervision.toml"
    path = own if own.exists() else shipped / "supervision.toml"
    return parse(path.read_text(encoding="utf-8"))


def silent_before(policy: Supervision, now: datetime, listening_since: datetime) -> Moments:
    """Who was last heard before its transport's moment is silent now.

    NOBODY while the limit has not passed since this house began to listen.
    """

    def moment(seconds: int) -> datetime:
        found = now - timedelta(seconds=seconds)
        return found if found >= listening_since else NOBODY

    named = {transport: moment(seconds) for transport, seconds in policy.transport.items()}
    return Moments(named, moment(policy.silent_max_s))
