"""The history of the routine lane: Parquet files by day, written in large pieces, read by DuckDB.

- Rows wait in a spool file beside them, which is already readable, until there are enough of them.
- A file is named by the first and the last stream sequence in it and appears whole or not at all.
- The position in the database says what is in files. What comes after it is written again from
  the stream after a crash, so nothing is missing and nothing is there twice.

Not asynchronous: feed.py runs what takes long in a thread.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import structlog

from wanghuo.facts.signal import Signal

ROWS_MAX = 300_000
AGE_MAX_S = 900.0
SPOOL = "spool.jsonl"
FLUSH_BYTES = 256 * 1024
FLUSH_PERIOD_S = 2.0
RETRY_S = 30.0
THREADS = 1  # of DuckDB: the fires of the same machine come first
MEMORY_MAX = "256MB"
POINTS_MAX = 2_000
NO_NETWORK = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}

COLUMNS = {
    "received_at": "TIMESTAMP", "origin": "VARCHAR", "sender": "VARCHAR", "kind": "VARCHAR",
    "sensor": "VARCHAR", "quantity": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR",
    "status": "INTEGER", "text": "VARCHAR", "seq": "BIGINT",
}  # fmt: skip
_READ_SPOOL = (
    "read_json(?, format = 'newline_delimited', ignore_errors = true, columns = {"
    + ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
    + "})"
)


class _Row(msgspec.Struct):
    """One signal as a line of the spool. seq: of the message that it came in."""

    received_at: str
    origin: str
    sender: str
    kind: str
    sensor: str
    quantity: str
    value: float
    unit: str
    status: int
    text: str
    seq: int


class Said(msgspec.Struct, frozen=True):
    """One line of a point's history. at: UTC, when it was received."""

    at: datetime
    kind: str
    quantity: str
    value: float
    unit: str
    status: int
    text: str


class ChartPoint(msgspec.Struct, frozen=True):
    """One bucket of a chart. at: its beginning, UTC."""

    at: datetime
    lowest: float
    mean: float
    highest: float
    readings: int


ArchiveError = duckdb.Error
_log = structlog.get_logger("signals.archive")
_encoder = msgspec.json.Encoder()


class Archive:
    """Writes history into `folder`. rows_max, age_max_s: when a file is made of the spool."""

    def __init__(
        self, folder: Path, *, rows_max: int = ROWS_MAX, age_max_s: float = AGE_MAX_S
    ) -> None:
        self._folder = folder
        self._rows_max = rows_max
        self._age_max_s = age_max_s
        self._waiting = bytearray()
        self._rows = 0
        self._first = 0
        self._began_s: float | None = None
        self._not_before_s = self._flushed_s = 0.0

    def begin(self, position: int) -> None:
        """Everything up to the stream sequence `position` is in files; remove what is behind it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._waiting.clear()
        self._empty()
        for path in [*self._folder.glob("day=*/*.parquet"), *self._folder.glob("day=*/*.new")]:
            if path.suffix == ".new" or int(path.stem.split("-")[0]) > position:
                path.unlink()

    def add(self, sequence: int, signals: Iterable[Signal]) -> None:
        """Take the signals of one message into the spool."""
        if self._rows == 0:
            self._first = sequence
        for s in signals:
            self._rows += 1
            row = _Row(
                s.received_at.strftime("%Y-%m-%d %H:%M:%S.%f"), s.origin(), s.sender, s.kind,
                s.sensor, s.quantity, s.value, s.unit, s.status, s.text, sequence,
            )  # fmt: skip
            self._waiting += _encoder.encode(row) + b"\n"
        if len(self._waiting) >= FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Bring waiting rows into the spool file, where readers see them."""
        if not self._waiting:
            return
        try:
            with (self._folder / SPOOL).open("ab") as file:
                file.write(self._waiting)
        except OSError as error:
            _log.error("spool_not_written", why=str(error), waiting_bytes=len(self._waiting))
            return
        self._waiting.clear()

    def postpone(self, now_s: float) -> None:
        """It could not be written now: not due again before RETRY_S. The spool keeps growing."""
        self._not_before_s = now_s + RETRY_S

    def due(self, now_s: float) -> bool:
        """Whether a file shall be made now. Asked often; also shows readers what is new."""
        if self._rows == 0:
            return False
        if now_s - self._flushed_s >= FLUSH_PERIOD_S:
            self._flushed_s = now_s
            self.flush()
        if self._began_s is None:
            self._began_s = now_s
        ripe = self._rows >= self._rows_max or now_s - self._began_s >= self._age_max_s
        return ripe and now_s >= self._not_before_s

    def write(self, last: int) -> None:
        """Make durable files, one a day, of the spool up to sequence `last`. May be repeated.

        Raises OSError or duckdb.Error; then nothing of it counts.
        """
        self.flush()
        if self._rows == 0:
            return
        with _connect() as connection:
            spool = str(self._folder / SPOOL)
            connection.execute(f"CREATE TEMP TABLE waiting AS FROM {_READ_SPOOL}", [spool])
            days = connection.execute("SELECT DISTINCT received_at::DATE FROM waiting").fetchall()
            for (day,) in days:
                folder = self._folder / f"day={day}"
                folder.mkdir(exist_ok=True)
                final = folder / f"{self._first:015d}-{last:015d}.parquet"
                fresh = final.with_suffix(".new")
                connection.execute(
                    f"COPY (FROM waiting WHERE received_at::DATE = '{day}'"
                    f" ORDER BY origin, received_at)"
                    f" TO '{fresh}' (FORMAT parquet, COMPRESSION zstd)"
                )
                _make_durable(fresh, final)

    def written(self) -> None:
        """The position says so too: the spool is no longer needed."""
        self._empty()

    def _empty(self) -> None:
        self._rows = 0
        self._began_s = None
        (self._folder / SPOOL).unlink(missing_ok=True)


