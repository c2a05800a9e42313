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
    town_code: str = ""


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
_FLOW = """
SELECT DISTINCT ON (coalesce(nullif(p.building, ''), p.id)) d.origin, d.sender, d.place_id,
    d.town_code, p.lon, p.lat
FROM devices.device d JOIN premises.place p ON p.id = d.place_id
WHERE d.sender LIKE 'gb26875:%' AND d.kind = 'sprinkler' AND NOT p.test
  AND p.category <> ALL ($1::text[]) AND d.profile = 'standard' AND NOT d.out_of_service
ORDER BY coalesce(nullif(p.building, ''), p.id), d.origin
"""
IN_DANGER = (
    "rental",
    "nursing",
    "hospital",
    "school",
    "residential",
    "highrise",
    "vulnerable",
    "hotel",
)  # fmt: skip - where people sleep or cannot help themselves: F4 at once
APART_DEGREES = 0.0005  # 48 m of longitude here; adjacent is 30 m
SMOKE = ("smoke", "visual_smoke")


async def fire_points(dsn: str, seed: int) -> list[Point]:
    """One smoke point per building that has one, in an order drawn by the seed."""
    found = await _points(dsn, _DISTINCT, list(SMOKE))
    random.Random(seed).shuffle(found)
    return found


async def flow_points(dsn: str, seed: int) -> list[Point]:
    """One water-flow switch per building, none where a fire is F4 at once, in a drawn order.

    No two are so near that their fires would be one incident.
    """
    taken: set[tuple[int, int]] = set()
    rows = await _fetch(dsn, _FLOW, list(IN_DANGER))
    found = [_point(row) for row in rows if _takes_room(row, taken)]
    random.Random(seed).shuffle(found)
    return [point for point in found if point.point]


def _takes_room(row: asyncpg.Record, taken: set[tuple[int, int]]) -> bool:
    """Whether nothing that was taken before is adjacent; then this is taken too."""
    x, y = int(row["lon"] / APART_DEGREES), int(row["lat"] / APART_DEGREES)
    if taken & {(x + i, y + j) for i in (-1, 0, 1) for j in (-1, 0, 1)}:
        return False
    taken.add((x, y))
    return True


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
    return [row["origin"] for row in await _fetch(dsn, _LONE) if _takes_room(row, taken)]


async def _points(dsn: str, query: str, *args: object) -> list[Point]:
    made = [_point(row) for row in await _fetch(dsn, query, *args)]
    return [point for point in made if point.point]


def _point(row: asyncpg.Record) -> Point:
    sender, point = row["sender"].partition(":")[2], row["origin"].partition("/")[2]
    return Point(row["origin"], sender, point, row["place_id"], row.get("town_code", ""))


async def _fetch(dsn: str, query: str, *args: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(query, *args))
    finally:
        await connection.close()
