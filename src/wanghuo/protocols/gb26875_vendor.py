"""Vendor profiles: how one maker's transmitters depart from the standard, as data. Pure.

policy/vendors.toml holds them and explains each key; whoever reads that file hands the parsed
document in. A profile never changes what a frame is, only what its numbers mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from wanghuo.errors import Invalid
from wanghuo.facts.signal import SensorKind, SignalKind
from wanghuo.protocols.gb26875_codes import ANALOGS, SENSORS, SYSTEM_SENSORS, Analog, Name
from wanghuo.protocols.gb26875_objects import UPWARD

STANDARD_NAME: Final = "standard"


class AddressSplit(StrEnum):
    """How the 4 bytes of a component address read in words."""

    U32 = "u32"
    ZONE_POINT = "zone_point"  # zone 2 low bytes, point 2 high bytes
    POINT_ZONE = "point_zone"
    LOOP_POINT = "loop_point"  # point byte 0, loop byte 1


class Layout(StrEnum):
    """The standard layout that a vendor's own type borrows."""

    SYSTEM = "system"
    COMPONENT = "component"
    ANALOG = "analog"
    OPERATION = "operation"
    DEVICE = "device"
    RAW = "raw"


LAYOUT_TYPES: Final[dict[Layout, int]] = {
    Layout.SYSTEM: 1,
    Layout.COMPONENT: 2,
    Layout.ANALOG: 3,
    Layout.OPERATION: 4,
    Layout.DEVICE: 21,
}


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a vendor's own type says.

    means: the SignalKind of its objects; "layout" to read them as the borrowed layout is read;
        "text" for the panel's printed words, which decide.
    """

    means: str
    layout: Layout = Layout.RAW


class Notable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reading at or over `at_least` (in `unit`) rides the fire lane.

    components: component types it holds for; () for all that no other rule of the same quantity
    and unit names.
    """

    quantity: str
    unit: str
    at_least: float
    components: tuple[int, ...] = ()


