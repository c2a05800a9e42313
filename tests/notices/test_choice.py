"""Which crew comes: by road, on duty, strong enough, not out; and who was passed over."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.notices.makers import NOON, TOWN, a_contact, a_site, a_station, the_help, the_policy
from wanghuo.alarms.model import Travel
from wanghuo.alarms.policy import Policy
from wanghuo.facts.sentences import rendered, said
from wanghuo.notices import move_up
from wanghuo.notices.asked import Asked
from wanghuo.notices.model import PartyRole, Position
from wanghuo.notices.plan import Pick, picks
from wanghuo.premises.duty import Shift

NEAR_BY_LINE = (
    Travel("micro", "M3", 250, 2100, "road"),  # over the bridge
    Travel("micro", "M1", 400, 3600, "road"),
    Travel("brigade", "B1", 185, 1700, "road"),
)


def asked(**changed: object) -> Asked:
    site = changed.pop("site", a_site())
    help_ = changed.pop("help_", the_help())
    return replace(Asked(site, help_, the_policy(), frozenset(), at=NOON), **changed)  # type: ignore[arg-type]  # by name


def pick(role: str = "micro_station", **changed: object) -> Pick:
    return picks(PartyRole(role), asked(**changed))[0]


def zh(found: Pick) -> str:
    return rendered(found.reason.key, found.reason.params, "zh")


def the_roster(*shifts: tuple[str, str, str]) -> dict[str, tuple[Shift, ...]]:
    """Shifts of M1 as (contact id, name, hours)."""
    made = [
        Shift(f"R{n}", "M1", TOWN, contact, name, hours)
        for n, (contact, name, hours) in enumerate(shifts)
    ]
    return {"M1": tuple(made)}


def with_policy(**changed: object) -> Policy:
    policy = the_policy()
    return replace(policy, crews=replace(policy.crews, **changed))


def test_the_nearest_by_road_is_picked_before_the_nearest_by_line() -> None:
    found = pick(site=a_site(travel=NEAR_BY_LINE))
    assert found.owner_id == "M3"
    assert zh(found) == "按路程最近的在岗微型消防站，4 min 10 s，2.1 km"
    assert (found.reason.params["travel_s"], found.reason.params["road_m"]) == (250, 2100)


def test_without_a_known_road_the_straight_line_decides_and_the_reason_says_so() -> None:
    assert zh(pick()).startswith("无道路路程，按直线最近的在岗微型消防站")
    line = (Travel("micro", "M2", 90, 900, "straight_line"),)
    found = pick(site=a_site(travel=line))
    assert (found.owner_id, found.reason.key) == ("M2", "reason.nearest")


def test_who_is_not_ranked_by_road_comes_after_those_who_are() -> None:
    found = pick(site=a_site(travel=NEAR_BY_LINE), taken={"M3", "M1"})
    assert (found.owner_id, found.reason.key) == ("M2", "reason.nearest")


def test_the_towns_own_brigade_says_how_far_it_is_by_road() -> None:
    found = pick("brigade", site=a_site(travel=NEAR_BY_LINE))
    assert (found.owner_id, zh(found)) == ("B1", "新浦镇专职消防队，路程 3 min 5 s，1.7 km")


def test_a_crew_that_is_out_is_passed_over_and_its_incident_is_named() -> None:
    found = pick(out={"M1": ["20260601-XP-0007"]})
    assert found.owner_id == "M2"
    assert zh(found).endswith("；Station M1已在警情 20260601-XP-0007 出动")
    none = pick(out={m: ["20260601-XP-0007"] for m in ("M1", "M2", "M3")})
    assert (none.owner_id, none.reachable) == ("", False)
    assert none.shortfall == said("shortfall.is_out", name="Station M1", busy="20260601-XP-0007")


def test_a_village_that_keeps_the_place_is_said() -> None:
    stations = (a_station("M1", village_code="V1"),)
    here = a_site(village_code="V1", travel=(Travel("micro", "M1", 61, 500, "road"),))
    assert "管辖本村社" in zh(pick(help_=the_help(stations=stations), site=here))
    there = replace(here, village_code="V2")
    assert "管辖本村社" not in zh(pick(help_=the_help(stations=stations), site=there))


@pytest.mark.parametrize(
    ("hours", "comes"),
    [
        ("1-5 08:00-18:00", True),  # noon of a Monday
        ("1-5 12:00-12:01", True),
        ("1-5 13:00-18:00", False),
        ("6,7 00:00-24:00", False),
        ("7 20:00-13:00", True),  # Sunday's night shift
        ("一-五 08:00-18:00", True),
    ],
)
def test_a_roster_says_who_is_there_at_the_entrys_time(hours: str, comes: bool) -> None:  # noqa: FBT001 - a column
    rosters = the_roster(("", "陈立", hours))
    found = pick(help_=replace(the_help(), rosters=rosters))
    assert found.owner_id == ("M1" if comes else "M2")
    if not comes:
        assert zh(found).endswith("；Station M1不在岗")


def test_a_pattern_holds_only_between_its_days() -> None:
    (shift,) = the_roster(("", "陈立", "00:00-24:00"))["M1"]
    for changed, comes in (
        ({"valid_from": date(2026, 6, 2)}, False),
        ({"valid_until": date(2026, 5, 31)}, False),
        ({"valid_from": date(2026, 6, 1), "valid_until": date(2026, 6, 1)}, True),
    ):
        rosters = {"M1": (replace(shift, **changed),)}
        found = pick(help_=replace(the_help(), rosters=rosters))
        assert (found.owner_id == "M1") is comes, changed


def test_too_few_people_on_duty_are_passed_over_by_name_and_number() -> None:
    rosters = the_roster(("", "陈立", "00:00-24:00"), ("", "王五", "6 00:00-24:00"))
    policy = with_policy(crew_min={"micro": 2})
    found = pick(help_=replace(the_help(), rosters=rosters), policy=policy)
    assert found.owner_id == "M2"
    assert zh(found).endswith("；Station M1在岗 1 人，不足 2 人")


def test_a_strength_that_nobody_registered_keeps_nobody_at_home() -> None:
    stations = (a_station("M1", crew=0), a_station("M2", lon=121.26))
    found = pick(help_=the_help(stations=stations), policy=with_policy(crew_min={"micro": 2}))
    assert found.owner_id == "M1"


def test_off_duty_is_off_duty_unless_the_policy_lets_it_be_asked() -> None:
    off = tuple(a_station(f"M{n}", on_duty=False) for n in (1, 2))
    help_ = the_help(stations=off)
    none = pick(help_=help_)
    assert (none.owner_id, none.shortfall) == ("", said("shortfall.is_off_duty", name="Station M1"))
    found = pick(help_=help_, policy=with_policy(ask_off_duty=True))
    assert (found.owner_id, found.reason.key) == ("M1", "reason.nearest_off_duty")
    assert found.shortfall == said("shortfall.off_duty")


def test_people_are_rung_inside_their_hours_and_shifts_only() -> None:
    first = a_contact("station", "M1", 1, duty="1-5 18:00-08:00")
    second = a_contact("station", "M1", 2)
    found = pick(help_=the_help(contacts=[first, second]))
    assert [c.id for c in found.calls] == [second.id]
    rosters = the_roster((second.id, "陈立", "6 00:00-24:00"), ("", "王五", "00:00-24:00"))
    none = pick(help_=replace(the_help(contacts=[first, second]), rosters=rosters))
    assert (none.owner_id, none.reachable) == ("M1", False)
    assert none.shortfall is not None
    assert none.shortfall.key == "shortfall.contacts_off_duty"


def test_one_person_is_not_rung_twice_for_one_incident() -> None:
    contacts = [a_contact("station", "M1", 1), a_contact("station", "M1", 2)]
    known = said("reason.called_as", role="unit", name="Hongda P1")
    found = pick(help_=the_help(contacts=contacts), called={contacts[0].phone: known})
    assert [c.id for c in found.calls] == [contacts[1].id]
    none = pick(help_=the_help(contacts=contacts), called={c.phone: known for c in contacts})
    assert (none.reachable, none.calls) == (False, ())
    assert none.shortfall is not None
    text = rendered(none.shortfall.key, none.shortfall.params, "en")
    assert text == "M1 1 was already called as unit contact (Hongda P1)"


def seen(station: str, age_s: float, lon: float = 121.2501) -> dict[str, Position]:
    return {station: Position(station, TOWN, lon, 30.3, NOON - timedelta(seconds=age_s))}


def test_a_crew_on_the_move_counts_from_where_it_is_while_its_position_is_young() -> None:
    found = pick(positions=seen("M3", 30))
    assert (found.owner_id, found.reason.key) == ("M3", "reason.moving")
    assert found.distance_m < 20
    far = pick(positions=seen("M1", 30, lon=121.28))
    assert far.owner_id == "M2", "it has gone away from its house"
    old = pick(positions=seen("M3", 500))
    assert old.owner_id == "M1"


def test_an_old_position_is_not_trusted_and_the_reason_says_so() -> None:
    found = pick(positions=seen("M1", 600))
    assert found.owner_id == "M1"
    assert zh(found).endswith("；Station M1的实时位置已过 10 min，不采信，按站址计")


def test_a_town_left_without_a_brigade_names_who_could_move_up() -> None:
    there = (a_station("B1", "brigade"), a_station("B2", "brigade", town_code="T2", lon=121.4))
    question = asked(help_=the_help(stations=there), taken={"B1"})
    hint = move_up.hint("B1", question)
    assert hint is not None
    assert (hint.key, hint.params["name"]) == ("timeline.move_up", "Station B2")
    assert move_up.hint("B1", replace(question, out={"B2": ["n"]})) == said(
        "timeline.move_up_none", town="新浦镇"
    )
    two = (*there, a_station("B3", "brigade"))
    assert move_up.hint("B1", asked(help_=the_help(stations=two), taken={"B1"})) is None
    assert move_up.hint("M1", asked(taken={"M1"})) is None
