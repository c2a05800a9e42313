"""What the judge does when a device speaks: fire, notable, cleared, reset.

Rule 1. The first signal opens its incident and plans its notices here and now; it waits for
        nothing (alarm-handling rule 1).
Rule 2. One alarm per point and type while it is not normal; repeats and resends extend it.
Rule 3. A shelf or a test window holds an alarm back, and the alarm is kept all the same; the
        second different point of the place takes a shelved one along (rule 4).
"""

from msgspec.structs import replace

from wanghuo.alarms import correlation, evidence, lifecycle, runaway, shelving
from wanghuo.alarms.correlation import Link
from wanghuo.alarms.evidence import Sensed
from wanghuo.alarms.lifecycle import Trigger
from wanghuo.alarms.model import Alarm, AlarmType, Point, Site, State
from wanghuo.alarms.runaway import Runaway
from wanghuo.alarms.shelving import Passing
from wanghuo.facts.sentences import said
from wanghuo.facts.signal import Signal, SignalKind
from wanghuo.identity import derived
from wanghuo.notices import telling
from wanghuo.notices.hearing import Hearing

ALARM_TYPES = {SignalKind.FIRE: AlarmType.FIRE, SignalKind.NOTABLE: AlarmType.NOTABLE}


def heard(hearing: Hearing, signal: Signal) -> None:
    """Judge one signal of the fire lane. Signals of other kinds change nothing."""
    point = hearing.scene.point_of(signal)
    if signal.kind in ALARM_TYPES:
        _condition(hearing, signal, point)
    elif signal.kind is SignalKind.CLEARED:
        for kind in AlarmType:
            alarm = hearing.scene.live_alarm(point.origin, kind)
            if alarm is not None:
                _returned(hearing, [alarm], Trigger.CLEARED, point.location or signal.point)
    elif signal.kind is SignalKind.RESET:
        alarms = hearing.scene.alarms_of_sender(signal.sender)
        _returned(hearing, alarms, Trigger.RESET, signal.sender)


def _condition(hearing: Hearing, signal: Signal, point: Point) -> None:
    """A point reports fire or a notable reading."""
    kind = ALARM_TYPES[signal.kind]
    sensed = Sensed(signal, point, hearing.at, hearing.entry_id)
    known = hearing.scene.live_alarm(point.origin, kind)
    if known is None:
        alarm = _new_alarm(hearing, sensed, kind)
        resent = again = False
    else:
        resend_s = hearing.policy.windows.resend_s
        resent = lifecycle.is_resend(known, hearing.at, signal.digest, resend_s)
        alarm = lifecycle.extended(known, hearing.at, signal.digest, resent=resent)
        again = known.state is State.RETURNED and alarm.state is State.UNACKNOWLEDGED
        if known.sensor in correlation.SUMMARIES and point.sensor not in correlation.SUMMARIES:
            alarm = replace(alarm, sensor=point.sensor)
    hearing.scene.put_alarm(alarm)
    if not alarm.incident_id:
        let_through(hearing, alarm, sensed)
    else:
        better = known is not None and known.sensor is not alarm.sensor
        _more(hearing, alarm, sensed, again=again, better=better)
    if not resent:
        _count(hearing, alarm.id)


def _new_alarm(hearing: Hearing, sensed: Sensed, kind: AlarmType) -> Alarm:
    point, signal = sensed.point, sensed.signal
    return Alarm(
        id=derived("alarm", point.origin, kind, hearing.entry_id),
        origin=point.origin,
        sender=point.sender,
        type=kind,
        sensor=point.sensor,
        device_id=point.device_id,
        place_key=hearing.scene.site_of(point).key,
        town_code=point.town_code,
        incident_id="",
        state=State.UNACKNOWLEDGED,
        first_at=hearing.at,
        last_at=hearing.at,
        repeats=0,
        last_digest=signal.digest,
        text=signal.text,
    )


def let_through(hearing: Hearing, alarm: Alarm, sensed: Sensed) -> bool:
    """Give a held or new alarm its incident unless a shelf or a test window holds it back."""
    scene = hearing.scene
    site = scene.site_at(alarm.place_key)
    others = _others(hearing, alarm)
    passing = shelving.passing(alarm, scene.shelves.values(), hearing.at, others, hearing.policy)
    if passing in {Passing.SHELVED, Passing.IN_TEST}:
        scene.put_alarm(replace(alarm, shelved=True))
        return False
    drill = passing is Passing.DRILL
    candidates = [i.suspect() for i in scene.open_incidents()]
    joined = correlation.join(site, hearing.at, candidates, hearing.policy, drill=drill)
    if joined:
        incident_id, link = joined
    else:
        known = scene.points.get(alarm.origin)
        operator_id = known.operator_id if known else ""
        incident_id = hearing.open_incident(
            site, alarm.sensor, drill=drill, operator_id=operator_id
        )
        link = Link.SAME_PLACE
    before_level = hearing.incident(incident_id).level
    for other in others:
        if not other.incident_id and _recent(hearing, other):
            _take_along(hearing, incident_id, other, link)
    _attach(hearing, incident_id, alarm, replace(sensed, link=link), said_joined=joined is not None)
    _widen_profile(hearing, incident_id, alarm, site)
    telling.tell(hearing, incident_id, before_level)
    if link is not Link.SAME_PLACE:
        telling.tell_unit_beside(hearing, incident_id, site)
    return True


def _others(hearing: Hearing, alarm: Alarm) -> list[Alarm]:
    """The alarms of other witnesses at the same place that are not normal."""
    found = hearing.scene.alarms_at(alarm.place_key)
    return [other for other in found if not correlation.same_witness(alarm, other)]


