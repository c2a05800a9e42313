"""How an incident may end: each pair of disposition and cause is taken or refused."""

import pytest

from wanghuo.errors import Invalid
from wanghuo.incidents.disposition import Cause, Disposition, checked, checked_cause

CASES = [
    ("fire", "", True),
    ("fire_damaging", "", True),
    ("nuisance", "cooking", True),
    ("nuisance", "", False),
    ("nuisance", "cook", False),
    ("test", "", True),
    ("drill", "", True),
    ("unknown", "", True),
    ("fire", "malicious", True),
    ("", "", False),
    ("closed", "", False),
    ("FIRE", "", False),
]


@pytest.mark.parametrize(("disposition", "cause", "taken"), CASES)
def test_each_end(disposition: str, cause: str, taken: bool) -> None:  # noqa: FBT001 - a column
    if taken:
        kind, why = checked(disposition, cause)
        assert kind is Disposition(disposition)
        assert why is (Cause(cause) if cause else None)
    else:
        with pytest.raises(Invalid):
            checked(disposition, cause)


def test_a_refusal_names_the_field_and_what_would_be_right() -> None:
    with pytest.raises(Invalid) as refused:
        checked_cause("soup")
    assert refused.value.field == "cause"
    assert "cooking" in refused.value.remedy
