"""After-action report (一案一档): one incident as a document of finished text. Pure.

Rule 1. It says what is kept and when it was made, and judges nobody.
Rule 2. The digest of its content is printed on every page, so that paper can be checked, too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from wanghuo.alarms.level import probability
from wanghuo.incidents import case_sections as sections
from wanghuo.incidents.case_record import Case, Seal
from wanghuo.incidents.case_words import NOTHING, Teller
from wanghuo.incidents.clocks import Clocks
from wanghuo.incidents.timeline import broken_line
from wanghuo.incidents.views import Listed

Row = dict[str, Any]


class Reader(msgspec.Struct, frozen=True):
    """For whom it is made. lang: zh or en; numbers: in full; pictures: may be seen."""

    name: str
    lang: str
    numbers: bool
    pictures: bool


def document(  # noqa: PLR0913 - a case, its seal, its reader, and what is read beside them
    case: Case,
    seal: Seal,
    reader: Reader,
    *,
    clocks: Clocks,
    cameras: Mapping[str, str],
    now: datetime,
) -> Row:
    """The whole report: head, facts, sections, pictures, how to check it."""
    found = case.whole.incident
    assert found is not None
    words = Teller(reader.lang, found.opened_at)
    shown = sections.pictures(case, words, cameras)
    return {
        "lang": reader.lang,
        "title": words.t("title"),
        "number": found.number,
        "place": found.place_name,
        "level": found.level_peak,
        "level_words": f"F{found.level_peak} {words.word('level', str(found.level_peak))}",
        "sentence": words.say(found.sentence),
        "banners": _banners(found, words),
        "facts": _facts(case, found, words),
        "sections": [
            sections.evidence(case, words),
            sections.alarms(case, words),
            sections.parties(case, words),
            sections.notices(case, words, numbers=reader.numbers),
            sections.crews(case, words, clocks, now),
            sections.weather(case, words),
            sections.timeline(case, words),
        ],
        "pictures": {
            "title": words.t("pictures"),
            "none": words.t("none"),
            "note": "" if reader.pictures or not shown else words.t("pictures_kept_back"),
            "items": shown,
        },
        "check": _check(case, seal, words),
        "made": words.t("made", at=words.day(now), name=reader.name),
        "sha256": seal.sha256,
        "zone": words.t("zone"),
    }


def _banners(found: Listed, words: Teller) -> list[str]:
    """What must be read before anything else."""
    said = [("drill", found.drill), ("test", found.test), ("provisional", found.is_open)]
    return [words.t(f"banner_{code}") for code, holds in said if holds]


def _facts(case: Case, found: Listed, words: Teller) -> list[tuple[str, str]]:
    at = NOTHING if found.lon is None else f"{found.lon:.5f}, {found.lat:.5f} (WGS-84)"
    ended = words.word("disposition", found.disposition)
    if found.cause:
        ended += f" · {words.word('cause', found.cause)}"
    facts = [
        ("number", found.number),
        ("address", " ".join(part for part in (found.town_name, found.address) if part)),
        ("category", words.word("category", found.category or "unknown")),
        ("people", str(found.people) if found.people else NOTHING),
        ("position", at),
        ("opened", words.day(found.opened_at)),
        ("closed", words.day(found.closed_at)),
        ("lasted", sections.lasted(found.opened_at, found.closed_at)),
        ("levels", sections.levels(case, words)),
        ("disposition", ended),
        ("probability", f"{100 * probability(found.log_odds_milli):.2f} %"),
        ("policy", f"{found.policy_version} · {words.word('profile', found.profile)}"),
    ]
    return [(words.t(code), text or NOTHING) for code, text in facts]


def _check(case: Case, seal: Seal, words: Teller) -> Row:
    broken = broken_line(case.whole.timeline)
    chain = words.t("chain_whole") if broken is None else words.t("chain_broken", line=broken)
    return {
        "title": words.t("check"),
        "how": words.t("check_how"),
        "chain": chain,
        "sha256": seal.sha256,
        "parts": [(words.word("case_part", name), digest) for name, digest in seal.parts.items()],
    }
