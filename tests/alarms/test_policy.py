"""The policy file: what it says, and what is refused with the key and the remedy."""

from datetime import UTC, datetime

import pytest

from tests.notices.makers import POLICY_FILE, TOWN, a_site, the_policy, the_policy_by_day
from wanghuo.alarms.policy import parse
from wanghuo.errors import Invalid
from wanghuo.facts.signal import SensorKind

TEXT = POLICY_FILE.read_text("utf-8")


@pytest.mark.parametrize(
    ("hour_utc", "night"),
    [(13, False), (14, True), (18, True), (21, True), (22, False), (4, False)],
)
def test_night_is_the_citys_own(hour_utc: int, night: bool) -> None:  # noqa: FBT001 - a column
    """22 to 6 o'clock in UTC+8 is 14 to 22 o'clock UTC."""
    assert the_policy().is_night(datetime(2026, 6, 1, hour_utc, tzinfo=UTC)) is night


# profile  level  roles told
AUDIENCES = """
validated 1 unit micro_station operator_desk
validated 2 unit micro_station operator_desk brigade town_workstation
validated 3 unit micro_station operator_desk brigade town_workstation cad_119
validated 4 unit micro_station operator_desk brigade town_workstation cad_119 next_level
direct    1 unit micro_station operator_desk brigade cad_119
direct    2 unit micro_station operator_desk brigade cad_119 town_workstation
direct    3 unit micro_station operator_desk brigade cad_119 town_workstation
direct    4 unit micro_station operator_desk brigade cad_119 town_workstation next_level
"""


@pytest.mark.parametrize("row", AUDIENCES.strip().splitlines())
def test_each_level_keeps_those_of_the_levels_before(row: str) -> None:
    profile, level, *roles = row.split()
    assert list(the_policy().audience(profile, int(level))) == roles


def test_the_profile_is_the_places_own_then_the_first_rule_that_fits_then_the_default() -> None:
    rules = (
        f'rules = [{{ profile = "direct", town = "{TOWN}", category = "hazchem" }},'
        ' { profile = "direct", sensor = "flame" }]'
    )
    policy = parse(TEXT.replace("rules = []", rules))
    assert policy.profile_of(a_site(category="hazchem"), SensorKind.SMOKE) == "direct"
    elsewhere = a_site(category="hazchem", town_code="330282199")
    assert policy.profile_of(elsewhere, SensorKind.SMOKE) == "validated"
    assert policy.profile_of(elsewhere, SensorKind.FLAME) == "direct"
    own = a_site(category="hazchem", profile="validated")
    assert policy.profile_of(own, SensorKind.FLAME) == "validated"


def test_the_prior_is_one_in_5676_unless_the_category_has_its_own() -> None:
    assert the_policy().prior_milli("industrial") == -8600
    assert the_policy().prior_milli("hazchem") == -8000


# what is changed → what it becomes → what the error names
MISTAKES = [
    ("second_point_s = 180", "second_point_s = 'soon'", "windows.second_point_s"),
    ("second_point_s = 180", "second_piont_s = 180", "second_piont_s"),
    ("[evidence.second_point]", "[evidence.second_pint]", "evidence.second_point"),
    ("[sensors.smoke]", "[sensors.smok]", "sensors.smoke"),
    ("weight = 3900\nfloor = 1", "weight = 3900\nfloor = 0", "sensors.smoke"),
    ("weight = 3900\nfloor = 1", "weight = 3900\nfloor = 5", "sensors.smoke"),
    ('default = "validated"', 'default = "validate"', "validate"),
    ("each = -200", "each = 200", "history"),
    ('f4 = ["next_level"]\n\n# The literal', "\n# The literal", "profiles.validated"),
    ("version = ", "version ", "policy/alarm.toml"),
    ('operator_desk = "cockpit"', "operator_desk = []", "channels.role.operator_desk"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "instead", "named"), MISTAKES)
def test_a_mistake_is_refused_by_its_key(said: str, instead: str, named: str) -> None:
    assert said in TEXT
    with pytest.raises(Invalid, match=named):
        parse(TEXT.replace(said, instead))


def test_a_policy_for_tests_knows_no_night() -> None:
    hours = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in range(24))
    assert not any(the_policy_by_day().is_night(at) for at in hours)
