"""How many places of each category the demo city has, and what hangs in them.

A kit is a place's devices as bytes, one byte each: the index of its kind in KINDS, plus PANEL if
it is a point behind the place's transmitter. 52,000 kits are 52,000 small bytes objects.
The totals are those of the published account: exactly 52,000 places and 296,400 devices.
"""

from random import Random
from typing import Final, NamedTuple

PLACES: Final = 52_000
DEVICES: Final = 296_400

KINDS: Final = (
    "smoke", "visual_smoke", "heat", "electric", "charging", "lookout", "gas", "uitd",
    "call_point", "sprinkler", "water",
)  # fmt: skip
PANEL: Final = 0x40
SMOKE, VISUAL, HEAT, ELECTRIC, CHARGING, LOOKOUT, GAS, UITD, CALL, SPRINKLER, WATER = range(11)
PANEL_SMOKE: Final = PANEL | SMOKE


class Share(NamedTuple):
    """With `chance`, between `low` and `high` devices of a kind."""

    kind: int
    chance: float
    low: int
    high: int


class Recipe(NamedTuple):
    """A category of the demo city.

    total: places. urban: 0 spreads evenly over villages, 3 keeps to the centres.
    people: from, to. alone: devices with their own uplink. panel_chance: that the place has a
    fire panel with a transmitter, and then `panel` hangs behind it. grouped: chances of a building
    of 1, 2, 3, … places. side_m: how far from the street.
    """

    total: int
    urban: float
    people: tuple[int, int]
    alone: tuple[Share, ...]
    panel_chance: float
    panel: tuple[Share, ...]
    grouped: tuple[int, ...]
    side_m: tuple[float, float]


