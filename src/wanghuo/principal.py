"""Who is asking, and what that person or machine may do."""

from enum import StrEnum

import msgspec


class Permission(StrEnum):
    """One thing that a role may be allowed to do."""

    SEE = "see"
    FOLLOW = "follow"  # the live facts of whole towns
    SEE_PERSONAL_DATA = "see_personal_data"
    JUDGE = "judge"  # acknowledge, confirm, dispose, close, raise, lower, shelve
    CONTROL_DEVICES = "control_devices"  # queries 61-88, controls 89-91
    IMPORT = "import"
    SEND_SIGNALS = "send_signals"  # an operator's platform
    ANSWER_FOR_119 = "answer_for_119"  # accept, reject, dispatched, on scene, closed
    ADMINISTER = "administer"
    AUDIT = "audit"


class Role(StrEnum):
    """Who works with the platform. What each sees is its towns', and its organisation's if any."""

    ADMIN = "admin"
    CITY_DUTY = "city_duty"
    TOWN_OFFICE = "town_office"
    OPERATOR = "operator"
    STATION_CREW = "station_crew"
    UNIT_HEAD = "unit_head"
    INSURER = "insurer"
    EXPERT = "expert"
    AUDITOR = "auditor"
    CAD_119 = "cad_119"
    PROVINCE = "province"


P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission) - {P.ANSWER_FOR_119},
    Role.CITY_DUTY: frozenset({P.SEE, P.FOLLOW, P.SEE_PERSONAL_DATA, P.JUDGE, P.CONTROL_DEVICES}),
    Role.TOWN_OFFICE: frozenset({P.SEE, P.FOLLOW, P.SEE_PERSONAL_DATA, P.JUDGE}),
    Role.OPERATOR: frozenset({P.SEE, P.SEND_SIGNALS}),
    Role.STATION_CREW: frozenset({P.SEE}),
    Role.UNIT_HEAD: frozenset({P.SEE}),
    Role.INSURER: frozenset({P.SEE}),
    Role.EXPERT: frozenset({P.SEE}),
    Role.AUDITOR: frozenset({P.SEE, P.FOLLOW, P.AUDIT}),
    Role.CAD_119: frozenset({P.SEE, P.SEE_PERSONAL_DATA, P.ANSWER_FOR_119}),
    Role.PROVINCE: frozenset({P.SEE, P.FOLLOW}),
}
# Roles that see only what is their organisation's, and what kind of organisation that is.
ORGANISATION_KINDS: dict[Role, str] = {
    Role.OPERATOR: "operator",
    Role.STATION_CREW: "station",
    Role.UNIT_HEAD: "unit",
    Role.INSURER: "insurer",
    Role.EXPERT: "expert",
    Role.CAD_119: "cad_119",
}
ONE_OF_A_KIND = frozenset({Role.CAD_119})  # there is one, so it needs no id

ALL_TOWNS = "*"
ORGANISATION_MARK = "|"  # between the towns and the organisation of a scope


class Principal(msgspec.Struct, frozen=True):
    """A signed-in person or machine.

    towns: town codes it may see; ("*",) means the whole city.
    organisation_id: of the operator, station, unit or insurer it belongs to, "" for everyone else.
    only: what the token that it carries is narrowed to, None for all that the role may.
    """

    person_id: str
    name: str
    role: Role
    towns: tuple[str, ...]
    organisation_id: str = ""
    only: frozenset[Permission] | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role carries this permission, and the token too."""
        allowed = self.only is None or permission in self.only
        return allowed and permission in PERMISSIONS[self.role]

    def narrowed(
        self, permissions: frozenset[Permission] | None, towns: tuple[str, ...] | None
    ) -> "Principal":
        """The same with a token of these permissions and towns; it never widens. None: as it is."""
        seen = self.towns
        if towns is not None:
            seen = towns if self.towns == (ALL_TOWNS,) else tuple(t for t in towns if t in seen)
        return msgspec.structs.replace(self, only=permissions, towns=seen)

    @property
    def operator_id(self) -> str:
        """The operator whose platform this is, "" for everyone else."""
        return self.organisation_id if self.role is Role.OPERATOR else ""

    @property
    def sees_whole_city(self) -> bool:
        """Whether neither towns nor an organisation narrow what it sees."""
        return self.towns == (ALL_TOWNS,) and self.role not in ORGANISATION_KINDS

    def sees_town(self, code: str) -> bool:
        """Whether a town is among those it may see."""
        return self.towns == (ALL_TOWNS,) or code in self.towns

    def scope(self) -> str:
        """What row-level security compares with: `town,town` or `*`, then `|kind:id` if narrowed.

        It goes to engines.postgres.Database.transaction as it is.
        """
        towns = ",".join(self.towns)
        kind = ORGANISATION_KINDS.get(self.role)
        return f"{towns}{ORGANISATION_MARK}{kind}:{self.organisation_id}" if kind else towns
