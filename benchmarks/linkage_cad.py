"""119's machine link: accepted within three seconds, rejected with a reason, away for a while.

While 119's machine is away its telephone rings at once, and the record follows when it is back:
every one, once.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx
from tests.channels.phones import Habit

from benchmarks import rings
from benchmarks.figures import Line, judged, spread_ms
from benchmarks.fires import Fire
from benchmarks.linked import Linked, spread_over_towns
from benchmarks.live import Ear
from benchmarks.register import Point
from benchmarks.waiting import until, until_asked
from wanghuo.protocols.cad_119 import Reason

PER_MINUTE = 20
MINUTES = 3.2
DOWN_S = 600.0
DOWN_PER_MINUTE = 6
ACCEPTED_MS, RING_MS = 3_000.0, 1_000.0
PATIENCE_S = 30.0
LOOK_S = 0.02
BACK_PATIENCE_S = 90.0  # the longest pause between two tries is 16 s
_NUMBERS = """
SELECT a.origin, i.number FROM alarms.alarm a JOIN incidents.incident i ON i.id = a.incident_id
WHERE a.origin = ANY ($1::text[])
"""
_CAD = """
SELECT i.number, p.state FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
WHERE i.number = ANY ($1::text[]) AND p.role = 'cad_119'
"""


async def run(house: Linked, seed: int, down_s: float) -> list[Line]:
    """Accepted beside the city's traffic, one rejected, then away for `down_s`."""
    points = spread_over_towns(await house.points(seed), seed)
    steady = round(PER_MINUTE * MINUTES)
    away = max(2, round(down_s / 60 * DOWN_PER_MINUTE))
    assert len(points) > steady + away, "the city has too few such places"
    ear = Ear(house.product.http_port, house.product.credentials()["tokens"]["city_duty"])
    listening = asyncio.create_task(ear.run())
    try:
        lines = [await accepted(house, points[:steady])]
        lines.append(await rejected(house, points[steady], ear))
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return [*lines, *await absent(house, points[steady + 1 : steady + 1 + away], down_s)]


async def numbers(house: Linked, fires: Sequence[Fire]) -> dict[str, str]:
    """Each fire's incident, by origin, once all are judged."""
    found: dict[str, str] = {}

    async def all_judged() -> bool:
        rows = await house.ask(_NUMBERS, [fire.point.origin for fire in fires])
        found.update({row["origin"]: row["number"] for row in rows})
        return len(found) >= len(fires)

    await until_asked(all_judged, PATIENCE_S)
    return found


async def accepted(house: Linked, points: Sequence[Point]) -> Line:
    """Twenty a minute; how long until 119's acceptance is durable here."""
    began = len(house.arsonist.book)
    await house.arsonist.light_steadily(points, PER_MINUTE / 60)
    fires = house.arsonist.book[began:]
    known = await numbers(house, fires)
    peer = house.peer
    await until(lambda: set(known.values()) <= set(peer.accepted_s), PATIENCE_S)
    sent_s = {known[f.point.origin]: f.first_sent_s for f in fires if f.point.origin in known}
    took = [peer.accepted_s[n] - at_s for n, at_s in sent_s.items() if n in peer.accepted_s]
    heard = [peer.heard_s[n] - at_s for n, at_s in sent_s.items() if n in peer.heard_s]
    spread, there = spread_ms(took), spread_ms(heard)
    verdict, reason = judged([
        (len(took) == len(points), f"{len(points) - len(took)} were never accepted"),
        (spread.p99 <= ACCEPTED_MS, f"p99 {spread.p99:.0f} ms"),
    ])  # fmt: skip
    return Line(
        "4", f"{len(points)} F3s, {PER_MINUTE} a minute, beside the city's traffic",
        "accepted by 119 ≤ 3 s, p99",
        f"frame → accepted and durable {spread}, max {spread.max:.0f} ms; frame → 119 has it "
        f"p99 {there.p99:.0f} ms", "-", "-", verdict, reason, {"spread": spread},
    )  # fmt: skip


async def rejected(house: Linked, point: Point, ear: Ear) -> Line:
    """119 does not take it: the reason is on the desk, by the live stream and on the page."""
    await ear.connected.wait()
    house.desk_habits["cad_119"] = Habit(0)  # its telephone rings and nobody answers
    house.peer.reject, house.peer.note = Reason.BAD_ADDRESS, "没有这条路"
    fire = await house.arsonist.light(point)
    number = (await numbers(house, [fire])).get(point.origin, "")
    streamed_s, page = await _on_the_desk(house, ear, number)
    house.peer.reject, house.peer.note = None, ""
    house.desk_habits = {}
    said_s = house.peer.rejected_s.get(number, time.monotonic())
    cad: dict[str, Any] = next((p for p in page.get("parties", []) if p["role"] == "cad_119"), {})
    words = _reason(page)
    verdict, reason = judged([
        (bool(number) and number in house.peer.rejected_s, "119's message was not taken"),
        (streamed_s > 0.0, "the live stream did not say it"),
        (bool(words), "the timeline does not say why"),
        (cad.get("state") == "failed", f"119 stands as {cad.get('state')}"),
    ])  # fmt: skip
    return Line(
        "4b", "119 rejects one with a reason", "on the desk with its reason",
        f"on the live stream {max(0.0, streamed_s - said_s) * 1000:.0f} ms after 119's message "
        f"was taken: {words}", "-", "-", verdict, reason,
    )  # fmt: skip


