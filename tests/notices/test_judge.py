"""Stories of the control room, judged by the pure judge: who is told what, when, and why."""

import pytest
from msgspec.structs import replace

from tests.notices.makers import (
    NOON,
    Story,
    a_contact,
    a_point,
    a_scene,
    a_site,
    a_station,
    action,
    an_entry,
    answer,
    sensed,
    the_contacts,
    the_help,
    the_policy,
)
from wanghuo.alarms.model import AlarmType, Point, State
from wanghuo.facts.entry import ActionKind, AnswerEntry, AnswerKind
from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.incidents.model import Incident, IncidentState
from wanghuo.notices.model import PartyState, Purpose

SMOKE, SECOND, THIRD = a_point(1), a_point(2), a_point(3)


def timeline(story: Story) -> list[str]:
    return [m.what for m in story.moments]


def told_at(story: Story, role: str) -> list[tuple[float, str, int]]:
    """(seconds after the first signal, purpose, round) of each notice to the role's first party."""
    party = story.party(role)
    return [
        ((n.planned_at - NOON).total_seconds(), n.purpose.value, n.round)
        for n in story.scene.notices_of(party.id)
    ]


def test_an_occupants_key_press_is_f3_and_tells_119_in_the_same_judgement() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    changes = story.tell(answer(story.notice("unit").id, AnswerKind.FIRE, 20))
    assert story.incident.level == 3
    (told,) = [n for n in changes.planned.values() if n.role == "cad_119"]
    assert (told.due_at - NOON).total_seconds() == 20
    assert told.message.confirmed


def test_an_occupants_false_alarm_is_noted_weighs_nothing_and_stops_nobody_else() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    before = story.incident
    changes = story.tell(answer(story.notice("unit").id, AnswerKind.FALSE_ALARM, 20))
    (line,) = [e for _, _, e in changes.evidence]
    assert (line.what, line.weight_milli) == ("occupant_says_false", 0)
    assert (story.incident.level, story.incident.state) == (before.level, IncidentState.OPEN)
    assert story.party("micro_station").state is PartyState.TOLD
    story.until(100)
    assert "Station M2" in {p.name for p in story.scene.parties.values()}


@pytest.mark.parametrize(
    ("site", "after_s", "level", "danger"),
    [
        ({"category": "industrial"}, 0, 3, ""),
        ({"category": "rental"}, 0, 4, "category"),
        ({"category": "nursing"}, 0, 4, "category"),
        ({"category": "school"}, 0, 4, "category"),
        ({"category": "shop", "sleeping": True}, 0, 4, "sleeping"),
        ({"category": "hotel"}, 0, 4, "sleeping"),
        ({"category": "industrial"}, 11 * 3600, 4, "night"),
    ],
)
def test_a_confirmed_fire_with_people_in_danger_is_f4(
    site: dict[str, object], after_s: float, level: int, danger: str
) -> None:
    sprinkler = a_point(8, sensor=SensorKind.SPRINKLER)
    story = Story(a_scene([a_site(**site)], [sprinkler]))
    story.tell(sensed(sprinkler, after_s))
    assert story.incident.level == level
    lines = {e.what: e for e in story.scene.ledgers[story.incident.id]}
    assert ("people_in_danger" in lines) == bool(danger)
    if danger:
        assert lines["people_in_danger"].sentence.params["danger"] == danger
        assert "next_level" in story.roles()


def test_nobody_answering_where_people_sleep_is_f2_after_60_s() -> None:
    story = Story(a_scene([a_site(category="rental")]))
    story.tell(sensed(SMOKE))
    story.until(59)
    assert story.incident.level == 1
    story.until(60)
    assert story.incident.level == 2
    assert {"brigade", "town_workstation"} <= story.roles()


@pytest.mark.parametrize(
    ("role", "kind", "level"),
    [
        ("unit", AnswerKind.LOOKING, 1),
        ("unit", AnswerKind.FALSE_ALARM, 1),
        ("unit", AnswerKind.CANNOT, 2),
        ("unit", AnswerKind.DELIVERED, 2),
        ("micro_station", AnswerKind.ON_THE_WAY, 2),
        ("micro_station", AnswerKind.ARRIVED, 1),
    ],
)
def test_only_somebody_of_the_unit_or_on_site_answers_for_the_sleepers(
    role: str, kind: AnswerKind, level: int
) -> None:
    story = Story(a_scene([a_site(category="rental")]))
    story.tell(sensed(SMOKE))
    story.tell(answer(story.notice(role).id, kind, 30))
    story.until(61)
    assert story.incident.level == level


