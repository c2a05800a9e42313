"""The ten rules that no code may break, each over stories that nobody thought of.

100 stories a rule by day, 10,000 with WANGHUO_HYPOTHESIS=nightly.
"""

import random
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.alarms.stories import (
    NOBODY,
    POINTS,
    SIGNALS_ONLY,
    SITES,
    Judged,
    Tale,
    a_city,
    person_acted,
    plain,
    tales,
    told,
)
from tests.notices.makers import NOON, an_entry, the_contacts, the_help, the_policy
from wanghuo.alarms import shelving
from wanghuo.alarms.level import standing_of
from wanghuo.alarms.model import AlarmType, Level
from wanghuo.alarms.runaway import Runaway
from wanghuo.facts.entry import ActionEntry, ActionKind, AnswerEntry, SignalEntry, TimerEntry
from wanghuo.incidents.timeline import broken_line
from wanghuo.notices import audience
from wanghuo.notices.judge import judge
from wanghuo.notices.model import CrewState, PartyRole, PartyState
from wanghuo.notices.receipts import receipt
from wanghuo.notices.scene import Scene
from wanghuo.notices.telling import RINGING

profiles = st.sampled_from(("validated", "direct"))
LOWERING = {ActionKind.LOWER, ActionKind.NO_FIRE_ON_SITE, ActionKind.CLOSE}
FOUR = (PartyRole.UNIT, PartyRole.MICRO_STATION, PartyRole.BRIGADE, PartyRole.CAD_119)


def held_back(tale: Tale, judged: Judged) -> bool:
    """Whether a shelf or window covers the point that spoke."""
    assert isinstance(judged.entry.body, SignalEntry)
    origin = judged.entry.body.signal.origin()
    point = tale.story.scene.points.get(origin)
    place = point.place_id if point else ""
    return any(
        shelving.is_live(s, judged.entry.at)
        and not s.drill
        and (s.origin == origin or (s.place_id == place and place != "" and not s.origin))
        for s in tale.story.scene.shelves.values()
    )


@given(tales, profiles)
def test_rule_1_the_first_signal_waits_for_nothing(tale: bytes, profile: str) -> None:
    """The very judgement of a fire has its incident and plans its notices, due at once."""
    made = told(tale, policy=the_policy(profile))
    for point in (POINTS[0], POINTS[13], NOBODY):
        one = made.fire(point)
        if held_back(made, one):
            continue
        alarm = made.story.scene.live_alarm(point.origin, AlarmType.FIRE)
        assert alarm is not None
        assert alarm.incident_id, "a fire that nothing holds back has an incident at once"
        incident = made.story.scene.incidents[alarm.incident_id]
        assert incident.is_open
        assert incident.level >= Level.F1
        if incident.id in one.before:
            continue
        planned = [n for n in one.changes.planned.values() if n.incident_id == incident.id]
        roles = {notice.role for notice in planned}
        wanted = {PartyRole.OPERATOR_DESK, *({PartyRole.UNIT} if incident.place_id else ())}
        assert wanted <= roles
        assert all(notice.due_at == one.entry.at for notice in planned)


@given(tales, profiles)
def test_rule_2_only_a_named_person_lowers_a_level(tale: bytes, profile: str) -> None:
    made = told(tale, policy=the_policy(profile))
    made.passing(3600)
    for one in made.judged:
        for incident_id, level in one.before.items():
            if one.after[incident_id] >= level:
                continue
            incident = made.story.scene.incidents[incident_id]
            if incident.test and isinstance(one.entry.body, TimerEntry):
                continue  # the system puts out the fire that it lit itself
            action = person_acted(one.entry)
            assert action is not None, "only a person lowers a level"
            assert action.action in LOWERING
            assert action.person_name.strip()
            assert action.reason.strip() or action.cause or action.disposition


