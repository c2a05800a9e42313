"""Random `kill -9` of any process while linkages are under way: everybody's state stays right.

Fires go on, telephones ring some seconds and press 1. At the end every party must have
acknowledged; nobody whose key was durable may have been called again after it; whoever heard
"taken" must stand in the fire log.
"""

import asyncio
import random
import time
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
from tests.channels.phones import Habit, linear

from benchmarks import heard, rings
from benchmarks.exchange import Line as PhoneLine
from benchmarks.exchange import Ring
from benchmarks.figures import Line, judged, spread_ms
from benchmarks.fires import Fire
from benchmarks.ledger import Verdicts, audit, connected, drain
from benchmarks.linkage_one import put_out
from benchmarks.linked import PARTIES, Linked, epoch_of, spread_over_towns
from benchmarks.waiting import until_asked
from wanghuo.channels import spoken
from wanghuo.channels.speech import Speech
from wanghuo.facts.entry import AnswerEntry, decode

WEIGHTS = {
    "voice": 6, "engine": 4, "caller": 4, "postgres": 4, "nats": 3, "gateway": 3, "web": 2,
    "clerk": 1, "everything": 3,
}  # fmt: skip
PAUSE_S = (1.0, 9.0)  # between two kills, drawn evenly: some calls must come to their end
FIRES_PER_S = 0.5
RINGS_S = (1.0, 5.0)  # drawn for each number
SETTLES_S = 420.0
DRAIN_PATIENCE_S = 240.0
UNDER_WAY_S = 1.0  # a call whose INVITE was leaving when the key came
CLOSING_S = 0.2
NEWS = frozenset({"update", "all_clear"})  # told to those who have acknowledged as well
_PARTIES = """
SELECT p.id, p.role, p.state, p.incident_id,
    p.state = 'acknowledged' OR i.state = 'closed'
        OR (p.state = 'failed' AND p.owner_id = '' AND p.shortfall IS NOT NULL) AS is_right
FROM notices.party p JOIN incidents.incident i ON i.id = p.incident_id
JOIN alarms.alarm a ON a.incident_id = p.incident_id WHERE a.origin = ANY ($1::text[])
"""
_LOG = "SELECT entry FROM signals.fire_log WHERE at >= to_timestamp($1) ORDER BY seq"


@dataclass
class Outcome:
    """What a run of kills found. Each list holds what is wrong."""

    verdicts: Verdicts
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    incidents: int = 0
    calls: int = 0
    acknowledged: int = 0
    repeats: int = 0
    while_leaving: int = 0  # called within UNDER_WAY_S of the key
    news: int = 0  # called after the key to hear how it went on
    called_again: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    taken_but_lost: list[str] = field(default_factory=list)
    voice_killed_s: list[float] = field(default_factory=list)  # time.monotonic()
    again_after_s: list[float] = field(default_factory=list)  # voice killed → its call again

    def lines(self) -> list[Line]:
        """The table's lines."""
        wrong = self.verdicts.violations()
        done = ", ".join(f"{part} {count}" for part, count in sorted(self.kills.items()))
        verdict, reason = judged([
            (not self.called_again, f"called again: {self.called_again[:5]}"),
            (not self.forgotten, f"without an acknowledgement: {self.forgotten[:5]}"),
            (not self.taken_but_lost, f"told 'taken' and lost: {self.taken_but_lost[:5]}"),
            (not wrong, f"the ledger: {wrong}"),
            (self.acknowledged > 0, "nobody acknowledged"),
        ])  # fmt: skip
        again = spread_ms(self.again_after_s)
        return [
            Line(
                "3", f"{self.kills.total()} kills in {self.seconds:.0f} s ({done})",
                "nobody who acknowledged is called again, nobody is forgotten",
                f"{self.incidents} F3s, {self.calls} calls, {self.acknowledged} parties "
                f"acknowledged; called again {len(self.called_again)}, forgotten "
                f"{len(self.forgotten)}, taken and lost {len(self.taken_but_lost)}; calls made "
                f"again after a kill {self.repeats}, on their way when the key came "
                f"{self.while_leaving}, news after it {self.news}; telephone killed → its calls "
                f"made again {again}", "-", "-", verdict, reason,
            )
        ]  # fmt: skip


async def run(house: Linked, kills: int, seed: int) -> list[Line]:
    """The table's lines of such a run."""
    return (await kill(house, kills, seed)).lines()