def test_the_next_contact_is_called_at_20_s_while_the_first_keeps_ringing() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    changes = story.until(20)
    called = [n.recipient for n in changes.planned.values() if n.role == "unit"]
    assert called == ["U-P1 2"]
    assert not any(n.stopped for n in story.scene.notices.values())


def test_a_contact_who_cannot_brings_the_next_one_at_once() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    changes = story.tell(answer(story.notice("unit").id, AnswerKind.CANNOT, 5))
    assert [n.recipient for n in changes.planned.values()] == ["U-P1 2"]
    second = next(n for n in changes.planned.values())
    story.tell(answer(second.id, AnswerKind.CANNOT, 9))
    assert story.party("unit").state is PartyState.ESCALATED


def test_a_silent_micro_station_brings_the_next_nearest_and_is_rung_again() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.until(400)
    stations = [p.name for p in story.scene.parties.values() if p.role == "micro_station"]
    assert stations == ["Station M1", "Station M2", "Station M3"]
    times = [at for at, purpose, _ in told_at(story, "micro_station") if purpose == "alarm"]
    assert times == [0, 20, 180, 180, 300, 300]
    assert "city_duty" in story.roles(), "after the third the city's duty is told"


def test_a_party_that_acknowledges_is_left_alone_and_the_others_are_not() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    changes = story.tell(answer(story.notice("micro_station").id, AnswerKind.ON_THE_WAY, 10))
    assert story.party("micro_station").state is PartyState.ACKNOWLEDGED
    assert not changes.planned
    story.until(2000)
    assert len(told_at(story, "micro_station")) == 1
    assert len(told_at(story, "unit")) > 3


def test_the_desks_acknowledgement_stops_nobodys_calls() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.tell(action(ActionKind.ACKNOWLEDGE, 5, story.incident.number))
    assert story.incident.desk_acknowledged_by == "陈立群"
    assert story.party("operator_desk").state is PartyState.ACKNOWLEDGED
    assert story.scene.live_alarm(SMOKE.origin, AlarmType.FIRE).state is State.ACKNOWLEDGED
    story.until(61)
    assert story.party("unit").state is PartyState.ESCALATED


def test_an_acknowledgement_taken_back_leaves_the_incident_as_new() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    number = story.incident.number
    story.tell(action(ActionKind.ACKNOWLEDGE, 5, number))
    changes = story.tell(action(ActionKind.UNACKNOWLEDGE, 9, number))
    assert (story.incident.desk_acknowledged_at, story.incident.desk_acknowledged_by) == (None, "")
    assert story.party("operator_desk").state is PartyState.TOLD
    assert [notice.role for notice in changes.planned.values()] == ["operator_desk"]
    assert story.scene.live_alarm(SMOKE.origin, AlarmType.FIRE).state is State.UNACKNOWLEDGED
    assert timeline(story)[-1] == "unacknowledge"
    story.tell(action(ActionKind.UNACKNOWLEDGE, 10, number))
    assert timeline(story).count("unacknowledge") == 1
    story.tell(action(ActionKind.ACKNOWLEDGE, 11, number))
    assert story.party("operator_desk").state is PartyState.ACKNOWLEDGED


def test_a_unit_that_was_silent_at_f1_brings_the_town_once_the_level_rises() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.until(70)
    assert "town_duty" not in story.roles()
    story.tell(sensed(SECOND, 90))
    assert "town_duty" in story.roles()


def test_119_rejecting_is_a_recorded_failure_and_the_city_is_told() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.tell(action(ActionKind.CONFIRM, 10, story.incident.number, reason="flames"))
    story.tell(answer(story.notice("cad_119").id, AnswerKind.REJECTED, 15, by="119"))
    assert story.party("cad_119").state is PartyState.FAILED
    assert "city_duty" in story.roles()
    assert "stands_in" in timeline(story)


def test_a_level_that_rises_is_an_update_to_those_who_know_and_an_alarm_after_ten_minutes() -> None:
    story = Story()
    story.tell(sensed(SMOKE), sensed(SECOND, 100))
    assert told_at(story, "unit")[-1] == (100, "update", 1)
    story = Story()
    story.tell(sensed(SMOKE), answer(story_notice(story, "unit"), AnswerKind.LOOKING, 10))
    story.until(700)
    story.tell(sensed(SECOND, 701), sensed(THIRD, 702))
    assert told_at(story, "unit")[-1] == (702, "update", 1), "who acknowledged gets an update"


