"""Who may take an incident in hand, and who may take over a shift."""

from datetime import UTC, datetime

import msgspec
import pytest

from wanghuo.desk import model
from wanghuo.desk.model import Claim, Colleague, HandOver, Someone
from wanghuo.errors import Invalid, Refused
from wanghuo.principal import ALL_TOWNS, Role

AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
HELD = Claim("N1", "li", "Li", "", AT)
OFFER = HandOver("h1", (ALL_TOWNS,), "li", "Li", "chen", "Chen", AT, "", ("N1",))


def someone(who: str, role: Role, *towns: str, active: bool = True) -> Someone:
    return Someone(who, who.title(), role, towns, active)


def test_only_who_may_judge_and_sees_as_much_can_take_over() -> None:
    everyone = [
        someone("me", Role.CITY_DUTY, ALL_TOWNS),
        someone("wu", Role.CITY_DUTY, ALL_TOWNS),
        someone("gone", Role.CITY_DUTY, ALL_TOWNS, active=False),
        someone("town", Role.TOWN_OFFICE, "t1", "t2"),
        someone("audit", Role.AUDITOR, ALL_TOWNS),
        someone("crew", Role.STATION_CREW, ALL_TOWNS),
    ]
    assert model.colleagues(everyone, "me", (ALL_TOWNS,)) == [Colleague("wu", "Wu")]
    of_town = [one.id for one in model.colleagues(everyone, "me", ("t1",))]
    assert of_town == ["town", "wu"]
    assert [one.id for one in model.colleagues(everyone, "me", ("t1", "t3"))] == ["wu"]


def test_who_cannot_take_over_is_an_error_that_says_where_to_choose() -> None:
    able = [Colleague("wu", "Wu")]
    assert model.checked_taker(able, "wu") == able[0]
    with pytest.raises(Invalid, match="colleagues") as error:
        model.checked_taker(able, "audit")
    assert error.value.field == "to"


@pytest.mark.parametrize(
    ("standing", "me", "from_id", "passes"),
    [
        (None, "chen", "", True),
        (None, "chen", "li", True),
        (HELD, "li", "", True),
        (HELD, "chen", "li", True),
        (HELD, "chen", "", False),
        (HELD, "chen", "wu", False),
    ],
)
def test_an_incident_is_taken_only_from_whom_one_names(
    standing: Claim | None, me: str, from_id: str, *, passes: bool
) -> None:
    if passes:
        model.checked_claim(standing, me, from_id)
        return
    with pytest.raises(Refused, match="Li has this incident in hand") as error:
        model.checked_claim(standing, me, from_id)
    assert "Li" in error.value.zh


def test_a_shift_is_received_once_and_by_whom_it_was_offered_to() -> None:
    model.checked_receipt(OFFER, "chen")
    with pytest.raises(Refused, match="handed to Chen"):
        model.checked_receipt(OFFER, "wu")
    over = msgspec.structs.replace(OFFER, received_at=AT)
    with pytest.raises(Refused, match="already"):
        model.checked_receipt(over, "chen")


def test_only_the_giver_withdraws_and_only_what_nobody_received() -> None:
    model.checked_withdrawal(OFFER, "li")
    with pytest.raises(Refused, match="Li's to withdraw"):
        model.checked_withdrawal(OFFER, "chen")
    with pytest.raises(Refused, match="already"):
        model.checked_withdrawal(msgspec.structs.replace(OFFER, withdrawn_at=AT), "li")
