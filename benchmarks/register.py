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
WHERE sender LIKE 'gb26875:%' AND origin <> sender AND kind = ANY ($1::text[])
  AND profile = 'standard' AND NOT out_of_service
ORDER BY sender, origin
"""
_OPERATED = """
SELECT origin FROM devices.device
WHERE origin LIKE 'access:' || $1 || '/%' AND origin = sender AND kind = 'smoke'
  AND profile = 'standard' AND NOT out_of_service
ORDER BY origin LIMIT $2
"""
_LONE = """
SELECT DISTINCT ON (coalesce(nullif(p.building, ''), p.id)) d.origin, p.lon, p.lat
FROM devices.device d JOIN premises.place p ON p.id = d.place_id
WHERE d.sender = d.origin AND d.sender NOT LIKE 'gb26875:%' AND d.kind = 'smoke' AND NOT p.test
  AND NOT EXISTS (SELECT FROM devices.sender s
                  WHERE s.place_id = d.place_id AND s.sender LIKE 'gb26875:%')
ORDER BY coalesce(nullif(p.building, ''), p.id), d.origin
"""
APART_DEGREES = 0.0005  # 48 m of longitude here; adjacent is 30 m
SMOKE = ("smoke", "visual_smoke")


async def fire_points(dsn: str, seed: int) -> list[Point]:
    """One smoke point per building that has one, in an order drawn by the seed."""
    found = await _points(dsn, _DISTINCT, list(SMOKE))
    random.Random(seed).shuffle(found)
    return found


async def transmitters(dsn: str) -> list[Point]:
    """One point of every registered transmitter."""
    return await _points(dsn, _SENDERS, list(SMOKE))


async def operated_devices(dsn: str, operator: str, count: int) -> list[str]:
    """Smoke detectors of one operator's platform, by the ids that it gave them."""
    rows = await _fetch(dsn, _OPERATED, operator, count)
    return [row["origin"].partition("/")[2] for row in rows]


async def lone_detectors(dsn: str) -> list[str]:
    """Origins of smoke detectors with an uplink of their own, one per building without a panel.

    No two are so near that their fires would be one incident.
    """
    taken: set[tuple[int, int]] = set()
    origins = []
    for row in await _fetch(dsn, _LONE):
        x, y = int(row["lon"] / APART_DEGREES), int(row["lat"] / APART_DEGREES)
        if not taken & {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}:
            taken.add((x, y))
            origins.append(row["origin"])
    return origins


async def _points(dsn: str, query: str, *args: object) -> list[Point]:
    made = []
    for row in await _fetch(dsn, query, *args):
        sender = row["sender"].partition(":")[2]
        made.append(Point(row["origin"], sender, row["origin"].partition("/")[2], row["place_id"]))
    return [point for point in made if point.point]


async def _fetch(dsn: str, query: str, *args: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(query, *args))
    finally:
        await connection.close()
