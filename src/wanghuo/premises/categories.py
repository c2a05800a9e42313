"""The categories of places as policy/categories.toml says them."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import msgspec

from wanghuo.errors import Invalid


class Sleeping(StrEnum):
    """When somebody sleeps in a place of the category."""

    ALWAYS = "always"
    NEVER = "never"
    LIVED_IN = "lived_in"
    BOARDING = "boarding"


class Category(msgspec.Struct, frozen=True):
    """One category. people_at_risk: a confirmed fire there endangers people by itself."""

    code: str
    zh: str
    en: str
    sleeping: Sleeping
    people_at_risk: bool


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    zh: str
    en: str
    sleeping: Sleeping
    people_at_risk: bool


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    categories: dict[str, _Words]


def parse(text: str) -> Mapping[str, Category]:
    """Categories by code, in the order of the file. Raises Invalid naming the key."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid("categories.toml", str(error), "see the comments in that file") from error
    return {
        code: Category(code, words.zh, words.en, words.sleeping, words.people_at_risk)
        for code, words in file.categories.items()
    }


@cache
def load(policy_dir: Path) -> Mapping[str, Category]:
    """The categories of `policy_dir`/categories.toml, read once per process."""
    return parse((policy_dir / "categories.toml").read_text(encoding="utf-8"))
