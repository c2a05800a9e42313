"""Crews over whole stories: out and back, second and third alarms, the all-clear, drills."""

import pytest
from msgspec.structs import replace

from tests.notices.makers import (
    NOON,
    STATIONS,
    Story,
    a_contact,
    a_point,
    a_scene,
    a_site,
    a_station,
    action,
    answer,
    sensed,
    the_contacts,
    the_help,
    the_policy,
)
from wanghuo.facts.entry import ActionKind, AnswerKind
from wanghuo.facts.sentences import render
from wanghuo.notices.model import CrewState, Notice, Party, PartyRole, PartyState, Purpose

A = AnswerKind
TWO_PLACES = (a_site("P1"), a_site("P2", lon=121.2600))
POINTS = (a_point(1), a_point(2), a_point(1, "P2"), a_point(2, "P2"))


def two_places() -> Story:
    return Story(a_scene(TWO_PLACES, POINTS))


def parties(story: Story, role: str, place: str = "P1") -> list[Party]:
    (incident,) = [i for i in story.scene.incidents.values() if i.place_id == place]
    return [p for p in story.scene.parties_of(incident.id) if p.role == role]


def number_of(story: Story, place: str = "P1") -> str:
    return next(i.number for i in story.scene.incidents.values() if i.place_id == place)


def notice_of(story: Story, party: Party) -> Notice:
    return story.scene.notices_of(party.id)[0]


def says(story: Story, party: Party, kind: AnswerKind, at_s: float) -> None:
    story.tell(answer(notice_of(story, party).id, kind, at_s, by="crew"))


def called(story: Story, role: str = "next_level") -> list[str]:
    return [p.owner_id for p in story.scene.parties.values() if p.role == role]


def all_clears(story: Story) -> dict[str, int]:
    found: dict[str, int] = {}
    for notice in story.scene.notices.values():
        if notice.purpose is Purpose.ALL_CLEAR:
            found[notice.role.value] = found.get(notice.role.value, 0) + 1
    return found


def closed(story: Story, at_s: float, disposition: str = "nuisance", cause: str = "steam") -> None:
    number = number_of(story)
    story.tell(action(ActionKind.CLOSE, at_s, number, disposition=disposition, cause=cause))


def test_a_crew_that_is_out_is_not_picked_for_the_next_fire_and_its_incident_is_named() -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (first,) = parties(story, "micro_station")
    assert first.owner_id == "M1"
    says(story, first, A.ON_THE_WAY, 10)
    story.tell(sensed(POINTS[2], 20))
    (second,) = parties(story, "micro_station", "P2")
    assert second.owner_id != "M1"
    story = two_places()
    story.tell(sensed(POINTS[2]), sensed(POINTS[0], 5))
    (told,) = parties(story, "micro_station", "P2")
    assert told.owner_id == parties(story, "micro_station")[0].owner_id == "M1", (
        "told is not yet out"
    )


@pytest.mark.parametrize(
    ("ends", "free"),
    [
        ([(A.HANDLED, 100)], False),
        ([(A.HANDLED, 100), (A.RETURNED, 200)], True),
        ([(A.CANNOT, 100)], True),
        ([], False),
    ],
)
def test_a_crew_is_free_again_when_it_is_back_or_cannot_come(
    ends: list[tuple[AnswerKind, float]],
    free: bool,  # noqa: FBT001 - a column
) -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (crew,) = parties(story, "micro_station")
    says(story, crew, A.ON_THE_WAY, 10)
    for kind, at_s in ends:
        says(story, crew, kind, at_s)
    story.tell(sensed(POINTS[2], 300))
    (other,) = parties(story, "micro_station", "P2")
    assert (other.owner_id == "M1") is free
    if not free:
        assert number_of(story) in render(other.reason.key, other.reason.params)["zh"]


def test_a_crew_that_handled_it_and_said_no_more_counts_as_back_after_the_policys_time() -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (crew,) = parties(story, "micro_station")
    says(story, crew, A.HANDLED, 100)
    after_s = the_policy().crews.returns_after_s
    story.until(100 + after_s - 1)
    assert story.scene.parties[crew.id].is_out
    story.until(100 + after_s)
    assert story.scene.parties[crew.id].crew == CrewState.RETURNED
    assert "crew_returned" in [m.what for m in story.moments]


