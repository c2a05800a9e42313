"""Migrations: SQL files `NNNN_wing_what.sql`, each in one transaction, never changed once run.

The ledger engines.migration is made here, before the first file. An advisory lock lets several
processes start at once; the second finds nothing left to do.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from wanghuo.errors import Refused

FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")
LOCK_KEY = 0x57414E47  # "WANG"

_LEDGER = """
CREATE SCHEMA IF NOT EXISTS engines;
CREATE TABLE IF NOT EXISTS engines.migration (
    version int PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
"""


@dataclass(frozen=True)
class Migration:
    """One file. checksum: SHA-256 of its bytes, hex."""

    version: int
    name: str
    checksum: str
    sql: str


def migrations_in(folder: Path) -> list[Migration]:
    """The files of the folder in order. Raises Refused on a strange name or a double."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise Refused(f"{path}: a migration is named NNNN_wing_what.sql")
        raw = path.read_bytes()
        checksum = hashlib.sha256(raw).hexdigest()
        found.append(Migration(int(match[1]), match[2], checksum, raw.decode()))
    versions = [m.version for m in found]
    doubled = sorted({v for v in versions if versions.count(v) > 1})
    if doubled:
        raise Refused(f"{folder}: number {doubled[0]:04d} is there twice; give the newer a new one")
    return found


async def migrate(dsn_owner: str, folder: Path, *, up_to: int | None = None) -> list[str]:
    """Bring the database to the newest schema, or to version `up_to`; the names of files run.

    Raises Refused if a file that was run before has changed since, or is gone.
    """
    wanted = [m for m in migrations_in(folder) if up_to is None or m.version <= up_to]
    connection = await asyncpg.connect(dsn_owner)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        await connection.execute(_LEDGER)
        rows = await connection.fetch("SELECT version, name, checksum FROM engines.migration")
        done = {row["version"]: row for row in rows}
        known = {m.version: m for m in migrations_in(folder)}
        for version, row in done.items():
            if version not in known or known[version].checksum != row["checksum"]:
                raise Refused(
                    f"migration {version:04d}_{row['name']} was run here with another content: "
                    "put the old file back and write a new one for the change"
                )
        return [await _run(connection, m) for m in wanted if m.version not in done]
    finally:
        await connection.close()


async def _run(connection: asyncpg.Connection, migration: Migration) -> str:
    async with connection.transaction():
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO engines.migration (version, name, checksum) VALUES ($1, $2, $3)",
            migration.version,
            migration.name,
            migration.checksum,
        )
    return f"{migration.version:04d}_{migration.name}"
