"""Everything kept of one incident, in parts, each with its SHA-256, by which reports are checked.

Rule 1. A digest covers what is kept, not how it is shown: every reader and language has the same.
Rule 2. Numbers and addresses of people enter masked: who holds the rest of a part could try the
        few figures that a mask hides until the digest fits.
"""

from hashlib import sha256
from typing import Any, Final

import msgspec

from wanghuo.incidents.model import Incident
from wanghuo.incidents.views import NO_NUMBERS, NoticeRow, Whole
from wanghuo.premises.search import masked
from wanghuo.sights.pictures import Kept
from wanghuo.sights.weather import Sample

_encoder: Final = msgspec.json.Encoder(order="sorted")


class Case(msgspec.Struct, frozen=True):
    """One incident and what stands beside it. whole.incident is there."""

    whole: Whole
    weather: list[Sample]
    pictures: list[Kept]


class Seal(msgspec.Struct, frozen=True):
    """The digests of a case, in hex. parts: by name; sha256: over all of them."""

    parts: dict[str, str]
    sha256: str

    def changed_since(self, parts: dict[str, str]) -> list[str]:
        """The parts that are not what they were then, by name; of both, what one lacks counts."""
        names = {**parts, **self.parts}
        return [name for name in names if parts.get(name) != self.parts.get(name)]


class Made(msgspec.Struct, frozen=True):
    """A report that was made. sha256: of its content; file_sha256: of its bytes."""

    number: str
    at: str
    person_id: str
    role: str
    lang: str
    sha256: str
    file_sha256: str
    parts: dict[str, str]


def sealed(case: Case) -> Seal:
    """The digests of a case as it is kept now."""
    parts = {
        name: sha256(_encoder.encode(content)).hexdigest() for name, content in _parts(case).items()
    }
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(parts.items()))
    return Seal(parts, sha256(lines.encode()).hexdigest())


def _parts(case: Case) -> dict[str, Any]:
    found = case.whole.incident
    assert found is not None
    return {
        "incident": {name: getattr(found, name) for name in Incident.__struct_fields__},
        "place": {
            "address": found.address,
            "people": found.people,
            "town_name": found.town_name,
        },
        "evidence": case.whole.evidence,
        "alarms": case.whole.alarms,
        "parties": case.whole.parties,
        "notices": [_without_number(notice) for notice in case.whole.notices],
        "timeline": case.whole.timeline,
        "weather": case.weather,
        "pictures": case.pictures,
    }


def _without_number(notice: NoticeRow) -> NoticeRow:
    if notice.role in NO_NUMBERS:
        return notice
    return msgspec.structs.replace(notice, address=masked(notice.address))
