"""Which entry a signal makes: one story a row, in the words of the trade."""

import pytest

from tests.notices.makers import NOON, Story, a_point, a_scene, a_site, sensed, the_policy
from wanghuo.alarms import evidence
from wanghuo.alarms.model import Point
from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.notices.scene import Scene


def panel(point: str, sensor: SensorKind) -> Point:
    """What the panel of P1 says of a whole system, or of itself."""
    sender = a_point(1).sender
    return Point(sender + point, sender, sensor, "P1", a_point(1).town_code)


NAMES = {
    "smoke": a_point(1),
    "smoke2": a_point(2),
    "smoke3": a_point(3),
    "heat": a_point(4, sensor=SensorKind.HEAT),
    "electric": a_point(5, sensor=SensorKind.ELECTRIC),
    "button": a_point(6, sensor=SensorKind.CALL_POINT),
    "button2": a_point(7, sensor=SensorKind.CALL_POINT),
    "sprinkler": a_point(8, sensor=SensorKind.SPRINKLER),
    "lookout": a_point(9, sensor=SensorKind.LOOKOUT),
    "neighbour": a_point(1, "P2"),
    "panel": panel("", SensorKind.UITD),
    "system": panel("/1.1", SensorKind.OTHER),
    "system2": panel("/1.2", SensorKind.OTHER),
    "pulled": panel("/1.1", SensorKind.CALL_POINT),
}

# story: point@seconds, `+` fire, `-` cleared, `=value` a notable reading → entries made, level
STORIES = """
smoke+0                                 sensor_fire                               1
heat+0                                  sensor_fire                               1
button+0                                call_point                                2
sprinkler+0                             sprinkler_flow                            3
lookout+0                               lookout_smoke                             1
heat=68@0                               reading_notable                           1
electric=612@0                          reading_notable                           1
smoke+0 smoke+40                        sensor_fire                               1
smoke+0 smoke2+180                      sensor_fire,second_point                  2
smoke+0 smoke2+181                      sensor_fire,later_point                   1
smoke+0 smoke2+181 smoke3+400           sensor_fire,later_point,later_point       2
smoke+0 smoke+170 smoke2+300            sensor_fire,second_point                  2
smoke+0 button+300                      sensor_fire,call_point_and_sensor         3
button+0 smoke+300                      call_point,call_point_and_sensor          3
button+0 button2+100                    call_point,second_point                   2
button+0 button2+300                    call_point,call_point                     2
lookout+0 smoke+300                     lookout_smoke,lookout_and_sensor          3
smoke+0 lookout+9                       sensor_fire,lookout_and_sensor            3
smoke+0 sprinkler+400                   sensor_fire,sprinkler_flow                3
smoke+0 neighbour+100                   sensor_fire,adjacent_point                2
smoke+0 neighbour+200                   sensor_fire,later_adjacent_point          1
smoke+0 heat=68@400                     sensor_fire,reading_beside_alarm          2
heat=68@0 smoke+100                     reading_notable,second_point              2
heat=68@0 heat=70@60                    reading_notable                           1
heat=68@0 heat=75@60                    reading_notable,reading_rising            2
heat=68@0 heat=99@3                     reading_notable                           1
heat=68@0 heat=75@60 heat=76@90         reading_notable,reading_rising            2
system+0 smoke+2                        sensor_fire,located                       1
smoke+0 system+2                        sensor_fire                               1
smoke+0 panel+1 system+2                sensor_fire                               1
panel+0 system+1 smoke+2                sensor_fire,located,located               1
system+0 smoke+2 smoke2+40              sensor_fire,located,second_point          2
smoke+0 smoke2+40 system+41             sensor_fire,second_point                  2
system+0 system2+20                     sensor_fire,second_point                  2
smoke+0 pulled+20                       sensor_fire,call_point_and_sensor         3
system+0 pulled+20                      sensor_fire,call_point                    2
smoke+0 system+9 pulled+20              sensor_fire,call_point_and_sensor         3
system+0 heat=68@9                      sensor_fire,reading_notable               1
heat=68@0 heat+60                       reading_notable,sensor_fire               1
smoke+0 smoke-20 smoke+90               sensor_fire,repeated_after_clear          1
smoke+0 smoke-9 smoke+12                sensor_fire,repeated_after_clear          1
"""


def a_house() -> Scene:
    known = [point for point in NAMES.values() if point.device_id]
    scene = a_scene([a_site("P1"), a_site("P2", lon=121.2502)], known)
    scene.senders = {known[0].sender: ("P1", known[0].town_code)}
    return scene


@pytest.mark.parametrize("row", STORIES.strip().splitlines())
def test_each_story(row: str) -> None:
    *steps, made, level = row.split()
    story = Story(a_house())
    for step in steps:
        _tell(story, step)
    (incident,) = story.scene.incidents.values()
    what = [e.what for e in story.scene.ledgers[incident.id]]
    what = [w for w in what if w not in {"prior", "people_in_danger"}]
    assert what == made.split(",")
    assert incident.level_peak == int(level)


def _tell(story: Story, step: str) -> None:
    if "=" in step:
        name, _, rest = step.partition("=")
        value, _, at = rest.partition("@")
        point = NAMES[name]
        reading = {"quantity": "temperature", "value": float(value), "unit": "℃"}
        story.tell(sensed(point, float(at), kind=SignalKind.NOTABLE, **reading))
        return
    name, sign, at = step.partition("+") if "+" in step else step.partition("-")
    kind = SignalKind.FIRE if sign == "+" else SignalKind.CLEARED
    story.tell(sensed(NAMES[name], float(at), kind=kind))


def test_a_point_that_flaps_is_counted_twice_and_no_more() -> None:
    story = Story(a_house())
    for at_s in range(0, 600, 60):
        _tell(story, f"smoke+{at_s}")
        _tell(story, f"smoke-{at_s + 20}")
    what = [e.what for e in story.scene.ledgers[story.incident.id]]
    assert what.count("repeated_after_clear") == 2
    assert story.incident.level == 1


def test_a_late_point_is_measured_from_the_nearest_report_whatever_their_order() -> None:
    """Gateways differ: the second point's entry may carry an earlier time than the first's."""
    story = Story(a_house())
    story.tell(sensed(NAMES["smoke"], 100), sensed(NAMES["smoke2"], 20))
    assert story.incident.level == 2


def test_the_first_line_is_the_prior_and_false_alarms_weigh_little_and_are_capped() -> None:
    past = [NOON] * 50
    prior, history = evidence.opening(a_site(), NOON, past, "e", the_policy())
    assert (prior.what, prior.weight_milli, prior.floor) == ("prior", -8600, 0)
    assert (history.what, history.weight_milli, history.floor) == ("false_alarm_history", -600, 0)
    (alone,) = evidence.opening(a_site(), NOON, [], "e", the_policy())
    assert alone.what == "prior"


def test_a_point_that_nobody_registered_is_worth_what_its_signal_says() -> None:
    stranger = Point("gb26875:f00/1.1.23.1", "gb26875:f00", SensorKind.CALL_POINT)
    story = Story(a_scene())
    story.tell(sensed(stranger))
    assert story.incident.place_id == ""
    assert story.incident.place_name == "gb26875:f00"
    assert story.incident.level == 2
    assert story.roles() == {"operator_desk", "city_duty"}