def story_notice(story: Story, role: str) -> str:
    story.tell(sensed(SMOKE))
    return story.notice(role).id


def test_a_reset_returns_the_panels_points_and_does_not_end_the_incident() -> None:
    story = Story()
    story.tell(sensed(SMOKE), sensed(SECOND, 5))
    story.tell(sensed(SMOKE, 30, kind=SignalKind.RESET))
    states = {a.state for a in story.scene.alarms.values()}
    assert states == {State.RETURNED}
    assert (story.incident.state, story.incident.level) == (IncidentState.OPEN, 2)
    story.tell(sensed(SMOKE, 90))
    assert story.scene.live_alarm(SMOKE.origin, AlarmType.FIRE).state is State.UNACKNOWLEDGED


def test_a_resend_is_one_alarm_one_incident_and_no_second_notice() -> None:
    story = Story()
    story.tell(sensed(SMOKE, 0, digest="00"))
    for at_s in (5, 10, 15):
        changes = story.tell(sensed(SMOKE, at_s, digest="00"))
        assert not changes.planned
        assert not changes.evidence
    (alarm,) = story.scene.alarms.values()
    assert alarm.repeats == 3


def test_no_fire_on_site_by_a_named_person_with_a_cause_lowers_to_f1_and_leaves_it_open() -> None:
    story = Story()
    story.tell(sensed(SMOKE), sensed(SECOND, 40))
    number = story.incident.number
    story.tell(action(ActionKind.NO_FIRE_ON_SITE, 100, number, reason="looked", cause="cooking"))
    assert (story.incident.level, story.incident.level_peak) == (1, 2)
    assert story.incident.state is IncidentState.ON_SITE
    assert story.incident.cause == "cooking"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (ActionKind.LOWER, {"level": 1}),
        (ActionKind.LOWER, {"level": 0, "reason": "seen"}),
        (ActionKind.LOWER, {"level": 1, "reason": "seen", "person_name": " "}),
        (ActionKind.NO_FIRE_ON_SITE, {"reason": "seen"}),
        (ActionKind.NO_FIRE_ON_SITE, {"reason": "seen", "cause": "soup"}),
        (ActionKind.CLOSE, {"disposition": "nuisance"}),
        (ActionKind.CLOSE, {}),
        (ActionKind.RAISE, {"level": 5}),
    ],
)
def test_an_act_that_lacks_its_name_reason_or_cause_changes_nothing_and_says_so(
    kind: ActionKind, more: dict[str, object]
) -> None:
    story = Story()
    story.tell(sensed(SMOKE), sensed(SECOND, 40))
    before: Incident = story.incident
    changes = story.tell(action(kind, 45, before.number, **more))
    assert story.incident == before
    assert [m.what for m in changes.moments] == ["refused"]


def test_closing_ends_alarms_and_calls_and_is_f0_and_a_later_signal_opens_a_new_one() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    first = story.incident
    story.tell(action(ActionKind.CLOSE, 30, first.number, disposition="nuisance", cause="steam"))
    closed = story.scene.incidents[first.id]
    assert (closed.level, closed.level_peak, closed.disposition) == (0, 1, "nuisance")
    assert {a.state for a in story.scene.alarms.values()} == {State.NORMAL}
    changes = story.until(4000)
    assert not changes.planned
    story.tell(sensed(SMOKE, 4001))
    assert len(story.scene.incidents) == 2
    newest = max(story.scene.incidents.values(), key=lambda i: i.opened_at)
    assert newest.number == "20260601-XP-0002"
    what = [e.what for e in story.scene.ledgers[newest.id]]
    assert what == ["prior", "false_alarm_history", "sensor_fire"]


def test_a_close_can_be_undone_for_half_an_hour_at_the_level_it_had() -> None:
    story = Story()
    story.tell(sensed(SMOKE), sensed(SECOND, 40))
    number = story.incident.number
    story.tell(action(ActionKind.CLOSE, 60, number, disposition="unknown"))
    changes = story.tell(action(ActionKind.REOPEN, 100, number))
    assert (story.incident.level, story.incident.state) == (2, IncidentState.OPEN)
    assert any(n.purpose is Purpose.ALARM for n in changes.planned.values())
    story.tell(action(ActionKind.CLOSE, 200, number, disposition="unknown"))
    changes = story.tell(action(ActionKind.REOPEN, 2100, number))
    assert story.incident.state is IncidentState.CLOSED
    assert [m.what for m in changes.moments] == ["refused"]


