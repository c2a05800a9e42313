"""What an import says: the upload, the first rows, every wrong cell, and what is new or changed."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from wanghuo.place import Datum
from wanghuo.premises.importing import CellError, Parsed, Table
from wanghuo.premises.sheets import Sheet

FIRST_ROWS: Final = 20
ERRORS_SHOWN_MAX: Final = 1000
DATUM_FIELD: Final = 10  # of a place's row: what the source said is no change by itself


class Upload(msgspec.Struct, frozen=True):
    """A file to import. datum: what its degrees mean where it has no datum column."""

    kind: str
    file: str
    content: bytes
    datum: Datum = Datum.WGS84
    commit: bool = False


class PreviewRow(msgspec.Struct, frozen=True):
    """One of the first rows as it would be kept. state: new, changed, unchanged."""

    row: int
    state: str
    record: Any


class Report(msgspec.Struct):
    """What an import does, or did if committed. errors holds the first 1,000 of errors_total."""

    kind: str
    file: str
    rows: int
    new: int
    changed: int
    unchanged: int
    errors_total: int
    errors: list[CellError]
    ignored_columns: list[str]
    first: list[PreviewRow]
    committed: bool


def report_json(report: Report) -> bytes:
    """The report as JSON, for the API and for `--json`."""
    return msgspec.json.encode(report)


def report_of(upload: Upload, sheet: Sheet, parsed: Parsed, states: list[str]) -> Report:
    """The report of a read sheet; states: new, changed or unchanged, one a good row."""
    first = [
        PreviewRow(row, state, record)
        for (row, record), state in zip(
            parsed.records[:FIRST_ROWS], states[:FIRST_ROWS], strict=True
        )
    ]
    return Report(
        kind=upload.kind,
        file=upload.file,
        rows=len(sheet.rows),
        new=states.count("new"),
        changed=states.count("changed"),
        unchanged=states.count("unchanged"),
        errors_total=len(parsed.errors),
        errors=parsed.errors[:ERRORS_SHOWN_MAX],
        ignored_columns=parsed.ignored,
        first=first,
        committed=upload.commit,
    )


def row_of(table: Table, record: Any) -> tuple[Any, ...]:  # noqa: ANN401 - any record of import_rows
    """A record as a row that can be compared with what is there."""
    if table.kind == "places":
        return (*without_datum(fields_of(record.place)), *fields_of(record.unit))
    if table.kind == "devices":
        return tuple(record.device)
    if table.kind == "contacts":
        return (*fields_of(record.contact), *record.addresses)
    return fields_of(record)


def fields_of(record: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a struct, a named tuple or None
    """The fields of a record in order; none of None."""
    if record is None:
        return ()
    return record if isinstance(record, tuple) else msgspec.structs.astuple(record)


def without_datum(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A place's row without what its source called the datum."""
    return row[:DATUM_FIELD] + row[DATUM_FIELD + 1 :]


def states_of(
    table: Table, records: list[tuple[int, Any]], before: Mapping[str, tuple[Any, ...]]
) -> list[str]:
    """new, changed or unchanged of each record, compared with what is there under its key."""
    rows = [row_of(table, record) for _, record in records]
    return [
        "new" if row[0] not in before else "unchanged" if before[row[0]] == row else "changed"
        for row in rows
    ]
