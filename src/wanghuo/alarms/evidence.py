"""What speaks for and against a fire: each entry a weight, a floor and a plain sentence.

Rule 1. Weights and floors come from the policy; this room only says which entry it is.
Rule 2. A second point counts as such only if it is a different point; a point that repeats itself
        proves little and is capped.
Rule 3. What was learned from the past (false alarms of the place) is small, capped, and has no
        floor: it can order the desk's queue and can never drop a fire (alarm-handling rule 9).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from wanghuo.alarms.correlation import Link, same_witness, sums_up
from wanghuo.alarms.model import Alarm, Evidence, Level, Point, Site
from wanghuo.alarms.policy import Policy
from wanghuo.facts.sentences import Sentence, Value
from wanghuo.facts.signal import SensorKind, Signal

OWN_NAMES: Final = {
    SensorKind.CALL_POINT: "call_point",
    SensorKind.SPRINKLER: "sprinkler_flow",
    SensorKind.LOOKOUT: "lookout_smoke",
}
READINGS: Final = frozenset({"reading_notable", "reading_beside_alarm", "reading_rising"})
PERCENT: Final = 100


class Sensed(msgspec.Struct, frozen=True):
    """One fire or notable signal on its way into a ledger. link: how its place joined."""

    signal: Signal
    point: Point
    at: datetime
    entry_id: str
    link: Link = Link.SAME_PLACE


def line(  # noqa: PLR0913 - the parts of an entry, all by name
    what: str,
    at: datetime,
    policy: Policy,
    *,
    entry_id: str,
    origin: str = "",
    floor: int | None = None,
    lowers_to: int = -1,
    params: dict[str, Value],
) -> Evidence:
    """The entry `what` at the policy's weight. floor: instead of the policy's."""
    weight = policy.evidence[what]
    return Evidence(
        what=what,
        at=at,
        weight_milli=weight.weight,
        floor=weight.floor if floor is None else floor,
        sentence=Sentence(f"evidence.{what}", params),
        origin=origin,
        lowers_to=lowers_to,
        entry_id=entry_id,
    )


def opening(
    site: Site, at: datetime, nuisances: Sequence[datetime], entry_id: str, policy: Policy
) -> list[Evidence]:
    """The first entries of a ledger: the prior, and the place's false alarms if it had any."""
    prior = Evidence(
        what="prior",
        at=at,
        weight_milli=policy.prior_milli(site.category),
        floor=Level.F0,
        sentence=Sentence("evidence.prior", {"category": site.category or "unknown"}),
        entry_id=entry_id,
    )
    since = at - timedelta(days=policy.history.days)
    count = sum(since < past <= at for past in nuisances)
    if not count:
        return [prior]
    weight = max(policy.history.most, count * policy.history.each)
    params: dict[str, Value] = {"count": count, "days": policy.history.days}
    history = Evidence(
        what="false_alarm_history",
        at=at,
        weight_milli=weight,
        floor=Level.F0,
        sentence=Sentence("evidence.false_alarm_history", params),
        entry_id=entry_id,
    )
    return [prior, history]


def of_fire(
    sensed: Sensed,
    mine: Alarm,
    ledger: Sequence[Evidence],
    others: Sequence[Alarm],
    policy: Policy,
) -> Evidence | None:
    """The entry of a point that begins to report fire, or begins again; None if it is worth none.

    mine: its alarm. others: alarms of other origins in the same incident.
    """
    if any(e.origin == sensed.point.origin and e.what not in READINGS for e in ledger):
        repeats = sum(e.what == "repeated_after_clear" for e in ledger)
        if repeats >= policy.thresholds.repeated_after_clear_max:
            return None
        return _of(sensed, "repeated_after_clear", policy)
    own = _own(sensed, policy)
    same = [alarm for alarm in others if same_witness(mine, alarm)]
    beside = [alarm for alarm in others if alarm not in same]
    if same and sensed.point.sensor is SensorKind.LOOKOUT and not beside:
        return None
    if not beside:
        return _once(sensed, own, mine, same, ledger) if same else own
    if any(sums_up(mine, alarm) for alarm in same):
        return None
    witness = _second_witness(sensed, beside, policy)
    found = [witness] if own.floor <= witness.floor else [witness, own]
    pair = _pair(sensed, ledger, beside)
    if pair:
        found.append(_of(sensed, pair, policy))
    return max(found, key=lambda e: (e.floor, e.weight_milli))