@given(tales, profiles)
def test_rule_3_an_occupant_can_confirm_and_never_cancel(tale: bytes, profile: str) -> None:
    made = told(tale, policy=the_policy(profile))
    parties = made.story.scene.parties
    for one in made.judged:
        body = one.entry.body
        notice = made.story.scene.notices.get(body.notice_id) if _answers(body) else None
        if notice is None or notice.role is not PartyRole.UNIT:
            continue
        assert all(one.after[i] >= level for i, level in one.before.items())
        assert not any(i.closed_at == one.entry.at for i in one.changes.incidents.values())
        stopped = {n.party_id for n in one.changes.notices.values() if n.stopped}
        assert stopped <= {notice.party_id}, "an occupant's word stops nobody else's calls"
        weights = [e.weight_milli for _, _, e in one.changes.evidence]
        assert all(weight >= 0 for weight in weights)
        assert parties[notice.party_id].role is PartyRole.UNIT


def _answers(body: object) -> bool:
    return isinstance(body, AnswerEntry)


@given(tales, st.integers(0, 5), st.integers(0, 170))
def test_rule_4_a_second_different_point_passes_every_shelf(
    tale: bytes, first: int, gap_s: int
) -> None:
    made = told(tale)
    one, other = POINTS[first], POINTS[(first + 1) % 6]
    name = {"person_id": "p", "person_name": "陈立群", "reason": "works"}
    made.judge(an_entry(ActionEntry(ActionKind.UNSHELVE, **name, place_id="P1"), made.now_s, "w"))
    for point in (one, other):
        body = ActionEntry(ActionKind.SHELVE, **name, origin=point.origin)
        made.judge(an_entry(body, made.now_s, "shelf"))
    made.fire(one)
    made.passing(gap_s)
    last = made.fire(other)
    scene = made.story.scene
    for point in (one, other):
        alarm = scene.live_alarm(point.origin, AlarmType.FIRE)
        assert alarm is not None
        assert alarm.incident_id, "two different points of a place are no nuisance of one"
        assert scene.incidents[alarm.incident_id].is_open
    fresh = [a for a in last.changes.alarms.values() if a.origin == other.origin]
    if fresh and fresh[0].first_at == last.entry.at:
        lines = [e for _, _, e in last.changes.evidence if e.origin == other.origin]
        again = any(e.what == "repeated_after_clear" for e in lines) or not lines
        assert again or max(e.floor for e in lines) >= Level.F2


@given(tales)
def test_rule_5_what_quiets_has_an_author_a_reason_and_an_end(tale: bytes) -> None:
    made = told(tale)
    longest_s = made.story.policy.windows.test_window_max_s
    for shelf in made.story.scene.shelves.values():
        assert shelf.author_name.strip()
        assert shelf.reason.strip()
        assert shelf.from_at < shelf.until_at <= shelf.from_at + timedelta(seconds=longest_s)
    made.passing(longest_s + 1)
    for shelf in made.story.scene.shelves.values():
        assert shelf.ended_at is not None, "it ends by itself"
    for alarm in made.story.scene.alarms.values():
        if shelving.still_there(alarm):
            assert alarm.incident_id, "what is still there when it ends is told"


@given(tales, profiles)
def test_rule_6_each_party_acknowledges_for_itself(tale: bytes, profile: str) -> None:
    made = told(tale, policy=the_policy(profile))
    made.passing(1200)
    silenced: dict[str, bool] = {}
    for one in made.judged:
        body = one.entry.body
        for moment in one.changes.moments:
            if moment.what == "reopened":  # it is told anew, and acknowledges anew
                told_anew = made.story.scene.parties_of(moment.incident_id)
                silenced = {k: v for k, v in silenced.items() if k not in {p.id for p in told_anew}}
        if isinstance(body, AnswerEntry):
            notice = made.story.scene.notices.get(body.notice_id)
            mine = {notice.party_id} if notice else set()
            stopped = {n.party_id for n in one.changes.notices.values() if n.stopped}
            assert stopped <= mine, "one acknowledgement stops nobody else's calls"
            acked = {
                p.id
                for p in one.changes.parties.values()
                if p.state is PartyState.ACKNOWLEDGED and p.acknowledged_at == one.entry.at
            }
            assert acked <= mine
            if notice and receipt(notice.role, body.answer).acknowledges:
                silenced[notice.party_id] = True
        if isinstance(body, TimerEntry) and body.kind != "shelf_over":
            rung = {n.party_id for n in one.changes.planned.values() if n.purpose in RINGING}
            assert not rung & silenced.keys(), "who has acknowledged is not called again"


