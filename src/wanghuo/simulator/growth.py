"""How a fire at a place grows, and which detector notices it when. Pure and seeded.

Heat follows the t-squared curve of fire engineering, Q = a·t²; a is between slow (0.003) and fast
(0.047 kW/s²). Smoke is noticed by the detector nearest to it and then by its neighbours, heat
detectors and sprinklers wait for their heat, and somebody may press a call point.
"""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from wanghuo.facts.signal import SignalKind
from wanghuo.simulator.world import Point, Speaker

GROWTH_KW_A_S2 = (0.003, 0.047)
FIRST_SMOKE_KW = (8.0, 25.0)
NEXT_SMOKE_S = (8.0, 35.0)
HEAT_KW = 180.0
SPRINKLER_KW = 600.0
NEIGHBOUR_KW = 1500.0
PRESSED_AFTER_S = (25.0, 90.0)
PRESSED_CHANCE = 0.7
SMOKES_MAX = 6
STEPS_MAX = 20
ENDS_S = 900.0

_SMOKE = frozenset({"smoke", "visual_smoke", "gas"})
_HEAT = frozenset({"heat", "electric", "charging", "flame"})


class Step(NamedTuple):
    """One detector answers. at_s: seconds after ignition. words: for whoever watches."""

    at_s: float
    speaker: Speaker
    point: Point
    kind: SignalKind
    celsius: float
    words: str


Spot = tuple[Speaker, Point]


def plan(here: Sequence[Speaker], near: Sequence[Speaker], rng: Random) -> list[Step]:
    """The steps in their order. here: speakers of the place; near: of its neighbours."""
    growth = math.exp(rng.uniform(*(math.log(a) for a in GROWTH_KW_A_S2)))

    def at(kilowatts: float) -> float:
        return math.sqrt(kilowatts / growth)

    smokes, heats = _spots(here, _SMOKE, rng), _spots(here, _HEAT, rng)
    steps = _in_turn(smokes[:SMOKES_MAX], at(rng.uniform(*FIRST_SMOKE_KW)), "smoke", rng, at)
    steps += _in_turn(heats[:3], at(HEAT_KW * rng.uniform(0.8, 1.3)), "heat", rng, at)
    steps += _in_turn(
        _spots(here, frozenset({"sprinkler"}), rng)[:1], at(SPRINKLER_KW), "water flows", rng, at
    )
    pressed = _spots(here, frozenset({"call_point"}), rng)[:1]
    if steps and rng.random() < PRESSED_CHANCE:
        first_s = min(step.at_s for step in steps)
        pressed_s = first_s + rng.uniform(*PRESSED_AFTER_S)
        steps += _in_turn(pressed, pressed_s, "somebody presses the button", rng, at)
    steps += _in_turn(_spots(near, _SMOKE, rng)[:2], at(NEIGHBOUR_KW), "smoke next door", rng, at)
    steps.sort(key=lambda step: step.at_s)
    return [step for step in steps if step.at_s <= ENDS_S or step is steps[0]][:STEPS_MAX]


def _spots(speakers: Sequence[Speaker], kinds: frozenset[str], rng: Random) -> list[Spot]:
    """The points of these kinds in the order in which the fire meets them.

    Points behind a transmitter keep their loop order from a drawn start: neighbours on the loop
    hang in neighbouring rooms.
    """
    found = [
        (speaker, point)
        for speaker in speakers
        for point in speaker.sensors()
        if point.kind in kinds
    ]
    start = rng.randrange(len(found)) if found else 0
    return found[start:] + found[:start]


def _in_turn(
    spots: Sequence[Spot], first_s: float, words: str, rng: Random, at: Callable[[float], float]
) -> list[Step]:
    steps, now_s = [], first_s
    for speaker, point in spots:
        kilowatts = (now_s / at(1.0)) ** 2
        celsius = round(min(400.0, 21.0 + 6.0 * kilowatts ** (2 / 3)), 1)
        kind = SignalKind.FIRE
        if point.kind in {"electric", "charging"} and speaker.transport in {"mqtt", "http"}:
            kind = SignalKind.NOTABLE
        steps.append(Step(round(now_s, 1), speaker, point, kind, celsius, words))
        now_s += rng.uniform(*NEXT_SMOKE_S)
    return steps