def test_a_fire_reported_after_the_close_opens_it_again() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    notice = story.notice("micro_station").id
    story.tell(action(ActionKind.CLOSE, 30, story.incident.number, disposition="unknown"))
    story.tell(answer(notice, AnswerKind.FIRE, 90, by="crew"))
    assert (story.incident.state, story.incident.level) == (IncidentState.OPEN, 3)
    assert "cad_119" in story.roles()


def test_people_reported_inside_are_f4_with_the_run_card() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.tell(action(ActionKind.PEOPLE_INSIDE, 20, story.incident.number))
    assert story.incident.level == 4
    assert {"cad_119", "next_level", "brigade"} <= story.roles()
    reinforced = {p.owner_id for p in story.scene.parties.values() if p.role == "next_level"}
    assert reinforced == {"MAIN1", "B2"}


def test_the_direct_profile_tells_all_at_once_not_yet_confirmed() -> None:
    story = Story(policy=the_policy("direct"))
    changes = story.tell(sensed(SMOKE))
    assert story.roles() == {"unit", "micro_station", "operator_desk", "brigade", "cad_119"}
    assert story.incident.level == 1
    assert not any(n.message.confirmed for n in changes.planned.values())
    certainty = {n.message.params["certainty"] for n in changes.planned.values()}
    assert certainty == {"not_confirmed"}


def test_a_device_of_a_wider_profile_widens_the_whole_incident() -> None:
    direct = a_site(profile="direct", lon=121.2501)
    story = Story(
        a_scene([a_site(), a_site("P2", profile="direct", lon=121.2501)], [SMOKE, a_point(1, "P2")])
    )
    story.tell(sensed(SMOKE))
    assert "cad_119" not in story.roles()
    story.tell(sensed(a_point(1, "P2"), 400))
    assert story.incident.profile == direct.profile
    assert "cad_119" in story.roles()
    units = {p.owner_id for p in story.scene.parties.values() if p.role == "unit"}
    assert units == {"U-P1", "U-P2"}, "the neighbour's own people are told too"


def test_a_shelved_point_alone_is_kept_and_told_when_the_shelf_ends() -> None:
    story = Story()
    story.tell(action(ActionKind.SHELVE, 0, origin=SMOKE.origin, reason="works"))
    story.tell(sensed(SMOKE, 10))
    assert not story.scene.incidents
    (alarm,) = story.scene.alarms.values()
    assert alarm.shelved
    story.until(7199)
    assert not story.scene.incidents
    story.until(7200)
    assert story.incident.level >= 1
    what = [e.what for e in story.scene.ledgers[story.incident.id]]
    assert what == ["prior", "sensor_fire", "condition_after_window"]


def test_a_shelved_point_that_cleared_leaves_nothing_behind() -> None:
    story = Story()
    story.tell(action(ActionKind.SHELVE, 0, origin=SMOKE.origin, reason="works"))
    story.tell(sensed(SMOKE, 10), sensed(SMOKE, 20, kind=SignalKind.CLEARED))
    story.until(8000)
    assert not story.scene.incidents


def test_two_shelved_points_of_a_place_pass_together_at_f2() -> None:
    story = Story()
    for point in (SMOKE, SECOND):
        story.tell(action(ActionKind.SHELVE, 0, origin=point.origin, reason="works"))
    story.tell(sensed(SMOKE, 10))
    assert not story.scene.incidents
    story.tell(sensed(SECOND, 70))
    assert story.incident.level == 2
    assert {a.incident_id for a in story.scene.alarms.values()} == {story.incident.id}


def test_a_free_point_takes_its_shelved_neighbour_along() -> None:
    story = Story()
    story.tell(action(ActionKind.SHELVE, 0, origin=SMOKE.origin, reason="works"))
    story.tell(sensed(SMOKE, 10), sensed(SECOND, 70))
    assert story.incident.level == 2


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"reason": "works"}, True),
        ({"reason": ""}, False),
        ({"reason": "works", "person_name": ""}, False),
        ({"reason": "works", "until": NOON}, False),
    ],
)
def test_a_shelf_needs_an_author_a_reason_and_a_later_end(
    more: dict[str, object],
    kept: bool,  # noqa: FBT001 - a column
) -> None:
    story = Story()
    story.tell(action(ActionKind.SHELVE, 0, origin=SMOKE.origin, **more))
    assert bool(story.scene.shelves) is kept


