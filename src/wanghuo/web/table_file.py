"""A list taken away as a file: CSV as it is read, xlsx once it is whole.

Rule 1. A file holds what the list shows with the same filters, for the same asker: it is read page
        by page through the same question, each in a transaction of its own, and so neither fills
        memory nor holds a lock.
Rule 2. A code is written as its word in the asker's language, a time on the city's clock.
Rule 3. Cells are made in a thread: fires that come in by HTTP share this process.
Rule 4. No cell is run by a spreadsheet.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import IO, Annotated, Any, Final, Literal

import msgspec
import xlsxwriter
from fastapi import Query
from fastapi.responses import StreamingResponse

from wanghuo.errors import Invalid
from wanghuo.facts.sentences import word

Form = Literal["csv", "xlsx"]
Row = Mapping[str, Any]
# A page of rows after a key, and the key of the next one; "" begins and ends.
ReadPage = Callable[[str], Awaitable[tuple[Sequence[Row], str]]]

CITY_CLOCK: Final = timezone(timedelta(hours=8))
BOM: Final = "\ufeff"  # without it a spreadsheet program takes UTF-8 for its own encoding
PAGE_ROWS: Final = 500  # so many at once delay nobody else for long
SHEET_ROWS_MAX: Final = 1_000_000  # a sheet ends at 1,048,576; then the next one begins
TEXT_MAX_CHARS: Final = 32_767  # of a cell
CHUNK_BYTES: Final = 64 * 1024
COLUMN_WIDTH_CHARS: Final = 18
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPES: Final[Mapping[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Column(msgspec.Struct, frozen=True):
    """A column of a table. words: the list of facts.sentences whose codes it holds, or ""."""

    name: str
    zh: str
    en: str
    words: str = ""


class FileAsked(msgspec.Struct, frozen=True):
    """How a table is to be written. columns: "" for all, else names with commas between."""

    form: Form
    columns: str
    language: Literal["zh", "en"]


def file_asked(
    form: Annotated[Form, Query(alias="format")] = "csv",
    columns: Annotated[
        str, Query(max_length=1000, description="Names with commas; empty for all.")
    ] = "",
    lang: Literal["zh", "en"] = "zh",
) -> FileAsked:
    """The part of a query that says how a table is written, for Depends."""
    return FileAsked(form, columns, lang)


def chosen(every: Sequence[Column], asked: str) -> list[Column]:
    """The columns that are asked for, in the order of asking. Raises Invalid for a strange one."""
    known = {column.name: column for column in every}
    names = [name for name in asked.split(",") if name]
    strange = [name for name in names if name not in known]
    if strange:
        raise Invalid("columns", f"no column {strange[0]}", f"choose from {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(every)


def table_answer(
    name: str, every: Sequence[Column], asked: FileAsked, read: ReadPage
) -> StreamingResponse:
    """The table as an attachment `name`.csv or .xlsx. Raises Invalid before anything is sent."""
    columns = chosen(every, asked.columns)
    head = [getattr(column, asked.language) for column in columns]
    lines = _lines(columns, asked.language, read)
    body = _csv(head, lines) if asked.form == "csv" else _xlsx(name, head, lines)
    return StreamingResponse(
        body,
        media_type=MEDIA_TYPES[asked.form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{asked.form}"',
            "Cache-Control": "no-store",
        },
    )


def safe_text(text: str) -> str:
    """A text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _cell(value: Any, column: Column, language: str) -> str | int | float:  # noqa: ANN401 - of any column
    if value is None or value == "":
        return ""
    if isinstance(value, Mapping):  # a sentence, in both languages
        value = value[language]
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(CITY_CLOCK):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    text = word(column.words, str(value))[language] if column.words else str(value)
    return safe_text(text)[:TEXT_MAX_CHARS]


def _filled(
    rows: Sequence[Row], columns: Sequence[Column], language: str
) -> list[list[str | int | float]]:
    return [[_cell(row.get(c.name), c, language) for c in columns] for row in rows]


async def _lines(
    columns: Sequence[Column], language: str, read: ReadPage
) -> AsyncIterator[list[list[str | int | float]]]:
    after = ""
    while True:
        rows, after = await read(after)
        yield await asyncio.to_thread(_filled, rows, columns, language)
        if not after:
            return


async def _csv(
    head: list[str], pages: AsyncIterator[list[list[str | int | float]]]
) -> AsyncIterator[bytes]:
    yield _csv_text([head], BOM)
    async for page in pages:
        yield _csv_text(page)


def _csv_text(lines: Sequence[Sequence[Any]], before: str = "") -> bytes:
    made = io.StringIO(newline="")
    made.write(before)
    csv.writer(made).writerows(lines)
    return made.getvalue().encode()


async def _xlsx(
    name: str, head: list[str], pages: AsyncIterator[list[list[str | int | float]]]
) -> AsyncIterator[bytes]:
    with tempfile.TemporaryFile() as file:
        book = _Book(file, name, head)
        async for page in pages:
            await asyncio.to_thread(book.add, page)
        await asyncio.to_thread(book.close)
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


class _Book:
    """A workbook that is written row by row and kept on disk."""

    def __init__(self, file: IO[bytes], name: str, head: list[str]) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._name, self._head = name, head
        self._bold = self._book.add_format({"bold": True})
        self._text = self._book.add_format({"num_format": "@"})
        self._rows = self._begin_sheets()
        self._sheet, self._row = next(self._rows)

    def _begin_sheets(self) -> Iterator[tuple[Any, int]]:
        """The sheet and row that comes next, for ever; each sheet has its head."""
        number = 0
        while True:
            number += 1
            sheet = self._book.add_worksheet(f"{self._name} {number}" if number > 1 else self._name)
            sheet.set_column(0, len(self._head) - 1, COLUMN_WIDTH_CHARS)
            sheet.freeze_panes(1, 0)
            for at, title in enumerate(self._head):
                sheet.write_string(0, at, title, self._bold)
            for row in range(1, SHEET_ROWS_MAX + 1):
                yield sheet, row

    def add(self, lines: Sequence[Sequence[str | int | float]]) -> None:
        """Write these lines under the last one."""
        for line in lines:
            for at, value in enumerate(line):
                if isinstance(value, str):
                    self._sheet.write_string(self._row, at, value, self._text)
                else:
                    self._sheet.write_number(self._row, at, value)
            self._sheet, self._row = next(self._rows)

    def close(self) -> None:
        """Write the end of the file."""
        self._book.close()