async def kill(house: Linked, kills: int, seed: int) -> Outcome:
    """Kill under fires, let it settle, hold the book against the database."""
    rng, began_s = random.Random(seed), time.monotonic()
    usual = house.exchange.line_of

    def pressing(number: str) -> PhoneLine:
        drawn = random.Random(f"{seed} {number}")
        habit = Habit(press="1", after=30, rings_s=drawn.uniform(*RINGS_S))
        return PhoneLine(usual(number).desk, habit)

    house.exchange.line_of = pressing
    points = spread_over_towns(await house.points(seed), seed)
    before = len(house.arsonist.book)
    outcome, ended = Outcome(Verdicts()), asyncio.Event()
    burning = asyncio.create_task(house.arsonist.light_steadily(points, FIRES_PER_S, ended))
    putting_out = asyncio.create_task(put_out(house, [point.origin for point in points]))
    try:
        while outcome.kills.total() < kills:  # what was dead already does not count
            await asyncio.sleep(rng.uniform(*PAUSE_S))
            part = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if house.product.kill(part):
                outcome.kills[part] += 1
                if part == "voice":
                    outcome.voice_killed_s.append(time.monotonic())
                print(f"{time.monotonic() - began_s:.1f} s: killed {part}", flush=True)
            if part == "everything":
                await house.product.gone()
                await house.product.start()
        ended.set()
        await burning
    finally:
        burning.cancel()
        await asyncio.gather(burning, return_exceptions=True)
        await asyncio.sleep(CLOSING_S)
    fires = house.arsonist.book[before:]
    await _settle(house, fires)
    putting_out.cancel()
    house.exchange.line_of = usual
    outcome.verdicts = await audit(house.product.dsn(), fires, None)
    await _hold(house, fires, outcome)
    outcome.seconds = time.monotonic() - began_s
    return outcome


async def _settle(house: Linked, fires: Sequence[Fire]) -> None:
    """Until everybody has answered, or patience ends."""
    await (await connected(house.product.dsn())).close()
    origins = [fire.point.origin for fire in fires]

    async def settled() -> bool:
        try:
            rows = await house.ask(_PARTIES, origins)
        except (OSError, asyncpg.PostgresError):
            return False
        return all(r["is_right"] for r in rows if r["role"] in PARTIES)

    await until_asked(settled, SETTLES_S, 1.0)
    await drain(house.product.dsn(), DRAIN_PATIENCE_S)


async def _hold(house: Linked, fires: Sequence[Fire], outcome: Outcome) -> None:
    """The book of calls against the fire log."""
    plans = {plan.id: plan for plan in await rings.plans(house, fires)}
    book = [ring for ring in house.exchange.book() if ring.notice_id in plans]
    parties = await house.ask(_PARTIES, [fire.point.origin for fire in fires])
    outcome.incidents = len({row["incident_id"] for row in parties})
    outcome.calls = len(book)
    outcome.acknowledged = sum(row["state"] == "acknowledged" for row in parties)
    outcome.forgotten = [
        f"{row['role']} {row['state']} {row['id']}"
        for row in parties if row["role"] in PARTIES and not row["is_right"]
    ]  # fmt: skip
    first_s = epoch_of(min((fire.began_s for fire in fires), default=0.0))
    answered_s: dict[str, float] = {}  # by party: its first durable answer
    answered: set[str] = set()  # notices
    for row in await house.ask(_LOG, first_s - 1):
        entry = decode(row["entry"])
        if isinstance(entry.body, AnswerEntry) and entry.body.notice_id:
            answered.add(entry.body.notice_id)
            party = await _party_of(house, plans, entry.body.notice_id)
            answered_s.setdefault(party, entry.at.timestamp())
    seen: Counter[str] = Counter()
    before_s: dict[str, float] = {}
    for ring in book:
        plan = plans[ring.notice_id]
        seen[plan.id] += 1
        if seen[plan.id] > 1:
            outcome.again_after_s += _since_voice(outcome, ring, before_s[plan.id])
        before_s[plan.id] = ring.at_s
        late_s = epoch_of(ring.at_s) - answered_s.get(plan.party_id, float("inf"))
        if late_s > 0 and plan.purpose in NEWS:
            outcome.news += 1
        elif late_s > UNDER_WAY_S:
            outcome.called_again.append(f"{plan.role} {plan.number} {late_s:.1f} s after its key")
        elif late_s > 0:
            outcome.while_leaving += 1
    outcome.repeats = sum(count - 1 for count in seen.values())
    outcome.taken_but_lost = await _taken_but_lost(book, answered)


def _since_voice(outcome: Outcome, ring: Ring, before_s: float) -> list[float]:
    """How long before this call the telephone process was killed, if it was since the last one."""
    kills = [at_s for at_s in outcome.voice_killed_s if before_s < at_s < ring.at_s]
    return [ring.at_s - kills[-1]] if kills else []


_PARTY_OF = "SELECT party_id FROM notices.notice WHERE id = $1"
_known: dict[str, str] = defaultdict(str)


async def _party_of(house: Linked, plans: dict[str, rings.Plan], notice_id: str) -> str:
    """Whose notice it is; one of another channel is looked up."""
    if notice_id in plans:
        return plans[notice_id].party_id
    if notice_id not in _known:
        rows = await house.ask(_PARTY_OF, notice_id)
        _known[notice_id] = rows[0]["party_id"] if rows else ""
    return _known[notice_id]


async def _taken_but_lost(book: Sequence[Ring], answered: set[str]) -> list[str]:
    """Calls that ended with the word "taken" and whose answer is in no log."""
    speech = Speech("zh")
    try:
        word = array("h")
        word.frombytes(await speech.pcm((spoken.taken("zh"),)))
    finally:
        await speech.close()
    lost = []
    for ring in book:
        if ring.call is None or ring.notice_id in answered or not ring.call.sound:
            continue
        end = linear(bytes(ring.call.sound[-len(word) - 4_000 :]))
        if heard.likeness(end, word) >= heard.LIKE_MIN:
            lost.append(f"{ring.number} {ring.notice_id}")
    return lost
