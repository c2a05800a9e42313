"""One F3 at a time: four telephones ring at the same second, each party answers for itself."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx
from tests.channels.phones import Habit

from benchmarks import heard, rings
from benchmarks.exchange import Ring
from benchmarks.figures import Line, judged, spread_ms
from benchmarks.fires import Fire
from benchmarks.linked import PARTIES, PRESSES_ONE, Linked, spread_over_towns
from benchmarks.register import Point
from benchmarks.rings import Linkage
from benchmarks.waiting import until, until_asked
from wanghuo.channels.speech import Speech

PERIOD_S = 1.5  # between two fires: two or three linkages at a time
ALONE_MIN = 0.9  # the city's own nuisance warnings take a place before us now and then
APART_MS, RING_MS = 500.0, 1_000.0
OTHERS_RING_S = 14.0  # before the next contact would be called
PATIENCE_S = 30.0
LISTENS_PACKETS = 1_080  # 21.6 s: a whole reading and some of the quiet after it
WATCH_S = 5.0
_PARTIES = """
SELECT p.role, p.state FROM notices.party p JOIN alarms.alarm a ON a.incident_id = p.incident_id
WHERE a.origin = $1
"""
_READY = """
SELECT i.number FROM incidents.incident i JOIN alarms.alarm a ON a.incident_id = i.id
JOIN notices.party p ON p.incident_id = i.id
WHERE a.origin = ANY ($1::text[]) AND i.state <> 'closed' AND p.role = ANY ($2::text[])
GROUP BY i.number
HAVING count(DISTINCT p.role) FILTER (WHERE p.state = 'acknowledged') = cardinality($2::text[])
"""
PUT_OUT_S = 0.5


async def run(house: Linked, count: int, seed: int, sounds: Path | None) -> list[Line]:
    """Each for itself, then what is heard, then `count` fires one after the other."""
    house.peer.silent = True  # it takes the record; who answers is the telephone
    points = spread_over_towns(await house.points(seed), seed)
    assert len(points) >= count + 2, f"the city has only {len(points)} such places"
    lines = [await each_for_itself(house, points[0])]
    lines.append(await listened(house, points[1], sounds))
    lines.append(await in_a_row(house, points[2 : count + 2]))
    return lines


async def four_rung(house: Linked, fire: Fire) -> Linkage:
    """The fire's linkage as soon as all four telephones were called."""
    found: list[Linkage] = []

    async def whole() -> bool:
        found[:] = await rings.linkages(house, [fire])
        return found[0].is_whole

    await until_asked(whole, PATIENCE_S, 0.1)
    return found[0]


async def each_for_itself(
    house: Linked, point: Point, others_ring_s: float = OTHERS_RING_S, watch_s: float = WATCH_S
) -> Line:
    """Press 1 at the unit's telephone: the unit has acknowledged, the other three ring on."""
    house.desk_habits = dict.fromkeys(PARTIES, replace(PRESSES_ONE, rings_s=others_ring_s))
    house.desk_habits["unit"] = Habit(press="1", after=40)
    linkage = await four_rung(house, await house.arsonist.light(point))
    first = rings.first_rings(house.exchange.book())
    calls = {role: first[plan.id].call for role, plan in linkage.plans.items() if plan.id in first}
    unit = calls.get("unit")
    await until(lambda: unit is not None and unit.ended, PATIENCE_S)
    await asyncio.sleep(watch_s)  # so long nothing may happen to the others
    states = {row["role"]: row["state"] for row in await house.ask(_PARTIES, point.origin)}
    ring_on = [
        role for role, call in calls.items()
        if role != "unit" and call is not None and not call.ended and not call.cancelled
        and call.rtp is None
    ]  # fmt: skip
    others = [role for role in PARTIES if role != "unit"]

    async def all_answered() -> bool:
        rows = await house.ask(_PARTIES, point.origin)
        return all(r["state"] == "acknowledged" for r in rows if r["role"] in PARTIES)

    answered = await until_asked(all_answered, PATIENCE_S)
    house.desk_habits = {}
    verdict, reason = judged([
        (linkage.is_whole, f"called were only {sorted(linkage.rung_s)}"),
        (states.get("unit") == "acknowledged", f"the unit is {states.get('unit')}"),
        (all(states.get(role) == "told" for role in others), f"the others are {states}"),
        (sorted(ring_on) == sorted(others), f"still ringing: {ring_on}"),
        (answered, "the others did not acknowledge after that"),
    ])  # fmt: skip
    return Line(
        "1a", "key 1 at the unit's telephone", "the unit alone; three ring on",
        f"unit {states.get('unit')}; ringing on {watch_s:.0f} s later: {len(ring_on)} of 3",
        "-", "-", verdict, reason,
    )  # fmt: skip