async def _on_the_desk(house: Linked, ear: Ear, number: str) -> tuple[float, dict[str, Any]]:
    """As a desk does: whenever the stream says that the incident changed, look at its page.

    When the stream said what made the page show the reason (0 if it never did), and that page.
    """
    looked, end_s = 0, time.monotonic() + PATIENCE_S
    page: dict[str, Any] = {}
    while time.monotonic() < end_s:
        facts, looked = ear.heard[looked:], len(ear.heard)
        for fact in facts:
            if fact.topic == "incident" and number and number in fact.data:
                page = await _page(house, number)
                if _reason(page):
                    return fact.at_s, page
        await asyncio.sleep(LOOK_S)
    return 0.0, page


def _reason(page: dict[str, Any]) -> str:
    """The line of the timeline that says why 119 does not take it, "" if there is none."""
    said = (line["sentence"]["zh"] for line in page.get("timeline", []))
    return next((words for words in said if "119" in words and "不受理：" in words), "")


async def _page(house: Linked, number: str) -> dict[str, Any]:
    token = house.product.credentials()["tokens"]["city_duty"]
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.product.http_port}", trust_env=False,
        headers={"Authorization": f"Bearer {token}"}, timeout=10.0,
    ) as client:  # fmt: skip
        return dict((await client.get(f"/api/v1/incidents/{number}")).json())


async def absent(house: Linked, points: Sequence[Point], down_s: float) -> list[Line]:
    """119's machine is away: its telephone rings at once, and the record follows, once."""
    await house.close_119()
    began, gone_s = len(house.arsonist.book), time.monotonic()
    await house.arsonist.light_steadily(points, len(points) / down_s)
    await asyncio.sleep(max(0.0, gone_s + down_s - time.monotonic()))
    fires = house.arsonist.book[began:]
    known = await numbers(house, fires)
    at_once = await _telephone(house, fires)
    stood = {one.fire.point.origin for one in await rings.linkages(house, fires) if one.joined}
    early = [
        number
        for origin, number in known.items()
        if origin not in stood and number in house.peer.heard_s
    ]
    await house.open_119()
    back_s = time.monotonic()
    wanted = set(known.values())
    await until(lambda: wanted <= set(house.peer.heard_s), BACK_PATIENCE_S, 0.1)
    await asyncio.sleep(2.0)  # a second one would come about now
    kept = house.peer.notifications()
    missing = sorted(wanted - set(kept))
    doubled = sorted(number for number in wanted if kept[number] > 1)
    states = {row["number"]: row["state"] for row in await house.ask(_CAD, sorted(wanted))}
    took = [house.peer.heard_s[n] - back_s for n in wanted if house.peer.heard_s.get(n, 0) > back_s]
    verdict, reason = judged([
        (not early, "119's machine was not away"),
        (not missing, f"never came: {missing[:5]}"),
        (not doubled, f"came as several notifications: {doubled[:5]}"),
        (all(state == "acknowledged" for state in states.values()), f"119 stands as {states}"),
    ])  # fmt: skip
    record = Line(
        "4d", f"119's machine back after {down_s:.0f} s, {len(wanted)} fires meanwhile",
        "every record follows, once",
        f"{len(wanted) - len(missing)} followed, the last {max(took, default=0):.1f} s after it "
        f"was back; doubled {len(doubled)}; joined an incident that stood: {len(stood)}",
        "-", "-", verdict, reason,
    )  # fmt: skip
    return [at_once, record]


async def _telephone(house: Linked, fires: Sequence[Fire]) -> Line:
    found = await rings.linkages(house, fires)
    alone = [one for one in found if not one.joined]
    took = [
        one.rung_s["cad_119"] - one.fire.first_sent_s for one in alone if "cad_119" in one.rung_s
    ]
    silent = [one.lack() for one in found if "cad_119" not in one.called]
    spread = spread_ms(took)
    verdict, reason = judged([
        (len(took) == len(alone), f"119's telephone rang at once only {len(took)} times"),
        (not silent, f"119's telephone never rang: {silent[:5]}"),
        (spread.p99 <= RING_MS, f"p99 {spread.p99:.0f} ms"),
    ])  # fmt: skip
    return Line(
        "4c", f"{len(fires)} F3s while 119's machine is away", "119's telephone rings ≤ 1 s",
        f"frame → INVITE {spread}, max {spread.max:.0f} ms", "-", "-", verdict, reason,
    )  # fmt: skip