def test_a_test_window_keeps_everything_back_and_tells_what_is_still_there_at_its_end() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="yearly test"))
    story.tell(sensed(SMOKE, 10), sensed(SECOND, 20), sensed(THIRD, 30))
    story.tell(sensed(THIRD, 40, kind=SignalKind.CLEARED))
    assert not story.scene.incidents
    story.tell(action(ActionKind.UNSHELVE, 600, place_id="P1"))
    incident = story.incident
    told = {a.origin for a in story.scene.alarms_in(incident.id)}
    assert {SMOKE.origin, SECOND.origin} <= told
    assert incident.level == 2


def test_a_drill_tells_everybody_but_119_and_says_so() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="drill", drill=True))
    story.tell(sensed(SMOKE, 10))
    assert story.incident.drill
    number = story.incident.number
    story.tell(action(ActionKind.CONFIRM, 20, number, reason="as planned", drill=True))
    assert story.incident.level == 3
    cad = story.party("cad_119")
    assert (cad.state, cad.shortfall.key) == (PartyState.FAILED, "shortfall.drill")
    assert not story.scene.notices_of(cad.id)
    drills = {n.message.params["drill"] for n in story.scene.notices.values()}
    assert drills == {"drill"}


def test_a_real_fire_in_a_drill_is_not_swallowed() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="drill", drill=True))
    story.tell(sensed(SMOKE, 10))
    story.tell(action(ActionKind.CONFIRM, 20, story.incident.number, reason="this is real"))
    assert not story.incident.drill
    (call,) = [n for n in story.scene.notices.values() if n.role == "cad_119"]
    assert call.message.params["drill"] == ""


def test_who_acknowledged_the_drill_is_awaited_again_when_it_burns() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="drill", drill=True))
    story.tell(sensed(SMOKE, 10))
    story.tell(answer(story.notice("unit").id, AnswerKind.LOOKING, 15))
    assert story.party("unit").state is PartyState.ACKNOWLEDGED
    story.tell(action(ActionKind.CONFIRM, 20, story.incident.number, reason="this is real"))
    assert story.party("unit").state is PartyState.TOLD
    assert max(n.round for n in story.scene.notices.values() if n.role == "unit") == 2
    story.until(79)
    assert story.party("unit").state is PartyState.TOLD
    story.until(81)
    assert story.party("unit").state is PartyState.ESCALATED


def test_a_drill_whose_points_still_report_at_its_end_becomes_real() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="drill", drill=True))
    story.tell(sensed(SMOKE, 10), action(ActionKind.UNSHELVE, 300, place_id="P1"))
    assert not story.incident.drill
    assert "drill_is_real" in timeline(story)


def test_a_synthetic_fire_tells_only_its_desk_and_contact_and_is_put_out_by_the_system() -> None:
    story = Story(a_scene([a_site(test=True)]))
    story.tell(sensed(SMOKE), sensed(SECOND, 5))
    story.tell(action(ActionKind.CONFIRM, 8, story.incident.number))
    assert story.incident.level == 3
    assert story.roles() == {"unit", "operator_desk"}
    story.until(20)
    assert (story.incident.state, story.incident.disposition) == (IncidentState.CLOSED, "test")
    story.tell(sensed(SMOKE, 60))
    assert len(story.scene.incidents) == 2, "the next one a minute later is a new one"


def test_an_unregistered_sender_is_shown_to_desk_and_city_and_joins_only_itself() -> None:
    stranger = Point("gb26875:f00/1.1.40.1", "gb26875:f00", SensorKind.SMOKE)
    other = Point("gb26875:f01/1.1.40.1", "gb26875:f01", SensorKind.SMOKE)
    story = Story()
    story.tell(sensed(stranger), sensed(other, 10))
    assert len(story.scene.incidents) == 2
    names = {i.place_name for i in story.scene.incidents.values()}
    assert names == {"gb26875:f00", "gb26875:f01"}
    assert story.roles() == {"operator_desk", "city_duty"}
    assert all(i.number.startswith("20260601-ZZ-") for i in story.scene.incidents.values())


