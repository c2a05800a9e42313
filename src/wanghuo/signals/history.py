"""The history of the routine lane is read: what one point said, its readings, when it was there.

Files that are being written are read as they stand; the spool beside them is history, too. Not
asynchronous: routes.py asks in a thread.
"""

# ruff: noqa: S608 - only our own condition is put together, values are always named

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from wanghuo.signals.archive import COLUMNS, LATE_MAX, READ_SPOOL, SPOOL, connect

POINTS_MAX: Final = 2_000


class Said(msgspec.Struct, frozen=True):
    """One line of a point's history. at: UTC, when it was, or else when it was received.

    point: what stands behind the point that was asked for, "" for itself. raw: as hex digits, the
    first RAW_MAX_BYTES; "" where nothing was kept.
    """

    at: datetime
    kind: str
    quantity: str
    value: float
    unit: str
    status: int
    text: str
    point: str = ""
    raw: str = ""


class Measured(msgspec.Struct, frozen=True):
    """One quantity that a point reads. value: the newest, of `at`; readings: how many there are."""

    quantity: str
    unit: str
    at: datetime
    value: float
    readings: int


class Presence(msgspec.Struct, frozen=True):
    """A word about being there: a point or its sender said that it came or went."""

    at: datetime
    online: bool
    text: str


class ChartPoint(msgspec.Struct, frozen=True):
    """One bucket of a chart. at: its beginning, UTC."""

    at: datetime
    lowest: float
    mean: float
    highest: float
    readings: int


# What a device brings late stands where it says; archive.py has left out what cannot be.
_AT: Final = "coalesce(happened_at, received_at)"
# A point with what stands behind it and is no device of its own: a detector's battery speaks as
# `ORIGIN/battery`. The range lets files that are sorted by origin be skipped; `0` follows `/`.
_OF_POINT = (
    "(origin = $origin OR"
    " (starts_with(origin, $origin || '/') AND NOT list_contains($apart, origin)))"
    " AND origin >= $origin AND origin < $origin || '0'"
    " AND received_at >= $since AND received_at < $until + $late"
    f" AND {_AT} >= $since AND {_AT} < $until"
)


class Asked(msgspec.Struct, frozen=True):
    """Whose history of [since, until). apart: what stands behind it but is a device of its own."""

    origin: str
    since: datetime
    until: datetime
    apart: tuple[str, ...] = ()

    def values(self) -> dict[str, object]:
        """What _OF_POINT names."""
        return {
            "origin": self.origin,
            "apart": list(self.apart),
            "since": _naive(self.since),
            "until": _naive(self.until),
            "late": LATE_MAX,
        }


def history(
    folder: Path, asked: Asked, limit: int = 1000, *, heartbeats: bool = True
) -> list[Said]:
    """What a point said, newest first, `limit` lines at most; without heartbeats if so wanted."""
    rows = _ask(
        folder, asked,
        f"SELECT DISTINCT {_AT} AS said_at, kind, quantity, value, unit, status, text,"
        " ltrim(substr(origin, length($origin) + 1), '/') AS point, coalesce(raw, '') AS raw"
        f" FROM said WHERE {_OF_POINT} AND ($heartbeats OR kind <> 'heartbeat')"
        " ORDER BY said_at DESC LIMIT $limit",
        {"limit": limit, "heartbeats": heartbeats},
    )  # fmt: skip
    return [Said(at.replace(tzinfo=UTC), *rest) for at, *rest in rows]


def chart(folder: Path, asked: Asked, quantity: str, points: int) -> list[ChartPoint]:
    """A point's readings of one quantity, in at most `points` buckets."""
    points = max(1, min(points, POINTS_MAX))
    width_us = max(1, int((asked.until - asked.since) / timedelta(microseconds=1)) // points)
    rows = _ask(
        folder, asked,
        "SELECT (epoch_us(said_at) - $start_us) // $width_us AS bucket,"
        " min(value), avg(value), max(value), count(*)"
        f" FROM (SELECT DISTINCT {_AT} AS said_at, value FROM said WHERE {_OF_POINT}"
        " AND quantity = $quantity AND kind IN ('reading', 'notable'))"
        " GROUP BY bucket ORDER BY bucket",
        {
            "start_us": int(asked.since.timestamp() * 1_000_000),
            "width_us": width_us,
            "quantity": quantity,
        },
    )  # fmt: skip
    return [
        ChartPoint(asked.since + timedelta(microseconds=bucket * width_us), low, mean, high, count)
        for bucket, low, mean, high, count in rows
    ]


def measured(folder: Path, asked: Asked) -> list[Measured]:
    """The quantities that a point reads, with the newest value of each, by name."""
    rows = _ask(
        folder, asked,
        "SELECT quantity, arg_max(unit, said_at), max(said_at), arg_max(value, said_at), count(*)"
        f" FROM (SELECT DISTINCT {_AT} AS said_at, quantity, unit, value FROM said"
        f" WHERE {_OF_POINT} AND quantity <> '' AND kind IN ('reading', 'notable'))"
        " GROUP BY quantity ORDER BY quantity",
        {},
    )  # fmt: skip
    return [
        Measured(quantity, unit, at.replace(tzinfo=UTC), value, count)
        for quantity, unit, at, value, count in rows
    ]


def presence(folder: Path, asked: Asked, limit: int = 200) -> list[Presence]:
    """When a point said that it came or went, newest first."""
    rows = _ask(
        folder, asked,
        f"SELECT DISTINCT {_AT} AS said_at, kind = 'online', text"
        f" FROM said WHERE {_OF_POINT} AND kind IN ('online', 'offline')"
        " ORDER BY said_at DESC LIMIT $limit",
        {"limit": limit},
    )  # fmt: skip
    return [Presence(at.replace(tzinfo=UTC), online, text) for at, online, text in rows]


def _ask(
    folder: Path, asked: Asked, query: str, values: dict[str, object]
) -> list[tuple[Any, ...]]:
    """The answer over the files of those days and the spool; [] if there are none."""
    first, last = (_naive(at).date().isoformat() for at in (asked.since, asked.until + LATE_MAX))
    files = [
        str(path)
        for path in sorted(folder.glob("day=*/*.parquet"))
        if first <= path.parent.name.removeprefix("day=") <= last
    ]
    spool = folder / SPOOL
    with connect() as connection:
        # Files that an older release wrote lack its later columns: they are read as null.
        listed = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"CREATE TEMP TABLE whole ({listed})")
        parts = ["FROM whole"]
        if files:
            named = ", ".join(f"'{path}'" for path in files)
            parts.append(
                f"FROM read_parquet([{named}], hive_partitioning = false, union_by_name = true)"
            )
        if spool.exists():
            parts.append(f"FROM {READ_SPOOL}".replace("?", f"'{spool}'"))
        connection.execute(f"CREATE TEMP VIEW said AS {' UNION ALL BY NAME '.join(parts)}")
        return connection.execute(query, {**asked.values(), **values}).fetchall()


def _naive(at: datetime) -> datetime:
    """UTC without saying so, as Parquet keeps it."""
    return at.astimezone(UTC).replace(tzinfo=None)
