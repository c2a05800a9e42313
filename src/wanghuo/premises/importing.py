"""From rows of text to valid records, or to a sentence about the cell that is wrong.

Nothing here reads a table of the database: what rows refer to is handed in as `Known`. A row with
one wrong cell gives no record; all its wrong cells are told, each with cell, reason and remedy in
Chinese and English.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from wanghuo import place
from wanghuo.errors import Invalid
from wanghuo.place import Coordinates, Datum
from wanghuo.premises.categories import Category
from wanghuo.premises.import_words import WORDS
from wanghuo.premises.model import Town
from wanghuo.premises.sheets import HEADER_ROW, Sheet, column_letters, plain_cell
from wanghuo.units import METRES_PER_KILOMETRE

YES: Final = frozenset({"true", "1", "yes", "y", "是", "有", "真"})
NO: Final = frozenset({"false", "0", "no", "n", "否", "无", "假"})
TEXT_SIZE_MAX_CHARS: Final = 500
COORDINATE_DECIMALS: Final = 7  # one centimetre
FAR_M: Final = 100_000.0  # a place so far from its town's seat has swapped or foreign degrees
WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)
DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ][\d:.]*)?", re.ASCII)
DECIMAL: Final = re.compile(r"[+-]?\d{1,9}(\.\d{0,20})?", re.ASCII)


class Column(msgspec.Struct, frozen=True):
    """A column of a table. name and zh are both accepted as header; zh stands in templates."""

    name: str
    zh: str
    example: str
    required: bool = False


class CellError(msgspec.Struct, frozen=True):
    """What is wrong with one cell. cell: as a spreadsheet names it, e.g. C7."""

    file: str
    row: int
    column: str
    cell: str
    message_zh: str
    message_en: str
    remedy_zh: str
    remedy_en: str


class Known(msgspec.Struct):
    """What rows may refer to. places, owners: to their town codes; contacts: to their stations."""

    towns: Mapping[str, Town] = {}  # by code, name and short
    villages: Mapping[tuple[str, str], str] = {}  # (town code, code or name) to code
    categories: Mapping[str, Category] = {}  # by code, zh and en
    places: Mapping[str, str] = {}
    owners: Mapping[tuple[str, str], str] = {}
    contacts: Mapping[str, str] = {}
    operators: frozenset[str] = frozenset()
    origins: dict[str, str] = {}  # origin to device id; rows add theirs
    default_datum: Datum = Datum.WGS84


class Cells:
    """One row, read cell by cell; remembers what was wrong."""

    def __init__(self, file: str, row: int, index: Mapping[str, int], texts: list[str]) -> None:
        self.row = row
        self.errors: list[CellError] = []
        self._file = file
        self._index = index
        self._texts = texts

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """The cell's text, stripped; `default` if it is empty or the column is not there."""
        at = self._index.get(name, -1)
        found = plain_cell(self._texts[at]) if 0 <= at < len(self._texts) else ""
        if not found:
            if required:
                self.wrong(name, "empty")
            return default
        if len(found) > TEXT_SIZE_MAX_CHARS:
            self.wrong(name, "too_long", most=TEXT_SIZE_MAX_CHARS)
        if not found.isprintable():
            self.wrong(name, "control")
        return found

    def wrong(self, name: str, code: str, **said: object) -> None:
        """Remember what is wrong with this row's cell: a code of import_words and its words."""
        cell = f"{column_letters(self._index[name])}{self.row}" if name in self._index else ""
        sentences = (words.format(**said) for words in WORDS[code])
        self.errors.append(CellError(self._file, self.row, name, cell, *sentences))

    def choice(self, name: str, options: Mapping[str, str], default: str = "") -> str:
        """One of the values of `options`, whose keys (any case) may be written; "" if wrong."""
        text = self.text(name, default, required=not default)
        found = options.get(text.lower(), "")
        if text and not found:
            self.wrong(name, "choice", text=text, options=", ".join(options))
        return found

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number between `low` and `high`."""
        text = self.text(name, str(default))
        if WHOLE.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        self.wrong(name, "whole", text=text, low=low, high=high)
        return default

    def decimal(self, name: str, low: float, high: float) -> float:
        """A number between `low` and `high`; nan if wrong."""
        text = self.text(name, required=True)
        number = float(text) if DECIMAL.fullmatch(text) else math.nan
        if text and not low <= number <= high:
            self.wrong(name, "number", text=text, low=low, high=high)
        return number if low <= number <= high else math.nan

    def measured(self, name: str, low: float, high: float) -> float | None:
        """A number between `low` and `high`, or None if the cell is empty: nobody measured."""
        if not self.text(name):
            return None
        number = self.decimal(name, low, high)
        return None if math.isnan(number) else number

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no."""
        text = self.text(name).lower()
        if text and text not in YES | NO:
            self.wrong(name, "flag", text=text)
        return text in YES if text else default

    def day(self, name: str) -> date | None:
        """A date, or None if the cell is empty."""
        text = self.text(name)
        if not text:
            return None
        found = DAY.fullmatch(text)
        try:
            return date(*map(int, found.groups())) if found else date.fromisoformat(text)
        except ValueError:
            self.wrong(name, "day", text=text)
            return None

    def point(self, known: Known, town_code: str = "") -> tuple[Coordinates, Datum]:
        """The columns lon, lat and datum as WGS-84; too far from the given town is wrong."""
        lon, lat = self.decimal("lon", -180.0, 180.0), self.decimal("lat", -90.0, 90.0)
        text = self.text("datum", known.default_datum.value)
        try:
            source = place.datum(text)
        except Invalid:
            self.wrong("datum", "datum", text=text, options=", ".join(Datum))
            source = Datum.WGS84
        if math.isnan(lon) or math.isnan(lat):
            return Coordinates(0.0, 0.0), source
        raw = place.to_wgs84(lon, lat, source)
        at = Coordinates(round(raw.lon, COORDINATE_DECIMALS), round(raw.lat, COORDINATE_DECIMALS))
        town = known.towns.get(town_code)
        if town is not None:
            away_m = place.distance_m(at, Coordinates(town.lon, town.lat))
            if away_m > FAR_M:
                self.wrong("lon", "far", town=town.name, away_km=away_m / METRES_PER_KILOMETRE)
        return at, source

    def town(self, known: Known) -> str:
        """The code of the town that the column names by code, name or two letters."""
        text = self.text("town", required=True)
        found = known.towns.get(text)
        if text and found is None:
            self.wrong("town", "town", text=text)
        return found.code if found else ""

    def village(self, known: Known, town_code: str) -> str:
        """The code of the village that the column names by code or name; "" if it is empty."""
        text = self.text("village")
        found = known.villages.get((town_code, text), "")
        if text and town_code and not found:
            self.wrong("village", "village", text=text)
        return found


