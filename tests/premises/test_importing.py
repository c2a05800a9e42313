"""A wrong cell is named with its remedy; a right row becomes the record it says."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.premises.makers import FILES, XINPU, all_known
from wanghuo.errors import Invalid
from wanghuo.place import Coordinates, Datum, distance_m, from_wgs84
from wanghuo.premises import exporting, importing, sheets
from wanghuo.premises.import_tables import TABLES
from wanghuo.premises.import_words import WORDS
from wanghuo.premises.importing import Parsed

PLACE = {
    "id": "XP-1", "name": "宏达塑料厂", "category": "工业企业", "town": "新浦镇",
    "lon": "121.36419", "lat": "30.24367",
}  # fmt: skip
DEVICE = {
    "id": "XP-1-01", "place_id": "XP-1", "kind": "智慧烟感", "operator": "cx01",
    "sender": "gb26875:790300000000", "point": "1.1.40.0a000200",
}  # fmt: skip
CONTACT = {
    "id": "C-1", "owner_kind": "单位", "owner_id": "U-XP-1", "name": "张三", "role": "责任人",
    "phone": "16400000001",
}  # fmt: skip
STATION = {
    "id": "S-1", "level": "微型站", "keeper": "村社", "name": "新浦村站", "town": "XP",
    "lon": "121.364", "lat": "30.243",
}  # fmt: skip
ENTRANCE = {
    "id": "E-1", "place_id": "XP-1", "name": "东门", "lon": "121.364", "lat": "30.243"
}  # fmt: skip
CAMERA = {
    "id": "CAM-1", "name": "电信塔", "town": "XP", "lon": "121.364", "lat": "30.243"
}  # fmt: skip
GOOD = {
    "places": PLACE, "devices": DEVICE, "contacts": CONTACT, "stations": STATION,
    "entrances": ENTRANCE, "cameras": CAMERA,
}  # fmt: skip


def parsed(kind: str, *rows: dict[str, str]) -> Parsed:
    """The result for rows given as cells by column name."""
    made = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(made, names)
    writer.writeheader()
    writer.writerows(rows)
    sheet = sheets.read("places.csv", made.getvalue().encode())
    return importing.parse(TABLES[kind], sheet, all_known())


# kind | column | what stands there | what is said
WRONG = """
places   | id        |             | empty
places   | id        | XP 1        | id
places   | name      |             | empty
places   | category  | 工厂        | choice
places   | town      | 浦东镇      | town
places   | village   | 无此村      | village
places   | lon       | 30.24367    | far
places   | lon       | 121°21      | number
places   | lat       | 95          | number
places   | lat       | nan         | number
places   | lat       | 1e3         | number
places   | datum     | 火星        | datum
places   | people    | 三十        | whole
places   | people    | -1          | whole
places   | sleeping  | 也许        | flag
places   | profile   | 快          | choice
places   | hazards   | \a          | control
devices  | place_id  | XP-9        | place
devices  | kind      | 烟雾        | choice
devices  | sender    | 790300      | sender
devices  | point     | 10区2号     | point
devices  | operator  | cx99        | operator
devices  | installed_on | 去年     | day
contacts | owner_kind | 邻居       | choice
contacts | owner_id  | U-9         | owner
contacts | phone     | 张三        | phone
contacts | role      | 亲戚        | choice
contacts | email     | 张三@       | email
contacts | feishu    | 张 三       | chat_id
contacts | sequence  | 0           | whole
stations | level     | 大站        | choice
stations | keeper    | 个人        | choice
stations | crew      | 很多        | whole
entrances | place_id | XP-9        | place
entrances | name     |             | empty
entrances | width_m  | 宽          | number
cameras  | kind      | 相机        | choice
cameras  | place_id  | XP-9        | place
cameras  | bearing_deg | 361       | number
cameras  | snapshot_url | http://a:b@10.0.0.1/x | snapshot_url
cameras  | snapshot_url | file:///etc/passwd | snapshot_url
cameras  | gb_id     | 3302        | gb_id
"""


@pytest.mark.parametrize("line", WRONG.strip().splitlines())
def test_each_wrong_cell_is_named_with_its_remedy(line: str) -> None:
    kind, column, text, said = (part.strip() for part in line.split("|"))
    row = {**GOOD[kind], column: text.replace("\\a", "\a")}
    result = parsed(kind, row)
    assert result.records == []
    error = next(e for e in result.errors if e.column == column)
    letter = sheets.column_letters(list(row).index(column))
    assert (error.file, error.row, error.cell) == ("places.csv", 2, f"{letter}2")
    assert error.remedy_zh
    assert error.remedy_en
    start = WORDS[said].zh.split("{")[0].split("“")[0]
    assert error.message_zh.startswith(start)


@pytest.mark.parametrize("kind", GOOD)
def test_a_right_row_has_no_error(kind: str) -> None:
    result = parsed(kind, GOOD[kind])
    assert result.errors == []
    assert len(result.records) == 1


def test_all_wrong_cells_of_a_row_are_told_at_once() -> None:
    result = parsed("places", {**PLACE, "name": "", "people": "x", "lat": "x"})
    assert {error.column for error in result.errors} == {"name", "people", "lat"}


def test_a_wrong_row_does_not_stop_the_others() -> None:
    rows = [PLACE, {**PLACE, "id": "XP-2", "lat": "x"}, {**PLACE, "id": "XP-3"}]
    result = parsed("places", *rows)
    assert [row for row, _ in result.records] == [2, 4]
    assert [error.cell for error in result.errors] == ["F3"]


def test_the_second_row_with_an_id_is_told_where_the_first_is() -> None:
    result = parsed("places", PLACE, PLACE)
    assert [error.message_zh for error in result.errors] == ["与第 2 行重复"]
    assert len(result.records) == 1


def test_one_wire_address_belongs_to_one_device() -> None:
    taken = {**DEVICE, "id": "XP-9", "sender": "ctwing:860000000000017", "point": ""}
    twice = {**DEVICE, "id": "XP-1-02"}
    result = parsed("devices", taken, DEVICE, twice)
    assert [error.message_zh for error in result.errors] == [
        "该点位已登记为 XP-2-01",
        "该点位已登记为 XP-1-01",
    ]


@pytest.mark.parametrize("datum", list(Datum))
def test_coordinates_of_any_datum_become_wgs84(datum: Datum) -> None:
    here = Coordinates(XINPU.lon, XINPU.lat)
    lon, lat = from_wgs84(here, datum)
    row = {**PLACE, "lon": f"{lon:.8f}", "lat": f"{lat:.8f}", "datum": datum.value}
    [(_, made)] = parsed("places", row).records
    assert distance_m(made.place.at, here) < 0.05
    assert made.place.datum == datum


def test_who_sleeps_is_known_from_the_category_unless_the_row_says() -> None:
    rental = {**PLACE, "category": "rental"}
    rows = [rental, {**rental, "id": "XP-2", "sleeping": "否"}, {**PLACE, "id": "XP-3"}]
    assert [r.place.sleeping for _, r in parsed("places", *rows).records] == [True, False, False]


def test_a_point_behind_a_transmitter_brings_its_sender() -> None:
    [(_, made)] = parsed("devices", DEVICE).records
    assert made.device.origin == "gb26875:790300000000/1.1.40.0a000200"
    assert made.sender is not None
    assert made.sender.sender == "gb26875:790300000000"
    single = {**DEVICE, "sender": "ctwing:860000000000099", "point": ""}
    [(_, made)] = parsed("devices", single).records
    assert made.sender is None


def test_a_missing_column_is_named_in_both_languages() -> None:
    with pytest.raises(Invalid, match=r"类别 \(category\)"):
        parsed("places", {"id": "XP-1", "name": "x"})


def test_a_header_nobody_knows_is_reported() -> None:
    assert parsed("places", {**PLACE, "备注": "x"}).ignored == ["备注"]


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_template_is_a_table_that_can_be_read(kind: str, form: str) -> None:
    table = TABLES[kind]
    content = exporting.written(table, exporting.template(table), form)
    sheet = sheets.read(f"{kind}.{form}", content)
    index, ignored = importing.header_index(table, sheet)
    assert list(index) == [column.name for column in table.columns]
    assert ignored == []
    assert [row for row, _ in sheet.rows] == [2]


cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [text for file in FILES.values() for text in file.replace("\n", ",").split(",")]
)


@given(kind=st.sampled_from(list(TABLES)), data=st.data())
def test_any_cells_give_records_or_errors_and_never_another_error(
    kind: str, data: st.DataObject
) -> None:
    table = TABLES[kind]
    width = len(table.columns)
    rows = data.draw(st.lists(st.lists(cell, max_size=width + 1), min_size=1, max_size=4))
    header = [column.name for column in table.columns]
    sheet = sheets.Sheet("f.csv", header, list(enumerate(rows, start=2)))
    result = importing.parse(table, sheet, all_known())
    wrong_rows = {error.row for error in result.errors}
    assert {row for row, _ in result.records} == set(range(2, 2 + len(rows))) - wrong_rows
    assert all(e.message_zh and e.message_en and e.remedy_zh and e.remedy_en for e in result.errors)
