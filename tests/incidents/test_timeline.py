"""A timeline that anybody touched no longer adds up."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.makers import NOON
from wanghuo.facts.sentences import Sentence
from wanghuo.incidents.model import Moment, Tail
from wanghuo.incidents.timeline import Said, appended, broken_line


def a_timeline(lines: int) -> list[Moment]:
    moments, tail = [], Tail()
    for n in range(lines):
        said = Said(
            NOON + timedelta(seconds=n), "note", Sentence("timeline.note", {"n": n, "a": ""})
        )
        moment = appended(tail, "I1", said)
        tail = Tail(moment.line, moment.digest)
        moments.append(moment)
    return moments


def test_an_untouched_timeline_is_whole() -> None:
    assert broken_line(a_timeline(5)) is None
    assert broken_line([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"what": "told"},
        {"who": "somebody"},
        {"at": NOON},
        {"line": 9},
        {"incident_id": "I2"},
        {"digest": "0" * 64},
        {"sentence": Sentence("timeline.note", {"n": 7, "a": ""})},
        {"sentence": Sentence("timeline.told", {"n": 2, "a": ""})},
    ],
)
def test_each_change_of_a_line_shows(change: dict[str, object]) -> None:
    moments = a_timeline(5)
    moments[2] = msgspec.structs.replace(moments[2], **change)
    assert broken_line(moments) in {3, 9}


@given(st.integers(2, 20), st.data())
def test_a_line_that_is_dropped_doubled_or_moved_shows(lines: int, data: st.DataObject) -> None:
    moments = a_timeline(lines)
    at = data.draw(st.integers(0, lines - 2))
    assert broken_line(moments[:at] + moments[at + 1 :]) is not None
    assert broken_line(moments[: at + 1] + moments[at:]) is not None
    moments[at], moments[at + 1] = moments[at + 1], moments[at]
    assert broken_line(moments) is not None


def test_the_order_of_parameters_does_not_count() -> None:
    """A database may give the keys of an object back in another order."""
    (moment,) = a_timeline(1)
    turned = dict(reversed(moment.sentence.params.items()))
    same = msgspec.structs.replace(moment, sentence=Sentence("timeline.note", turned))
    assert broken_line([same]) is None
