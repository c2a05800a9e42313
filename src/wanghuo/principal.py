"""Who is asking, and what that person or machine may do."""

from enum import StrEnum

import msgspec


class Permission(StrEnum):
    """One thing that a role may be allowed to do."""

    SEE = "see"
    SEE_PERSONAL_DATA = "see_personal_data"
    JUDGE = "judge"  # acknowledge, confirm, dispose, close, raise, lower, shelve
    CONTROL_DEVICES = "control_devices"  # queries 61-88, controls 89-91
    IMPORT = "import"
    SEND_SIGNALS = "send_signals"  # an operator's platform
    ADMINISTER = "administer"
    AUDIT = "audit"


class Role(StrEnum):
    """The roles of the data access standard and of the desk."""

    ADMIN = "admin"
    CITY_DUTY = "city_duty"
    TOWN_OFFICE = "town_office"
    OPERATOR = "operator"
    AUDITOR = "auditor"


P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.CITY_DUTY: frozenset({P.SEE, P.SEE_PERSONAL_DATA, P.JUDGE, P.CONTROL_DEVICES}),
    Role.TOWN_OFFICE: frozenset({P.SEE, P.SEE_PERSONAL_DATA, P.JUDGE}),
    Role.OPERATOR: frozenset({P.SEE, P.SEND_SIGNALS}),
    Role.AUDITOR: frozenset({P.SEE, P.AUDIT}),
}

ALL_TOWNS = "*"


class Principal(msgspec.Struct, frozen=True):
    """A signed-in person or machine.

    towns: town codes it may see; ("*",) means the whole city.
    operator_id: set for an operator's platform, "" for everyone else.
    """

    person_id: str
    name: str
    role: Role
    towns: tuple[str, ...]
    operator_id: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the role carries this permission."""
        return permission in PERMISSIONS[self.role]

    def town_scope(self) -> str:
        """The value of the database setting `app.towns`: codes joined by commas, or `*`."""
        return ",".join(self.towns)
