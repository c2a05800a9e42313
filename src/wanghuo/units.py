"""Numbers with their unit, as people say them."""

from datetime import UTC, datetime, timedelta
from typing import Final

UNIX_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
METRES_PER_KILOMETRE: Final = 1000


def spoken_distance(distance_m: float) -> str:
    """A distance in metres or kilometres: `85 m`, `1.2 km`."""
    metres = round(distance_m)
    if metres < METRES_PER_KILOMETRE:
        return f"{metres} m"
    return f"{metres / METRES_PER_KILOMETRE:.1f} km"


def from_unix_us(micros: int) -> datetime:
    """Microseconds since 1970 as an exact UTC time."""
    return UNIX_START + timedelta(microseconds=micros)
