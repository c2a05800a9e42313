"""Degrees to the whole units of tiles: projected, thinned, cut at the tile's edge. Pure.

Web Mercator (EPSG:3857), x to the east, y to the south; a tile is EXTENT
units wide and reaches BUFFER units over its edge, so that strokes meet without a seam.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from wanghuo.basemap.features import NEAR, Point

EXTENT: Final = 4096
BUFFER: Final = 64
SMALL: Final = 16.0  # an area whose box is narrower is not seen: two pixels of a tile of 512
LAT_MAX: Final = 85.05112878

XY = tuple[float, float]
Box = tuple[float, float, float, float]


def projected(points: Iterable[Point], zoom: int) -> list[XY]:
    """Points as units of the whole world at a zoom."""
    size = float(EXTENT << zoom)
    made = []
    for lon, lat in points:
        sine = math.sin(math.radians(max(-LAT_MAX, min(LAT_MAX, lat))))
        x = (lon + 180) / 360
        y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
        made.append((x * size, y * size))
    return made


def thinned(line: Sequence[XY], zoom: int) -> list[XY]:
    """The line with only the corners that are seen (Douglas and Peucker, 1973)."""
    tolerance = 1.5 if zoom == NEAR else 6.0  # the nearest tiles are stretched to street scale
    keep = bytearray(len(line))
    keep[0] = keep[-1] = 1
    open_parts = [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        far, at = _farthest(line, first, last)
        if far > tolerance * tolerance:
            keep[at] = 1
            open_parts += [(first, at), (at, last)]
    return [point for point, kept in zip(line, keep, strict=True) if kept]


def _farthest(line: Sequence[XY], first: int, last: int) -> tuple[float, int]:
    """The squared distance and the index of the corner that is farthest from the chord."""
    (x0, y0), (x1, y1) = line[first], line[last]
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy
    far, at = 0.0, first
    for i in range(first + 1, last):
        x, y = line[i][0] - x0, line[i][1] - y0
        along = max(0.0, min(1.0, (x * dx + y * dy) / length)) if length else 0.0
        away = (x - along * dx) ** 2 + (y - along * dy) ** 2
        if away > far:
            far, at = away, i
    return far, at


def box_of(points: Sequence[XY]) -> Box:
    """West, north, east, south."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def tiles_of(box: Box) -> list[tuple[int, int]]:
    """The tiles (x, y) that a box touches, buffers included."""
    west, north, east, south = (
        math.floor((value + more) / EXTENT)
        for value, more in zip(box, (-BUFFER, -BUFFER, BUFFER, BUFFER), strict=True)
    )
    return [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]


def edges(x: int, y: int) -> Box:
    """The box of a tile with its buffer."""
    left, top = x * EXTENT, y * EXTENT
    return left - BUFFER, top - BUFFER, left + EXTENT + BUFFER, top + EXTENT + BUFFER


def cut_line(line: Sequence[XY], box: Box) -> list[list[XY]]:
    """The parts of a line inside a box (Liang and Barsky, 1984)."""
    parts: list[list[XY]] = []
    for start, end in pairwise(line):
        inside = _cut_segment(start, end, box)
        if inside is None:
            continue
        if parts and parts[-1][-1] == inside[0]:
            parts[-1].append(inside[1])
        else:
            parts.append(list(inside))
    return parts


def _cut_segment(start: XY, end: XY, box: Box) -> tuple[XY, XY] | None:
    (x0, y0), (x1, y1) = start, end
    west, north, east, south = box
    dx, dy, enter, leave = x1 - x0, y1 - y0, 0.0, 1.0
    for step, room in ((-dx, x0 - west), (dx, east - x0), (-dy, y0 - north), (dy, south - y0)):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    if enter > leave:
        return None
    first = start if enter == 0 else (x0 + enter * dx, y0 + enter * dy)
    last = end if leave == 1 else (x0 + leave * dx, y0 + leave * dy)
    return first, last


def cut_ring(ring: Sequence[XY], box: Box) -> list[XY]:
    """What of a closed ring lies inside a box (Sutherland and Hodgman, 1974); may be empty."""
    made = list(ring[:-1]) if ring and ring[0] == ring[-1] else list(ring)
    west, north, east, south = box
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, north, 1), (1, south, -1)):
        given, made = made, []
        for i, here in enumerate(given):
            before = given[i - 1]
            is_in = (here[axis] - limit) * sign >= 0
            was_in = (before[axis] - limit) * sign >= 0
            if is_in != was_in:
                part = (limit - before[axis]) / (here[axis] - before[axis])
                other = before[1 - axis] + part * (here[1 - axis] - before[1 - axis])
                made.append((limit, other) if axis == 0 else (other, limit))
            if is_in:
                made.append(here)
    return made
