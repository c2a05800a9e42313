"""A crew's life is exactly the table below; late and doubled answers are rows of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.makers import NOON
from wanghuo.facts.entry import AnswerKind
from wanghuo.facts.sentences import said
from wanghuo.notices.crew import STEPS, TRANSITIONS, Step, advanced
from wanghuo.notices.model import CREWS_OUT, CrewState, Party, PartyRole, PartyState

# Columns are states before, rows what happens.
LIFE = """
              told          acknowledged  turned_out    arrived       handled       returned    cannot        stood_down
told_again    told          told          told          told          told          told        told          told
acknowledged  acknowledged  acknowledged  turned_out    arrived       handled       returned    acknowledged  stood_down
turned_out    turned_out    turned_out    turned_out    arrived       handled       returned    turned_out    stood_down
arrived       arrived       arrived       arrived       arrived       handled       returned    arrived       stood_down
handled       handled       handled       handled       handled       handled       returned    handled       stood_down
returned      returned      returned      returned      returned      returned      returned    returned      returned
cannot        cannot        cannot        cannot        arrived       handled       returned    cannot        stood_down
all_clear     stood_down    stood_down    stood_down    stood_down    stood_down    returned    stood_down    stood_down
"""  # noqa: E501 - a table for people
BEFORE, *ROWS = [line.split() for line in LIFE.strip().splitlines()]
CELLS = [(b, row[0], a) for row in ROWS for b, a in zip(BEFORE, row[1:], strict=True)]
TIMES = ("turned_out_at", "arrived_at", "handled_at")


def a_crew(state: str = "told", **changed: object) -> Party:
    made = {
        "id": "p", "incident_id": "i", "number": "n", "town_code": "t",
        "role": PartyRole.BRIGADE, "owner_id": "B1", "name": "Station B1", "at_level": 2,
        "reason": said("reason.desk"), "shortfall": None, "state": PartyState.TOLD,
        "planned_at": NOON, "crew": state, "told_at": NOON, **changed,
    }  # fmt: skip
    return Party(**made)  # type: ignore[arg-type]  # every field by name


def after(*steps: tuple[Step, float], state: str = "told") -> Party:
    party = a_crew(state)
    for step, at_s in steps:
        party = advanced(party, step, NOON + timedelta(seconds=at_s))
    return party


def seconds(party: Party) -> list[float | None]:
    times = (party.turned_out_at, party.arrived_at, party.handled_at, party.returned_at)
    return [(at - NOON).total_seconds() if at else None for at in times]


def test_the_table_speaks_of_every_state_and_every_step() -> None:
    assert {before for before, _, _ in CELLS} == set(CrewState)
    assert {step for _, step, _ in CELLS} == set(Step)
    assert len(CELLS) == len(TRANSITIONS)


@pytest.mark.parametrize(("before", "step", "state"), CELLS)
def test_each_cell(before: str, step: str, state: str) -> None:
    moved = advanced(a_crew(before), Step(step), NOON)
    assert moved.crew == state
    assert moved.is_out == (state in CREWS_OUT)


S = Step
STORIES = [
    ([(S.ACKNOWLEDGED, 5), (S.TURNED_OUT, 50), (S.ARRIVED, 170), (S.HANDLED, 290),
      (S.RETURNED, 900)], [50, 170, 290, 900]),
    ([(S.ARRIVED, 90)], [90, 90, None, None]),  # arrived implies turned out
    ([(S.HANDLED, 200)], [200, 200, 200, None]),
    ([(S.ARRIVED, 90), (S.TURNED_OUT, 120)], [90, 90, None, None]),  # late: moves no time
    ([(S.TURNED_OUT, 40), (S.TURNED_OUT, 55), (S.ARRIVED, 100)], [40, 100, None, None]),  # doubled
    ([(S.RETURNED, 600), (S.HANDLED, 700)], [600, 600, 600, 600]),  # pressed before, sent after
    ([(S.ACKNOWLEDGED, 5), (S.CANNOT, 30)], [None, None, None, None]),
    ([(S.ALL_CLEAR, 30), (S.ARRIVED, 60)], [None, None, None, None]),
    ([(S.ARRIVED, 60), (S.ALL_CLEAR, 90), (S.TOLD_AGAIN, 200)], [None, None, None, None]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "times"), STORIES)
def test_the_time_of_each_step_is_the_first_that_is_known(
    steps: list[tuple[Step, float]], times: list[float | None]
) -> None:
    assert seconds(after(*steps)) == times


def test_a_crew_that_was_let_go_and_comes_after_all_is_expected_again() -> None:
    gone = after((S.CANNOT, 20))
    assert gone.released_at == NOON + timedelta(seconds=20)
    assert after((S.CANNOT, 20), (S.ACKNOWLEDGED, 40)).released_at is None
    again = after((S.ALL_CLEAR, 20), (S.TOLD_AGAIN, 60))
    assert (again.released_at, again.told_at) == (None, NOON + timedelta(seconds=60))


def test_who_is_no_crew_has_no_life() -> None:
    desk = a_crew("")
    assert advanced(desk, Step.ARRIVED, NOON) is desk


def test_every_answer_that_moves_a_crew_is_a_step_and_the_rest_is_not() -> None:
    assert set(AnswerKind) - set(STEPS) == {
        AnswerKind.CANNOT, AnswerKind.REJECTED, AnswerKind.DELIVERED,
    }  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(Step), st.integers(0, 900)), max_size=12))
def test_times_stand_in_the_order_of_the_steps_whatever_comes(
    steps: list[tuple[Step, int]],
) -> None:
    steps.sort(key=lambda one: one[1])  # entries are judged in the order of their time
    party = after(*steps)
    known = [at for at in (getattr(party, name) for name in TIMES) if at]
    assert known == sorted(known)
    assert [name for name in TIMES if getattr(party, name)] == list(TIMES[: len(known)])
