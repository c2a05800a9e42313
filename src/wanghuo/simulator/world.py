"""Who speaks in this city: the world file, read line by line and never kept whole.

Format: gzip, one JSON object a line; first the head with the operators and their keys, then one
sender a line with its points, place, category and coordinates (WGS-84).
"""

import gzip
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

import msgspec

NEAR_M = 80.0
_METRES_A_DEGREE = 111_195.0


class Point(msgspec.Struct, frozen=True):
    """One sensing point. point: "" is the sender itself. kind: a SensorKind."""

    point: str
    kind: str


class Speaker(msgspec.Struct, frozen=True):
    """One sender. transport: gb26875, http, mqtt, ctwing, onenet or iotda."""

    sender: str
    transport: str
    profile: str
    operator: str
    place_id: str
    category: str
    lon: float
    lat: float
    points: list[Point]

    def address(self) -> str:
        """What stands behind the scheme of the sender."""
        return self.sender.partition(":")[2]

    def sensors(self) -> list[Point]:
        """The points that sense something."""
        return [point for point in self.points if point.kind != "uitd"]


class _Operator(msgspec.Struct, frozen=True):
    id: str
    key: str = ""


class _Head(msgspec.Struct, frozen=True):
    format: str
    version: int
    operators: list[_Operator] = []


class World(msgspec.Struct, frozen=True):
    """A sample of the speakers, and how many there are. keys: operator id to key."""

    keys: dict[str, str]
    sample: dict[str, list[Speaker]]
    totals: dict[str, int]


_head = msgspec.json.Decoder(_Head)
_speaker = msgspec.json.Decoder(Speaker)


def keys_of(path: Path) -> dict[str, str]:
    """Operator id to key."""
    with gzip.open(path, "rb") as lines:
        head = _head.decode(lines.readline())
    if head.format != "wanghuo-world" or head.version != 1:
        raise ValueError(f"{path} is no world file of version 1")
    return {operator.id: operator.key for operator in head.operators}


def speakers(path: Path) -> Iterator[Speaker]:
    """Every speaker of the file, in its order."""
    with gzip.open(path, "rb") as lines:
        lines.readline()
        for line in lines:
            yield _speaker.decode(line)


def sample(path: Path, rng: Random, sizes: Mapping[str, int]) -> World:
    """A fair sample of each transport. sizes: how many of each; others are left out."""
    chosen: dict[str, list[Speaker]] = {transport: [] for transport in sizes}
    totals: dict[str, int] = {}
    for speaker in speakers(path):
        totals[speaker.transport] = seen = totals.get(speaker.transport, 0) + 1
        size = sizes.get(speaker.transport, 0)
        if size and speaker.sensors():
            _reservoir(chosen[speaker.transport], speaker, seen, size, rng)
    return World(keys_of(path), chosen, totals)


def one(path: Path, rng: Random, fits: Callable[[Speaker], bool]) -> Speaker | None:
    """One speaker that fits, each as likely as the other; None if none does."""
    chosen: list[Speaker] = []
    seen = 0
    for speaker in speakers(path):
        if fits(speaker):
            seen += 1
            _reservoir(chosen, speaker, seen, 1, rng)
    return chosen[0] if chosen else None


def around(path: Path, place_id: str) -> tuple[list[Speaker], list[Speaker]]:
    """The speakers of a place, and those of its neighbours within NEAR_M, nearest first."""
    here = [speaker for speaker in speakers(path) if speaker.place_id == place_id]
    if not here:
        return [], []
    near = [
        (metres, speaker)
        for speaker in speakers(path)
        if speaker.place_id != place_id and (metres := _metres(here[0], speaker)) <= NEAR_M
    ]
    near.sort(key=lambda one: (one[0], one[1].sender))
    return here, [speaker for _, speaker in near]


def _metres(a: Speaker, b: Speaker) -> float:
    east = (a.lon - b.lon) * math.cos(math.radians(a.lat))
    return math.hypot(east, a.lat - b.lat) * _METRES_A_DEGREE


def _reservoir(chosen: list[Speaker], one: Speaker, seen: int, size: int, rng: Random) -> None:
    if len(chosen) < size:
        chosen.append(one)
    elif (at := rng.randrange(seen)) < size:
        chosen[at] = one
