"""The one next thing for the desk: a row is a situation and what is shown."""

from datetime import timedelta

import pytest

from tests.incidents.test_lifecycle import an_incident
from tests.notices.makers import NOON
from wanghuo.facts.sentences import rendered
from wanghuo.incidents.model import IncidentState
from wanghuo.incidents.next_action import Glance, next_action

# seen level state   cause    parties                              → act          sentence
SITUATIONS = """
no     1     open    -        unit:told                              acknowledge  next.acknowledge
no     4     open    -        cad_119:failed                         acknowledge  next.acknowledge
yes    1     open    -        unit:told,operator_desk:acknowledged   wait         next.wait
yes    1     open    -        unit:escalated,micro_station:told      wait         next.wait
yes    2     open    -        unit:escalated,brigade:told            call_party   next.call_party
yes    1     open    -        unit:escalated                         call_party   next.call_party
yes    3     open    -        brigade:failed,cad_119:escalated       call_party   next.call_party
yes    1     open    -        unit:acknowledged                      confirm      next.ask_crew
yes    1     on_site -        unit:told                              confirm      next.ask_site
yes    1     on_site cooking  unit:told                              close        next.close_no_fire
yes    3     on_site -        cad_119:acknowledged                   close        next.close_fire
yes    0     closed  -        unit:told                              none         next.none
yes    1     open    -        operator_desk:escalated                confirm      next.ask_crew
"""


@pytest.mark.parametrize("row", SITUATIONS.strip().splitlines())
def test_each_situation(row: str) -> None:
    seen, level, state, cause, parties, act, sentence = row.split()
    incident = an_incident(
        level=int(level),
        state=IncidentState(state),
        cause="" if cause == "-" else cause,
        desk_acknowledged_at=NOON if seen == "yes" else None,
    )
    glances = [
        Glance(*one.split(":")[:1], "name", one.split(":")[1], NOON) for one in parties.split(",")
    ]
    found = next_action(incident, glances)
    assert (found.act.value, found.sentence.key) == (act, sentence)
    assert rendered(sentence, found.sentence.params, "zh") != sentence


def test_119_is_called_before_everybody_else() -> None:
    incident = an_incident(level=3, desk_acknowledged_at=NOON)
    older = Glance("brigade", "Xinpu", "escalated", NOON)
    cad = Glance("cad_119", "119", "failed", NOON + timedelta(seconds=60))
    assert next_action(incident, [older, cad]).sentence.params["role"] == "cad_119"


def test_a_wait_says_until_when() -> None:
    incident = an_incident(desk_acknowledged_at=NOON)
    glances = [Glance("unit", "Hongda", "told", NOON + timedelta(seconds=5))]
    assert next_action(incident, glances).due_at == NOON + timedelta(seconds=65)
