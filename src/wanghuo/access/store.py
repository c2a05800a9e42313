"""The tables of the access wing: people, tokens, failed sign-ins, the audit trail.

Rule 1. A secret is kept as its SHA-256 only.
Rule 2. `audit` writes in the transaction of the act it tells of: no act without its line.
Rule 3. Lines of the audit trail are only ever added; the web role may not change them.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from wanghuo.access import queries
from wanghuo.access.audit_chain import START, digest_of, plain
from wanghuo.access.credentials import Credentials
from wanghuo.access.credentials import digest_of as secret_digest
from wanghuo.access.lockout import FORGOTTEN_AFTER, locked_until
from wanghuo.access.model import (
    AuditCheck,
    AuditLine,
    Person,
    Token,
    known,
    needs_organisation,
)
from wanghuo.access.passwords import hashed
from wanghuo.engines.postgres import Row, Transaction
from wanghuo.errors import Missing, Refused
from wanghuo.identity import derived, new_secret
from wanghuo.principal import ALL_TOWNS, Permission, Principal, Role

AUDIT_LOCK: Final = "wanghuo access.audit"
CHECK_BATCH: Final = 2000
TOKEN_ID_SIZE_HEX: Final = 12
SESSION_IDLE: Final = timedelta(hours=2)  # an open desk asks all the time, a closed one never
SEEN_AGAIN: Final = timedelta(minutes=1)
_PERSON = "id, login, name, role, towns, organisation_id, active, factor_on"


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        towns=tuple(row["towns"]),
        organisation_id=row["organisation_id"],
        active=row["active"],
        second_factor=row["factor_on"],
    )


async def people(tx: Transaction) -> list[Person]:
    """Everyone, by login."""
    rows = await tx.fetch(f"SELECT {_PERSON} FROM access.person ORDER BY login")  # noqa: S608 - a constant
    return [_person(row) for row in rows]


async def people_locked(tx: Transaction) -> list[Person]:
    """Everyone, while nobody else changes anyone until the transaction ends."""
    await tx.execute("LOCK TABLE access.person IN SHARE ROW EXCLUSIVE MODE")
    return await people(tx)


async def person(tx: Transaction, person_id: str) -> Person:
    """One person. Raises Missing."""
    row = await tx.fetchrow(
        f"SELECT {_PERSON} FROM access.person WHERE id = $1",  # noqa: S608 - a constant
        person_id,
    )
    if row is None:
        raise Missing(f"no person {person_id}")
    return _person(row)


async def person_to_check(tx: Transaction, login: str) -> tuple[Person, str] | None:
    """The active person with this login and the password hash; None if there is none."""
    row = await tx.fetchrow(
        f"SELECT {_PERSON}, password_hash FROM access.person WHERE login = $1 AND active",  # noqa: S608 - a constant
        login,
    )
    return None if row is None else (_person(row), row["password_hash"])


async def add_person(tx: Transaction, new: Person, password_hash: str = "") -> None:
    """Add a person. Raises Refused if the login is taken."""
    added = await tx.fetchval(
        "INSERT INTO access.person"
        " (id, login, name, role, towns, organisation_id, password_hash, active)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id",
        new.id,
        new.login,
        new.name,
        new.role.value,
        list(new.towns),
        new.organisation_id,
        password_hash,
        new.active,
    )
    if added is None:
        raise Refused(f"the login {new.login} is taken")


async def change_person(tx: Transaction, changed: Person) -> None:
    """Save name, role, towns, organisation and whether the person is active."""
    await tx.execute(
        "UPDATE access.person SET name = $2, role = $3, towns = $4, active = $5,"
        " organisation_id = $6 WHERE id = $1",
        changed.id,
        changed.name,
        changed.role.value,
        list(changed.towns),
        changed.active,
        changed.organisation_id,
    )


async def set_password(tx: Transaction, person_id: str, password_hash: str, at: datetime) -> None:
    """Keep the new hash and end every browser session of the person."""
    await tx.execute(
        "UPDATE access.person SET password_hash = $2 WHERE id = $1", person_id, password_hash
    )
    await tx.execute(
        "UPDATE access.token SET revoked_at = $2"
        " WHERE person_id = $1 AND kind = 'session' AND revoked_at IS NULL",
        person_id,
        at,
    )


async def put_token(  # noqa: PLR0913 - a row
    tx: Transaction,
    secret: str,
    *,
    person_id: str,
    kind: str,
    created_at: datetime,
    expires_at: datetime | None,
    permissions: Sequence[Permission] | None = None,
    towns: Sequence[str] | None = None,
) -> str:
    """Keep a token's digest; the token's id. kind: api or session. None: as much as the person."""
    digest = secret_digest(secret)
    await tx.execute(
        "INSERT INTO access.token"
        " (digest, person_id, kind, created_at, expires_at, permissions, towns)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        digest,
        person_id,
        kind,
        created_at,
        expires_at,
        permissions,
        towns,
    )
    return digest.hex()[:TOKEN_ID_SIZE_HEX]


async def principal_of(tx: Transaction, digest: bytes, now: datetime) -> Principal | None:
    """Who carries the secret with this digest, None if it is unknown, expired or revoked.

    A session that nobody used for SESSION_IDLE is over, too; using it is written to the minute.
    """
    row = await tx.fetchrow(queries.PRINCIPAL, digest, now, now - SESSION_IDLE, now - SEEN_AGAIN)
    if row is None:
        return None
    towns = None if row["token_towns"] is None else tuple(row["token_towns"])
    return _person(row).principal().narrowed(known(row["token_permissions"]), towns)


async def tokens(tx: Transaction, now: datetime) -> list[Token]:
    """API tokens ever issued and sessions still open, newest first."""
    rows = await tx.fetch(
        "SELECT t.*, p.name, p.role FROM access.token t JOIN access.person p ON p.id = t.person_id"
        " WHERE t.kind = 'api' OR (t.revoked_at IS NULL AND t.expires_at > $1)"
        " ORDER BY t.created_at DESC, t.digest",
        now,
    )
    return [
        Token(
            id=row["digest"].hex()[:TOKEN_ID_SIZE_HEX],
            person_id=row["person_id"],
            person_name=row["name"],
            role=Role(row["role"]),
            kind=row["kind"],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
            revoked_at=row["revoked_at"],
            permissions=known(row["permissions"]),
            towns=None if row["towns"] is None else tuple(row["towns"]),
        )
        for row in rows
    ]


async def revoke_token(tx: Transaction, token_id: str, at: datetime) -> str:
    """End a token by its id; the person it belonged to. Repeating is harmless. Raises Missing."""
    person_id = await tx.fetchval(
        "UPDATE access.token SET revoked_at = coalesce(revoked_at, $2)"
        " WHERE encode(digest, 'hex') LIKE $1 || '%' RETURNING person_id",
        token_id,
        at,
    )
    if person_id is None:
        raise Missing(f"no token {token_id}")
    return str(person_id)


async def count_sign_in(
    tx: Transaction, callers: Mapping[str, str], now: datetime
) -> datetime | None:
    """Count a try as failed before the password is looked at, so that tries at once count too.

    callers: which count (peer, anywhere) → its key. Returns until when the try is refused; then
    it is not counted. A sign-in that works takes its count back.
    """
    until: datetime | None = None
    for count, caller in sorted(callers.items()):
        row = await tx.fetchrow(
            "INSERT INTO access.attempt AS a (caller, failures, last_at) VALUES ($1, 0, $2)"
            " ON CONFLICT (caller) DO UPDATE SET"
            " failures = CASE WHEN a.last_at < $3 THEN 0 ELSE a.failures END"
            " RETURNING failures, last_at",
            caller,
            now,
            now - FORGOTTEN_AFTER,
        )
        assert row is not None
        locked = locked_until(count, row["failures"], row["last_at"])
        if locked is not None and locked > now:
            until = max(locked, until or locked)
    if until is None:
        await tx.execute(
            "UPDATE access.attempt SET failures = failures + 1, last_at = $2"
            " WHERE caller = ANY ($1)",
            list(callers.values()),
            now,
        )
    return until


async def sign_in_worked(tx: Transaction, callers: Mapping[str, str], now: datetime) -> None:
    """Take the count of this try back, forget this peer's failures and all that are long past."""
    await tx.execute(
        "UPDATE access.attempt SET failures = greatest(failures - 1, 0) WHERE caller = $1",
        callers["anywhere"],
    )
    await tx.execute(
        "DELETE FROM access.attempt WHERE caller = $1 OR last_at < $2",
        callers["peer"],
        now - FORGOTTEN_AFTER,
    )


