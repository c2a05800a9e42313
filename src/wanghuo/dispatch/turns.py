"""What a turn is: straight on, right, left, or back; by the bearings of two stretches of road."""

import math
from enum import IntEnum

Point = tuple[float, float]


class Turn(IntEnum):
    """How one stretch follows another. The names are keys of the word list `turn`."""

    STRAIGHT = 0
    RIGHT = 1
    LEFT = 2
    AROUND = 3


def bearing_degrees(one: Point, other: Point) -> float:
    """From north, clockwise, 0 to 360; on a flat sheet, which is enough for two near points."""
    north = other[1] - one[1]
    east = (other[0] - one[0]) * math.cos(math.radians((one[1] + other[1]) / 2.0))
    return math.degrees(math.atan2(east, north)) % 360.0


def turn_between(arriving: float, leaving: float, straight_below_degrees: float) -> Turn:
    """The turn from one bearing to another, in degrees."""
    change = (leaving - arriving + 540.0) % 360.0 - 180.0
    if abs(change) < straight_below_degrees:
        return Turn.STRAIGHT
    return Turn.RIGHT if change > 0 else Turn.LEFT
