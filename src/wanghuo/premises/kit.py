"""What must hang in a place of a category, held against what does. Pure.

Rule 1. Only devices in service count.
Rule 2. A kind that is not required is listed too, with 0: nobody wonders whether it was overlooked.
Rule 3. A kind that stands for another fills its gaps with what it does not need for itself.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from wanghuo.errors import Invalid

FILE: Final = "kit.toml"


class Kit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """policy/kit.toml. kit: category to kind to how many. stands_for: kind to the one it fills."""

    version: int
    kit: dict[str, dict[str, int]]
    stands_for: dict[str, str] = {}


class Line(msgspec.Struct, frozen=True):
    """One kind at one place. stood_in: of the required ones, filled by another kind."""

    kind: str
    required: int
    fitted: int
    stood_in: int = 0

    @property
    def missing(self) -> int:
        """How many more the standard asks for."""
        return max(0, self.required - self.fitted - self.stood_in)


def parse(text: str) -> Kit:
    """The file's standard. Raises Invalid naming the key."""
    try:
        return msgspec.convert(tomllib.loads(text), Kit)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(FILE, str(error), "see the comments in that file") from error


@cache
def load(policy_dir: Path) -> Kit:
    """The standard of `policy_dir`/kit.toml, read once per process."""
    return parse((policy_dir / FILE).read_text(encoding="utf-8"))


def compared(category: str, kinds: Iterable[str], standard: Kit) -> list[Line]:
    """One line for each kind that is required or fitted; required ones first, in their order.

    kinds: of the devices in service, one for each device.
    """
    required, fitted = standard.kit.get(category, {}), Counter(kinds)
    spare = {kind: count - required.get(kind, 0) for kind, count in fitted.items()}
    lines = []
    for kind, wanted in required.items():
        short = max(0, wanted - fitted[kind])
        stood_in = min(short, _spare_for(kind, spare, standard.stands_for))
        lines.append(Line(kind, wanted, fitted[kind], stood_in))
    return lines + [Line(kind, 0, fitted[kind]) for kind in sorted(fitted.keys() - required.keys())]


def _spare_for(kind: str, spare: Mapping[str, int], stands_for: Mapping[str, str]) -> int:
    """How many devices of other kinds could stand for this one."""
    return sum(
        max(0, spare.get(other, 0)) for other, filled in stands_for.items() if filled == kind
    )
