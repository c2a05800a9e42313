"""The book of calls held against the plan: which notice rang when, and how long after its fire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.exchange import Ring
from benchmarks.fires import Fire
from benchmarks.linked import PARTIES, Linked, epoch_of

_PLANNED = """
SELECT a.origin, n.id, n.role, n.purpose, n.round, n.incident_id, n.party_id, n.address, n.state,
    n.outcome, n.attempts, i.level, i.number,
    extract(epoch FROM n.planned_at)::float8 AS planned_s,
    n.planned_at = min(n.planned_at) OVER (PARTITION BY n.incident_id) AS at_once,
    a.first_at > i.opened_at AS joined
FROM alarms.alarm a JOIN incidents.incident i ON i.id = a.incident_id
JOIN notices.notice n ON n.incident_id = a.incident_id
WHERE a.origin = ANY ($1::text[]) AND n.channel = 'voice' ORDER BY n.planned_at, n.id
"""


@dataclass(frozen=True)
class Plan:
    """One planned call. at_once: it belongs to the level's own linkage; planned_s: since 1970.

    joined: the city's own traffic had warned at this place before, so its incident stood already.
    """

    origin: str
    id: str
    role: str
    purpose: str
    round: int
    incident_id: str
    party_id: str
    address: str
    state: str
    outcome: str
    attempts: int
    level: int
    number: str
    planned_s: float
    at_once: bool
    joined: bool


@dataclass
class Linkage:
    """One fire and the first calls of its four parties."""

    fire: Fire
    plans: dict[str, Plan] = field(default_factory=dict)  # by role
    rung_s: dict[str, float] = field(default_factory=dict)  # by role, time.monotonic()
    called: set[str] = field(default_factory=set)  # roles called about its incident at any time
    joined: bool = False  # its incident stood before it burned, and who was told then is not again

    @property
    def is_whole(self) -> bool:
        """Whether each of the four was planned and called."""
        return all(role in self.rung_s for role in PARTIES)

    @property
    def is_told(self) -> bool:
        """Whether each of the four was called, in one linkage or, if it joined, one by one."""
        return self.is_whole or (self.joined and self.called >= set(PARTIES))

    def lack(self) -> str:
        """Which of the four is missing, and how: not planned at once, or planned and not rung."""
        number = next((plan.number for plan in self.plans.values()), self.fire.point.origin)
        states = {
            role: f"{self.plans[role].state} {self.plans[role].outcome}".strip()
            if role in self.plans
            else "not planned at once"
            for role in PARTIES
            if role not in self.rung_s
        }
        return f"{number}: {states}"

    def apart_s(self) -> float:
        """First INVITE to last."""
        return max(self.rung_s.values()) - min(self.rung_s.values())

    def after_frame_s(self) -> float:
        """The device's frame → the last of the four INVITEs, by the bench's own clock."""
        return max(self.rung_s.values()) - self.fire.first_sent_s

    def after_level_s(self) -> float:
        """The product's own time of the level → the last of the four INVITEs."""
        level_s = next(iter(self.plans.values())).planned_s
        return epoch_of(max(self.rung_s.values())) - level_s


async def plans(house: Linked, fires: Iterable[Fire]) -> list[Plan]:
    """Every call that was planned for the incidents of these fires."""
    rows = await house.ask(_PLANNED, [fire.point.origin for fire in fires])
    return [Plan(*row.values()) for row in rows]


def first_rings(book: Sequence[Ring]) -> dict[str, Ring]:
    """The first call of each notice."""
    first: dict[str, Ring] = {}
    for ring in book:
        first.setdefault(ring.notice_id, ring)
    return first


async def linkages(house: Linked, fires: Sequence[Fire]) -> list[Linkage]:
    """Each fire with its four parties' first calls, as far as they came."""
    by_origin = {fire.point.origin: Linkage(fire) for fire in fires}
    first = first_rings(house.exchange.book())
    for plan in await plans(house, fires):
        made = by_origin[plan.origin]
        made.joined = plan.joined
        if plan.id in first:
            made.called.add(plan.role)
        if not plan.at_once or plan.role not in PARTIES or plan.role in made.plans:
            continue
        made.plans[plan.role] = plan
        if plan.id in first:
            made.rung_s[plan.role] = first[plan.id].at_s
    return list(by_origin.values())
