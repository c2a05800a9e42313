"""A drill through the whole chain, and a real fire at the same place during it.

In the drill every channel that is on tells its people, and says that it is a drill; 119 hears
nothing. The fire that a person sees meanwhile is told as real to all of them, 119 included.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
from tests.channels.phones import Habit

from benchmarks import heard, rings
from benchmarks.exchange import Ring
from benchmarks.figures import Line, judged
from benchmarks.linked import DESK_119, PARTIES, Linked, spread_over_towns
from benchmarks.register import Point
from benchmarks.waiting import until, until_asked
from wanghuo.channels.speech import Speech

DRILLED = ("unit", "micro_station", "brigade")
LISTENS_PACKETS = 1_080  # a whole reading
PATIENCE_S = 40.0
CONFIRMED = 3  # F3
NOT_CALLED = "drill"  # whose party 119 is while it is a drill
WATCH_S = 3.0  # so long 119 must stay silent
DRILL_ZH, AGAIN_ZH = "演练", "火警"
_PARTIES = """
SELECT p.role, p.state, p.owner_id, p.shortfall FROM notices.party p
JOIN incidents.incident i ON i.id = p.incident_id WHERE i.number = $1
"""
_CHANNELS = """
SELECT DISTINCT n.channel FROM notices.notice n JOIN incidents.incident i ON i.id = n.incident_id
WHERE i.number = $1 AND n.sent_at IS NOT NULL ORDER BY n.channel
"""


async def run(house: Linked, seed: int, *, listen: bool = True) -> list[Line]:
    """The drill, then the fire. listen: to whole readings, and compare them with their words."""
    point = spread_over_towns(await house.points(seed), seed)[-1]
    token = house.product.credentials()["tokens"]["city_duty"]
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.product.http_port}/api/v1", trust_env=False,
        headers={"Authorization": f"Bearer {token}"}, timeout=10.0,
    ) as client:  # fmt: skip
        drill, number = await drilled(house, client, point, listen=listen)
        real = await burnt(house, client, number, listen=listen)
    return [drill, real]


async def drilled(
    house: Linked, client: httpx.AsyncClient, point: Point, *, listen: bool
) -> tuple[Line, str]:
    """Open the drill, let water flow, listen; the line and the incident's number."""
    asked = {"place_id": point.place_id, "reason": "消防演练", "drill": True}
    (await client.post("/test-windows", json=asked)).raise_for_status()
    after = LISTENS_PACKETS if listen else 40
    house.desk_habits = dict.fromkeys(DRILLED, Habit(press="1", after=after))
    began = len(house.exchange.book())
    fire = await house.arsonist.light(point)

    def own() -> list[Ring]:
        return house.exchange.book()[began:]

    async def all_rung() -> bool:
        planned = [p for p in await rings.plans(house, [fire]) if p.role in DRILLED]
        rung = {ring.notice_id for ring in own()}
        return {p.role for p in planned if p.id in rung} == set(DRILLED)

    await until_asked(all_rung, PATIENCE_S, 0.1)
    plans = await rings.plans(house, [fire])
    number = plans[0].number if plans else ""
    await _over(own())

    async def all_acknowledged() -> bool:
        rows = await house.ask(_PARTIES, number)
        return all(r["state"] == "acknowledged" for r in rows if r["role"] in DRILLED)

    answered = await until_asked(all_acknowledged, PATIENCE_S)
    await asyncio.sleep(WATCH_S)
    house.desk_habits = {}
    texts, alike = await _texts(house, _of(own(), plans), listen=listen)
    parties = {row["role"]: row for row in await house.ask(_PARTIES, number)}
    channels = [row["channel"] for row in await house.ask(_CHANNELS, number)]
    webhooks = [a.notice for a in house.sink.arrivals if a.notice.number == number]
    told_119 = [r for r in own() if r.number == DESK_119] or number in house.peer.heard_s
    verdict, reason = judged([
        (set(texts) == set(DRILLED), f"called were {sorted(texts)}"),
        (all(text.startswith(DRILL_ZH) for text in texts.values()), f"said was {texts}"),
        (alike >= heard.LIKE_MIN or not listen, f"it sounds like its words only to {alike:.2f}"),
        (answered, "not everybody acknowledged the drill"),
        (bool(webhooks) and all(n.drill for n in webhooks), "a webhook did not say drill"),
        ({"voice", "webhook", "cockpit"} <= set(channels), f"only {channels} were used"),
        (not told_119, "119 was called"),
        (str(parties.get("cad_119", {"shortfall": ""})["shortfall"]).find("drill") > 0,
         "119's party does not say that it is a drill"),
    ])  # fmt: skip
    heard_as = f", heard as such ≥ {alike:.3f}" if listen else ""
    return Line(
        "8", "a drill through every channel", "all told as a drill, 119 not called",
        f"by {', '.join(channels)}; {len(texts)} telephones say “{DRILL_ZH}”{heard_as}; "
        f"{len(webhooks)} webhooks say drill; 119: 0 calls, 0 messages", "-", "-", verdict, reason,
    ), number  # fmt: skip


