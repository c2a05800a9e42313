"""Tables out: CSV and xlsx that can be imported again, and empty templates with one example row."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter

from wanghuo.premises.importing import Table
from wanghuo.premises.model import ADDRESSES
from wanghuo.premises.search import masked
from wanghuo.premises.sheets import safe_cell

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM: Final = "\ufeff"  # without it a spreadsheet program takes UTF-8 for its own encoding
COLUMN_WIDTH_CHARS: Final = 18
XLSX_TEXT_SIZE_MAX_CHARS: Final = 32_767


def attachment(kind: str, form: str) -> dict[str, str]:
    """The headers of a table that is kept as a file."""
    return {"Content-Disposition": f'attachment; filename="{kind}.{form}"'}


def header(table: Table) -> list[str]:
    """The Chinese names of the columns, a star behind the required ones."""
    return [f"{column.zh}*" if column.required else column.zh for column in table.columns]


def template(table: Table) -> list[Sequence[Any]]:
    """One example row."""
    return [[column.example for column in table.columns]]


def without_phones(table: Table, rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """The rows with telephone numbers masked, and without the addresses that stand for a person."""
    names = [column.name for column in table.columns]
    hidden = {at for at, name in enumerate(names) if name in ADDRESSES}
    phone = names.index("phone")
    return [
        tuple(
            masked(cell) if at == phone else "" if at in hidden else cell
            for at, cell in enumerate(row)
        )
        for row in rows
    ]


def written(table: Table, rows: Iterable[Sequence[Any]], form: str) -> bytes:
    """The table as a file. form: csv or xlsx."""
    return _csv(table, rows) if form == "csv" else _xlsx(table, rows)


def _text(value: Any) -> str:  # noqa: ANN401 - a cell of any column type
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return safe_cell(value) if isinstance(value, str) else str(value)


def _csv(table: Table, rows: Iterable[Sequence[Any]]) -> bytes:
    made = io.StringIO(newline="")
    made.write(BOM)
    writer = csv.writer(made)
    writer.writerow(header(table))
    writer.writerows([_text(value) for value in row] for row in rows)
    return made.getvalue().encode()


def _xlsx(table: Table, rows: Iterable[Sequence[Any]]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet(table.kind)
    sheet.set_column(0, len(table.columns) - 1, COLUMN_WIDTH_CHARS)
    sheet.freeze_panes(1, 0)
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    for at, name in enumerate(header(table)):
        sheet.write_string(0, at, name, bold)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(number, at, value)
            else:
                shown = _text(value)[:XLSX_TEXT_SIZE_MAX_CHARS]
                sheet.write_string(number, at, shown, text)
    book.close()
    return made.getvalue()
