"""How a fire grows in the twin, and how people answer: seeded, plausible, never empty."""

from pathlib import Path
from random import Random

import pytest
from tests.simulator.city import lines, write_world

from wanghuo.facts.entry import AnswerKind
from wanghuo.simulator import growth, humans, signature, world


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_world(tmp_path)


def test_the_world_is_read_line_by_line(file: Path) -> None:
    assert [speaker.sender for speaker in world.speakers(file)] == [s["sender"] for s in lines()]
    assert world.keys_of(file) == {"op1": "key-of-op1"}


def test_a_sample_knows_how_many_there_are(file: Path) -> None:
    found = world.sample(file, Random(1), {"gb26875": 1, "mqtt": 5})
    assert found.totals["gb26875"] == 2
    assert [len(found.sample[name]) for name in ("gb26875", "mqtt")] == [1, 1]


def test_neighbours_are_found_within_eighty_metres(file: Path) -> None:
    here, near = world.around(file, "P1")
    assert {speaker.place_id for speaker in here} == {"P1"}
    assert "P2" in {speaker.place_id for speaker in near}
    assert "P9" not in {speaker.place_id for speaker in near}
    assert world.around(file, "nowhere") == ([], [])


def test_a_drawn_place_can_notice_a_fire(file: Path) -> None:
    drawn = world.one(file, Random(3), lambda one: len(one.points) > 2)
    assert drawn is not None
    assert drawn.transport == "gb26875"


def burnt(file: Path, seed: int) -> list[growth.Step]:
    return growth.plan(*world.around(file, "P1"), Random(seed))


@pytest.mark.parametrize("seed", range(40))
def test_smoke_comes_first_and_times_rise(file: Path, seed: int) -> None:
    steps = burnt(file, seed)
    assert steps[0].words == "smoke"
    assert [step.at_s for step in steps] == sorted(step.at_s for step in steps)
    assert 5 < steps[0].at_s < 120
    points = [(step.speaker.sender, step.point.point) for step in steps]
    assert len(set(points)) == len(points)
    assert len({step.point.point for step in steps if step.words == "smoke"}) >= 3


def test_the_same_seed_burns_alike(file: Path) -> None:
    assert burnt(file, 7) == burnt(file, 7)
    assert burnt(file, 7) != burnt(file, 8)


def test_nothing_that_notices_makes_no_steps() -> None:
    assert growth.plan([], [], Random(1)) == []


def answers(role: str, *, burning: bool) -> list[list[humans.Reply]]:
    return [
        humans.replies(role, burning=burning, test=False, rng=Random(seed)) for seed in range(500)
    ]


def test_119_always_accepts_within_three_seconds() -> None:
    for said in answers("cad_119", burning=True):
        assert [one.answer for one in said] == [AnswerKind.ACCEPTED]
        assert said[0].after_s < 3


@pytest.mark.parametrize("role", ["unit", "micro_station", "operator_desk", "town_workstation"])
def test_some_people_never_answer(role: str) -> None:
    silent = sum(not said for said in answers(role, burning=False))
    assert 20 < silent < 250


def test_an_occupant_says_fire_only_where_it_burns() -> None:
    burning = {one.answer for said in answers("unit", burning=True) for one in said}
    cooking = {one.answer for said in answers("unit", burning=False) for one in said}
    assert burning == {AnswerKind.FIRE}
    assert cooking == {AnswerKind.FALSE_ALARM, AnswerKind.LOOKING}


@pytest.mark.parametrize("role", ["micro_station", "brigade", "next_level"])
def test_a_crew_goes_arrives_and_says_what_it_sees(role: str) -> None:
    said = next(one for one in answers(role, burning=True) if one)
    kinds = ["on_the_way", "turned_out", "arrived", "fire", "handled", "returned"]
    assert [one.answer for one in said] == kinds
    assert [one.after_s for one in said] == sorted(one.after_s for one in said)


def test_a_signature_is_right_only_for_its_body_time_and_secret() -> None:
    header = signature.sign("s", 1000, b"body")
    assert signature.is_right("s", header, 1100, b"body")
    assert not signature.is_right("s", header, 1100, b"bodY")
    assert not signature.is_right("x", header, 1100, b"body")
    assert not signature.is_right("s", header, 1000 + 301, b"body")
    for broken in ("", "t=,v1=", "t=²,v1=x", "v1=x", "t=1" * 40):
        assert not signature.is_right("s", broken, 1, b"")
