"""Notices and parties as the cockpit and other systems see them."""

from datetime import datetime
from typing import Any

from wanghuo.facts.fact import Fact, Topic
from wanghuo.identity import derived
from wanghuo.incidents.next_action import Glance
from wanghuo.incidents.outcomes import words_of
from wanghuo.incidents.rows import incident_row, stamp
from wanghuo.notices.model import Handed, Party, Told
from wanghuo.notices.scene import Changes, Scene


def glance(party: Party) -> Glance:
    """The party as far as the desk's next action goes."""
    return Glance(party.role.value, party.name, party.state.value, party.planned_at)


def incident_facts(scene: Scene, changes: Changes, at: datetime, cause: str) -> list[Fact]:
    """One fact for each incident that changed, as it stands at the end. cause: what changed it."""
    touched: dict[str, None] = dict.fromkeys(changes.incidents)
    touched |= dict.fromkeys(moment.incident_id for moment in changes.moments)
    touched |= dict.fromkeys(party.incident_id for party in changes.parties.values())
    facts = []
    for incident_id in touched:
        incident = scene.incidents[incident_id]
        parties = [glance(p) for p in scene.parties_of(incident_id)]
        body = incident_row(incident, scene.site_at(incident.place_key), parties)
        fact_id = derived("fact", Topic.INCIDENT, incident_id, cause)
        facts.append(Fact(fact_id, Topic.INCIDENT, at, incident.town_code, body))
    return facts


def notice_row(notice: Handed | Told, state: str, outcome: str, at: datetime) -> dict[str, Any]:
    """NoticeRow: what became of one notice. at: when it became so."""
    return {
        "id": notice.id,
        "number": notice.number,
        "party_id": notice.party_id,
        "party_role": notice.role,
        "recipient": notice.recipient,
        "channel": notice.channel,
        "purpose": notice.purpose,
        "round": notice.round,
        "state": state,
        "outcome": outcome,
        "said": words_of(notice.channel, state, outcome),
        "planned_at": stamp(notice.planned_at),
        "at": stamp(at),
        "repeat_of_unknown": notice.repeat_of_unknown,
    }


def notice_fact(notice: Handed | Told, state: str, outcome: str, at: datetime) -> Fact:
    """The fact that a notice changed its state."""
    return Fact(
        derived("fact", Topic.NOTICE, notice.id, state, notice.attempts),
        Topic.NOTICE,
        at,
        notice.town_code,
        notice_row(notice, state, outcome, at),
    )


def canary_fact(notice: Handed, at: datetime) -> Fact:
    """The synthetic fire came through. took_s: from its signal to the desk."""
    took_s = round((at - notice.opened_at).total_seconds(), 3)
    body = {"at": stamp(at), "took_s": took_s, "number": notice.number}
    return Fact(derived("fact", Topic.CANARY, notice.id), Topic.CANARY, at, "", body)
