"""Which incident an alarm joins: place, building or 30 metres, and 15 minutes."""

from datetime import timedelta

import msgspec
import pytest

from tests.notices.makers import NOON, a_site, the_policy
from wanghuo.alarms.correlation import Link, Suspect, join
from wanghuo.alarms.model import Site

HERE = a_site("P1", building="B1")
METRE_NORTH = 1 / 111_195
ALONE: dict[str, object] = {"place_key": "P2", "building": ""}


def a_suspect(**changed: object) -> Suspect:
    made = Suspect("I1", "P1", "B1", HERE.lon, HERE.lat, NOON, drill=False, test=False)
    return msgspec.structs.replace(made, **changed)


# what is different → joined by, or a dash
CASES = [
    ("the same place", {}, {}, 0, "same_place"),
    ("15 minutes ago", {}, {}, 900, "same_place"),
    ("more than 15 minutes ago", {}, {}, 901, "-"),
    ("an entry that comes late", {}, {}, -900, "same_place"),
    ("the same building", {"place_key": "P2", "lat": 31.0}, {}, 0, "same_building"),
    ("nobody's building", ALONE | {"lat": 31.0}, {"building": ""}, 0, "-"),
    ("29 m away", ALONE | {"lat": 30.30 + 29 * METRE_NORTH}, {}, 0, "near"),
    ("31 m away", ALONE | {"lat": 30.30 + 31 * METRE_NORTH}, {}, 0, "-"),
    ("no location", ALONE | {"lat": None}, {}, 0, "-"),
    ("a synthetic fire of the same place", {"test": True}, {"test": True}, 0, "same_place"),
    ("a synthetic fire next door", {"test": True, "place_key": "P2"}, {}, 0, "-"),
    ("a drill of the same place", {"drill": True}, {}, 0, "same_place"),
    ("a drill next door draws in nobody", {"drill": True, "place_key": "P2"}, {}, 0, "-"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "suspect", "site", "after_s", "link"), CASES)
def test_each_case(
    name: str, suspect: dict[str, object], site: dict[str, object], after_s: int, link: str
) -> None:
    here: Site = msgspec.structs.replace(HERE, **site)
    at = NOON + timedelta(seconds=after_s)
    found = join(here, at, [a_suspect(**suspect)], the_policy(), drill=False)
    assert (found[1].value if found else "-") == link, name


def test_a_place_in_a_drill_joins_no_neighbour() -> None:
    neighbour = a_suspect(place_key="P2")
    assert join(HERE, NOON, [neighbour], the_policy(), drill=True) is None


def test_the_own_place_comes_before_the_building_and_the_latest_before_the_older() -> None:
    own = a_suspect(last_at=NOON - timedelta(minutes=10))
    beside = a_suspect(incident_id="I2", place_key="P2")
    older = a_suspect(incident_id="I3", last_at=NOON - timedelta(minutes=12))
    for order in ([own, beside, older], [older, beside, own]):
        assert join(HERE, NOON, order, the_policy(), drill=False) == ("I1", Link.SAME_PLACE)


def test_nobodys_senders_join_only_their_own() -> None:
    one, other = Site(id="", name="gb26875:a"), Site(id="", name="gb26875:b")
    suspect = a_suspect(place_key=one.key, building="", lon=None, lat=None)
    assert join(one, NOON, [suspect], the_policy(), drill=False) == ("I1", Link.SAME_PLACE)
    assert join(other, NOON, [suspect], the_policy(), drill=False) is None
