"""What each answer means from each side; a fire officer can check the table."""

import pytest

from wanghuo.facts.entry import AnswerKind
from wanghuo.notices.model import PartyRole
from wanghuo.notices.receipts import RECEIPTS, SIDES, Side, receipt

# a: acknowledges, r: refuses, s: somebody is on site, -: nothing; and the entry that it makes
MEANINGS = """
             occupant               crew                  office            cad
on_the_way   a                      a                     a                 a
fire         a+key_press_fire       a+crew_confirms       a+person_confirms a+person_confirms
looking      a                      a                     a                 a
false_alarm  a+occupant_says_false  a+crew_sees_no_fire   a                 a
cannot       r                      r                     r                 r
accepted     a                      a                     a                 a
rejected     r                      r                     r                 r
delivered    -                      -                     -                 -
arrived      as                     as                    as                as
turned_out   a                      a                     a                 a
handled      a                      as                    a                 as
returned     a                      a                     a                 a
need_more    a                      a+crew_asks_for_more  a                 a
"""
SIDE_NAMES, *ROWS = [line.split() for line in MEANINGS.strip().splitlines()]
CELLS = [(row[0], s, m) for row in ROWS for s, m in zip(SIDE_NAMES, row[1:], strict=True)]


@pytest.mark.parametrize(("answer", "side", "meaning"), CELLS)
def test_each_cell(answer: str, side: str, meaning: str) -> None:
    found = RECEIPTS[Side(side), AnswerKind(answer)]
    flags, _, evidence = meaning.partition("+")
    assert found.acknowledges == ("a" in flags)
    assert found.refuses == ("r" in flags)
    assert found.arrives == ("s" in flags)
    assert found.evidence == evidence


def test_every_role_and_answer_has_a_meaning() -> None:
    assert len(CELLS) == len(RECEIPTS) == len(Side) * len(AnswerKind)
    assert SIDES.keys() == set(PartyRole)
    for role in PartyRole:
        for answer in AnswerKind:
            assert receipt(role, answer) is RECEIPTS[SIDES[role], answer]


def test_no_occupant_makes_an_entry_against_a_fire() -> None:
    evidence = {r.evidence for (side, _), r in RECEIPTS.items() if side is Side.OCCUPANT}
    assert evidence == {"", "key_press_fire", "occupant_says_false"}
