"""The after-action report: what it says, what seals it, and that it is set whatever comes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.incidents.cases import PICTURE, START, a_case, after, an_incident
from tests.sights.makers import a_png
from wanghuo.incidents import case_check, case_paper, case_report, clocks
from wanghuo.incidents.case_record import Case, Made, sealed
from wanghuo.incidents.case_report import Reader
from wanghuo.incidents.model import IncidentState

LATER = after(4000)
ARCHIVAL = b"pdfaid:part>2<"
POLICY = clocks.load(Path(__file__).parents[2] / "policy")
TITLES = {
    "zh": ["定级依据", "报警点", "通知各方", "通知记录", "出动队伍", "气象", "时间线"],
    "en": ["Why this level", "Points in alarm", "Parties told", "Notices", "Crews", "Weather",
           "Timeline"],
}  # fmt: skip


def a_report(case: Case, lang: str = "zh", now: datetime = LATER, **reader: bool) -> Any:
    asked = {"numbers": False, "pictures": True, **reader}
    return case_report.document(
        case, sealed(case), Reader("值班员", lang, **asked), clocks=POLICY, cameras={}, now=now
    )


def section(report: Any, title: str) -> list[list[str]]:
    found: list[list[str]] = next(s["rows"] for s in report["sections"] if s["title"] == title)
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_has_all_its_sections_in_either_language(lang: str) -> None:
    report = a_report(a_case(), lang)
    assert [one["title"] for one in report["sections"]] == TITLES[lang]
    assert all(one["rows"] for one in report["sections"])
    assert report["banners"] == []
    text = msgspec.json.encode(report).decode()
    assert "{" not in "".join(cell for s in report["sections"] for row in s["rows"] for cell in row)
    assert "宏达塑料制品厂" in text


def test_times_are_of_the_city_and_counted_from_the_first_signal() -> None:
    report = a_report(a_case(), "en")
    facts = dict(report["facts"])
    assert facts["First signal"] == "2026-06-01 12:00:00"
    assert facts["Lasted"] == "50:00"
    assert facts["Levels reached"] == (
        "F1 12:00:40 (+00:40) · F2 12:01:20 (+01:20) · F3 12:01:20 (+01:20)"
    )
    crew = section(report, "Crews")[0]
    assert crew[:6] == ["新浦专职队", "3.2 km", "12:00:03", "+00:50", "+06:40", "+15:00"]
    assert "turn out 00:47 / 01:00 met" in crew[6]


def test_numbers_are_masked_unless_they_are_asked_for() -> None:
    assert section(a_report(a_case()), "通知记录")[0][2] == "138****1234"
    assert section(a_report(a_case(), numbers=True), "通知记录")[0][2] == "13800001234"


def test_who_sees_no_pictures_is_told_so() -> None:
    assert "不能看现场图像" in a_report(a_case(), pictures=False)["pictures"]["note"]
    assert a_report(a_case())["pictures"]["note"] == ""


def test_an_open_case_is_provisional_and_a_drill_says_so() -> None:
    case = a_case(state=IncidentState.OPEN, closed_at=None, drill=True)
    said = a_report(case, "en")["banners"]
    assert said[0] == "Drill"
    assert "provisional" in said[1]


def test_a_timeline_that_was_changed_is_said() -> None:
    case = a_case()
    forged = [msgspec.structs.replace(case.whole.timeline[0], who="李四"), *case.whole.timeline[1:]]
    whole = msgspec.structs.replace(case.whole, timeline=forged)
    report = a_report(msgspec.structs.replace(case, whole=whole), "en")
    assert report["check"]["chain"] == "The timeline's chain of digests breaks at line 1."


def test_the_seal_is_the_same_for_every_reader_and_later() -> None:
    zh, en = a_report(a_case()), a_report(a_case(), "en", after(9000), numbers=True)
    assert zh["sha256"] == en["sha256"] == sealed(a_case()).sha256


def test_the_seal_names_the_part_that_changed() -> None:
    before, now = sealed(a_case()), sealed(a_case(disposition="nuisance", cause="steam"))
    assert now.sha256 != before.sha256
    assert now.changed_since(before.parts) == ["incident"]
    moved = sealed(a_case(address="新浦大道 2 号"))
    assert moved.changed_since(before.parts) == ["place"]


def test_a_hidden_figure_of_a_number_does_not_enter_the_seal() -> None:
    """Else whoever holds the report could try the ten thousand numbers behind a mask."""
    case = a_case()
    other = msgspec.structs.replace(case.whole.notices[0], address="13899991234")
    whole = msgspec.structs.replace(case.whole, notices=[other])
    assert sealed(msgspec.structs.replace(case, whole=whole)) == sealed(case)


MADE = Made("n", START.isoformat(), "p", "admin", "zh", sealed(a_case()).sha256, "f" * 64,
            sealed(a_case()).parts)  # fmt: skip
VERDICTS = [
    ("f" * 64, MADE, "", ("file", True, [])),
    (MADE.sha256, MADE, "", ("content", True, [])),
    ("f" * 64, MADE, "nuisance", ("file", False, ["incident"])),
    (MADE.sha256, None, "", ("", True, [])),
    ("0" * 64, None, "", ("", False, [])),
]


@pytest.mark.parametrize(("digest", "made", "disposition", "expected"), VERDICTS)
def test_each_verdict(
    digest: str, made: Made | None, disposition: str, expected: tuple[str, bool, list[str]]
) -> None:
    now = sealed(a_case(disposition=disposition) if disposition else a_case())
    said = case_check.verdict(digest, made, now)
    assert (said["known"], said["same"], [c["part"] for c in said["changed"]]) == expected
    assert said["words"]["zh"] != said["words"]["en"]


def test_it_is_set_as_an_archival_pdf_that_names_its_seal() -> None:
    case = a_case(place_name='#panic("x") $ * _ ` \\ <b>')
    made = case_paper.printed(a_report(case), {}, after(4000))
    assert made.startswith(b"%PDF-")
    assert ARCHIVAL in made
    assert sealed(case).sha256.encode() in made


def test_a_sign_that_the_font_lacks_costs_the_archival_form_alone() -> None:
    made = case_paper.printed(a_report(a_case(place_name="\U0001f9ef \x00")), {}, after(1))
    assert made.startswith(b"%PDF-")
    assert ARCHIVAL not in made


def test_a_picture_is_set() -> None:
    shown = case_paper.printed(a_report(a_case()), {PICTURE: ("png", a_png(40, 30))}, after(1))
    assert ARCHIVAL in shown
    assert shown.count(b"/Subtype/Image") > 0


def test_a_picture_that_cannot_be_set_keeps_no_report_back() -> None:
    broken = {PICTURE: ("jpg", b"\xff\xd8\xff not a picture")}
    assert case_paper.printed(a_report(a_case()), broken, after(1)).startswith(b"%PDF-")


def test_every_level_has_its_mark() -> None:
    sizes = set()
    for level in range(5):
        case = a_case(level_peak=level)
        sizes.add(len(case_paper.printed(a_report(case), {}, after(1))))
    assert len(sizes) > 1
    assert an_incident().level_peak == 3