async def audit(
    tx: Transaction, principal: Principal, act: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Add one line to the audit trail, in the transaction of the act.

    act: a code such as `incident.confirm`; subject: what it was done to, e.g. an incident number.
    Waits for other transactions that have added a line: call it last.
    """
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", AUDIT_LOCK)
    row = await tx.fetchrow(
        "SELECT clock_timestamp() AS at,"
        " (SELECT digest FROM access.audit ORDER BY seq DESC LIMIT 1) AS before"
    )
    assert row is not None
    words = (principal.person_id, principal.role.value, act, subject)
    kept = plain(dict(detail))
    digest = digest_of(row["before"] or START, row["at"], words, kept)
    await tx.execute(
        "INSERT INTO access.audit (at, person_id, role, act, subject, detail, digest)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        row["at"],
        *words,
        kept,
        digest,
    )


def _line(row: Row) -> AuditLine:
    return AuditLine(
        seq=row["seq"],
        at=row["at"],
        person_id=row["person_id"],
        role=row["role"],
        act=row["act"],
        subject=row["subject"],
        detail=row["detail"],
        digest=row["digest"].hex(),
        person_name=row["person_name"],
    )


async def audit_page(
    tx: Transaction, wanted: Mapping[str, Any], before_seq: int, size: int
) -> list[AuditLine]:
    """Lines before `before_seq`, newest first. wanted: person_id, act, subject, since, until."""
    rows = await tx.fetch(
        "SELECT a.*, coalesce((SELECT name FROM access.person WHERE id = a.person_id), '')"
        " AS person_name FROM access.audit a WHERE seq < $1"
        " AND ($2::text IS NULL OR person_id = $2) AND ($3::text IS NULL OR act = $3)"
        " AND ($4::text IS NULL OR subject = $4)"
        " AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)"
        " ORDER BY seq DESC LIMIT $7",
        before_seq,
        *(wanted.get(name) for name in ("person_id", "act", "subject", "since", "until")),
        size,
    )
    return [_line(row) for row in rows]


async def check_audit(tx: Transaction) -> AuditCheck:
    """Go through the whole trail and recompute every digest."""
    before, after, lines = START, 0, 0
    while True:
        rows = await tx.fetch(
            "SELECT * FROM access.audit WHERE seq > $1 ORDER BY seq LIMIT $2", after, CHECK_BATCH
        )
        if not rows:
            return AuditCheck(whole=True, lines=lines, broken_at=None, head=before.hex())
        for row in rows:
            words = (row["person_id"], row["role"], row["act"], row["subject"])
            if digest_of(before, row["at"], words, row["detail"]) != row["digest"]:
                return AuditCheck(whole=False, lines=lines, broken_at=row["seq"], head=before.hex())
            before, after, lines = row["digest"], row["seq"], lines + 1


async def has_digest(tx: Transaction, digest: str) -> bool:
    """Whether a line of the trail has this digest, 64 hex digits; False for anything else."""
    asked = "SELECT EXISTS (SELECT FROM access.audit WHERE encode(digest, 'hex') = $1)"
    return bool(await tx.fetchval(asked, digest.lower()))


async def first_start(
    tx: Transaction,
    now: datetime,
    *,
    town: str,
    operators: Mapping[str, tuple[str, str]],
    organisations: Mapping[Role, str],
) -> Credentials | None:
    """One person and one API token per role, and a key per operator; None if people exist.

    town: the town office's code; it has nobody where there is no town yet. operators: operator's
    name → (its id, its town code or "").
    organisations: whose the person of a role is; a role that needs one and has none gets nobody.
    The caller keeps each key's digest (access.credentials.digest_of) in the register and writes
    the credentials to their file before it commits `tx`.
    """
    if await people_locked(tx):
        return None
    password, made = new_secret(15), {}
    operator_id, operator_town = next(iter(operators.values()), ("", ""))
    belongs_to = {Role.OPERATOR: operator_id, **organisations}
    for role in Role:
        if needs_organisation(role) and not belongs_to.get(role):
            continue
        if role is Role.TOWN_OFFICE and not town:  # it would see every town
            continue
        towns = {Role.TOWN_OFFICE: town, Role.OPERATOR: operator_town}.get(role) or ALL_TOWNS
        new = Person(
            id=derived("person", role.value),
            login=role.value,
            name=role.value,
            role=role,
            towns=(towns,),
            organisation_id=belongs_to.get(role, ""),
        )
        await add_person(tx, new, hashed(password) if role is Role.ADMIN else "")
        made[role.value] = new_secret(32)
        await put_token(
            tx, made[role.value], person_id=new.id, kind="api", created_at=now, expires_at=None
        )
    keys = {name: (known[0], new_secret(32)) for name, known in operators.items()}
    return Credentials(Role.ADMIN.value, password, made, keys)


def keep_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all, durable on return."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