@given(tales, profiles)
def test_rules_6_and_7_a_crew_that_is_out_is_never_picked_for_another_incident(
    tale: bytes, profile: str
) -> None:
    """Who is out is counted here from the answers alone, beside the judge's own books."""
    made = told(tale, policy=the_policy(profile))
    made.fire(POINTS[5])
    made.passing(1200)
    out: dict[str, dict[str, bool]] = {}
    for one in made.judged:
        fresh = [p for p in one.changes.parties.values() if p.planned_at == one.entry.at]
        for party in fresh:
            if party.crew == CrewState.TOLD and party.told_at == one.entry.at:
                away = [i for i, gone in out.get(party.owner_id, {}).items() if gone]
                assert not set(away) - {party.incident_id}, "it is out somewhere else"
        for party in one.changes.parties.values():
            out.setdefault(party.owner_id, {})[party.incident_id] = party.is_out
    for party in made.story.scene.parties.values():
        assert not (party.is_out and party.crew == "cannot")
        if party.is_out:
            assert party.acknowledged_at or party.turned_out_at


@given(tales, st.booleans(), st.booleans())
def test_rule_7_at_f3_all_four_acknowledge_or_their_failure_is_recorded(
    tale: bytes,
    some_contacts: bool,  # noqa: FBT001 - drawn
    some_stations: bool,  # noqa: FBT001 - drawn
) -> None:
    contacts = the_contacts(["U-P1"]) if some_contacts else []
    help_ = the_help(contacts) if some_stations else the_help(contacts, ())
    made = told(tale, scene=a_city(help_))
    made.fire(POINTS[5])  # sprinkler flow: F3
    made.passing(4 * 3600 + 600)
    scene = made.story.scene
    said: dict[str, list[dict[str, object]]] = {}
    for one in made.judged:
        for moment in one.changes.moments:
            line = {"what": moment.what, **moment.sentence.params}
            said.setdefault(moment.incident_id, []).append(line)
    for incident in scene.open_incidents():
        if incident.level < Level.F3 or incident.drill or incident.test or not incident.place_id:
            continue
        for role in FOUR:
            parties = [p for p in scene.parties_of(incident.id) if p.role is role]
            assert parties, f"{role} was never told"
            for party in parties:
                if party.acknowledged_at:
                    continue
                assert party.state in {PartyState.ESCALATED, PartyState.FAILED}
                records = [m["what"] for m in said[incident.id] if m.get("role") == role]
                assert {"silent", "all_refused", "not_told", "answered"} & set(records)
                assert {"stands_in", "nobody_stands_in", "stand_in_later"} & set(records)


@given(st.integers(0, 255), st.integers(0, 5), profiles)
def test_rule_8_the_chain_goes_on_without_what_has_failed(
    missing: int, number: int, profile: str
) -> None:
    """No stations, no contacts, no numbers, no location, no town: told all the same, and said."""
    contacts = [] if missing & 1 else the_contacts()
    if missing & 2:
        contacts = [msgspec.structs.replace(c, phone="") for c in contacts]
    if missing & 4:
        contacts = [msgspec.structs.replace(c, verified=False) for c in contacts]
    help_ = the_help(contacts, ()) if missing & 8 else the_help(contacts)
    site = SITES[0]
    if missing & 16:
        site = msgspec.structs.replace(site, lon=None, lat=None)
    if missing & 32:
        site = msgspec.structs.replace(site, town_code="", town_name="", town_short="")
    scene = a_city(help_)
    scene.sites["P1"] = site
    if missing & 64:
        scene.sites = {}
    if missing & 128:
        scene.points = {}
    made = told(b"", policy=the_policy(profile), scene=scene)
    made.fire(POINTS[number])
    (incident,) = scene.incidents.values()
    assert incident.level >= Level.F1
    told_roles = {party.role for party in scene.parties_of(incident.id)}
    assert told_roles >= set(audience.roles(incident, made.story.policy))
    assert any(n.role is PartyRole.OPERATOR_DESK for n in scene.notices.values())
    for party in scene.parties_of(incident.id):
        if not scene.notices_of(party.id):
            assert party.state is PartyState.FAILED
            assert party.shortfall is not None, "a gap is said"


