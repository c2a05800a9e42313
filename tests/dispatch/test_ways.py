"""Which ways a fire engine drives, written from the wiki's description of the tags."""

import pytest

from tests.dispatch.makers import the_policy
from wanghuo.dispatch import policy
from wanghuo.dispatch.ways import barrier_s, driven
from wanghuo.errors import Invalid
from wanghuo.settings import Settings

# tags as key=value, then: km/h, and > < or = for forward, backward or both; a dash: not driven
WAYS = """
highway=residential                                          30    =
highway=residential oneway=yes                               30    >
highway=residential oneway=1                                 30    >
highway=residential oneway=true                              30    >
highway=residential oneway=-1                                30    <
highway=residential oneway=reverse                           30    <
highway=residential oneway=no                                30    =
highway=residential oneway=reversible                        -     -
highway=residential oneway=yes oneway:emergency=no           30    =
highway=motorway                                             80    >
highway=motorway oneway=no                                   80    =
highway=tertiary junction=roundabout                         45    >
highway=tertiary junction=circular                           45    >
highway=tertiary maxspeed=20                                 24    =
highway=tertiary maxspeed=100                                45    =
highway=tertiary maxspeed=20_mph                             38.6  =
highway=tertiary maxspeed=walk                               8.4   =
highway=tertiary maxspeed=none                               45    =
highway=tertiary maxspeed=CN:urban                           45    =
highway=tertiary maxspeed=0                                  45    =
highway=primary access=no                                    -     -
highway=primary access=private                               55    =
highway=primary access=no emergency=yes                      55    =
highway=primary access=no motor_vehicle=yes                  55    =
highway=primary motor_vehicle=no                             -     -
highway=primary vehicle=no                                   -     -
highway=primary motor_vehicle=yes vehicle=no                 55    =
highway=primary emergency=no access=yes                      -     -
highway=primary motor_vehicle=no emergency=designated        55    =
highway=pedestrian                                           12    =
highway=pedestrian area=yes                                  -     -
highway=footway                                              -     -
highway=footway emergency=yes                                12    =
highway=path emergency=yes oneway=yes                        12    >
highway=steps emergency=yes                                  -     -
highway=construction                                         -     -
highway=proposed                                             -     -
route=ferry                                                  -     -
highway=trunk bridge=yes                                     65    =
highway=trunk tunnel=yes                                     65    =
"""
ROWS = [line.split() for line in WAYS.strip().splitlines()]
ARROWS = {(True, True): "=", (True, False): ">", (False, True): "<"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:-2]))
def test_each_way(row: list[str]) -> None:
    tags = dict(pair.replace("_mph", " mph").split("=") for pair in row[:-2])
    how = driven(tags, the_policy())
    if row[-2] == "-":
        assert how is None
    else:
        assert how is not None
        assert round(how.kmh, 1) == float(row[-2])
        assert ARROWS[how.forward, how.backward] == row[-1]


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"name": "Xinpu Road", "name:zh": "新浦大道"}, "新浦大道"),
        ({"name": "新浦大道"}, "新浦大道"),
        ({"ref": "G228"}, "G228"),
        ({}, ""),
    ],
)
def test_a_street_is_called_as_its_people_call_it(tags: dict[str, str], name: str) -> None:
    how = driven({"highway": "primary", **tags}, the_policy())
    assert how is not None
    assert how.name == name


@pytest.mark.parametrize(
    ("tags", "wait_s"),
    [
        ({"barrier": "gate"}, 15.0),
        ({"barrier": "gate", "emergency": "yes"}, 15.0),
        ({"barrier": "bollard"}, None),
        ({"barrier": "bollard", "emergency": "yes"}, 0.0),
        ({"barrier": "toll_booth"}, 0.0),
    ],
)
def test_each_barrier(tags: dict[str, str], wait_s: float | None) -> None:
    assert barrier_s(tags, the_policy()) == wait_s


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("motorway = 80", "motorway = 0"),
        ("off_road_kmh = 5", "off_road_kmh = 0"),
        ("kmh = 33", "kmh = -1"),
        ("left = 4", "links = 4"),
    ],
)
def test_a_policy_that_could_not_be_is_refused(line: str, said: str) -> None:
    text = (Settings().policy_dir / policy.FILE).read_text(encoding="utf-8")
    assert line in text
    with pytest.raises(Invalid, match=r"dispatch\.toml"):
        policy.parse(text.replace(line, said, 1))
