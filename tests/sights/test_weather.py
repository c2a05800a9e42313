"""Weather is what a station said, with its age: nothing is guessed, nothing unreadable passes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sights.makers import NOON, an_observation
from wanghuo.errors import Invalid
from wanghuo.facts.sentences import render
from wanghuo.sights import demo_weather, weather_files
from wanghuo.sights.weather import Sample, document, nearest, sector, wind_words
from wanghuo.sights.weather_files import SourceError

CSV = """time,lon,lat,station,wind_from_deg,wind_m_s,temperature_c,humidity,rain
2026-06-01T11:00:00+08:00,121.2,30.3,west,45,4,24.5,70,0
2026-06-01T12:00:00+08:00,121.2,30.3,west,90,5,25,68,0.2
2026-06-01T12:00:00+08:00,121.6,30.3,east,400,-1,,,
2026-06-01T12:00:00,121.6,30.3,east,10,3,,,
2026-06-01T12:00:00+08:00,121.6,30.3,east,360,3,24,,
2026-06-02T12:00:00+08:00,121.6,30.3,east,180,9,24,,
"""


def words(**changed: object) -> tuple[str, str]:
    said = wind_words(an_observation(**changed))
    shown = render(said.key, said.params)
    return shown["zh"], shown["en"]


def test_wind_is_said_by_where_it_comes_from_and_where_it_blows() -> None:
    assert words() == (
        "风向东北 4 m/s，向西南吹",
        "Wind from the north-east at 4 m/s, blowing towards the south-west",
    )
    assert words(wind_m_s=0.2)[0] == "静风"
    assert words(wind_from_deg=None)[0] == "风向不定 4 m/s"
    assert words(wind_m_s=None)[0] == "风况未知"
    assert render(wind_words(None).key, {})["en"] == "Wind unknown"


@given(st.floats(0, 360))
def test_a_sector_is_the_nearest_of_eight(bearing_deg: float) -> None:
    centres = {
        name: 45.0 * at for at, name in enumerate(("n", "ne", "e", "se", "s", "sw", "w", "nw"))
    }
    away = abs((bearing_deg - centres[sector(bearing_deg)] + 180) % 360 - 180)
    assert away <= 22.5


def test_the_newest_row_of_the_nearest_station_holds_and_no_forecast() -> None:
    found, left_out = weather_files.of_csv(CSV)
    assert (len(found), left_out) == (4, 2)
    west, east = nearest(found, 121.21, 30.3, NOON), nearest(found, 121.61, 30.3, NOON)
    assert west is not None
    assert (west.wind_from_deg, west.wind_m_s, west.humidity_percent, west.rain_mm) == (
        90,
        5,
        68,
        0.2,
    )
    assert east is not None
    assert (east.station, east.wind_from_deg, east.wind_m_s) == ("east", 0.0, 3.0)
    assert nearest(found, 121.2, 30.3, NOON - timedelta(days=1)) is None


@pytest.mark.parametrize(
    "text", ["", "hello", "time,wind_m_s\n", "time,rain\n1,2\n", "\0", "a,b\n" * 9]
)
def test_a_file_that_is_no_weather_is_refused(text: str) -> None:
    with pytest.raises(SourceError) as refused:
        weather_files.of_csv(text)
    assert refused.value.reason == "unreadable"


@given(st.text(max_size=300))
def test_no_text_is_another_error(text: str) -> None:
    for given_text in (text, "time,wind_m_s,temperature_c\n" + text):
        try:
            found, _ = weather_files.of_csv(given_text)
        except SourceError:
            continue
        assert found


MAPPING = """
[paths]
time = "current.time"
wind_from_deg = "current.wind.0.deg"
wind_m_s = "current.wind.0.kmh"
[factors]
wind_m_s = 0.27777778
"""


def test_a_json_answer_is_read_by_its_mapping() -> None:
    mapped = weather_files.mapping(MAPPING)
    body = b'{"current":{"time":1780286400,"wind":[{"deg":"270","kmh":36}]}}'
    made = weather_files.of_json(body, mapped, NOON)
    assert made.wind_from_deg == 270
    assert made.wind_m_s == pytest.approx(10)
    assert made.at.year == 2026


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"current":7}', b'{"current":{"time":"soon"}}', b"[" * 9000]
)
def test_an_answer_that_is_no_weather_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError):
        weather_files.of_json(body, weather_files.mapping(MAPPING), NOON)


@pytest.mark.parametrize("text", ["", "x", "[paths]\nwind = 'a'\n", "[paths]\ntime = 'a'\n"])
def test_a_mapping_that_can_name_no_wind_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        weather_files.mapping(text)
    assert refused.value.field == "weather.mapping"
    assert refused.value.remedy


def test_a_sample_says_its_age_and_what_is_doubtful() -> None:
    fresh = Sample("i", "t", 1, NOON, "file", 3600.0, observed=an_observation())
    assert document(fresh, NOON)["doubt"] is None
    late = document(fresh, NOON + timedelta(hours=2, minutes=1))
    assert late["stale"]
    assert late["doubt"] == {
        "zh": "121 min 前的观测，可能已变",
        "en": "observed 121 min ago, may have changed",
    }
    silent = document(Sample("i", "t", 1, NOON, "http", 600.0, "no_answer"), NOON)
    assert (silent["words"]["zh"], silent["doubt"]["zh"]) == ("风况未知", "气象源无应答")


def test_the_demo_city_has_the_hours_of_a_real_month_in_the_order_of_its_seed() -> None:
    hours = demo_weather.hours()
    assert len(hours) == 720
    assert max(hour.wind_m_s for hour in hours) < 20, "speeds are not added up"
    one, again = (demo_weather.observed(7, NOON + timedelta(minutes=m)) for m in (0, 59))
    assert one == again
    other = {demo_weather.observed(seed, NOON).temperature_c for seed in range(8)}
    assert len(other) > 2
    assert (
        document(Sample("i", "t", 1, NOON, "demo", 3600.0, observed=one), NOON)["doubt"] is not None
    )