@given(tales, st.integers(0, 2000), st.integers(0, 30))
def test_rule_9_nothing_learned_drops_a_fire(tale: bytes, nuisances: int, recent: int) -> None:
    """The past may choose F1 against F2 and nothing else."""
    naive = told(tale, kinds=SIGNALS_ONLY)
    scene = a_city()
    past = tuple(NOON - timedelta(hours=h) for h in range(nuisances))
    scene.nuisances = {site.id: past for site in SITES}
    times = tuple(NOON - timedelta(seconds=s) for s in range(recent))
    for point in POINTS:
        runaway = Runaway(point.origin, times, min(recent, 20), NOON, NOON)
        scene.load(runaways=[runaway])
    told(tale, scene=scene, kinds=SIGNALS_ONLY)
    assert scene.incidents.keys() == naive.story.scene.incidents.keys()
    assert scene.alarms.keys() == naive.story.scene.alarms.keys()
    for incident_id, incident in naive.story.scene.incidents.items():
        level = scene.incidents[incident_id].level
        assert level == incident.level or {level, incident.level} == {Level.F1, Level.F2}
    for alarm_id, alarm in naive.story.scene.alarms.items():
        assert scene.alarms[alarm_id].incident_id == alarm.incident_id


@given(tales, profiles, st.integers(0, 2**32))
def test_rule_10_every_decision_is_reproducible(tale: bytes, profile: str, seed: int) -> None:
    """Replaying the log, with the scene reloaded in another order between any two entries."""
    made = told(tale, policy=the_policy(profile))
    made.passing(200)
    scene, shuffle = a_city(), random.Random(seed)
    for entry in made.story.log:
        judge(scene, entry, made.story.policy)
        if shuffle.random() < 0.5:
            scene = reloaded(scene, shuffle)
    first = made.story.scene
    for name in ("incidents", "parties", "ledgers", "tails", "alarms", "shelves", "counters"):
        one, other = getattr(first, name), getattr(scene, name)
        assert plain(sorted(one.items(), key=str)) == plain(sorted(other.items(), key=str)), name
    assert first.notices.keys() == scene.notices.keys()
    for incident_id, incident in first.incidents.items():
        standing = standing_of(first.ledgers[incident_id], made.story.policy)
        found = (standing.level, standing.peak, standing.log_odds_milli)
        assert found == (incident.level, incident.level_peak, incident.log_odds_milli)
        moments = [m for j in made.judged for m in j.changes.moments]
        assert broken_line(m for m in moments if m.incident_id == incident_id) is None


def reloaded(scene: Scene, shuffle: random.Random) -> Scene:
    """The same scene as a door would load it: rows in any order, closed things with the open."""

    def rows(table: dict[str, object]) -> list:  # type: ignore[type-arg]
        found = list(table.values())
        shuffle.shuffle(found)
        return found

    made = Scene(scene.help)
    made.points, made.senders, made.sites = scene.points, scene.senders, scene.sites
    made.nuisances, made.tails = dict(scene.nuisances), dict(scene.tails)
    made.counters = dict(scene.counters)
    made.ledgers = {key: list(lines) for key, lines in scene.ledgers.items()}
    made.load(
        alarms=rows(scene.alarms),  # type: ignore[arg-type]
        shelves=rows(scene.shelves),  # type: ignore[arg-type]
        incidents=rows(scene.incidents),  # type: ignore[arg-type]
        parties=rows(scene.parties),  # type: ignore[arg-type]
        notices=rows(scene.notices),  # type: ignore[arg-type]
        runaways=rows(scene.runaways),  # type: ignore[arg-type]
    )
    return made
