"""Fifty F3s in the same second, a quarter of the telephone lines dead: nobody waits for the dead.

Afterwards, when all has settled, every party has acknowledged or stands in the record as failed or
silent, with somebody in its place.
"""

import asyncio
import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tests.channels.phones import Habit

from benchmarks import rings
from benchmarks.exchange import Line as PhoneLine
from benchmarks.figures import Line, judged, spread_ms
from benchmarks.fires import Fire
from benchmarks.linked import DESK_119, PARTIES, Linked, spread_over_towns
from benchmarks.register import Point
from benchmarks.rings import Plan
from benchmarks.waiting import until_asked

INCIDENTS = 50
LIVE_MS = 2_000.0
SETTLES_S = 900.0
DEAD_SHARE = 0.25
# What the living do, of a hundred; most answer and press 1.
KINDS: tuple[tuple[str, int, Habit], ...] = (
    ("answers, presses 1", 76, Habit(press="1", after=60, rings_s=2.0)),
    ("busy", 6, Habit(486)),
    ("rejects", 6, Habit(603)),
    ("voicemail", 6, Habit(hang_up_after=900, rings_s=4.0)),
    ("says nothing", 6, Habit(rings_s=3.0)),
)
_MICRO = "SELECT id, lon, lat FROM premises.station WHERE level = 'micro' AND on_duty"
_PLACES = "SELECT id, lon, lat, unit_id FROM premises.place WHERE id = ANY ($1::text[])"
_PARTIES = """
SELECT p.id, p.incident_id, p.role, p.name, p.state FROM notices.party p
WHERE p.incident_id IN (SELECT incident_id FROM alarms.alarm WHERE origin = ANY ($1::text[]))
"""
_LINES = """
SELECT t.incident_id, t.what, t.sentence FROM incidents.timeline t
WHERE t.what = ANY ($2::text[]) AND t.incident_id IN (
    SELECT incident_id FROM alarms.alarm WHERE origin = ANY ($1::text[]))
"""
RECORDED = ("silent", "all_refused", "not_told", "gave_up")
STANDS_IN = ("stands_in", "nobody_stands_in", "stand_in_later")


@dataclass
class Lines:
    """Who is at the other end of each number, drawn once for each."""

    house: Linked
    seed: int
    kinds: dict[str, str] = field(default_factory=dict)

    def of(self, number: str) -> PhoneLine:
        """The line of a number; 119's own always answers."""
        desk = self.house.line_of(number).desk
        rng = random.Random(f"{self.seed} {number}")
        if number != DESK_119 and rng.random() < DEAD_SHARE:
            self.kinds[number] = "dead"
            return PhoneLine(desk, None)
        kind = KINDS[0] if number == DESK_119 else rng.choices(KINDS, [k[1] for k in KINDS])[0]
        self.kinds[number] = kind[0]
        return PhoneLine(desk, kind[2])


async def run(house: Linked, count: int, seed: int) -> list[Line]:
    """Light them all at once, measure the calls, wait until all has settled, audit."""
    rung, origins = await burst(house, count, seed)

    async def settled() -> bool:
        told = sum(r["state"] == "told" for r in await house.ask(_PARTIES, origins))
        print(f"parties that still wait: {told}", flush=True)
        return not told

    done = await until_asked(settled, SETTLES_S, 15.0)
    return [rung, await _audit(house, origins, settled=done)]


async def burst(house: Linked, count: int, seed: int) -> tuple[Line, list[str]]:
    """Light them all at once and measure the calls; the line, and which points burn."""
    house.peer.silent = True
    lines = Lines(house, seed)
    house.exchange.line_of = lines.of
    points = await apart(house, seed, count)
    fires = await asyncio.gather(*(house.arsonist.light(point) for point in points))
    origins = [fire.point.origin for fire in fires]
    await until_asked(lambda: _all_rung(house, fires), 30.0)
    return await _calls(house, fires, lines), origins


async def apart(house: Linked, seed: int, count: int) -> list[Point]:
    """Places whose units and nearest micro stations are all different people."""
    points = spread_over_towns(await house.points(seed), seed)
    places = {
        row["id"]: row for row in await house.ask(_PLACES, [point.place_id for point in points])
    }
    stations = await house.ask(_MICRO)
    units: set[str] = set()
    nearest: set[str] = set()
    chosen = []
    for point in points:
        place = places[point.place_id]
        wide = math.cos(math.radians(place["lat"]))
        station = min(
            stations,
            key=lambda s: math.hypot((s["lon"] - place["lon"]) * wide, s["lat"] - place["lat"]),
        )["id"]
        if place["unit_id"] not in units and station not in nearest:
            units.add(place["unit_id"])
            nearest.add(station)
            chosen.append(point)
        if len(chosen) == count:
            return chosen
    raise AssertionError(f"only {len(chosen)} places with parties of their own")


