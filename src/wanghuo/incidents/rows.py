"""An incident as the cockpit and other systems see it: the row of lists and of facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from wanghuo.alarms.level import probability
from wanghuo.alarms.model import Site
from wanghuo.facts.sentences import shown, word
from wanghuo.incidents.model import Incident
from wanghuo.incidents.next_action import Glance, next_action

ACKNOWLEDGED = "acknowledged"


def stamp(at: datetime | None) -> str | None:
    """A time as RFC 3339 UTC, or None."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def incident_row(incident: Incident, site: Site, parties: Sequence[Glance]) -> dict[str, Any]:
    """IncidentRow: everything that a list, the map and the desk's queue show of one incident."""
    action = next_action(incident, parties)
    category = word("category", incident.category or "unknown")
    return {
        "number": incident.number,
        "level": incident.level,
        "level_peak": incident.level_peak,
        "state": incident.state.value,
        "profile": incident.profile,
        "policy_version": incident.policy_version,
        "drill": incident.drill,
        "test": incident.test,
        "registered": bool(incident.place_id),
        "place": {
            "id": incident.place_id,
            "name": incident.place_name,
            "category": incident.category,
            "category_zh": category["zh"],
            "category_en": category["en"],
            "town_code": incident.town_code,
            "town_name": site.town_name,
            "lon": incident.lon,
            "lat": incident.lat,
            "people": site.people,
            "sleeping": incident.sleeping,
            "address": site.address,
        },
        "opened_at": stamp(incident.opened_at),
        "last_at": stamp(incident.last_at),
        "desk_acknowledged_at": stamp(incident.desk_acknowledged_at),
        "desk_acknowledged_by": incident.desk_acknowledged_by,
        "closed_at": stamp(incident.closed_at),
        "disposition": incident.disposition,
        "cause": incident.cause,
        "sentence": shown(incident.sentence),
        "alarm": incident.alarm,
        "log_odds": incident.log_odds_milli / 1000,
        "probability": round(probability(incident.log_odds_milli), 6),
        "parties_total": len(parties),
        "parties_acknowledged": sum(party.state == ACKNOWLEDGED for party in parties),
        "next_action": {
            "act": action.act.value,
            "due_at": stamp(action.due_at),
            "sentence": shown(action.sentence),
        },
    }
