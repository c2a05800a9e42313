"""The alarm policy as people read it: each number with its meaning and source, and what changed.

Rule 1. The page is made of the same text that the judge was started with, never of a copy.
Rule 2. A number without words of its own shows its key: it is never left out.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from wanghuo.facts.sentences import LANGUAGES, catalogue

UNITS: Final = {
    "_km_per_h": "km/h", "_percent": "%", "_milli": "‰ ln", "weight": "‰ ln", "_s": "s", "_m": "m",
    "_h": "h",
}  # fmt: skip
Row = dict[str, Any]


class Kept(msgspec.Struct, frozen=True):
    """A text of the policy that was judged by. first_at: since when, UTC."""

    sha256: str
    version: str
    text: str
    first_at: datetime


def page(kept: Sequence[Kept]) -> Row:
    """The newest text number by number, and the changes from text to text, newest first.

    kept: oldest first.
    """
    if not kept:
        return {"version": "", "since": None, "sha256": "", "numbers": [], "history": []}
    newest = kept[-1]
    steps = zip([None, *kept[:-1]], kept, strict=True)
    return {
        "version": newest.version,
        "since": _stamp(newest.first_at),
        "sha256": newest.sha256,
        "numbers": [_number(key, value) for key, value in flat(newest.text).items()],
        "history": [_step(before, after) for before, after in steps][::-1],
    }


def flat(text: str) -> dict[str, Any]:
    """A text as dotted keys with plain values, in its own order, without its version."""
    found: dict[str, Any] = {}
    _flatten(tomllib.loads(text), "", found)
    found.pop("version", None)
    return found


def _flatten(value: object, key: str, found: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(inner, f"{key}.{name}" if key else name, found)
    elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        for at, inner in enumerate(value, 1):
            _flatten(inner, f"{key}.{at}", found)
    else:
        found[key] = value


def changes(before: str, after: str) -> list[Row]:
    """What differs between two texts, by key: {key, before, after}; None where one lacks it."""
    old, new = flat(before), flat(after)
    return [
        {"key": key, "before": old.get(key), "after": new.get(key), **_words(key)}
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]


def _step(before: Kept | None, after: Kept) -> Row:
    return {
        "version": after.version,
        "sha256": after.sha256,
        "since": _stamp(after.first_at),
        "changes": changes(before.text, after.text) if before else [],
    }


def _number(key: str, value: object) -> Row:
    last = key.rpartition(".")[2]
    unit = next((unit for end, unit in UNITS.items() if last.endswith(end)), "")
    return {
        "key": key,
        "group": key.partition(".")[0],
        "value": value,
        "unit": unit if isinstance(value, int) else "",
        **_words(key),
        "source": _source(key),
    }


def _words(key: str) -> dict[str, str]:
    """What a number means, in every language: its own words, else those of what it belongs to."""
    return {language: _meaning(key, catalogue(language)) for language in LANGUAGES}


def _meaning(key: str, words: Mapping[str, Mapping[str, str]]) -> str:
    known = words["words.policy"]
    if key in known:
        return known[key]
    named = ".".join(part for part in key.split(".") if not part.isdigit())
    head, _, last = named.rpartition(".")
    about = head.rpartition(".")[2]
    for listed in ("sensor", "category", "role", "station"):
        for code, kind in ((about, last), (last, "")):
            if code in words[f"words.{listed}"]:
                ending = known.get(f"*.{kind}", "") if kind else ""
                return " · ".join(part for part in (words[f"words.{listed}"][code], ending) if part)
    if head in known:
        return " · ".join((known[head], known.get(f"*.{last}", last)))
    return key


def _source(key: str) -> dict[str, str]:
    """Where a number comes from; the product's own choice where no standard names one."""
    found = {}
    for language in LANGUAGES:
        sources = catalogue(language)["words.policy_source"]
        group = key.partition(".")[0]
        found[language] = sources.get(key) or sources.get(group) or sources["own"]
    return found


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