def _recent(hearing: Hearing, alarm: Alarm) -> bool:
    """Whether a held alarm belongs to the same time."""
    gap_s = abs((hearing.at - alarm.last_at).total_seconds())
    return gap_s <= hearing.policy.windows.look_back_s


def _take_along(hearing: Hearing, incident_id: str, alarm: Alarm, link: Link) -> None:
    """A shelved alarm of the same place goes along with the second different point."""
    sensed = replace(sensed_before(hearing, alarm), link=link)
    _attach(hearing, incident_id, alarm, sensed, said_joined=True)


def sensed_before(hearing: Hearing, alarm: Alarm) -> Sensed:
    """What a held alarm reported, as if it reported it now."""
    known = hearing.scene.points.get(alarm.origin)
    point = known or Point(alarm.origin, alarm.sender, alarm.sensor)
    signal = Signal(
        kind=SignalKind.FIRE if alarm.type is AlarmType.FIRE else SignalKind.NOTABLE,
        sender=alarm.sender,
        received_at=alarm.last_at,
        digest=alarm.last_digest,
    )
    return Sensed(signal, replace(point, sensor=alarm.sensor), hearing.at, hearing.entry_id)


def _attach(
    hearing: Hearing, incident_id: str, alarm: Alarm, sensed: Sensed, *, said_joined: bool
) -> None:
    """Enter an alarm into an incident: its flag, its timeline line, its evidence."""
    scene = hearing.scene
    scene.put_alarm(replace(alarm, incident_id=incident_id, shelved=False))
    _touch(hearing, incident_id)
    if said_joined:
        params = {"sensor": alarm.sensor.value, "spot": sensed.point.location, "link": sensed.link}
        words = said("timeline.joined", **{k: str(v) for k, v in params.items()})
        hearing.note(incident_id, "joined", words)
    _weigh_sensed(hearing, incident_id, alarm, sensed)


def _more(hearing: Hearing, alarm: Alarm, sensed: Sensed, *, again: bool, better: bool) -> None:
    """The point of a known alarm reported once more. better: it says now what it is."""
    _touch(hearing, alarm.incident_id)
    for other in _others(hearing, alarm):
        if not other.incident_id and _recent(hearing, other):
            let_through(hearing, other, sensed_before(hearing, other))
    if not again and not better and alarm.type is AlarmType.FIRE:
        return
    before_level = hearing.incident(alarm.incident_id).level
    if again:
        words = said("timeline.again", sensor=alarm.sensor.value, spot=sensed.point.location)
        hearing.note(alarm.incident_id, "again", words)
    if better and alarm.type is AlarmType.FIRE:
        ledger = hearing.scene.ledgers.get(alarm.incident_id, [])
        others = hearing.scene.alarms_in(alarm.incident_id)
        line = evidence.of_better_knowledge(sensed, alarm, ledger, others, hearing.policy)
        hearing.weigh(alarm.incident_id, line)
    else:
        _weigh_sensed(hearing, alarm.incident_id, alarm, sensed)
    telling.tell(hearing, alarm.incident_id, before_level)


def _weigh_sensed(hearing: Hearing, incident_id: str, alarm: Alarm, sensed: Sensed) -> None:
    """Put what a point reported into the ledger, if it says anything new."""
    scene = hearing.scene
    ledger = scene.ledgers.get(incident_id, [])
    others = [a for a in scene.alarms_in(incident_id) if a.origin != alarm.origin]
    rule = evidence.of_fire if alarm.type is AlarmType.FIRE else evidence.of_notable
    found = rule(sensed, alarm, ledger, others, hearing.policy)
    if found:
        hearing.weigh(incident_id, found)


def _touch(hearing: Hearing, incident_id: str) -> None:
    incident = hearing.incident(incident_id)
    if hearing.at > incident.last_at:
        hearing.scene.put_incident(replace(incident, last_at=hearing.at))


def _widen_profile(hearing: Hearing, incident_id: str, alarm: Alarm, site: Site) -> None:
    """A device kind or place of a wider profile widens the whole incident, never narrows it."""
    incident = hearing.incident(incident_id)
    mine = hearing.policy.profile_of(site, alarm.sensor)
    wide = set(hearing.policy.audience(mine, incident.level))
    if not wide <= set(hearing.policy.audience(incident.profile, incident.level)):
        hearing.scene.put_incident(replace(incident, profile=mine))


def _returned(hearing: Hearing, alarms: list[Alarm], trigger: Trigger, spot: str) -> None:
    """Points report normal, or their panel was reset: the alarms return, incidents go on."""
    scene = hearing.scene
    told: dict[str, None] = {}
    for alarm in alarms:
        moved = lifecycle.advance(alarm, trigger)
        if moved is not alarm:
            scene.put_alarm(moved)
        if moved.incident_id and moved.incident_id in scene.incidents:
            told[moved.incident_id] = None
    for incident_id in told:
        hearing.note(incident_id, trigger.value, said(f"timeline.{trigger.value}", spot=spot))


def _count(hearing: Hearing, alarm_id: str) -> None:
    """Count the report against a possible runaway; a new hint goes into the timeline."""
    scene = hearing.scene
    alarm = scene.alarms[alarm_id]
    before = scene.runaways.get(alarm.origin, Runaway(alarm.origin))
    after, hint = runaway.counted(before, hearing.at, hearing.policy)
    scene.put_runaway(after)
    if hint and alarm.incident_id in scene.incidents:
        words = said("timeline.runaway", kind=hint.value, sensor=alarm.sensor.value)
        hearing.note(alarm.incident_id, "runaway", words)
