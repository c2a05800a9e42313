"""Who is told at a level: roles, out of the policy's profile and the kind of incident.

Rule 1. Everyone of a level is told at once; each level keeps those of the levels before it.
Rule 2. A synthetic fire reaches only its own desk and its own contact, and never 119.
Rule 3. Nobody but the desk, the city's duty and, once a person confirms, 119 can be told of a
        sender that nobody has registered: it has no unit and no place.
"""

from typing import Final

from wanghuo.alarms.model import Level
from wanghuo.alarms.policy import Policy
from wanghuo.incidents.model import Incident
from wanghuo.notices.model import PartyRole

TEST_ROLES: Final = frozenset({PartyRole.OPERATOR_DESK, PartyRole.UNIT})
REAL_CALLS_ONLY: Final = frozenset({PartyRole.CAD_119, PartyRole.NEXT_LEVEL})


def roles(incident: Incident, policy: Policy) -> list[PartyRole]:
    """The roles told about this incident at its level, in the order of telling."""
    if incident.level < Level.F1:
        return []
    if not incident.place_id:
        told = [PartyRole.OPERATOR_DESK, PartyRole.CITY_DUTY]
        return [*told, PartyRole.CAD_119] if incident.level >= Level.F3 else told
    wanted = [PartyRole(r) for r in policy.audience(incident.profile, incident.level)]
    if incident.test:
        return [role for role in wanted if role in TEST_ROLES]
    return list(dict.fromkeys(wanted))


def is_drill_only(incident: Incident, role: PartyRole) -> bool:
    """Whether a drill keeps this role from being called."""
    return incident.drill and role in REAL_CALLS_ONLY