async def listened(house: Linked, point: Point, sounds: Path | None) -> Line:
    """All four listen to the whole reading before they press; what they heard is looked at."""
    house.desk_habits = dict.fromkeys(PARTIES, Habit(press="1", after=LISTENS_PACKETS))
    linkage = await four_rung(house, await house.arsonist.light(point))
    first = rings.first_rings(house.exchange.book())
    own = {role: first[plan.id] for role, plan in linkage.plans.items() if plan.id in first}
    calls = [ring.call for ring in own.values() if ring.call is not None]
    await until(lambda: all(call.ended for call in calls), PATIENCE_S + LISTENS_PACKETS / 50)
    house.desk_habits = {}
    speech = Speech("zh")
    try:
        told = {role: await _compared(house, speech, ring) for role, ring in own.items()}
    finally:
        await speech.close()
    if sounds is not None and "unit" in told:
        _keep(sounds, told["unit"][0], told["unit"][2])
    wrong = [f"{role}: {word}" for role, (one, _, _) in told.items() for word in one.wrong()]
    alike = min((like for _, like, _ in told.values()), default=0.0)
    longest = max((one.seconds for one, _, _ in told.values()), default=0.0)
    levels = [one.level_db for one, _, _ in told.values()]
    verdict, reason = judged([
        (len(told) == len(PARTIES), f"only {sorted(told)} were called"),
        (not wrong, "; ".join(wrong)),
        (alike >= heard.LIKE_MIN, f"it sounds like its words only to {alike:.2f}"),
    ])  # fmt: skip
    return Line(
        "1b", "what the four telephones hear", "the words of the notice, ≤ 20 s, clean",
        f"{longest:.1f} s, {min(levels, default=0):.0f} to {max(levels, default=0):.0f} dB, "
        f"like its words ≥ {alike:.3f}", "-", "-", verdict, reason,
    )  # fmt: skip


async def _compared(
    house: Linked, speech: Speech, ring: Ring
) -> tuple[heard.Heard, float, tuple[str, str]]:
    """What was heard, how like its words, and the words."""
    one = heard.reading(bytes(ring.call.sound) if ring.call else b"")
    said = heard.words(await heard.handed(house, ring.notice_id))
    expected = await heard.spoken_sound(speech, said)
    return one, heard.likeness(one.samples, expected), said


def _keep(sounds: Path, one: heard.Heard, said: tuple[str, str]) -> None:
    sounds.mkdir(exist_ok=True, parents=True)
    heard.keep(sounds / "f3-call-heard.wav", one)
    (sounds / "f3-call-heard.txt").write_text("\n".join(said) + "\n", encoding="utf-8")


async def put_out(house: Linked, origins: Sequence[str]) -> None:
    """Close each incident once its four parties have acknowledged; end it by cancelling.

    A crew that is out is called to no other fire, and the city has 17 brigades.
    """
    token = house.product.credentials()["tokens"]["city_duty"]
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.product.http_port}/api/v1", trust_env=False,
        headers={"Authorization": f"Bearer {token}"}, timeout=10.0,
    ) as client:  # fmt: skip
        while True:
            with contextlib.suppress(httpx.HTTPError, OSError, asyncpg.PostgresError):  # then later
                for row in await house.ask(_READY, origins, list(PARTIES)):
                    body = {"disposition": "test"}
                    await client.post(f"/incidents/{row['number']}/close", json=body)
            await asyncio.sleep(PUT_OUT_S)


async def in_a_row(house: Linked, points: Sequence[Point], period_s: float = PERIOD_S) -> Line:
    """Fires at a steady pace, every telephone answered and acknowledged, each put out then."""
    house.desk_habits = {}
    began = len(house.arsonist.book)
    putting_out = asyncio.create_task(put_out(house, [point.origin for point in points]))
    await house.arsonist.light_steadily(points, 1 / period_s)
    fires = house.arsonist.book[began:]
    found: list[Linkage] = []

    async def whole() -> bool:
        found[:] = await rings.linkages(house, fires)
        return all(one.is_told for one in found)

    await until_asked(whole, PATIENCE_S)
    putting_out.cancel()
    return line(found)


def line(found: Sequence[Linkage]) -> Line:
    """The figures of these linkages and their verdict."""
    alone = [one for one in found if not one.joined]
    rung = [one for one in alone if one.is_whole]
    apart = spread_ms([one.apart_s() for one in rung])
    frame = spread_ms([one.after_frame_s() for one in rung])
    level = spread_ms([one.after_level_s() for one in rung])
    lacking = [one.lack() for one in found if not one.is_told]
    verdict, reason = judged([
        (not lacking, f"{len(lacking)} without all four calls: {'; '.join(lacking[:5])}"),
        (len(alone) >= len(found) * ALONE_MIN, f"{len(found) - len(alone)} joined an incident"),
        (apart.p99 <= APART_MS, f"apart p99 {apart.p99:.0f} ms"),
        (frame.p99 <= RING_MS, f"frame → INVITE p99 {frame.p99:.0f} ms"),
    ])  # fmt: skip
    return Line(
        "1", f"{len(alone)} F3s, each to four telephones",
        "INVITEs ≤ 500 ms apart, ≤ 1 s after the level, p99",
        f"apart {apart}, max {apart.max:.0f} ms; frame → last INVITE {frame}, "
        f"max {frame.max:.0f} ms; the level's own time → last INVITE p99 {level.p99:.0f} ms; "
        f"joined an incident that stood: {len(found) - len(alone)}",
        "-", "-", verdict, reason, {"apart": apart, "frame": frame, "level": level},
    )  # fmt: skip
