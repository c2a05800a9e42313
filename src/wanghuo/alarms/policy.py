"""The alarm policy: every number of alarm handling, read from a versioned TOML text.

`parse` takes the text, `load` the folder of a house. The default text is policy/alarm.toml, where
each number carries its reason. An incident keeps the version it was judged by.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from wanghuo.alarms.model import Level, Site
from wanghuo.errors import Invalid
from wanghuo.facts.signal import SensorKind

ALARMS_MAX: Final = 3  # first, second and third alarm of a run card
LEVEL_NAMES: Final = ("f1", "f2", "f3", "f4")


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the policy: a key nobody knows is a mistake, not a wish."""


class Weight(_Part, frozen=True):
    """What one entry is worth. weight: milli log-odds; floor: the level it alone asks for."""

    weight: int
    floor: int


class Windows(_Part, frozen=True):
    """Times in seconds."""

    second_point_s: int
    unanswered_s: int
    look_back_s: int
    resend_s: int
    next_contact_s: int
    party_silent_s: int
    repeat_interval_s: int
    ring_again_s: int
    rounds_max: int
    shelf_max_s: int
    test_window_max_s: int
    reopen_s: int
    test_over_s: int
    rising_after_s: int
    need_more_again_s: int


class Thresholds(_Part, frozen=True):
    """Limits that are not times."""

    near_m: int
    f2_log_odds_milli: int
    rising_percent: int
    repeated_after_clear_max: int
    escalations_max: int
    micro_station_radius_m: int
    brigade_radius_m: int


class Night(_Part, frozen=True):
    """When people sleep everywhere: local hours from (included) until (excluded)."""

    utc_offset_h: int
    from_h: int
    until_h: int


class Prior(_Part, frozen=True):
    """Milli log-odds that one warning is a fire, by category."""

    default: int
    category: dict[str, int] = {}


class Risk(_Part, frozen=True):
    """Categories where people sleep, and where a confirmed fire has people in danger."""

    sleeping: list[str]
    people_in_danger: list[str]


class History(_Part, frozen=True):
    """Milli log-odds per false alarm of the place in so many days, and the most they may take."""

    days: int
    each: int
    most: int


class RunawayLimits(_Part, frozen=True):
    """n of one point in a window; a token bucket for slow drips."""

    window_s: int
    window_count: int
    bucket_count: int
    bucket_refill_s: int


class Channels(_Part, frozen=True):
    """Which channels carry a role's notices, all at the same moment: one name or several."""

    default: str | tuple[str, ...]
    role: dict[str, str | tuple[str, ...]] = {}


class ProfileRule(_Part, frozen=True):
    """The profile for a town, category and device kind; "" fits any."""

    profile: str
    town: str = ""
    category: str = ""
    sensor: str = ""


class ProfileChoice(_Part, frozen=True):
    """The first rule that fits, else the default."""

    default: str
    rules: list[ProfileRule] = []


class EscalationFrom(_Part, frozen=True):
    """The lowest level at which a silent role brings in somebody else."""

    default: int
    role: dict[str, int] = {}


class Travelling(_Part, frozen=True):
    """How crews are thought to come, and how far the position that they report is believed."""

    detour_percent: int
    speed_km_per_h: int
    position_stale_s: int
    position_said_s: int
    position_jump_m: int
    position_moved_m: int


class Crews(_Part, frozen=True):
    """What is expected of crews. crew_min: people on duty, by level of station."""

    ask_off_duty: bool
    returns_after_s: int
    forgotten_after_s: int
    crew_min: dict[str, int] = {}


class AllClear(_Part, frozen=True):
    """Whether a role is told that it is over."""

    default: bool
    role: dict[str, bool] = {}


class CallTests(_Part, frozen=True):
    """Monthly tests of numbers. owners: whose contacts; local hours from (included) until."""

    on: bool
    owners: list[str]
    from_h: int
    until_h: int
    at_once_max: int
    answer_s: int
    failed_months: int


class RunCardLine(_Part, frozen=True):
    """So many of the nearest stations of a level."""

    level: str
    count: int


class RunCard(_Part, frozen=True):
    """What one alarm adds for some categories; none named means any. alarm: 1 to ALARMS_MAX."""

    categories: list[str]
    stations: list[RunCardLine]
    alarm: int = 1