def test_a_crew_that_everybody_forgot_can_be_picked_again() -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (crew,) = parties(story, "micro_station")
    says(story, crew, A.ON_THE_WAY, 10)
    after_s = the_policy().crews.forgotten_after_s
    story.tell(sensed(POINTS[2], after_s))
    assert parties(story, "micro_station", "P2")[0].owner_id != "M1"
    story = two_places()
    story.tell(sensed(POINTS[0]))
    says(story, parties(story, "micro_station")[0], A.ON_THE_WAY, 10)
    story.tell(sensed(POINTS[2], after_s + 1))
    assert parties(story, "micro_station", "P2")[0].owner_id == "M1"


def test_a_closed_incident_stands_its_crews_down_and_frees_them() -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (crew,) = parties(story, "micro_station")
    says(story, crew, A.TURNED_OUT, 30)
    closed(story, 60)
    assert story.scene.parties[crew.id].crew == CrewState.STOOD_DOWN
    story.tell(sensed(POINTS[2], 90))
    assert parties(story, "micro_station", "P2")[0].owner_id == "M1"


def test_a_crew_that_breaks_down_on_the_way_is_replaced_at_once() -> None:
    story = two_places()
    story.tell(sensed(POINTS[0]))
    (crew,) = parties(story, "micro_station")
    says(story, crew, A.TURNED_OUT, 30)
    says(story, crew, A.CANNOT, 70)
    gone, instead = parties(story, "micro_station")
    assert (gone.state, gone.crew) == (PartyState.FAILED, CrewState.CANNOT)
    assert gone.shortfall is not None
    assert (instead.owner_id, (instead.planned_at - NOON).total_seconds()) == ("M2", 70)
    says(story, crew, A.ON_THE_WAY, 90)
    back = story.scene.parties[crew.id]
    assert (back.state, back.crew, back.shortfall) == (
        PartyState.ACKNOWLEDGED, CrewState.ACKNOWLEDGED, None,
    )  # fmt: skip


def test_everybody_who_was_told_hears_once_that_it_is_over_and_the_desk_does_not() -> None:
    story = Story()
    story.tell(sensed(a_point(1)), sensed(a_point(2), 30))
    closed(story, 50)
    assert all_clears(story) == {
        "unit": 1, "micro_station": 1, "brigade": 1, "town_workstation": 1,
    }  # fmt: skip
    story.until(5000)
    assert sum(all_clears(story).values()) == 4
    (unit,) = [
        n for n in story.scene.notices.values()
        if n.role == "unit" and n.purpose is Purpose.ALL_CLEAR
    ]  # fmt: skip
    words = render(unit.message.key, unit.message.params)
    assert words["zh"].startswith("Hongda P1警情解除：误报（水汽）。无需再查看。")
    assert "All clear at Hongda P1: " in words["en"]


def test_who_could_never_be_reached_hears_no_all_clear() -> None:
    contacts = [c for c in the_contacts() if c.owner_kind != "unit"]
    contacts.append(a_contact("unit", "U-P1", phone=""))
    story = Story(a_scene(help_=the_help(contacts)))
    story.tell(sensed(a_point(1)))
    closed(story, 50)
    assert all_clears(story) == {"micro_station": 1}
    story = Story()
    story.tell(sensed(a_point(1)))
    story.until(4000)  # every round was rung in vain
    assert story.party("unit").state is PartyState.FAILED
    closed(story, 4001)
    assert "unit" not in all_clears(story)


def test_the_telephone_says_it_only_to_those_who_answered_it() -> None:
    policy = the_policy()
    named = {**policy.channels.role, "unit": ("webhook", "voice"), "micro_station": "voice"}
    policy = replace(policy, channels=replace(policy.channels, role=named))
    story = Story(policy=policy)
    story.tell(sensed(a_point(1)))
    says(story, story.party("micro_station"), A.LOOKING, 10)
    closed(story, 30)
    told = {
        (n.role.value, n.channel)
        for n in story.scene.notices.values()
        if n.purpose is Purpose.ALL_CLEAR
    }
    assert told == {("unit", "webhook"), ("micro_station", "voice")}