def of_better_knowledge(
    sensed: Sensed,
    mine: Alarm,
    ledger: Sequence[Evidence],
    others: Sequence[Alarm],
    policy: Policy,
) -> Evidence:
    """The entry of a point that said "fire" and now says what it is: a button, a flow switch."""
    own = _own(sensed, policy)
    beside = [alarm for alarm in others if not same_witness(mine, alarm)]
    pair = _pair(sensed, ledger, beside)
    return _of(sensed, pair, policy) if pair else own


def _once(
    sensed: Sensed,
    own: Evidence,
    mine: Alarm,
    same: Sequence[Alarm],
    ledger: Sequence[Evidence],
) -> Evidence | None:
    """A panel and its point are weighed once: the point adds only what it is worth more."""
    if any(sums_up(mine, alarm) for alarm in same):
        return None
    origins = {alarm.origin for alarm in same}
    weighed = max((e.weight_milli for e in ledger if e.origin in origins), default=0)
    return msgspec.structs.replace(
        own,
        what="located",
        weight_milli=max(0, own.weight_milli - weighed),
        sentence=Sentence("evidence.located", _params(sensed)),
    )


def of_notable(
    sensed: Sensed,
    mine: Alarm,
    ledger: Sequence[Evidence],
    others: Sequence[Alarm],
    policy: Policy,
) -> Evidence | None:
    """The entry of a reading over its notable limit; None if it says nothing new."""
    origin = sensed.point.origin
    past = [e for e in ledger if e.origin == origin and e.what in READINGS]
    if past:
        highest = max(float(str(e.sentence.params["value"])) for e in past)
        since = (sensed.at - past[-1].at).total_seconds()
        needed = highest + abs(highest) * policy.thresholds.rising_percent / PERCENT
        rising = sensed.signal.value >= needed and sensed.signal.value > highest
        if not rising or since < policy.windows.rising_after_s:
            return None
        return _of(sensed, "reading_rising", policy)
    if not all(same_witness(mine, alarm) for alarm in others):
        return _of(sensed, "reading_beside_alarm", policy)
    return _of(sensed, "reading_notable", policy)


def _own(sensed: Sensed, policy: Policy) -> Evidence:
    """What this point is worth alone."""
    sensor = sensed.point.sensor
    what = OWN_NAMES.get(sensor, "sensor_fire")
    weight = policy.sensor(sensor)
    return Evidence(
        what=what,
        at=sensed.at,
        weight_milli=weight.weight,
        floor=weight.floor,
        sentence=Sentence(f"evidence.{what}", _params(sensed)),
        origin=sensed.point.origin,
        entry_id=sensed.entry_id,
    )


def _second_witness(sensed: Sensed, beside: Sequence[Alarm], policy: Policy) -> Evidence:
    """A different point: how soon after the nearest report of another one, and how close."""
    gap_s = min(abs((sensed.at - alarm.last_at).total_seconds()) for alarm in beside)
    soon = gap_s <= policy.windows.second_point_s
    if sensed.link is Link.SAME_PLACE:
        what = "second_point" if soon else "later_point"
    else:
        what = "adjacent_point" if soon else "later_adjacent_point"
    return _of(sensed, what, policy, gap_s=round(gap_s))


def _pair(sensed: Sensed, ledger: Sequence[Evidence], beside: Sequence[Alarm]) -> str:
    """Two witnesses of different nature that confirm together, or ""."""
    kinds = {alarm.sensor for alarm in beside}
    mine = sensed.point.sensor
    fired = any(e.origin for e in ledger)
    for special, what in (
        (SensorKind.CALL_POINT, "call_point_and_sensor"),
        (SensorKind.LOOKOUT, "lookout_and_sensor"),
    ):
        if fired and (
            (mine is special and kinds - {special}) or (mine is not special and special in kinds)
        ):
            return what
    return ""


def _of(sensed: Sensed, what: str, policy: Policy, **more: Value) -> Evidence:
    return line(
        what,
        sensed.at,
        policy,
        entry_id=sensed.entry_id,
        origin=sensed.point.origin,
        params=_params(sensed) | more,
    )


def _params(sensed: Sensed) -> dict[str, Value]:
    """The parameters of a sensed entry's sentence. Numbers with a point travel as text."""
    signal, point = sensed.signal, sensed.point
    params: dict[str, Value] = {
        "sensor": point.sensor.value,
        "spot": point.location or signal.point,
    }
    if signal.quantity:
        params |= {
            "quantity": signal.quantity,
            "value": format(signal.value, ".10g"),
            "unit": signal.unit,
        }
    elif signal.kind.value == "notable":
        params |= {"quantity": "reading", "value": format(signal.value, ".10g"), "unit": ""}
    return params
