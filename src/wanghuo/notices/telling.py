"""Who is told, when, and what is said: parties and notices out of an incident's level.

Rule 1. Everyone of the level is told at once, in the judgement of the entry that raised it.
Rule 2. A level that rises tells those who know already by an update; after the repeat interval by
        a second alarm. A party that has acknowledged is never rung again for what it knows.
Rule 3. Who cannot be told is a party too, with its shortfall, and is escalated on the spot.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from wanghuo.alarms.model import Level, Site
from wanghuo.facts.sentences import Sentence, said
from wanghuo.identity import derived
from wanghuo.incidents.model import Incident
from wanghuo.notices import audience, move_up, plan
from wanghuo.notices.asked import Asked
from wanghuo.notices.hearing import Hearing
from wanghuo.notices.model import (
    CREW_ROLES,
    CrewState,
    Message,
    Notice,
    Party,
    PartyRole,
    PartyState,
    Purpose,
)
from wanghuo.notices.plan import Pick
from wanghuo.notices.receipts import SIDES
from wanghuo.notices.scene import Wait
from wanghuo.premises.model import Contact

NEXT_CONTACT: Final = "next_contact"
PARTY_SILENT: Final = "party_silent"
RING_AGAIN: Final = "ring_again"
RINGING: Final = frozenset({Purpose.ALARM, Purpose.ESCALATION})
LEAVE_TOWNS: Final = frozenset({PartyRole.BRIGADE, PartyRole.NEXT_LEVEL})
DRILL_OWNER: Final = "drill"  # stands for whom a drill does not call


def tell(hearing: Hearing, incident_id: str, before_level: int) -> None:
    """Tell everyone whom the incident's level asks for and who does not know it yet.

    before_level: the level of which those told already know.
    """
    incident = hearing.incident(incident_id)
    known = hearing.scene.parties_of(incident_id)
    have = {party.role for party in known if party.owner_id != DRILL_OWNER}
    for role in audience.roles(incident, hearing.policy):
        if role is PartyRole.NEXT_LEVEL and role not in have:
            call_alarm(hearing, incident_id, max(1, incident.alarm))
        elif role not in have:
            for pick in plan.picks(role, asked(hearing, incident)):
                bring_in(hearing, incident_id, pick, Purpose.ALARM)
    if incident.level <= before_level:
        return
    fresh = {notice.party_id for notice in hearing.scene.changes.planned.values()}
    for party in known:
        if party.id not in fresh:  # it was told of this level just now
            _update(hearing, party)
        came_due = before_level < hearing.policy.escalates_from(party.role) <= incident.level
        if came_due and party.state in {PartyState.ESCALATED, PartyState.FAILED}:
            stand_in(hearing, hearing.scene.parties[party.id])


def call_alarm(hearing: Hearing, incident_id: str, alarm: int) -> None:
    """Call what the run card adds up to this alarm: the nearest crews that are not out.

    In a drill nobody is called; the incident remembers how far it would have gone.
    """
    scene, before = hearing.scene, hearing.incident(incident_id)
    called = any(
        party.role is PartyRole.NEXT_LEVEL and party.owner_id != DRILL_OWNER
        for party in scene.parties_of(incident_id)
    )
    first = before.alarm + 1 if called else 1
    scene.put_incident(replace(before, alarm=max(before.alarm, alarm)))
    for line in range(first, alarm + 1):
        incident = hearing.incident(incident_id)
        question = replace(asked(hearing, incident), alarm=line)
        for pick in plan.picks(PartyRole.NEXT_LEVEL, question):
            bring_in(hearing, incident_id, pick, Purpose.ALARM)


def call_next_alarm(hearing: Hearing, incident_id: str, who: str, reason: str = "") -> None:
    """One more alarm of the run card, because somebody asked for it."""
    raise_alarm(hearing, incident_id, hearing.incident(incident_id).alarm + 1, who, reason)


def raise_alarm(hearing: Hearing, incident_id: str, alarm: int, who: str, reason: str = "") -> None:
    """Every alarm up to this one, because somebody asked for it."""
    words = said("timeline.alarm_level", alarm=alarm, by=who, reason=reason)
    hearing.note(incident_id, "alarm_level", words, who=who)
    call_alarm(hearing, incident_id, alarm)


def tell_unit_beside(hearing: Hearing, incident_id: str, site: Site) -> None:
    """Tell the unit of an adjacent place that its alarm is part of this incident."""
    incident = hearing.incident(incident_id)
    if PartyRole.UNIT in audience.roles(incident, hearing.policy):
        question = asked(hearing, incident, site)
        bring_in(hearing, incident_id, plan.picks(PartyRole.UNIT, question)[0], Purpose.ALARM)


def bring_in(hearing: Hearing, incident_id: str, pick: Pick, purpose: Purpose) -> None:
    """One more party, its first notice and its clocks. Harmless if it is told already."""
    scene, incident = hearing.scene, hearing.incident(incident_id)
    if audience.is_drill_only(incident, pick.role):
        pick = Pick(
            pick.role,
            DRILL_OWNER,
            pick.name,
            pick.reason,
            shortfall=said("shortfall.drill"),
            reachable=False,
        )
    party_id = derived("party", incident_id, pick.role, pick.owner_id)
    if party_id in scene.parties:
        return
    party = Party(
        id=party_id,
        incident_id=incident_id,
        number=incident.number,
        town_code=incident.town_code,
        role=pick.role,
        owner_id=pick.owner_id,
        name=pick.name,
        at_level=incident.level,
        reason=pick.reason,
        shortfall=pick.shortfall,
        state=PartyState.TOLD if pick.reachable else PartyState.FAILED,
        planned_at=hearing.at,
        distance_m=pick.distance_m,
        crew=CrewState.TOLD if pick.reachable and pick.role in CREW_ROLES else "",
        told_at=hearing.at,
    )
    scene.put_party(party)
    hearing.brought.append(party_id)
    if not pick.reachable:
        _not_told(hearing, party)
        return
    words = said("timeline.told", role=party.role.value, name=party.name)
    hearing.note(incident_id, "told", words)
    first = pick.calls[0] if pick.calls else None
    plan_notice(hearing, party, first, purpose, round_=1)
    windows = hearing.policy.windows
    if len(pick.calls) > 1:
        scene.put_wait(
            Wait(NEXT_CONTACT, incident_id, hearing.in_s(windows.next_contact_s), f"{party_id} 1")
        )
    scene.put_wait(
        Wait(PARTY_SILENT, incident_id, hearing.in_s(windows.party_silent_s), f"{party_id} 1")
    )


def hint_move_ups(hearing: Hearing) -> None:
    """Say which towns the picks of this entry leave without a brigade, and who could move up."""
    scene, towns = hearing.scene, dict[tuple[str, str], str]()
    for party_id in hearing.brought:
        party = scene.parties[party_id]
        station = scene.help.stations.by_id.get(party.owner_id)
        if station is not None and party.role in LEAVE_TOWNS:
            towns[party.incident_id, station.town_code] = party.owner_id
    for (incident_id, _town), owner_id in towns.items():
        incident = hearing.incident(incident_id)
        if not (incident.drill or incident.test):
            hint = move_up.hint(owner_id, asked(hearing, incident))
            if hint:
                hearing.note(incident_id, "move_up", hint)


def _not_told(hearing: Hearing, party: Party) -> None:
    """Record who cannot be told and why, and bring in somebody else."""
    why = party.shortfall or said("shortfall.no_contact")
    words = {"role": party.role.value, "name": party.name, "why": why.key}
    sentence = Sentence("timeline.not_told", {**why.params, **words})
    hearing.note(party.incident_id, "not_told", sentence)
    if party.owner_id != DRILL_OWNER:
        stand_in(hearing, party)


def stand_in(hearing: Hearing, party: Party) -> None:
    """Bring in whoever the policy names in the place of a party that is silent or cannot be told.

    Always leaves a line in the timeline: who stands in, or why nobody does.
    """
    incident = hearing.incident(party.incident_id)
    policy = hearing.policy
    words: dict[str, str | int] = {"role": party.role.value, "name": party.name}
    named = policy.escalation.get(party.role)
    if named is None or incident.test:
        hearing.note(incident.id, "nobody_stands_in", Sentence("timeline.nobody_stands_in", words))
        return
    if incident.level < policy.escalates_from(party.role):
        hearing.note(incident.id, "stand_in_later", Sentence("timeline.stand_in_later", words))
        return
    role = PartyRole(named)
    told = [p for p in hearing.scene.parties_of(incident.id) if p.role is role]
    if role is party.role and len(told) > policy.thresholds.escalations_max:
        role, told = PartyRole.CITY_DUTY, []
    pick = plan.picks(role, asked(hearing, incident))[0]
    if not pick.reachable and role is not PartyRole.CITY_DUTY:
        role = PartyRole.CITY_DUTY
        pick = plan.picks(role, asked(hearing, incident))[0]
    sentence = Sentence("timeline.stands_in", {**words, "other": pick.role.value, "by": pick.name})
    hearing.note(incident.id, "stands_in", sentence)
    bring_in(hearing, incident.id, pick, Purpose.ESCALATION)


def plan_notice(
    hearing: Hearing, party: Party, contact: Contact | None, purpose: Purpose, round_: int
) -> None:
    """One message to one contact of a party, due now by every channel of its role.

    Harmless if it is planned already.
    """
    for channel in hearing.policy.channels_of(party.role):
        plan_by(hearing, party, contact, channel, (purpose, round_))


def plan_by(
    hearing: Hearing,
    party: Party,
    contact: Contact | None,
    channel: str,
    why: tuple[Purpose, int],
) -> None:
    """One message by one channel. why: its purpose and round. Harmless if it is planned already."""
    purpose, round_ = why
    incident = hearing.incident(party.incident_id)
    contact_id = contact.id if contact else ""
    notice_id = derived("notice", party.id, contact_id, channel, purpose, round_)
    if notice_id in hearing.scene.notices:
        return
    hearing.scene.plan_notice(
        Notice(
            id=notice_id,
            party_id=party.id,
            incident_id=incident.id,
            number=incident.number,
            town_code=incident.town_code,
            role=party.role,
            contact_id=contact_id,
            recipient=contact.name if contact else party.name,
            address=contact.phone if contact else party.owner_id,
            channel=channel,
            purpose=purpose,
            round=round_,
            message=_message(hearing, incident, party, purpose),
            planned_at=hearing.at,
            due_at=hearing.at,
        )
    )


def ring(hearing: Hearing, party: Party) -> None:
    """Call a party once more: every contact it was told through and who is still on duty."""
    number, told = rounds_of(hearing, party) + 1, told_contacts(hearing, party)
    question = asked(hearing, hearing.incident(party.incident_id))
    present = [contact for contact in told if plan.is_on_duty(contact, question)]
    for contact in present if told else (None,):
        plan_notice(hearing, party, contact, Purpose.ALARM, number)


def await_again(hearing: Hearing, party: Party) -> None:
    """Call a party once more and wait for its answer, although it has acknowledged before."""
    open_again = replace(party, state=PartyState.TOLD, acknowledged_at=None, answer="")
    hearing.scene.put_party(open_again)
    ring(hearing, open_again)
    due_at = hearing.in_s(hearing.policy.windows.party_silent_s)
    note = f"{party.id} {rounds_of(hearing, party)}"
    hearing.scene.put_wait(Wait(PARTY_SILENT, party.incident_id, due_at, note))


def rounds_of(hearing: Hearing, party: Party) -> int:
    """How often a party has been rung; 0 if never."""
    notices = hearing.scene.notices_of(party.id)
    return max((n.round for n in notices if n.purpose in RINGING), default=0)


def told_contacts(hearing: Hearing, party: Party) -> list[Contact]:
    """The contacts of a party that were called so far, in the order of calling."""
    called = {n.contact_id for n in hearing.scene.notices_of(party.id) if n.purpose in RINGING}
    return [c for c in calls_of(hearing, party) if c.id in called]


def calls_of(hearing: Hearing, party: Party) -> Sequence[Contact]:
    """Every contact of a party that may be called, in order."""
    return plan.contacts_of(party.role, party.owner_id, hearing.scene.help)


def free_calls_of(hearing: Hearing, party: Party) -> Sequence[Contact]:
    """The contacts of a party that may be called now: on duty, and not rung as somebody else."""
    incident = hearing.incident(party.incident_id)
    question = asked(hearing, incident, but=party.id)
    return plan.free_contacts(
        plan.all_contacts_of(party.role, party.owner_id, question.help), question
    )[0]


def _update(hearing: Hearing, party: Party) -> None:
    """Tell a party that knows of the incident that its level rose."""
    if party.role is PartyRole.OPERATOR_DESK or party.state is PartyState.FAILED:
        return  # the desk sees the incident itself
    notices = hearing.scene.notices_of(party.id)
    told_at = max((n.planned_at for n in notices), default=party.planned_at)
    late = (hearing.at - told_at).total_seconds() >= hearing.policy.windows.repeat_interval_s
    answered = [n.contact_id for n in notices if n.acknowledged_at]
    contacts = told_contacts(hearing, party)
    chosen = next((c for c in contacts if c.id in answered), contacts[0] if contacts else None)
    if late and party.is_waiting:
        ring(hearing, party)
    else:
        updates = sum(n.purpose is Purpose.UPDATE for n in notices)
        plan_notice(hearing, party, chosen, Purpose.UPDATE, updates + 1)


def asked(
    hearing: Hearing, incident: Incident, site: Site | None = None, *, but: str = ""
) -> Asked:
    """The question to the plan as things stand. but: a party whose own calls do not count."""
    scene = hearing.scene
    parties = scene.parties_of(incident.id)
    return Asked(
        site=site or scene.site_at(incident.place_key),
        help=scene.help,
        policy=hearing.policy,
        taken=frozenset(party.owner_id for party in parties),
        at=hearing.at,
        out=scene.out_elsewhere(
            incident.number, hearing.in_s(-hearing.policy.crews.forgotten_after_s)
        ),
        positions=scene.positions,
        called={
            notice.address: said("reason.called_as", role=party.role.value, name=party.name)
            for party in parties
            if party.id != but
            for notice in scene.notices_of(party.id)
            if notice.contact_id and notice.purpose in RINGING
        },
    )


def _message(hearing: Hearing, incident: Incident, party: Party, purpose: Purpose) -> Message:
    site = hearing.scene.site_at(incident.place_key)
    confirmed = incident.level >= Level.F3
    return Message(
        key=f"message.{purpose.value}.{SIDES[party.role].value}",
        params={
            **incident.sentence.params,
            "what": incident.sentence.key,
            "place": site.name,
            "town": site.town_name,
            "address": site.address,
            "number": incident.number,
            "people": site.people,
            "certainty": "confirmed" if confirmed else "not_confirmed",
            "drill": "drill" if incident.drill else "",
            "disposition": incident.disposition,
            "cause": incident.cause,
        },
        level=incident.level,
        confirmed=confirmed,
    )
