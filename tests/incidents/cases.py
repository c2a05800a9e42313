"""A whole case made of nothing but its fields, for tests of reports."""

from datetime import UTC, datetime, timedelta

from wanghuo.facts.sentences import Sentence, said
from wanghuo.incidents.case_record import Case
from wanghuo.incidents.model import IncidentState, Moment, Tail
from wanghuo.incidents.timeline import Said, appended
from wanghuo.incidents.views import AlarmRow, Line, Listed, Message, NoticeRow, PartyRow, Whole
from wanghuo.sights.pictures import Kept
from wanghuo.sights.weather import Observation, Sample

START = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
PICTURE = "ab" * 32


def after(seconds: float) -> datetime:
    """So long after the first signal."""
    return START + timedelta(seconds=seconds)


def an_incident(**changed: object) -> Listed:
    fields = {
        "id": "i1", "number": "20260601-XP-0001", "place_id": "P1", "place_name": "宏达塑料制品厂",
        "category": "industrial", "town_code": "330282101", "building": "", "lon": 121.25,
        "lat": 30.2, "level": 0, "level_peak": 3, "state": IncidentState.CLOSED,
        "profile": "validated", "policy_version": "2026.1", "drill": False, "test": False,
        "sleeping": False, "opened_at": START, "last_at": after(600), "log_odds_milli": 6400,
        "sentence": said("incident.second_point", gap_s=40), "closed_at": after(3000),
        "disposition": "fire", "address": "新浦大道 1 号", "people": 20, "town_name": "新浦镇",
        "parties": [],
    }  # fmt: skip
    return Listed(**{**fields, **changed})  # type: ignore[arg-type]


def raised(from_level: int, to_level: int, why: str, **params: str | int) -> Sentence:
    return said("timeline.raised", from_level=from_level, to_level=to_level, why=why, **params)


def a_timeline() -> list[Moment]:
    told = [
        ("opened", said("timeline.opened", place="宏达塑料制品厂")),
        ("raised", raised(0, 1, "incident.sensor_fire", spot="", sensor="smoke")),
        ("raised", raised(1, 3, "incident.second_point", gap_s=40)),
    ]
    tail, moments = Tail(), []
    for at, (what, sentence) in enumerate(told):
        moment = appended(tail, "i1", Said(after(at * 40), what, sentence, "张三"))
        moments.append(moment)
        tail = Tail(moment.line, moment.digest)
    return moments


def a_case(**changed: object) -> Case:
    """A closed fire with one of everything. changed: fields of the incident."""
    way = {"level": "brigade", "covers": "", "minutes": 5, "seconds": 0, "road_km": "3.2"}
    crew = PartyRow(
        id="p1", role="brigade", owner_id="s1", name="新浦专职队", state="acknowledged",
        at_level=2, reason=said("reason.by_road", road_m=3200, **way), shortfall=None,
        planned_at=after(2), acknowledged_at=after(30), answer="on_the_way", distance_m=2900,
        crew="handled", told_at=after(3), turned_out_at=after(50), arrived_at=after(400),
        handled_at=after(900),
    )  # fmt: skip
    notice = NoticeRow(
        id="n1", party_id="p1", role="unit", recipient="王五", address="13800001234",
        channel="voice", purpose="alarm", round=1, state="acknowledged", planned_at=after(1),
        sent_at=after(2), answered_at=after(12), acknowledged_at=after(15), outcome="on_the_way",
        repeat_of_unknown=False, attempts=1,
        message=Message("message.alarm.unit", {}, 1, confirmed=False),
    )  # fmt: skip
    alarm = AlarmRow(
        id="a1", origin="gb26875:1/1", alarm_type="fire", sensor="smoke", device_id="d1",
        place_id="P1", state="normal", first_at=START, last_at=after(90), repeats=2,
        shelved=False, text="1 号车间",
    )  # fmt: skip
    line = Line(
        1,
        START,
        "sensor_fire",
        3900,
        1,
        -1,
        "",
        said("evidence.sensor_fire", spot="", sensor="smoke"),
    )
    seen = Observation(START, "慈溪", None, None, 90.0, 3.2, 28.0, 61.0, 0.0)
    return Case(
        Whole(an_incident(**changed), [line], a_timeline(), [crew], [notice], [alarm]),
        [Sample("i1", "330282101", 2, after(5), "demo", 600.0, "", seen)],
        [Kept("k1", "i1", "330282101", "desk", "", "张三", after(60), after(61), "image/jpeg", 9, 4,
              3, PICTURE, note="东门")],
    )  # fmt: skip
