"""Files into PostgreSQL: previewed, kept once, changed by a second file, exported as they came."""

from pathlib import Path

import pytest

from tests.premises.makers import FILES, the_categories
from wanghuo.devices import store as devices_store
from wanghuo.engines.postgres import Database, Transaction
from wanghuo.errors import Invalid
from wanghuo.place import Datum
from wanghuo.premises import exporting, feed, store
from wanghuo.premises.import_report import Report, Upload
from wanghuo.premises.import_tables import TABLES


async def imported(
    tx: Transaction, kind: str, content: str | bytes, *, commit: bool = True
) -> Report:
    packed = content if isinstance(content, bytes) else content.encode()
    upload = Upload(kind, f"{kind}.csv", packed, Datum.WGS84, commit)
    return await feed.run_import(devices_store, tx, the_categories(), upload)


def told(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.errors_total


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text, encoding="gb18030")
    return tmp_path


@pytest.fixture
async def small_city(database: Database, folder: Path) -> Database:
    async with database.transaction() as tx:
        await feed.load_folder(devices_store, tx, the_categories(), folder)
    return database


async def test_a_folder_of_files_is_a_city(database: Database, folder: Path) -> None:
    async with database.transaction() as tx:
        reports = await feed.load_folder(devices_store, tx, the_categories(), folder)
        counts = await store.counts(tx) | await devices_store.counts(tx)
        place = await store.place(tx, "XP-1")
        contacts = await store.contacts_of(tx, [("unit", "U-XP-1"), ("city", "city")])
    assert [report.kind for report in reports] == list(TABLES)
    assert (counts["places"], counts["devices"], counts["senders"]) == (3, 3, 1)
    assert (place.village_code, place.category, place.unit_id) == (
        "330282112201", "industrial", "U-XP-1",
    )  # fmt: skip
    assert contacts["unit", "U-XP-1"][0].phone == "16400000001"
    assert contacts["city", "city"][0].name == "王五"


@pytest.mark.parametrize("commit", [False, True])
async def test_who_waits_hears_of_each_step(small_city: Database, *, commit: bool) -> None:
    heard: list[tuple[int, int]] = []
    upload = Upload("places", "p.csv", FILES["places"].encode(), Datum.WGS84, commit)
    async with small_city.transaction() as tx:
        await feed.run_import(
            devices_store, tx, the_categories(), upload,
            lambda _what, done, of: heard.append((done, of)),
        )  # fmt: skip
    steps = 4 if commit else 3
    assert heard == [(done, steps) for done in range(1, steps + 1)]


async def test_a_preview_keeps_nothing(small_city: Database) -> None:
    text = FILES["places"].replace("XP-2", "XP-7")
    async with small_city.transaction() as tx:
        report = await imported(tx, "places", text, commit=False)
        assert (await store.counts(tx))["places"] == 3
    assert told(report) == (1, 0, 2, 0)
    assert [row.state for row in report.first] == ["unchanged", "new", "unchanged"]
    assert not report.committed


@pytest.mark.parametrize("kind", FILES)
async def test_the_same_file_again_changes_nothing(small_city: Database, kind: str) -> None:
    async with small_city.transaction() as tx:
        report = await imported(tx, kind, FILES[kind])
    assert told(report) == (0, 0, FILES[kind].count("\n") - 1, 0)


async def test_a_changed_row_is_changed_and_not_doubled(small_city: Database) -> None:
    text = FILES["places"].replace("宏达塑料厂", "新宏达塑料厂").replace(",35,", ",40,")
    async with small_city.transaction() as tx:
        report = await imported(tx, "places", text)
        place = await store.place(tx, "XP-1")
        found = await store.search(
            tx, pattern="%新宏达%", town="", category="", after="", size=9, device="", phone=""
        )
        assert (await store.counts(tx))["places"] == 3
    assert told(report) == (0, 1, 2, 0)
    assert (place.name, place.people) == ("新宏达塑料厂", 40)
    assert [p.id for p in found] == ["XP-1"]


async def test_a_place_that_moves_takes_its_devices_and_contacts_along(
    small_city: Database,
) -> None:
    text = FILES["places"].replace("新浦镇,新浦村", "胜山镇,")
    async with small_city.transaction() as tx:
        await imported(tx, "places", text)
        devices = await devices_store.devices_of(tx, ["XP-1"])
        contacts = await store.contacts_of(tx, [("unit", "U-XP-1")])
    assert {device.town_code for device in devices} == {"330282113"}
    assert [c.town_code for c in contacts["unit", "U-XP-1"]] == ["330282113"]


async def test_addresses_come_with_their_contact_and_go_with_an_empty_cell(
    small_city: Database,
) -> None:
    async with small_city.transaction() as tx:
        kept = await store.addresses_of(tx, ["C-1", "C-2"])
        exported = {row["id"]: list(row.values()) for row in await store.exported(tx, "contacts")}
        text = FILES["contacts"].replace("zhang@example.org", "")
        report = await imported(tx, "contacts", text)
        left = await store.addresses_of(tx, ["C-1", "C-2"])
    assert kept == {("C-1", "email"): "zhang@example.org", ("C-1", "dingtalk"): "16400000001"}
    assert exported["C-1"][-4:] == ["zhang@example.org", "", "16400000001", ""]
    assert told(report) == (0, 1, 2, 0)
    assert left == {("C-1", "dingtalk"): "16400000001"}


async def test_good_rows_are_kept_and_wrong_ones_told(small_city: Database) -> None:
    text = (
        FILES["devices"]
        + "XP-9-01,XP-9,智慧烟感,ctwing:1,,cx01,\nXP-2-02,XP-2,热,ctwing:2,,cx01,\n"
    )
    text += "XP-2-03,XP-2,感温,ctwing:3,,cx01,\n"
    async with small_city.transaction() as tx:
        report = await imported(tx, "devices", text)
        assert (await devices_store.counts(tx))["devices"] == 4
    assert told(report) == (1, 0, 3, 2)
    assert [(e.cell, e.column) for e in report.errors] == [("B5", "place_id"), ("C6", "kind")]


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_can_be_imported_again(small_city: Database, kind: str, form: str) -> None:
    async with small_city.transaction() as tx:
        rows = [tuple(row.values()) for row in await store.exported(tx, kind)]
        content = exporting.written(TABLES[kind], rows, form)
        report = await imported(tx, kind, content)
    assert told(report) == (0, 0, FILES[kind].count("\n") - 1, 0)
    assert report.ignored_columns == []


async def test_a_city_without_towns_or_with_a_wrong_cell_is_refused(
    database: Database, folder: Path
) -> None:
    (folder / "places.csv").write_text(FILES["places"].replace("30.24367", "x"), "utf-8")
    async with database.transaction() as tx:
        with pytest.raises(Invalid, match="H2"):
            await feed.load_folder(devices_store, tx, the_categories(), folder)
    (folder / "towns.csv").unlink()
    async with database.transaction() as tx:
        with pytest.raises(Invalid, match=r"towns\.csv"):
            await feed.load_folder(devices_store, tx, the_categories(), folder)


async def test_an_unknown_kind_of_table_is_refused(small_city: Database) -> None:
    async with small_city.transaction() as tx:
        with pytest.raises(Invalid, match="use towns"):
            await imported(tx, "people", "id\n1\n")
