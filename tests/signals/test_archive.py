"""History is complete, without doubles, and readable while it is written."""

from datetime import timedelta
from pathlib import Path

import msgspec

from tests.signals.makers import NOON, a_signal
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.signals.archive import Archive, connect
from wanghuo.signals.history import Asked, chart, history, measured, presence

DAY = timedelta(days=1)


def a_reading(number: int) -> Signal:
    """One a minute."""
    return a_signal(
        kind=SignalKind.READING,
        sender="access:op/1",
        point="",
        received_at=NOON + timedelta(minutes=number),
        quantity="temperature",
        value=float(number),
        unit="℃",
        text='"引号", 换行\n',
    )


def values(folder: Path) -> list[float]:
    found = history(folder, Asked("access:op/1", NOON - DAY, NOON + 3 * DAY), 10_000)
    return [said.value for said in found]


def test_rows_are_readable_in_the_spool_and_afterwards_in_files(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    archive.add(1, [a_reading(n) for n in range(3)])
    archive.flush()
    assert values(tmp_path) == [2, 1, 0]
    archive.write(1)
    assert values(tmp_path) == [2, 1, 0], "files and spool hold the same for a moment"
    archive.written()
    assert values(tmp_path) == [2, 1, 0]
    newest = history(tmp_path, Asked("access:op/1", NOON, NOON + DAY), 1)[0]
    assert (newest.at, newest.unit, newest.text) == (
        a_reading(2).received_at,
        "℃",
        '"引号", 换行\n',
    )


def test_a_file_holds_one_day(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    archive.add(7, [a_reading(60 * n) for n in range(24)])
    archive.write(9)
    archive.written()
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*"))
    assert names == [
        "day=2026-06-01/000000000000007-000000000000009.parquet",
        "day=2026-06-02/000000000000007-000000000000009.parquet",
    ]
    assert len(values(tmp_path)) == 24


def test_what_the_position_does_not_cover_is_written_again_not_twice(tmp_path: Path) -> None:
    first = Archive(tmp_path)
    first.begin(0)
    first.add(1, [a_reading(0)])
    first.write(1)
    first.written()
    first.add(2, [a_reading(1)])
    first.write(2)  # and now it is killed, before the position says 2
    (tmp_path / "day=2026-06-01" / "half.new").write_bytes(b"half")
    second = Archive(tmp_path)
    second.begin(1)
    assert values(tmp_path) == [0]
    second.add(2, [a_reading(1)])
    second.add(3, [a_reading(2)])
    second.write(3)
    assert values(tmp_path) == [2, 1, 0]


def test_a_chart_has_buckets_with_lowest_mean_and_highest(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    archive.add(1, [a_reading(n) for n in range(120)])
    archive.write(1)
    end = NOON + timedelta(hours=2)
    points = chart(tmp_path, Asked("access:op/1", NOON, end), "temperature", 4)
    assert [(p.lowest, p.mean, p.highest, p.readings) for p in points] == [
        (0, 14.5, 29, 30), (30, 44.5, 59, 30), (60, 74.5, 89, 30), (90, 104.5, 119, 30),
    ]  # fmt: skip
    assert points[1].at == NOON + timedelta(minutes=30)
    assert chart(tmp_path, Asked("nobody", NOON, end), "temperature", 4) == []


def test_an_empty_folder_has_no_history(tmp_path: Path) -> None:
    assert values(tmp_path / "none") == []


def test_a_file_is_due_by_rows_or_by_age(tmp_path: Path) -> None:
    archive = Archive(tmp_path, rows_max=3, age_max_s=60)
    archive.begin(0)
    assert not archive.due(0)
    archive.add(1, [a_reading(0)])
    assert not archive.due(100), "its age counts from when it was first asked"
    assert not archive.due(159)
    assert archive.due(160)
    archive.add(2, [a_reading(1), a_reading(2)])
    assert archive.due(101)


def test_a_device_brings_what_stands_behind_it_and_is_no_device_of_its_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    battery = {"point": "battery", "quantity": "battery", "unit": "%", "text": ""}
    archive.add(
        1,
        [
            a_reading(0),
            msgspec.structs.replace(a_reading(1), value=80.0, **battery),
            msgspec.structs.replace(a_reading(2), value=79.0, **battery),
            msgspec.structs.replace(a_reading(3), point="own", value=9.0),
            msgspec.structs.replace(a_reading(4), sender="access:op/11", value=7.0),
        ],
    )
    archive.flush()
    mine = Asked("access:op/1", NOON, NOON + DAY, apart=("access:op/1/own",))
    assert [(said.point, said.value) for said in history(tmp_path, mine)] == [
        ("battery", 79.0),
        ("battery", 80.0),
        ("", 0.0),
    ]
    known = measured(tmp_path, mine)
    assert [(one.quantity, one.value, one.readings) for one in known] == [
        ("battery", 79.0, 2),
        ("temperature", 0.0, 1),
    ]


def test_history_keeps_the_bytes_and_tells_who_came_and_went(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    gone = msgspec.structs.replace(
        a_reading(0), kind=SignalKind.OFFLINE, quantity="", raw=b"\x40\x40"
    )
    back = msgspec.structs.replace(a_reading(5), kind=SignalKind.ONLINE, quantity="")
    archive.add(1, [gone, back])
    archive.flush()
    asked = Asked("access:op/1", NOON, NOON + DAY)
    assert [said.raw for said in history(tmp_path, asked)] == ["", "4040"]
    assert [one.online for one in presence(tmp_path, asked)] == [True, False]


def test_what_was_brought_late_stands_at_its_own_time(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.begin(0)
    together = msgspec.structs.replace(a_reading(0), received_at=NOON + DAY / 2)
    archive.add(
        1,
        [
            msgspec.structs.replace(together, value=float(n), happened_at=NOON + n * DAY / 24)
            for n in range(3)
        ]
        + [msgspec.structs.replace(together, value=99.0, happened_at=NOON - 3 * DAY)],
    )
    archive.write(1)
    archive.written()
    asked = Asked("access:op/1", NOON, NOON + DAY)
    assert [said.value for said in history(tmp_path, asked)] == [99, 2, 1, 0]
    assert [point.mean for point in chart(tmp_path, asked, "temperature", 24)] == [0, 1, 2, 99]
    assert measured(tmp_path, Asked("access:op/1", NOON, NOON + DAY / 4))[0].value == 2


def test_files_of_a_release_that_kept_no_bytes_are_still_read(tmp_path: Path) -> None:
    folder = tmp_path / "day=2026-06-01"
    folder.mkdir()
    with connect() as old:
        old.execute(
            "COPY (SELECT TIMESTAMP '2026-06-01 12:00:00' AS received_at, 'access:op/1' AS origin,"
            " 'access:op/1' AS sender, 'reading' AS kind, 'smoke' AS sensor, 'gas' AS quantity,"
            " 5.0::DOUBLE AS value, '%' AS unit, 0 AS status, '' AS text, 1::BIGINT AS seq)"
            f" TO '{folder / '000000000000001-000000000000001.parquet'}' (FORMAT parquet)"
        )
    found = history(tmp_path, Asked("access:op/1", NOON - DAY, NOON + DAY))
    assert [(said.value, said.raw) for said in found] == [(5.0, "")]
