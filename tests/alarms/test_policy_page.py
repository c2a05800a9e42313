"""The policy as people read it: no number without meaning and source, every change told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from wanghuo.alarms.policy_page import Kept, changes, flat, page

TEXT = (Path(__file__).parents[2] / "policy" / "alarm.toml").read_text("utf-8")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def kept(text: str, hours: int = 0, version: str = "1") -> Kept:
    return Kept(f"sha{hours}", version, text, NOON + timedelta(hours=hours))


def test_every_number_of_the_shipped_policy_has_words_and_a_source_in_both_languages() -> None:
    numbers = page([kept(TEXT)])["numbers"]
    assert len(numbers) > 150
    for one in numbers:
        assert one["zh"] != one["key"] != one["en"], one["key"]
        assert one["source"]["zh"], one["key"]


def test_units_follow_the_names() -> None:
    units = {one["key"]: one["unit"] for one in page([kept(TEXT)])["numbers"]}
    assert units["windows.second_point_s"] == "s"
    assert units["thresholds.near_m"] == "m"
    assert units["travelling.speed_km_per_h"] == "km/h"
    assert units["thresholds.rising_percent"] == "%"
    assert units["crews.ask_off_duty"] == ""


def test_a_change_names_the_number_before_and_after() -> None:
    later = TEXT.replace("unanswered_s = 60", "unanswered_s = 45")
    (change,) = changes(TEXT, later)
    assert (change["key"], change["before"], change["after"]) == ("windows.unanswered_s", 60, 45)
    assert changes(TEXT, TEXT) == []


def test_a_number_that_comes_or_goes_is_a_change() -> None:
    (gone,) = changes("[night]\nfrom_h = 22\nuntil_h = 6\n", "[night]\nfrom_h = 22\n")
    assert (gone["before"], gone["after"]) == (6, None)


def test_the_newest_text_is_in_force_also_when_it_is_an_old_one_again() -> None:
    other = TEXT.replace("near_m = 30", "near_m = 40")
    told = page([kept(TEXT), kept(other, 1, "2"), kept(TEXT, 2, "3")])
    assert (told["version"], told["since"]) == ("3", "2026-06-01T14:00:00Z")
    assert [len(step["changes"]) for step in told["history"]] == [1, 1, 0]
    assert page([])["numbers"] == []


def test_lists_and_tables_are_told_whole() -> None:
    keys = flat(TEXT)
    assert keys["profiles.validated.f1"] == ["unit", "micro_station", "operator_desk"]
    assert keys["run_card.1.stations.1.level"] == "main"
    assert "version" not in keys
