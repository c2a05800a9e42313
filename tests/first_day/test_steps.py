"""What a step says follows from what is there, and from nothing else."""

from datetime import UTC, datetime

import msgspec
import pytest

from wanghuo.first_day.steps import (
    Fire,
    Found,
    Lacking,
    State,
    Step,
    Words,
    document,
    is_ready,
    steps,
)

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FIRE = Fire(
    "20260601-XP-0001", "XP-1", "宏达", 2, NOON, told=3, untold=(), seen_at=NOON, closed_at=NOON
)
WHOLE = Found(
    towns=2, villages=5, has_outline=True, stations=1, places=3, contacts=4, city_contacts=1,
    duty_people=1, admins_with_factor=1, operators=1, operators_with_key=1,
    devices=2, devices_seen=1, fire=FIRE,
)  # fmt: skip


def step(found: Found, key: str) -> Step:
    return next(one for one in steps(found) if one.key == key)


def test_an_empty_city_has_everything_to_do_and_says_what() -> None:
    made = steps(Found())
    assert [one.state for one in made] == [State.TODO] * 8
    assert all(len(one.missing) == 1 for one in made)
    assert not is_ready(made)


def test_a_city_that_lacks_nothing_is_done() -> None:
    made = steps(WHOLE)
    assert [one.state for one in made] == [State.DONE] * 8
    assert document(WHOLE)["ready"] is True


@pytest.mark.parametrize(
    ("change", "key", "state", "said"),
    [
        ({"has_outline": False}, "towns", State.GAPS, "边界"),
        ({"stations": 0}, "stations", State.TODO, "无人可派"),
        ({"towns_without_station": Lacking(1, ["甲镇"])}, "stations", State.GAPS, "：甲镇"),
        (
            {"units_without_phone": Lacking(7, ["甲", "乙"])},
            "contacts",
            State.GAPS,
            "甲、乙 等 7 个",
        ),
        ({"stations_without_phone": Lacking(1, ["站"])}, "contacts", State.GAPS, "：站"),
        ({"city_contacts": 0}, "contacts", State.GAPS, "市值班"),
        ({"contacts": 0}, "contacts", State.TODO, "打不通"),
        ({"duty_people": 0}, "people", State.TODO, "没有人看"),
        ({"admins_with_factor": 0}, "people", State.GAPS, "两步验证"),
        ({"operators_with_key": 0}, "operators", State.TODO, "密钥"),
        ({"devices_seen": 0}, "devices", State.GAPS, "没有报过"),
        ({"places_without_device": Lacking(1, ["店"])}, "devices", State.GAPS, "：店"),
        ({"fire": None}, "fire", State.TODO, "试过火"),
    ],
)
def test_what_is_missing_is_named(
    change: dict[str, object], key: str, state: State, said: str
) -> None:
    found = step(msgspec.structs.replace(WHOLE, **change), key)
    assert found.state is state
    assert said in found.missing[0].zh
    assert found.missing[0].en != found.missing[0].zh


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"told": 0}, State.TODO),
        ({"untold": [Words("甲：停机", "a: off")]}, State.GAPS),
        ({"seen_at": None}, State.GAPS),
        ({"closed_at": None}, State.GAPS),
    ],
)
def test_a_test_fire_counts_when_it_was_told(change: dict[str, object], state: State) -> None:
    fire = msgspec.structs.replace(FIRE, **change)
    assert step(msgspec.structs.replace(WHOLE, fire=fire), "fire").state is state
