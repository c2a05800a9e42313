"""The history of the routine lane is written: Parquet files by day, in large pieces, by DuckDB.

- Rows wait in a spool file beside them, which is already readable, until there are enough of them.
- A file is named by the first and the last stream sequence in it and appears whole or not at all.
- The position in the database says what is in files. What comes after it is written again from
  the stream after a crash, so nothing is missing and nothing is there twice.

Not asynchronous: feed.py runs what takes long in a thread. history.py reads it.
"""

import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
LATE_MAX = timedelta(days=1)  # a device that was cut off brings what it kept
CLOCK_AHEAD_MAX = timedelta(minutes=5)
RAW_MAX_BYTES = 1_024  # the longest body of a GB/T 26875.3 frame
NO_NETWORK = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}

COLUMNS = {
    "received_at": "TIMESTAMP", "origin": "VARCHAR", "sender": "VARCHAR", "kind": "VARCHAR",
    "sensor": "VARCHAR", "quantity": "VARCHAR", "value": "DOUBLE", "unit": "VARCHAR",
    "status": "INTEGER", "text": "VARCHAR", "seq": "BIGINT", "raw": "VARCHAR",
    "happened_at": "TIMESTAMP",
}  # fmt: skip
READ_SPOOL = (
    "read_json(?, format = 'newline_delimited', ignore_errors = true, columns = {"
    + ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
    + "})"
)


class _Row(msgspec.Struct):
    """One signal as a line of the spool. seq: of the message that it came in. raw: hex digits.

    happened_at: when the device says that it was, if that can be.
    """

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
    raw: str
    happened_at: str | None


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
                _stamp(s.received_at), s.origin(), s.sender, s.kind,
                s.sensor, s.quantity, s.value, s.unit, s.status, s.text, sequence,
                s.raw[:RAW_MAX_BYTES].hex(), _happened(s),
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
        with connect() as connection:
            spool = str(self._folder / SPOOL)
            connection.execute(f"CREATE TEMP TABLE waiting AS FROM {READ_SPOOL}", [spool])
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


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _happened(signal: Signal) -> str | None:
    """When the device says that it was; None for a clock that cannot be right."""
    claimed, heard = signal.happened_at, signal.received_at
    if claimed is None or not heard - LATE_MAX <= claimed <= heard + CLOCK_AHEAD_MAX:
        return None
    return _stamp(claimed)


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


def connect() -> duckdb.DuckDBPyConnection:
    """A database of nothing, that asks little of the machine and nothing of a network."""
    return duckdb.connect(
        ":memory:", config={"threads": THREADS, "memory_limit": MEMORY_MAX, **NO_NETWORK}
    )
