"""An incident's life is exactly the table below: each row happens, each gap is refused."""

import msgspec
import pytest

from tests.notices.makers import NOON
from wanghuo.facts.sentences import said
from wanghuo.incidents.lifecycle import Turn, TurnRefused, moved
from wanghuo.incidents.model import Incident, IncidentState

# Written from the control-room manual, not from the code. A dash is a refusal.
LIFE = """
                   open     on_site  closed
sensed             open     on_site  -
arrived            on_site  on_site  closed
closed_by_person   closed   closed   closed
synthetic_put_out  closed   closed   closed
reopened           open     on_site  open
"""
BEFORE, *ROWS = [line.split() for line in LIFE.strip().splitlines()]
CASES = [(b, row[0], a) for row in ROWS for b, a in zip(BEFORE, row[1:], strict=True)]


def an_incident(**changed: object) -> Incident:
    made = Incident(
        id="I1",
        number="20260601-XP-0001",
        place_id="P1",
        place_name="Hongda",
        category="industrial",
        town_code="330282105",
        building="",
        lon=121.25,
        lat=30.30,
        level=1,
        level_peak=1,
        state=IncidentState.OPEN,
        profile="validated",
        policy_version="1",
        drill=False,
        test=False,
        sleeping=False,
        opened_at=NOON,
        last_at=NOON,
        log_odds_milli=-4700,
        sentence=said("incident.opened"),
    )
    return msgspec.structs.replace(made, **changed)


def test_the_table_speaks_of_every_state_and_every_turn() -> None:
    assert {before for before, _, _ in CASES} == set(IncidentState)
    assert {turn for _, turn, _ in CASES} == set(Turn)


@pytest.mark.parametrize(("before", "turn", "after"), CASES)
def test_each_cell(before: str, turn: str, after: str) -> None:
    incident = an_incident(state=IncidentState(before))
    if after == "-":
        with pytest.raises(TurnRefused):
            moved(incident, Turn(turn))
    else:
        gone_on = moved(incident, Turn(turn))
        assert gone_on.state is IncidentState(after)
        assert (gone_on is incident) == (after == before)
