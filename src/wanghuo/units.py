"""Numbers with their unit, as people say them."""

from typing import Final

METRES_PER_KILOMETRE: Final = 1000


def spoken_distance(distance_m: float) -> str:
    """A distance in metres or kilometres: `85 m`, `1.2 km`."""
    metres = round(distance_m)
    if metres < METRES_PER_KILOMETRE:
        return f"{metres} m"
    return f"{metres / METRES_PER_KILOMETRE:.1f} km"