class Policy(_Part, frozen=True):
    """The whole file, checked."""

    version: str
    windows: Windows
    thresholds: Thresholds
    night: Night
    prior: Prior
    risk: Risk
    history: History
    runaway: RunawayLimits
    sensors: dict[str, Weight]
    evidence: dict[str, Weight]
    channels: Channels
    profiles: dict[str, dict[str, list[str]]]
    profile_choice: ProfileChoice
    escalation: dict[str, str]
    escalation_from: EscalationFrom
    travelling: Travelling
    crews: Crews
    all_clear: AllClear
    call_tests: CallTests
    run_card: list[RunCard]

    def prior_milli(self, category: str) -> int:
        """Milli log-odds that one warning at a place of this category is a fire."""
        return self.prior.category.get(category, self.prior.default)

    def sensor(self, kind: SensorKind) -> Weight:
        """What one point of this kind is worth."""
        return self.sensors[kind]

    def is_night(self, at: datetime) -> bool:
        """Whether `at` falls into the local night."""
        hour = (at + timedelta(hours=self.night.utc_offset_h)).hour
        if self.night.from_h <= self.night.until_h:
            return self.night.from_h <= hour < self.night.until_h
        return hour >= self.night.from_h or hour < self.night.until_h

    def sleeping_risk(self, site: Site) -> bool:
        """Whether people sleep at the place."""
        return site.sleeping or site.category in self.risk.sleeping

    def profile_of(self, site: Site, sensor: SensorKind) -> str:
        """The profile for this place and device kind."""
        if site.profile in self.profiles:
            return site.profile
        for rule in self.profile_choice.rules:
            if (
                rule.town in {"", site.town_code}
                and rule.category in {"", site.category}
                and rule.sensor in {"", sensor.value}
            ):
                return rule.profile
        return self.profile_choice.default

    def audience(self, profile: str, level: int) -> Sequence[str]:
        """Every role told at `level` under `profile`, those of lower levels first."""
        table = self.profiles[profile]
        return [role for name in LEVEL_NAMES[:level] for role in table[name]]

    def channels_of(self, role: str) -> tuple[str, ...]:
        """The channels that carry this role's notices; an answer through one quiets them all."""
        named = self.channels.role.get(role, self.channels.default)
        return (named,) if isinstance(named, str) else named

    def escalates_from(self, role: str) -> int:
        """The lowest level at which this role's silence brings in somebody else."""
        return self.escalation_from.role.get(role, self.escalation_from.default)

    def run_card_of(self, category: str, alarm: int = 1) -> Sequence[RunCardLine]:
        """The stations that this alarm adds, beside those of the alarms before it."""
        for card in self.run_card:
            if card.alarm == alarm and (not card.categories or category in card.categories):
                return card.stations
        return ()

    def gives_all_clear(self, role: str) -> bool:
        """Whether this role is told that an incident is over."""
        return self.all_clear.role.get(role, self.all_clear.default)


EVIDENCE_KINDS: Final = (
    "second_point",
    "later_point",
    "adjacent_point",
    "later_adjacent_point",
    "call_point_and_sensor",
    "lookout_and_sensor",
    "reading_notable",
    "reading_beside_alarm",
    "reading_rising",
    "repeated_after_clear",
    "condition_after_window",
    "unanswered_at_risk",
    "key_press_fire",
    "crew_confirms",
    "crew_asks_for_more",
    "person_confirms",
    "people_in_danger",
    "people_inside",
    "raised_by_person",
    "occupant_says_false",
    "crew_sees_no_fire",
    "no_fire_on_site",
    "lowered",
    "disposed",
    "reopened",
)


def parse(text: str) -> Policy:
    """The policy that this TOML text says.

    Raises Invalid naming the key and the remedy.
    """
    try:
        policy = msgspec.toml.decode(text, type=Policy)
    except msgspec.ValidationError as error:
        raise Invalid("policy/alarm.toml", str(error), "compare with the shipped file") from error
    except ValueError as error:
        raise Invalid("policy/alarm.toml", str(error), "give readable TOML") from error
    _check(policy)
    return policy


FILE: Final = "policy/alarm.toml"


@cache
def load(policy_dir: Path) -> Policy:
    """The policy of `policy_dir`/alarm.toml, read once per process. Raises Invalid and OSError."""
    return parse((policy_dir / "alarm.toml").read_text(encoding="utf-8"))


def _check(policy: Policy) -> None:
    """Raise Invalid where the parts do not fit together."""
    _check_weights(policy)
    _check_profiles(policy)
    for name, role in (("default", ""), *((f"role.{r}", r) for r in policy.channels.role)):
        if not policy.channels_of(role):
            raise Invalid(FILE, f"channels.{name} is empty", "name one channel or several")
    for card in policy.run_card:
        if not 1 <= card.alarm <= ALARMS_MAX:
            raise Invalid(FILE, f"run_card: alarm = {card.alarm}", f"give 1 to {ALARMS_MAX}")
    if policy.travelling.speed_km_per_h <= 0:
        raise Invalid(FILE, "travelling.speed_km_per_h", "give a speed above 0")
    if policy.history.each > 0 or policy.history.most > 0:
        raise Invalid(FILE, "history speaks for a fire", "give numbers of 0 or below")


def _check_weights(policy: Policy) -> None:
    wanted = [("evidence", kind, policy.evidence) for kind in EVIDENCE_KINDS]
    wanted += [("sensors", sensor.value, policy.sensors) for sensor in SensorKind]
    for table, name, weights in wanted:
        if name not in weights:
            raise Invalid(FILE, f"{table}.{name} is missing", "give weight and floor")
        lowest = Level.F1 if table == "sensors" else Level.F0  # a sensed fire is at least F1
        if not lowest <= weights[name].floor <= Level.F4:
            raise Invalid(FILE, f"{table}.{name}: floor", f"give {lowest} to {Level.F4}")


def _check_profiles(policy: Policy) -> None:
    for name, table in policy.profiles.items():
        if tuple(sorted(table)) != LEVEL_NAMES:
            raise Invalid(FILE, f"profiles.{name}", "give f1, f2, f3 and f4")
    named = [policy.profile_choice.default, *(r.profile for r in policy.profile_choice.rules)]
    for name in named:
        if name not in policy.profiles:
            raise Invalid(FILE, f"profile_choice: {name!r}", "name one of [profiles]")
