"""The 296,400 devices of the demo city, one after the other, and the senders they speak through.

Three ways to the platform, as in the field: points behind a transmitter (GB/T 26875.3), devices of
a town's operating company (access standard), and NB-IoT devices pushed by a carrier.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Final, NamedTuple

from wanghuo.premises.city_mix import KINDS, LOOKOUT, PANEL, UITD
from wanghuo.premises.city_words import ROOMS
from wanghuo.premises.model import Place, Town

PROGRAMME_START: Final = date(2021, 3, 1)
PROGRAMME_DAYS: Final = 760
OUT_OF_SERVICE_CHANCE: Final = 0.004
TRANSMITTER_START: Final = 33_028_200_001  # the six address bytes as a number
IMEI_START: Final = 86_000_000_000_000  # 14 digits; the 15th is the check digit
POINTS_A_ZONE: Final = 16

# GB/T 26875.3 tables 4 and 5: system type and component types of what hangs behind a panel.
COMPONENTS: Final = {
    "smoke": (1, (40, 42)), "heat": (1, (30, 31)), "call_point": (1, (23,)),
    "sprinkler": (12, (96, 99)), "water": (11, (91, 92)), "gas": (1, (10,)),
    "electric": (1, (17, 18)), "visual_smoke": (1, (78,)),
}  # fmt: skip
# Smoke, heat, gas and water may ride a carrier; the rest belongs to the operating company.
CARRIED: Final = frozenset({"smoke", "heat", "gas", "water", "electric"})
WAYS: Final = ("access", "ctwing", "onenet", "iotda")
WAY_CHANCES: Final = (30, 75, 88, 100)  # of a hundred, cumulated


class OperatorRow(NamedTuple):
    """devices.operator without its key."""

    id: str
    name: str
    town_code: str


class SenderRow(NamedTuple):
    """A row of devices.sender."""

    sender: str
    place_id: str
    town_code: str
    operator_id: str
    profile: str


class DeviceRow(NamedTuple):
    """A row of devices.device, in its column order."""

    id: str
    origin: str
    sender: str
    place_id: str
    town_code: str
    kind: str
    operator_id: str
    location: str
    profile: str
    installed_on: date | None
    out_of_service: bool


def operators(towns: list[Town]) -> list[OperatorRow]:
    """12 companies, each named after a town."""
    count = 12
    homes = towns[:count]
    return [
        OperatorRow(f"cx{at:02d}", f"{_stem(town)}智慧消防服务有限公司", town.code)
        for at, town in enumerate(homes, start=1)
    ]


def operator_of_town(towns: list[Town]) -> dict[str, str]:
    """The operator of every town; the towns after the twelfth share those of the first."""
    ids = [operator.id for operator in operators(towns)]
    return {town.code: ids[at % len(ids)] for at, town in enumerate(towns)}


def _stem(town: Town) -> str:
    return town.name.removesuffix("街道").removesuffix("镇")


def transmitter(number: int) -> str:
    """The sender of the `number`-th transmitter: 12 hex digits as on the wire, low byte first."""
    return f"gb26875:{(TRANSMITTER_START + number).to_bytes(6, 'little').hex()}"


def imei(number: int) -> str:
    """The `number`-th invented IMEI, with a valid check digit (Luhn)."""
    digits = str(IMEI_START + number)
    total = 0
    for at, digit in enumerate(digits):
        doubled = int(digit) * (2 if at % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - Luhn: cross sum
    return f"{digits}{-total % 10}"


class DeviceMaker:
    """Makes the devices place by place, in the order of the places."""

    def __init__(self, towns: list[Town], rng: Random) -> None:
        self._rng = rng
        self._operator = operator_of_town(towns)
        self._days = [PROGRAMME_START + timedelta(days=day) for day in range(PROGRAMME_DAYS)]
        self._transmitters = 0
        self._serial = 0

    def of(self, place: Place, kit: bytes) -> Iterator[DeviceRow]:
        """The devices of one place. The transmitter comes before its points."""
        pick = self._rng.random
        operator = self._operator[place.town_code]
        hundred = pick() * 100
        way = next(w for w, chance in zip(WAYS, WAY_CHANCES, strict=True) if hundred < chance)
        day = self._days[int(pick() * PROGRAMME_DAYS)]
        sender, points = "", 0
        for number, code in enumerate(kit, start=1):
            kind = KINDS[code & ~PANEL]
            location = ROOMS[int(pick() * len(ROOMS))]
            if code == PANEL | UITD:
                sender = origin = transmitter(self._transmitters)
                self._transmitters += 1
                location = "消控室"
            elif code & PANEL:
                points += 1
                origin = f"{sender}/{self._point(kind, points)}"
            else:
                origin = self._alone(operator, way if kind in CARRIED else WAYS[0])
                if code == LOOKOUT:
                    location = "屋顶"
            yield DeviceRow(
                f"{place.id}-{number:02d}", origin, sender if code & PANEL else origin, place.id,
                place.town_code, kind, operator, location, "standard", day,
                pick() < OUT_OF_SERVICE_CHANCE,
            )  # fmt: skip

    def _point(self, kind: str, number: int) -> str:
        """`SYSTYPE.SYSADDR.COMPTYPE.COMPADDR`; the address is zone and point, low byte first."""
        system, components = COMPONENTS[kind]
        component = components[int(self._rng.random() * len(components))]
        zone, point = divmod(number - 1, POINTS_A_ZONE)
        address = (zone + 1).to_bytes(2, "little") + (point + 1).to_bytes(2, "little")
        return f"{system}.1.{component}.{address.hex()}"

    def _alone(self, operator: str, way: str) -> str:
        self._serial += 1
        if way == "access":
            return f"access:{operator}/D{self._serial:06d}"
        if way == "ctwing":
            return f"ctwing:{imei(self._serial)}"
        if way == "onenet":
            return f"onenet:CX{self._serial:06d}"
        return f"iotda:cx-{self._serial:06d}"