class _OwnAnalog(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vendor's own analog type."""

    quantity: str
    unit: str
    scale: float


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One profile as written; see policy/vendors.toml."""

    name_zh: str
    name_en: str
    component_address: AddressSplit = AddressSplit.U32
    bcd_time: bool = False
    heartbeat_commands: tuple[int, ...] = ()
    handshakes: dict[int, int] = {}
    scales: dict[int, float] = {}
    analogs: dict[int, _OwnAnalog] = {}
    notable: tuple[Notable, ...] = ()
    components: dict[int, SensorKind] = {}
    systems: dict[int, SensorKind] = {}
    types: dict[int, Meaning] = {}
    words: dict[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Profile:
    """One vendor's ways, ready for use. Fields as in policy/vendors.toml.

    lane_codes: what gb26875_lane has to look at, one code a type.
    notable_raw: `notable_key` to the least raw value that could be notable (never too high).
    """

    name: str
    title: Name
    component_address: AddressSplit
    bcd_time: bool
    heartbeat_commands: frozenset[int]
    handshakes: Mapping[int, int]
    analogs: Mapping[int, Analog]
    notable: tuple[Notable, ...]
    components: Mapping[int, SensorKind]
    systems: Mapping[int, SensorKind]
    types: Mapping[int, Meaning]
    words: tuple[tuple[SignalKind, bytes], ...]
    lane_codes: bytes
    notable_raw: Mapping[int, int]

    def notable_limit(self, analog: Analog, component_type: int) -> float | None:
        """From which value on a reading is notable; None if never."""
        return _notable_limit(self.notable, analog, component_type)

    def address_words(self, address: bytes) -> str:
        """A component address as people say it; "" if this vendor's is one number."""
        low, high = int.from_bytes(address[:2], "little"), int.from_bytes(address[2:], "little")
        match self.component_address:
            case AddressSplit.ZONE_POINT:
                return f"{low}区{high}号"
            case AddressSplit.POINT_ZONE:
                return f"{high}区{low}号"
            case AddressSplit.LOOP_POINT:
                return f"{low >> 8}回路{low & 0xFF}号"
            case _:
                return ""


# Codes of Profile.lane_codes; the rest are the standard types that must be looked into.
LANE_NEVER: Final = 0
LANE_ALWAYS: Final = 254
LANE_UNKNOWN: Final = 255
_LOOKED_INTO: Final = (1, 2, 3, 4, 21, 24)
_FIRE_MEANINGS: Final = {
    "text", SignalKind.FIRE, SignalKind.CLEARED, SignalKind.RESET, SignalKind.NOTABLE
}  # fmt: skip


def profiles(document: Mapping[str, Any]) -> dict[str, Profile]:
    """Every profile of a parsed vendors.toml, by name; "standard" is always there.

    Raises Invalid naming the profile and the remedy.
    """
    standard = document.get(STANDARD_NAME, {"name_zh": "国标", "name_en": "standard"})
    return {
        name: _profile(name, standard if name == STANDARD_NAME else _inherited(standard, own))
        for name, own in {STANDARD_NAME: standard, **document}.items()
    }


def _inherited(standard: Mapping[str, Any], own: object) -> dict[str, Any]:
    """`own` upon `standard`: tables merge, its rules come before the standard's."""
    if not isinstance(own, Mapping):
        return {}
    merged: dict[str, Any] = {**standard, **own}
    for key, value in standard.items():
        if isinstance(value, Mapping) and isinstance(own.get(key), Mapping):
            merged[key] = {**value, **own[key]}
    merged["notable"] = [*own.get("notable", ()), *standard.get("notable", ())]
    return merged


def _profile(name: str, values: Mapping[str, Any]) -> Profile:
    """The profile `name`, or Invalid."""
    try:
        read = msgspec.convert(values, _Document, str_keys=True)
        words = tuple(
            (SignalKind(kind), word.encode("gb18030"))
            for kind, spoken in read.words.items()
            for word in spoken
        )
        for flag, meaning in read.types.items():
            if meaning.means not in ("text", "layout"):
                SignalKind(meaning.means)
            if flag in UPWARD or not 0 <= flag <= 255:  # noqa: PLR2004 - one byte
                raise Invalid(name, f"type {flag} is the standard's or no byte", "give 128 to 254")
    except (msgspec.ValidationError, ValueError) as error:
        raise Invalid(name, str(error), "see the head of policy/vendors.toml") from error
    analogs = _analogs(read)
    return Profile(
        name=name,
        title=Name(read.name_zh, read.name_en),
        component_address=read.component_address,
        bcd_time=read.bcd_time,
        heartbeat_commands=frozenset(read.heartbeat_commands),
        handshakes=read.handshakes,
        analogs=analogs,
        notable=read.notable,
        components={**SENSORS, **read.components},
        systems={**SYSTEM_SENSORS, **read.systems},
        types=read.types,
        words=words,
        lane_codes=bytes(_lane_code(flag, read.types.get(flag)) for flag in range(256)),
        notable_raw=_notable_raw(analogs, read.notable),
    )


def _analogs(read: _Document) -> dict[int, Analog]:
    """Table 6 with the vendor's scales and own types."""
    table = dict(ANALOGS)
    for code, own in read.analogs.items():
        table[code] = Analog(own.quantity, own.unit, own.scale, Name(own.quantity, own.quantity))
    for code, scale in read.scales.items():
        if code in table:
            old = table[code]
            table[code] = Analog(old.quantity, old.unit, scale, old.name)
    for code, made in table.items():
        if made.scale <= 0:
            raise Invalid(f"analog {code}", f"scale {made.scale}", "give a positive number")
    return table


def notable_key(analog_type: int, component_type: int) -> int:
    """The key of Profile.notable_raw."""
    return analog_type << 8 | component_type


def _notable_limit(rules: tuple[Notable, ...], analog: Analog, component_type: int) -> float | None:
    """From which value on a reading is notable: a rule that names the component, else a general."""
    fitting = [
        rule for rule in rules if (rule.quantity, rule.unit) == (analog.quantity, analog.unit)
    ]
    named = [rule.at_least for rule in fitting if component_type in rule.components]
    general = [rule.at_least for rule in fitting if not rule.components]
    return next(iter(named or general), None)


def _notable_raw(analogs: Mapping[int, Analog], rules: tuple[Notable, ...]) -> dict[int, int]:
    """Per analog and component type the least raw value worth a look: one below its limit."""
    return {
        notable_key(code, component): int(limit // analog.scale) - 1
        for code, analog in analogs.items()
        for component in range(256)
        if (limit := _notable_limit(rules, analog, component)) is not None
    }


def _lane_code(flag: int, meaning: Meaning | None) -> int:
    """How gb26875_lane treats the type `flag`."""
    if flag in UPWARD:
        return flag if flag in _LOOKED_INTO else LANE_NEVER
    if meaning is None:
        return LANE_UNKNOWN
    if meaning.means in _FIRE_MEANINGS:
        return LANE_ALWAYS
    if meaning.means == "layout":
        return LAYOUT_TYPES.get(meaning.layout, LANE_ALWAYS)
    return LANE_NEVER


STANDARD: Final = profiles({})[STANDARD_NAME]