def _make_durable(fresh: Path, final: Path) -> None:
    """Name a whole file by its final name, safe from a power cut."""
    _sync(fresh)
    fresh.replace(final)
    _sync(final.parent)
    _sync(final.parent.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def history(
    folder: Path, origin: str, since: datetime, until: datetime, limit: int = 1000
) -> list[Said]:
    """What a point said in [since, until), newest first, `limit` lines at most."""
    rows = _ask(
        folder, since, until,
        "SELECT DISTINCT received_at, kind, quantity, value, unit, status, text FROM said"
        " WHERE origin = ? AND received_at >= ? AND received_at < ?"
        " ORDER BY received_at DESC LIMIT ?",
        [origin, _naive(since), _naive(until), limit],
    )  # fmt: skip
    return [Said(at.replace(tzinfo=UTC), *rest) for at, *rest in rows]


def chart(  # noqa: PLR0913 — what a chart is
    folder: Path, origin: str, quantity: str, *, since: datetime, until: datetime, points: int
) -> list[ChartPoint]:
    """A point's readings of one quantity in [since, until), in at most `points` buckets."""
    points = max(1, min(points, POINTS_MAX))
    width_us = max(1, int((until - since) / timedelta(microseconds=1)) // points)
    rows = _ask(
        folder, since, until,
        "SELECT (epoch_us(received_at) - ?) // ? AS bucket,"
        " min(value), avg(value), max(value), count(*)"
        " FROM (SELECT DISTINCT received_at, value FROM said WHERE origin = ? AND quantity = ?"
        " AND kind IN ('reading', 'notable')"
        " AND received_at >= ? AND received_at < ?)"
        " GROUP BY bucket ORDER BY bucket",
        [int(since.timestamp() * 1_000_000), width_us, origin, quantity,
         _naive(since), _naive(until)],
    )  # fmt: skip
    return [
        ChartPoint(since + timedelta(microseconds=bucket * width_us), low, mean, high, count)
        for bucket, low, mean, high, count in rows
    ]


def _ask(
    folder: Path, since: datetime, until: datetime, query: str, values: Sequence[object]
) -> list[tuple[Any, ...]]:
    """The answer over the files of those days and the spool; [] if there are none."""
    first, last = _naive(since).date().isoformat(), _naive(until).date().isoformat()
    files = [
        str(path)
        for path in sorted(folder.glob("day=*/*.parquet"))
        if first <= path.parent.name.removeprefix("day=") <= last
    ]
    spool = folder / SPOOL
    with _connect() as connection:
        names = ", ".join(COLUMNS)
        parts = []
        if files:
            listed = ", ".join(f"'{path}'" for path in files)
            parts.append(f"SELECT {names} FROM read_parquet([{listed}], hive_partitioning = false)")  # noqa: S608 — our own paths
        if spool.exists():
            parts.append(f"SELECT {names} FROM {_READ_SPOOL}".replace("?", f"'{spool}'"))  # noqa: S608 — our own path
        if not parts:
            return []
        connection.execute(f"CREATE TEMP VIEW said AS {' UNION ALL '.join(parts)}")
        return connection.execute(query, list(values)).fetchall()


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        ":memory:", config={"threads": THREADS, "memory_limit": MEMORY_MAX, **NO_NETWORK}
    )


def _naive(at: datetime) -> datetime:
    """UTC without saying so, as Parquet keeps it."""
    return at.astimezone(UTC).replace(tzinfo=None)