def _panel(smoke: tuple[int, int], sprinkler: float, water: float) -> tuple[Share, ...]:
    return (
        Share(SMOKE, 1.0, *smoke), Share(CALL, 1.0, 1, max(2, smoke[1] // 8)),
        Share(HEAT, 0.5, 1, 3), Share(SPRINKLER, sprinkler, 1, 3), Share(WATER, water, 1, 2),
    )  # fmt: skip


STREET_GROUPS = (2, 3, 4, 4, 3, 2)
HOUSE_GROUPS = (6, 3, 1)
ALONE = (1,)

RECIPES: Final[dict[str, Recipe]] = {
    "shop": Recipe(
        16_500, 1.0, (1, 6),
        (Share(SMOKE, 1.0, 1, 2), Share(ELECTRIC, 0.4, 1, 1), Share(CHARGING, 0.04, 1, 2)),
        0.0, (), STREET_GROUPS, (9.0, 16.0),
    ),
    "rental": Recipe(
        9_800, 0.7, (10, 46),
        (Share(SMOKE, 1.0, 3, 10), Share(ELECTRIC, 0.75, 1, 1), Share(CHARGING, 0.3, 1, 2)),
        0.0, (), HOUSE_GROUPS, (25.0, 140.0),
    ),
    "industrial": Recipe(
        9_600, 0.2, (6, 180),
        (Share(SMOKE, 0.75, 1, 4), Share(VISUAL, 0.7, 1, 3), Share(ELECTRIC, 0.7, 1, 2),
         Share(HEAT, 0.25, 1, 2), Share(CHARGING, 0.35, 1, 3), Share(GAS, 0.12, 1, 2),
         Share(WATER, 0.1, 1, 1), Share(LOOKOUT, 0.012, 1, 1)),
        0.22, _panel((6, 19), 0.35, 0.5), (7, 2, 1), (40.0, 260.0),
    ),
    "vulnerable": Recipe(
        8_000, 0.3, (1, 2),
        (Share(SMOKE, 1.0, 1, 1), Share(ELECTRIC, 0.2, 1, 1), Share(GAS, 0.25, 1, 1)),
        0.0, (), HOUSE_GROUPS, (20.0, 160.0),
    ),
    "catering": Recipe(
        4_300, 1.2, (3, 60),
        (Share(SMOKE, 0.8, 1, 2), Share(GAS, 1.0, 1, 2), Share(HEAT, 0.2, 1, 1),
         Share(ELECTRIC, 0.4, 1, 1)),
        0.0, (), STREET_GROUPS, (9.0, 16.0),
    ),
    "hotel": Recipe(
        660, 1.4, (12, 160), (Share(SMOKE, 0.6, 2, 8), Share(ELECTRIC, 0.9, 1, 2)),
        0.55, _panel((6, 20), 0.4, 0.4), ALONE, (12.0, 40.0),
    ),
    "residential": Recipe(
        620, 1.6, (240, 3200), (Share(CHARGING, 0.95, 2, 8), Share(WATER, 0.5, 1, 2)),
        0.9, _panel((10, 30), 0.4, 0.8), ALONE, (60.0, 220.0),
    ),
    "highrise": Recipe(
        480, 2.4, (80, 900), (Share(LOOKOUT, 0.28, 1, 1), Share(CHARGING, 0.3, 1, 3)),
        1.0, _panel((16, 38), 0.8, 0.9), ALONE, (20.0, 90.0),
    ),
    "entertainment": Recipe(
        430, 1.8, (20, 220), (Share(SMOKE, 0.6, 1, 6), Share(ELECTRIC, 0.8, 1, 2)),
        0.6, _panel((6, 18), 0.6, 0.3), ALONE, (10.0, 30.0),
    ),
    "school": Recipe(
        420, 0.9, (60, 1800), (Share(SMOKE, 0.8, 2, 6), Share(ELECTRIC, 0.8, 1, 2),
                               Share(GAS, 0.8, 1, 2)),
        0.45, _panel((8, 24), 0.2, 0.5), ALONE, (40.0, 160.0),
    ),
    "hospital": Recipe(
        390, 1.0, (6, 800), (Share(SMOKE, 0.9, 2, 5), Share(ELECTRIC, 0.7, 1, 2)),
        0.3, _panel((8, 30), 0.5, 0.6), ALONE, (15.0, 120.0),
    ),
    "market": Recipe(
        380, 1.3, (40, 1500), (Share(SMOKE, 0.6, 2, 8), Share(ELECTRIC, 0.9, 1, 4),
                               Share(CHARGING, 0.4, 1, 3)),
        0.7, _panel((8, 26), 0.6, 0.6), ALONE, (20.0, 90.0),
    ),
    "hazchem": Recipe(
        356, 0.1, (4, 90), (Share(GAS, 1.0, 2, 6), Share(HEAT, 0.6, 1, 2),
                            Share(VISUAL, 0.8, 1, 3), Share(WATER, 0.4, 1, 1)),
        0.3, _panel((4, 12), 0.3, 0.7), ALONE, (60.0, 300.0),
    ),
    "nursing": Recipe(
        64, 0.4, (30, 260), (Share(SMOKE, 0.5, 2, 6), Share(GAS, 0.9, 1, 2)),
        0.95, _panel((14, 34), 0.5, 0.8), ALONE, (40.0, 140.0),
    ),
}  # fmt: skip


def kit(recipe: Recipe, rng: Random) -> bytes:
    """What hangs in one place: its own devices, then its transmitter and the points behind it."""
    made = bytearray()
    _take(recipe.alone, 0, made, rng)
    if rng.random() < recipe.panel_chance:
        made.append(PANEL | UITD)
        _take(recipe.panel, PANEL, made, rng)
    if not made:
        made.append(SMOKE)
    return bytes(made)


def _take(shares: tuple[Share, ...], mark: int, made: bytearray, rng: Random) -> None:
    for kind, chance, low, high in shares:
        if chance >= 1.0 or rng.random() < chance:
            made.extend([mark | kind] * (low + int(rng.random() * (high - low + 1))))


def fitted(kits: list[bytes], categories: list[str], total: int, rng: Random) -> list[bytes]:
    """The kits with smoke detectors added or taken away until they hold `total` devices.

    Only rentals and panels change, and every place keeps at least two thirds of its kit.
    """
    fitted_kits = list(kits)
    missing = total - sum(map(len, kits))
    open_to_change = [
        at
        for at, made in enumerate(kits)
        if categories[at] == "rental" or (PANEL_SMOKE in made and len(made) > KIT_SIZE_LARGE)
    ]
    while missing:
        for at in rng.sample(open_to_change, min(abs(missing), len(open_to_change))):
            made = fitted_kits[at]
            smoke = PANEL_SMOKE if PANEL_SMOKE in made else SMOKE
            if missing > 0:
                fitted_kits[at] = made + bytes([smoke])
                missing -= 1
            elif made.count(smoke) > 1 and (len(made) - 1) * 3 >= len(kits[at]) * 2:
                fitted_kits[at] = made.replace(bytes([smoke]), b"", 1)
                missing += 1
    return fitted_kits


KIT_SIZE_LARGE: Final = 8
assert sum(recipe.total for recipe in RECIPES.values()) == PLACES