def test_a_unit_without_a_number_is_a_shortfall_and_the_town_stands_in_at_f2() -> None:
    contacts = [c for c in the_contacts() if c.owner_kind != "unit"]
    contacts.append(a_contact("unit", "U-P1", phone=""))
    story = Story(a_scene(help_=the_help(contacts)))
    story.tell(sensed(SMOKE))
    unit = story.party("unit")
    assert (unit.state, unit.shortfall.key) == (PartyState.FAILED, "shortfall.no_number")
    story.tell(sensed(SECOND, 30))
    assert "town_duty" in story.roles()


def test_no_station_in_reach_is_a_shortfall_and_the_city_stands_in() -> None:
    story = Story(a_scene(help_=the_help(stations=[a_station("M9", lon=122.5)])))
    story.tell(sensed(SMOKE))
    micro = story.party("micro_station")
    assert micro.shortfall.key == "shortfall.out_of_radius"
    assert "city_duty" in story.roles()


@pytest.mark.parametrize(
    "entry",
    [
        an_entry(AnswerEntry("no-such-notice", AnswerKind.FIRE), 1),
        action(ActionKind.CLOSE, 1, "20260601-XP-9999", disposition="fire"),
        action(ActionKind.UNSHELVE, 1, origin="nobody"),
        action(ActionKind.TEST_WINDOW, 1, reason="no place"),
        sensed(a_point(1), 1, kind=SignalKind.CLEARED),
        sensed(a_point(1), 1, kind=SignalKind.RESET),
        sensed(a_point(1), 1, kind=SignalKind.HEARTBEAT),
    ],
)
def test_an_entry_without_a_meaning_changes_nothing(entry: object) -> None:
    changes = Story().tell(entry)  # type: ignore[arg-type]
    changed = (changes.incidents, changes.alarms, changes.parties, changes.shelves)
    assert not any(changed)


def test_a_timer_that_comes_twice_or_late_changes_nothing_more() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    story.tell(answer(story.notice("unit").id, AnswerKind.LOOKING, 5))
    story.until(3000)
    log = [entry for entry in story.log if entry.body.__class__.__name__ == "TimerEntry"]
    before = dict(story.scene.parties)
    for entry in log:
        story.tell(entry)
    assert story.scene.parties == before


def test_the_same_answer_twice_is_one_line_of_evidence() -> None:
    story = Story()
    story.tell(sensed(SMOKE))
    notice = story.notice("unit").id
    story.tell(answer(notice, AnswerKind.FIRE, 10), answer(notice, AnswerKind.FIRE, 12))
    what = [e.what for e in story.scene.ledgers[story.incident.id]]
    assert what.count("key_press_fire") == 1


def test_a_runaway_is_a_hint_in_the_timeline_and_silences_nothing() -> None:
    story = Story()
    for n in range(12):
        story.tell(sensed(SMOKE, 31 * n), sensed(SMOKE, 31 * n + 15, kind=SignalKind.CLEARED))
    assert timeline(story).count("runaway") == 1
    assert story.incident.is_open
    story.tell(sensed(SECOND, 372))
    assert story.incident.level == 2


def by_two_channels(role: str) -> Story:
    """A role that is told by webhook and by telephone."""
    policy = the_policy()
    named = {**policy.channels.role, role: ("webhook", "voice")}
    channels = replace(policy.channels, role=named)
    return Story(policy=replace(policy, channels=channels))


def test_a_role_with_two_channels_is_told_by_both_at_the_same_moment() -> None:
    story = by_two_channels("unit")
    changes = story.tell(sensed(SMOKE))
    told = [n for n in changes.planned.values() if n.role == "unit"]
    assert {n.channel for n in told} == {"webhook", "voice"}
    assert {n.due_at for n in told} == {NOON}
    assert {n.channel for n in changes.planned.values() if n.role == "micro_station"} == {"webhook"}


def test_an_answer_through_one_channel_quiets_the_other_and_nobody_else() -> None:
    story = by_two_channels("unit")
    story.tell(sensed(SMOKE))
    notices = {n.channel: n for n in story.scene.notices_of(story.party("unit").id)}
    story.tell(answer(notices["voice"].id, AnswerKind.LOOKING, 5))
    after = {n.channel: n for n in story.scene.notices_of(story.party("unit").id)}
    assert after["webhook"].stopped
    assert after["voice"].acknowledged_at
    assert story.party("micro_station").state is PartyState.TOLD
    story.until(600)
    assert len(story.scene.notices_of(story.party("unit").id)) == 2, "nobody rings it again"
