"""People, their tokens, and one line of the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wanghuo.principal import ONE_OF_A_KIND, ORGANISATION_KINDS, Permission, Principal, Role


@dataclass(frozen=True)
class Person:
    """Someone or something that may sign in. towns: codes, or ("*",) for the whole city.

    organisation_id: of the operator, station, unit or insurer it belongs to. second_factor: whether
    signing in asks for a code, too.
    """

    id: str
    login: str
    name: str
    role: Role
    towns: tuple[str, ...]
    organisation_id: str = ""
    active: bool = True
    second_factor: bool = False

    def principal(self) -> Principal:
        """The person as the asker of a request."""
        return Principal(
            person_id=self.id,
            name=self.name,
            role=self.role,
            towns=self.towns,
            organisation_id=self.organisation_id,
        )


@dataclass(frozen=True)
class Token:
    """A token as it is listed: never the secret, only the start of its digest (12 hex digits).

    permissions, towns: what it is narrowed to; None is whatever the person has.
    """

    id: str
    person_id: str
    person_name: str
    role: Role
    kind: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    permissions: frozenset[Permission] | None = None
    towns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AuditLine:
    """One act of one person. digest: 64 hex digits over the line before and this one.

    person_name: as the person is called now, for readers; no digest covers it.
    """

    seq: int
    at: datetime
    person_id: str
    role: str
    act: str
    subject: str
    detail: dict[str, Any]
    digest: str
    person_name: str = ""


@dataclass(frozen=True)
class AuditCheck:
    """What a check of the whole trail found. broken_at: the first line that does not fit.

    head: the digest of the last line that fits; keep it elsewhere to notice a cut-off tail.
    """

    whole: bool
    lines: int
    broken_at: int | None
    head: str


@dataclass(frozen=True)
class Operator:
    """An operator as its key is looked up. town_code: "" works in the whole city."""

    id: str
    name: str
    town_code: str = ""


def needs_organisation(role: Role) -> bool:
    """Whether a person of this role belongs to one of several organisations."""
    return role in ORGANISATION_KINDS and role not in ONE_OF_A_KIND


def known(permissions: Sequence[str] | None) -> frozenset[Permission] | None:
    """The permissions of a token. One that this version does not know opens nothing."""
    if permissions is None:
        return None
    return frozenset(Permission(one) for one in permissions if one in set(Permission))