def test_the_policy_says_who_hears_it_and_a_synthetic_fire_ends_in_silence() -> None:
    policy = the_policy()
    policy = replace(policy, all_clear=replace(policy.all_clear, role={"unit": False}))
    story = Story(policy=policy)
    story.tell(sensed(a_point(1)))
    closed(story, 30)
    assert "unit" not in all_clears(story)
    story = Story(a_scene([a_site(test=True)]))
    story.tell(sensed(a_point(1)))
    story.until(60)
    assert all_clears(story) == {}


def test_a_reopened_incident_tells_again_and_its_next_end_is_told_again() -> None:
    story = Story()
    story.tell(sensed(a_point(1)))
    crew = story.party("micro_station")
    says(story, crew, A.ARRIVED, 20)
    closed(story, 60)
    changes = story.tell(action(ActionKind.REOPEN, 100, number_of(story)))
    rung = {n.role.value for n in changes.planned.values() if n.purpose is Purpose.ALARM}
    assert {"unit", "micro_station"} <= rung
    again = story.scene.parties[crew.id]
    assert (again.crew, again.state, again.arrived_at) == (CrewState.TOLD, PartyState.TOLD, None)
    assert again.told_at is not None
    assert (again.told_at - NOON).total_seconds() == 100
    story.until(161)
    assert story.scene.parties[crew.id].state is PartyState.ESCALATED, "silent the second time"
    closed(story, 200)
    assert all_clears(story)["micro_station"] == 3, "M1 twice, M2 once"


def test_a_crew_that_reports_fire_after_the_close_is_at_work_and_not_rung() -> None:
    story = Story()
    story.tell(sensed(a_point(1)))
    crew = story.party("micro_station")
    says(story, crew, A.ON_THE_WAY, 5)
    closed(story, 30, "unknown", "")
    changes = story.tell(answer(notice_of(story, crew).id, A.FIRE, 90, by="crew"))
    again = story.scene.parties[crew.id]
    assert (again.crew, again.state) == (CrewState.ACKNOWLEDGED, PartyState.ACKNOWLEDGED)
    rung = [n for n in changes.planned.values() if n.purpose is Purpose.ALARM]
    assert crew.id not in {n.party_id for n in rung}
    assert "unit" in {n.role for n in rung}


MANY = (
    *STATIONS,
    *(a_station(f"MAIN{n}", "main", lon=121.25 + n / 100) for n in (2, 3, 4)),
    *(a_station(f"B{n}", "brigade", town_code="330282106", lon=121.4 + n / 100) for n in (3, 4, 5)),
)


def a_big_city() -> Story:
    contacts = the_contacts() + [a_contact("station", s.id) for s in MANY[len(STATIONS) :]]
    return Story(a_scene(help_=the_help(contacts, MANY)))


def test_each_alarm_of_the_run_card_adds_crews_and_repeats_none() -> None:
    story = a_big_city()
    story.tell(sensed(a_point(1)))
    number = number_of(story)
    story.tell(action(ActionKind.ALARM_LEVEL, 10, number, level=1))
    assert called(story) == ["MAIN1", "B1"]
    story.tell(action(ActionKind.ALARM_LEVEL, 20, number, level=2, reason="wind"))
    assert called(story) == ["MAIN1", "B1", "MAIN2", "B2", "B3"]
    assert (story.incident.alarm, story.incident.level) == (2, 1)
    story.tell(action(ActionKind.ALARM_LEVEL, 30, number, level=2))
    assert len(called(story)) == 5, "called already"
    story.tell(action(ActionKind.ALARM_LEVEL, 40, number, level=3))
    assert called(story)[5:] == ["MAIN3", "MAIN4", "B4", "B5"]
    assert [m.what for m in story.moments].count("refused") == 1


def test_asking_for_the_third_alarm_first_calls_all_three() -> None:
    story = a_big_city()
    story.tell(sensed(a_point(1)))
    story.tell(action(ActionKind.ALARM_LEVEL, 10, number_of(story), level=3))
    assert len(called(story)) == 9
    story.tell(action(ActionKind.PEOPLE_INSIDE, 20, number_of(story)))
    assert len(called(story)) == 9, "F4 calls the first alarm, which has been called"