Parse = Callable[[Cells, Known], Any]


class Table(msgspec.Struct, frozen=True):
    """A kind of table: its columns, the first is the key, and how a row becomes a record."""

    kind: str
    columns: tuple[Column, ...]
    parse: Parse


class Parsed(msgspec.Struct):
    """records: (row number, record) of the good rows; ignored: headers nobody knows."""

    records: list[tuple[int, Any]]
    errors: list[CellError]
    ignored: list[str]


def header_index(table: Table, sheet: Sheet) -> tuple[dict[str, int], list[str]]:
    """Where each column stands, and the headers nobody knows. Raises Invalid if one is missing."""
    names = {column.zh: column.name for column in table.columns}
    names |= {column.name: column.name for column in table.columns}
    index: dict[str, int] = {}
    ignored: list[str] = []
    for at, header in enumerate(sheet.header):
        name = names.get(header) or names.get(header.lower().rstrip("*＊ "))
        name = name or names.get(header.rstrip("*＊ "))
        if name is None or name in index:
            ignored.append(header)
        else:
            index[name] = at
    missing = [c for c in table.columns if c.required and c.name not in index]
    if missing:
        listed = "、".join(f"{c.zh} ({c.name})" for c in missing)
        raise Invalid(
            sheet.file, f"第 {HEADER_ROW} 行缺少列 / row {HEADER_ROW} lacks the columns {listed}",
            "下载模板核对表头 / compare the header with the template",
        )  # fmt: skip
    return index, [header for header in ignored if header]


def column_values(table: Table, sheet: Sheet, *names: str) -> list[tuple[str, ...]]:
    """The texts of some columns, row by row: to look up what rows refer to."""
    index, _ = header_index(table, sheet)
    return [
        tuple(Cells("", number, index, texts).text(name) for name in names)
        for number, texts in sheet.rows
    ]


def parse(table: Table, sheet: Sheet, known: Known) -> Parsed:
    """Records and errors of a sheet. The second row with the same key is an error."""
    index, ignored = header_index(table, sheet)
    key = table.columns[0].name
    first_row: dict[str, int] = {}
    records: list[tuple[int, Any]] = []
    errors: list[CellError] = []
    for number, texts in sheet.rows:
        cells = Cells(sheet.file, number, index, texts)
        record = table.parse(cells, known)
        own_key = cells.text(key)
        before = first_row.setdefault(own_key, number)
        if own_key and before != number:
            cells.wrong(key, "twice", before=before)
        errors += cells.errors
        if not cells.errors:
            records.append((number, record))
    return Parsed(records, errors, ignored)


def options(words: str) -> dict[str, str]:
    """Choices for `Cells.choice` from lines `value written written …`; a value writes itself."""
    made: dict[str, str] = {}
    for line in words.strip().splitlines():
        value, *written = line.split()
        made |= dict.fromkeys([value, *written], value)
    return made


def columns(lines: str) -> tuple[Column, ...]:
    """Columns from lines `name | zh | example`; a star behind the name means required."""
    made = []
    for line in filter(str.strip, lines.splitlines()):
        name, zh, example = (part.strip() for part in line.split("|"))
        made.append(Column(name.rstrip("*"), zh, example, name.endswith("*")))
    return tuple(made)