async def burnt(house: Linked, client: httpx.AsyncClient, number: str, *, listen: bool) -> Line:
    """A person sees a real fire during the drill."""
    house.peer.silent = True  # its telephone is to ring until it is answered
    after = LISTENS_PACKETS if listen else 40
    house.desk_habits = dict.fromkeys(PARTIES, Habit(press="1", after=after))
    began, sent = len(house.exchange.book()), len(house.sink.arrivals)
    body = {"reason": "真的起火了"}
    (await client.post(f"/incidents/{number}/confirm", json=body)).raise_for_status()
    fires = house.arsonist.book[-1:]

    def own() -> list[Ring]:
        return house.exchange.book()[began:]

    async def all_rung() -> bool:
        rung = {ring.notice_id for ring in own()}
        return {p.role for p in await rings.plans(house, fires) if p.id in rung} >= set(PARTIES)

    await until_asked(all_rung, PATIENCE_S, 0.1)
    await _over(own())

    async def all_acknowledged() -> bool:
        rows = await house.ask(_PARTIES, number)
        called = [r for r in rows if r["role"] in PARTIES and r["owner_id"] != NOT_CALLED]
        return all(r["state"] == "acknowledged" for r in called)

    answered = await until_asked(all_acknowledged, PATIENCE_S)
    house.desk_habits = {}
    plans = await rings.plans(house, fires)
    texts, alike = await _texts(house, _of(own(), plans), listen=listen)
    report = house.peer.reports.get(number)
    webhooks = [a.notice for a in house.sink.arrivals[sent:] if a.notice.number == number]
    page: dict[str, Any] = (await client.get(f"/incidents/{number}")).json()
    verdict, reason = judged([
        (set(texts) == set(PARTIES), f"called were {sorted(texts)}"),
        (not any(DRILL_ZH in text for text in texts.values()), f"said was {texts}"),
        (all(AGAIN_ZH in text for text in texts.values()), f"said was {texts}"),
        (alike >= heard.LIKE_MIN or not listen, f"it sounds like its words only to {alike:.2f}"),
        (answered, "not everybody acknowledged the fire"),
        (report is not None and not report.drill and report.confirmed, "119's machine has it not"),
        (not any(n.drill for n in webhooks), "a webhook still says drill"),
        (page.get("drill") is False, "the page still says drill"),
        (page.get("level", 0) >= CONFIRMED, "it is not confirmed"),
    ])  # fmt: skip
    heard_as = f", heard as such ≥ {alike:.3f}" if listen else ""
    return Line(
        "8b", "a real fire at the same place during it", "told as real to all, 119 included",
        f"{len(texts)} telephones say it without “{DRILL_ZH}”{heard_as}; 119 has call and message; "
        f"{len(webhooks)} webhooks as real; all acknowledged again", "-", "-", verdict, reason,
    )  # fmt: skip


async def _over(book: Sequence[Ring]) -> None:
    """Wait until these calls have ended."""
    calls = [ring.call for ring in book if ring.call is not None]
    await until(lambda: all(call.ended for call in calls), PATIENCE_S + LISTENS_PACKETS / 50)


def _of(book: Sequence[Ring], plans: Sequence[rings.Plan]) -> dict[str, Ring]:
    """The first call of each role in this part of the book."""
    role_of = {plan.id: plan.role for plan in plans}
    found: dict[str, Ring] = {}
    for ring in book:
        if ring.notice_id in role_of:
            found.setdefault(role_of[ring.notice_id], ring)
    return found


async def _texts(
    house: Linked, calls: dict[str, Ring], *, listen: bool
) -> tuple[dict[str, str], float]:
    """What each role was told, and how like its own words the least alike of them was heard."""
    speech, texts, alike = Speech("zh"), {}, 1.0
    try:
        for role, ring in calls.items():
            said = heard.words(await heard.handed(house, ring.notice_id))
            texts[role] = said[0]
            if listen and ring.call is not None:
                one = heard.reading(bytes(ring.call.sound))
                expected = await heard.spoken_sound(speech, said)
                alike = min(alike, heard.likeness(one.samples, expected))
    finally:
        await speech.close()
    return texts, alike