async def _all_rung(house: Linked, fires: Sequence[Fire]) -> bool:
    return all(one.is_whole for one in await rings.linkages(house, fires))


async def _calls(house: Linked, fires: Sequence[Fire], lines: Lines) -> Line:
    """When the level's own calls reached their telephones."""
    sent_s = {fire.point.origin: fire.first_sent_s for fire in fires}
    first = rings.first_rings(house.exchange.book())
    planned = [
        p for p in await rings.plans(house, fires)
        if p.at_once and p.role in PARTIES and p.round == 1
    ]  # fmt: skip

    def took_s(plan: Plan) -> float:
        ring = first.get(plan.id)
        return ring.at_s - sent_s[plan.origin] if ring else math.inf

    live = [took_s(p) for p in planned if lines.kinds.get(p.address) != "dead"]
    dead = [took_s(p) for p in planned if lines.kinds.get(p.address) == "dead"]
    spread, none = spread_ms([took for took in live if took < math.inf]), live.count(math.inf)
    of_dead = spread_ms([took for took in dead if took < math.inf])
    wide_s = max(sent_s.values()) - min(sent_s.values())
    who = Counter(lines.kinds.get(p.address, "never called") for p in planned)
    verdict, reason = judged([
        (len(planned) >= len(fires) * len(PARTIES), f"only {len(planned)} calls were planned"),
        (not none, f"{none} living lines were never called"),
        (spread.p99 <= LIVE_MS, f"living p99 {spread.p99:.0f} ms"),
    ])  # fmt: skip
    return Line(
        "2", f"{len(fires)} F3s within {wide_s:.2f} s, {len(planned)} calls at once",
        "INVITE to every living line ≤ 2 s after the level, p99",
        f"living {len(live)}: {spread}, max {spread.max:.0f} ms; dead {len(dead)}: p99 "
        f"{of_dead.p99:.0f} ms; " + ", ".join(f"{kind} {n}" for kind, n in who.most_common()),
        "-", "-", verdict, reason, {"live": spread, "dead": of_dead},
    )  # fmt: skip


async def _audit(house: Linked, origins: list[str], *, settled: bool) -> Line:
    """Every party: acknowledged, or recorded with somebody in its place."""
    parties = await house.ask(_PARTIES, origins)
    recorded = await _told_of(house, origins, RECORDED)
    replaced = await _told_of(house, origins, STANDS_IN)
    states = Counter(row["state"] for row in parties)
    open_ = [row["id"] for row in parties if row["state"] == "told"]
    silent = [row for row in parties if row["state"] in {"escalated", "failed"}]
    unrecorded = [r["name"] for r in silent if _who(r) not in recorded]
    alone = [r["name"] for r in silent if _who(r) not in replaced]
    verdict, reason = judged([
        (settled, "it had not settled when patience ended"),
        (not open_, f"{len(open_)} parties are neither acknowledged nor recorded"),
        (not unrecorded, f"without a line of the timeline: {unrecorded[:5]}"),
        (not alone, f"nobody in the place of {alone[:5]}"),
    ])  # fmt: skip
    return Line(
        "2b", f"{len(parties)} parties when all has settled",
        "acknowledged, or a recorded, escalated failure",
        ", ".join(f"{state} {count}" for state, count in states.most_common())
        + f"; recorded {len(silent) - len(unrecorded)} and replaced {len(silent) - len(alone)}"
        f" of {len(silent)}", "-", "-", verdict, reason,
    )  # fmt: skip


async def _told_of(
    house: Linked, origins: list[str], what: tuple[str, ...]
) -> set[tuple[str, str, str]]:
    """(incident, role, name) that lines of this kind speak of."""
    found = set()
    for row in await house.ask(_LINES, origins, list(what)):
        params: dict[str, Any] = msgspec.json.decode(row["sentence"]).get("params", {})
        found.add((row["incident_id"], str(params.get("role")), str(params.get("name"))))
    return found


def _who(row: Any) -> tuple[str, str, str]:  # noqa: ANN401 - a row
    return row["incident_id"], row["role"], row["name"]
