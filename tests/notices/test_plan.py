"""Who is picked for a role, and the reason or the shortfall that goes with it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notices.makers import STATIONS, TOWN, a_contact, a_site, a_station, the_help, the_policy
from wanghuo.notices.asked import Asked, Help
from wanghuo.notices.model import PartyRole
from wanghuo.notices.nearest import Stations
from wanghuo.notices.plan import Pick, callable_contacts, picks
from wanghuo.place import near_distance_m

NO_STATIONS = the_help(stations=())
OFF = tuple(msgspec.structs.replace(s, on_duty=False) for s in STATIONS)
ALL_OFF = the_help(stations=OFF)
FAR = (a_station("M9", lon=122.0), a_station("B9", "brigade", town_code="330282109", lon=123.0))


def ask(role: str, help_: Help | None = None, taken: tuple[str, ...] = (), **site: object) -> Pick:
    asked = Asked(a_site(**site), help_ or the_help(), the_policy(), frozenset(taken))
    return picks(PartyRole(role), asked)[0]


INSTEAD = "reason.town_instead_of_workstation"

# role → who, why, what is wrong
PICKS = [
    ("unit", {}, "U-P1", "reason.unit", None),
    ("micro_station", {}, "M1", "reason.nearest", None),
    ("micro_station", {"taken": ("M1",)}, "M2", "reason.nearest", None),
    ("micro_station", {"help_": ALL_OFF}, "", "reason.nobody", "is_off_duty"),
    ("micro_station", {"help_": the_help(stations=FAR)}, "", "reason.nobody", "out_of_radius"),
    ("micro_station", {"help_": NO_STATIONS}, "", "reason.nobody", "no_station"),
    ("micro_station", {"lon": None}, "", "reason.nobody", "no_location"),
    ("brigade", {}, "B1", "reason.brigade_of_town", None),
    ("brigade", {"taken": ("B1",)}, "B2", "reason.nearest", None),
    ("brigade", {"town_code": "330282199"}, "B1", "reason.nearest", None),
    ("town_workstation", {}, "W1", "reason.town_workstation", None),
    ("town_workstation", {"help_": NO_STATIONS}, TOWN, INSTEAD, None),
    ("cad_119", {}, "119", "reason.cad", None),
    ("operator_desk", {}, "desk", "reason.desk", None),
    ("town_duty", {}, TOWN, "reason.town_duty", None),
    ("city_duty", {}, "city", "reason.city_duty", None),
    ("unit", {"help_": the_help(contacts=[])}, "U-P1", "reason.unit", "no_contact"),
    ("micro_station", {"help_": the_help(contacts=[])}, "M1", "reason.nearest", "no_contact"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "question", "owner", "reason", "shortfall"), PICKS)
def test_each_pick(
    role: str, question: dict[str, object], owner: str, reason: str, shortfall: str | None
) -> None:
    pick = ask(role, **question)  # type: ignore[arg-type]
    assert (pick.owner_id, pick.reason.key) == (owner, reason)
    found = pick.shortfall.key.removeprefix("shortfall.") if pick.shortfall else None
    assert found == shortfall


def test_the_next_level_is_the_run_card_without_those_told_already() -> None:
    asked = Asked(a_site(), the_help(), the_policy(), frozenset({"B1"}))
    assert [p.owner_id for p in picks(PartyRole.NEXT_LEVEL, asked)] == ["MAIN1", "B2"]
    asked = Asked(a_site(category="hospital"), the_help(), the_policy(), frozenset())
    assert [p.owner_id for p in picks(PartyRole.NEXT_LEVEL, asked)] == ["MAIN1", "B1", "B2"]
    nobody = Asked(a_site(), the_help(stations=()), the_policy(), frozenset())
    (gap,) = picks(PartyRole.NEXT_LEVEL, nobody)
    assert (gap.reachable, gap.shortfall is not None) == (False, True)


def test_contacts_are_called_in_sequence_and_unverified_ones_only_for_want_of_others() -> None:
    second, first = a_contact("unit", "U", 2), a_contact("unit", "U", 1)
    doubtful = a_contact("unit", "U", 0, verified=False)
    mute = a_contact("unit", "U", 3, phone="")
    calls, shortfall = callable_contacts([second, doubtful, mute, first])
    assert ([c.sequence for c in calls], shortfall) == ([1, 2], None)
    calls, shortfall = callable_contacts([doubtful, mute])
    assert [c.sequence for c in calls] == [0]
    assert shortfall is not None
    assert shortfall.key == "shortfall.unverified"
    calls, shortfall = callable_contacts([mute])
    assert shortfall is not None
    assert (calls, shortfall.key) == ((), "shortfall.no_number")


degrees = st.floats(-0.4, 0.4)


@given(
    st.lists(st.tuples(degrees, degrees, st.booleans()), max_size=40),
    degrees,
    degrees,
    st.sampled_from([1_000.0, 5_000.0, 30_000.0, 1e9]),
)
def test_the_grid_finds_what_looking_at_every_station_finds(
    where: list[tuple[float, float, bool]], lon: float, lat: float, radius_m: float
) -> None:
    stations = [
        a_station(f"S{n:02d}", lon=121 + x, lat=30 + y, on_duty=duty)
        for n, (x, y, duty) in enumerate(where)
    ]
    lon, lat = 121 + lon, 30 + lat
    every = sorted((near_distance_m(lon, lat, s.lon, s.lat), s.id) for s in stations if s.on_duty)
    wanted = every[0] if every and every[0][0] <= radius_m else None
    found = Stations(stations).nearest("micro", (lon, lat), radius_m=radius_m)
    assert (found is None) == (wanted is None)
    if found and wanted:
        assert (found[0].id, found[1]) == (wanted[1], round(wanted[0]))


def test_a_place_without_a_location_still_has_its_unit_and_desk() -> None:
    site = a_site(lon=None, lat=None)
    asked = Asked(site, the_help(), the_policy(), frozenset())
    assert picks(PartyRole.UNIT, asked)[0].reachable
    assert picks(PartyRole.OPERATOR_DESK, asked)[0].reachable
