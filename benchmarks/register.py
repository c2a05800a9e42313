"""Which devices of the city the benches may speak for, read from the running product's database."""

import random
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True)
class Point:
    """One registered GB/T point. sender: 12 hex digits; point: as in Signal.point."""

    origin: str
    sender: str
    point: str
    place_id: str


_DISTINCT = """
SELECT DISTINCT ON (coalesce(nullif(p.building, ''), p.id)) d.origin, d.sender, d.place_id
FROM devices.device d JOIN premises.place p ON p.id = d.place_id
WHERE d.sender LIKE 'gb26875:%' AND d.kind = ANY ($1::text[]) AND NOT p.test
  AND d.profile = 'standard' AND NOT d.out_of_service
ORDER BY coalesce(nullif(p.building, ''), p.id), d.origin
"""
_SENDERS = """
SELECT DISTINCT ON (sender) origin, sender, place_id FROM devices.device
WHERE sender LIKE 'gb26875:%' AND profile = 'standard' AND NOT out_of_service
ORDER BY sender, origin
"""
SMOKE = ("smoke", "visual_smoke")


async def fire_points(dsn: str, seed: int) -> list[Point]:
    """One smoke point per building that has one, in an order drawn by the seed."""
    found = await _points(dsn, _DISTINCT, list(SMOKE))
    random.Random(seed).shuffle(found)
    return found


async def transmitters(dsn: str) -> list[Point]:
    """One point of every registered transmitter."""
    return await _points(dsn, _SENDERS)


async def _points(dsn: str, query: str, *args: object) -> list[Point]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(query, *args)
    finally:
        await connection.close()
    made = []
    for row in rows:
        sender = row["sender"].partition(":")[2]
        made.append(Point(row["origin"], sender, row["origin"].partition("/")[2], row["place_id"]))
    return [point for point in made if point.point]
