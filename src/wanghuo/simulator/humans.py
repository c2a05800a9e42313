"""How told people answer: seeded, human in its delays, and some never do. Pure."""

from random import Random
from typing import NamedTuple

from wanghuo.facts.entry import AnswerKind

A = AnswerKind


class Reply(NamedTuple):
    """One answer. after_s: since the notice came."""

    after_s: float
    answer: AnswerKind
    note: str = ""


class _Crew(NamedTuple):
    """silent: how often nobody takes the call. starts_s, drives_s: from, to."""

    silent: float
    starts_s: tuple[float, float]
    drives_s: tuple[float, float]


_CREWS = {
    "micro_station": _Crew(0.1, (3.0, 16.0), (50.0, 240.0)),
    "brigade": _Crew(0.02, (2.0, 9.0), (110.0, 420.0)),
    "next_level": _Crew(0.02, (2.0, 9.0), (110.0, 420.0)),
}


def replies(role: str, *, burning: bool, test: bool, rng: Random) -> list[Reply]:
    """What somebody of this party role answers, and when; empty if never.

    burning: it really burns there. test: the synthetic fire's party, a machine.
    """
    if test:
        return [Reply(0.2, A.ON_THE_WAY)]
    if role == "unit":
        return _occupant(rng, burning=burning)
    if role in _CREWS:
        return _crew(_CREWS[role], rng, burning=burning)
    if role == "cad_119":
        return [Reply(rng.uniform(0.5, 2.5), A.ACCEPTED, "119 已受理")]
    looks = rng.random() < 0.7  # noqa: PLR2004 - desks and town offices: seven of ten
    return [Reply(rng.uniform(4.0, 40.0), A.LOOKING)] if looks else []


def _occupant(rng: Random, *, burning: bool) -> list[Reply]:
    if rng.random() < 0.35:  # noqa: PLR2004 - a third do not take the call
        return []
    after_s = min(90.0, rng.lognormvariate(2.6, 0.5))
    if burning:
        return [Reply(after_s, A.FIRE, "看到火了")]
    answer = A.FALSE_ALARM if rng.random() < 0.6 else A.LOOKING  # noqa: PLR2004 - more than half
    return [Reply(after_s, answer, "做饭油烟" if answer is A.FALSE_ALARM else "")]


def _crew(crew: _Crew, rng: Random, *, burning: bool) -> list[Reply]:
    if rng.random() < crew.silent:
        return []
    on_the_way_s = rng.uniform(*crew.starts_s)
    turned_out_s = on_the_way_s + rng.uniform(15.0, 55.0)
    arrived_s = turned_out_s + rng.uniform(*crew.drives_s)
    sees = A.FIRE if burning else A.FALSE_ALARM
    note = "现场起火" if burning else "现场无火"
    seen_s = arrived_s + rng.uniform(8.0, 30.0)
    handled_s = seen_s + (rng.uniform(300.0, 1500.0) if burning else rng.uniform(20.0, 90.0))
    return [
        Reply(on_the_way_s, A.ON_THE_WAY),
        Reply(turned_out_s, A.TURNED_OUT),
        Reply(arrived_s, A.ARRIVED),
        Reply(seen_s, sees, note),
        Reply(handled_s, A.HANDLED),
        Reply(handled_s + rng.uniform(120.0, 600.0), A.RETURNED),
    ]