def test_a_crew_that_needs_more_gets_the_next_alarm_and_a_doubled_press_asks_once() -> None:
    story = a_big_city()
    story.tell(sensed(a_point(1)))
    crew = story.party("micro_station")
    says(story, crew, A.NEED_MORE, 100)
    assert (story.incident.level, story.incident.alarm) == (4, 1)
    says(story, crew, A.NEED_MORE, 110)
    assert story.incident.alarm == 1
    says(story, crew, A.NEED_MORE, 200)
    assert story.incident.alarm == 2
    cad = story.party("cad_119")
    says(story, cad, A.NEED_MORE, 300)
    assert story.incident.alarm == 3
    says(story, cad, A.NEED_MORE, 400)
    assert story.incident.alarm == 3, "there is no fourth"


def test_a_reinforcement_that_is_out_elsewhere_is_not_called() -> None:
    contacts = the_contacts() + [a_contact("station", s.id) for s in MANY[len(STATIONS) :]]
    story = Story(a_scene(TWO_PLACES, POINTS, the_help(contacts, MANY)))
    story.tell(sensed(POINTS[0]))
    story.tell(action(ActionKind.ALARM_LEVEL, 5, number_of(story), level=1))
    main = next(p for p in story.scene.parties.values() if p.owner_id == "MAIN1")
    says(story, main, A.TURNED_OUT, 20)
    story.tell(sensed(POINTS[2], 30))
    story.tell(action(ActionKind.ALARM_LEVEL, 40, number_of(story, "P2"), level=1))
    assert "MAIN1" not in {p.owner_id for p in parties(story, "next_level", "P2")}


def test_the_picks_that_leave_a_town_bare_give_a_hint_and_order_nobody() -> None:
    story = Story()
    story.tell(sensed(a_point(1)), sensed(a_point(2), 30))
    (hint,) = [m for m in story.moments if m.what == "move_up"]
    assert hint.sentence.params["name"] == "Station B2"
    assert called(story, "brigade") == ["B1"]


def test_a_drill_goes_through_the_whole_chain_and_a_real_fire_in_it_is_real_to_everybody() -> None:
    """Labelled from the first notice to the all-clear; 119 hears only of the real one."""
    story = a_big_city()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="yearly", drill=True))
    story.tell(sensed(a_point(1), 10), sensed(a_point(2), 40))
    number = number_of(story)
    crew = story.party("micro_station")
    for kind, at_s in ((A.ON_THE_WAY, 45), (A.TURNED_OUT, 70), (A.ARRIVED, 150)):
        says(story, crew, kind, at_s)
    story.tell(action(ActionKind.CONFIRM, 160, number, reason="as planned", drill=True))
    story.tell(action(ActionKind.ALARM_LEVEL, 170, number, level=2))
    assert story.incident.drill
    assert called(story) == ["drill"], "reinforcements are not called for a drill"
    assert {n.message.params["drill"] for n in story.scene.notices.values()} == {"drill"}
    assert not [n for n in story.scene.notices.values() if n.role is PartyRole.CAD_119]
    story.until(200)
    changes = story.tell(action(ActionKind.CONFIRM, 200, number, reason="the store is on fire"))
    assert not story.incident.drill
    real = [n for n in changes.planned.values() if n.message.params["drill"] == ""]
    assert len(real) == len(changes.planned)
    assert {"unit", "micro_station", "brigade", "town_workstation", "cad_119", "next_level"} <= {
        n.role.value for n in real
    }
    reinforced = [s for s in called(story) if s != "drill"]
    assert reinforced == ["MAIN1", "B4", "MAIN2", "B5"], "as far as the drill had gone"
    closed(story, 900, "fire", "")
    ends = [n for n in story.scene.notices.values() if n.purpose is Purpose.ALL_CLEAR]
    assert {n.message.params["drill"] for n in ends} == {""}


def test_the_end_of_a_drill_is_told_as_a_drill() -> None:
    story = Story()
    story.tell(action(ActionKind.TEST_WINDOW, 0, place_id="P1", reason="yearly", drill=True))
    story.tell(sensed(a_point(1), 10))
    closed(story, 60, "drill", "")
    ends = [n for n in story.scene.notices.values() if n.purpose is Purpose.ALL_CLEAR]
    assert ends
    for notice in ends:
        assert render(notice.message.key, notice.message.params)["zh"].startswith("【演练】")
