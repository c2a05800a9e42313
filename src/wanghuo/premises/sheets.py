"""Tables that people send: CSV in any usual encoding, xlsx and GeoJSON, as rows of text.

Row numbers count as a spreadsheet shows them: the header is row 1.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from python_calamine import CalamineError, load_workbook

from wanghuo.errors import Invalid
from wanghuo.premises import geojson

ENCODINGS: Final = ("utf-8-sig", "gb18030")
DELIMITERS: Final = ",;\t"
XLSX_SIZE_MAX_BYTES: Final = 512 << 20  # unpacked; a zip bomb is refused before it is opened
FORMULA_STARTS: Final = ("=", "+", "-", "@")
HEADER_ROW: Final = 1


class Sheet(msgspec.Struct):
    """A table. header: stripped texts of row 1; rows: (row number, cells), blank rows left out."""

    file: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


def read(file: str, content: bytes) -> Sheet:
    """The table in `content`; GeoJSON and xlsx by their first bytes, else CSV.

    file: its name, for messages. Raises Invalid with the remedy.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _sheet(file, geojson.rows(file, content))
    if content.startswith(b"PK"):
        return _sheet(file, _xlsx_rows(file, content))
    return _sheet(file, _csv_rows(file, content))


def _sheet(file: str, rows: Iterator[list[str]]) -> Sheet:
    header = [cell.strip().lstrip("\ufeff") for cell in next(rows, [])]
    if not any(header):
        raise Invalid(file, "the table is empty", "put the column names into the first row")
    kept = [
        (number, cells)
        for number, cells in enumerate(rows, start=HEADER_ROW + 1)
        if any(cell and not cell.isspace() for cell in cells)
    ]
    return Sheet(file, header, kept)


def _csv_rows(file: str, content: bytes) -> Iterator[list[str]]:
    text = _decoded(file, content)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        remedy = "check the quotation marks, or send xlsx"
        raise Invalid(file, f"not a CSV table: {error}", remedy) from error


def _decoded(file: str, content: bytes) -> str:
    encodings: Sequence[str] = ENCODINGS
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(file, "neither UTF-8 nor GB 18030 text", "save it as CSV UTF-8, or send xlsx")


def _xlsx_rows(file: str, content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > XLSX_SIZE_MAX_BYTES:
            raise Invalid(file, "the workbook is too large unpacked", "split it, or send CSV")
        sheet = load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        remedy = "open it in a spreadsheet program and save it as xlsx or CSV"
        raise Invalid(file, f"not a readable workbook: {error}", remedy) from error
    for row in rows:
        yield [_cell_text(cell) for cell in row]


def _cell_text(cell: object) -> str:
    """A cell as a person reads it: whole numbers without .0, dates as 2023-04-06."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def column_letters(index: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def safe_cell(text: str) -> str:
    """A text that no spreadsheet program runs as a formula; `plain_cell` undoes it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def plain_cell(text: str) -> str:
    """A cell's text without blanks around it and without the mark of `safe_cell`."""
    stripped = text.strip()
    if stripped.startswith("'") and stripped[1:].startswith(FORMULA_STARTS):
        return stripped[1:]
    return stripped
