"""Tables are read whatever program wrote them, and what is no table is refused with a remedy."""

import io
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from wanghuo.errors import Invalid
from wanghuo.premises import sheets

TEXT = '编号,名称\nXP-1,宏达塑料\n\n , \nXP-2,"新浦，一厂"\n'


def a_workbook(rows: list[list[object]]) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace(",", ";").encode("gb18030"),
        TEXT.replace(",", "\t").encode("utf-16"),
    ],
)
def test_any_usual_encoding_and_delimiter_gives_the_same_table(content: bytes) -> None:
    sheet = sheets.read("f.csv", content)
    assert sheet.header == ["编号", "名称"]
    assert sheet.rows == [(2, ["XP-1", "宏达塑料"]), (5, ["XP-2", "新浦，一厂"])]


def test_a_workbook_is_read_as_a_person_reads_it() -> None:
    rows: list[list[object]] = [
        ["id", "phone", "share", "day", "yes"],
        ["XP-1", 13900000000, 0.25, datetime(2023, 4, 6), True],  # noqa: DTZ001 - a cell has no zone
        ["", "", "", "", ""],
        [7, 86000000000001, -1.5, date(2023, 4, 7), False],
    ]
    sheet = sheets.read("f.xlsx", a_workbook(rows))
    assert sheet.rows == [
        (2, ["XP-1", "13900000000", "0.25", "2023-04-06", "true"]),
        (4, ["7", "86000000000001", "-1.5", "2023-04-07", "false"]),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04 no workbook", "save it as xlsx"),
        (b"\xff\xfe\x00", "save it as CSV UTF-8"),
        (b"\x81\x00\x81\x00", "save it as CSV UTF-8"),
        (b'id,name\n"open,1\n', "quotation marks"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        sheets.read("f", content)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: b"PK\x03\x04" + b))
def test_any_bytes_give_a_table_or_the_named_error(content: bytes) -> None:
    try:
        sheet = sheets.read("f", content)
    except Invalid:
        return
    assert sheet.header


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (702, "AAA")])
def test_columns_are_named_as_a_spreadsheet_names_them(index: int, letters: str) -> None:
    assert sheets.column_letters(index) == letters


@given(st.text("=+-@'a1 中", max_size=8).filter(lambda text: text == text.strip()))
def test_a_cell_that_looks_like_a_formula_comes_back_as_it_was(text: str) -> None:
    safe = sheets.safe_cell(text)
    assert not safe.startswith(sheets.FORMULA_STARTS)
    if not text.startswith("'"):
        assert sheets.plain_cell(safe) == text
