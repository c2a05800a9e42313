"""Answers already given under an Idempotency-Key; written in the transaction of their effects."""

from datetime import datetime
from typing import NamedTuple

from wanghuo.engines.postgres import Transaction


class KeptAnswer(NamedTuple):
    """What was answered. status 0: the effects are done and the answer was not kept (a secret)."""

    request_digest: str
    status: int
    body: bytes


async def claim(tx: Transaction, principal_id: str, key: str) -> KeptAnswer | None:
    """The answer already given, or None after taking a lock on the key until the transaction ends.

    A second request with the same key waits here until the first has committed or rolled back.
    """
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{principal_id}\n{key}"
    )
    row = await tx.fetchrow(
        "SELECT request_digest, status, body FROM engines.idempotency"
        " WHERE principal_id = $1 AND key = $2",
        principal_id,
        key,
    )
    return None if row is None else KeptAnswer(row["request_digest"], row["status"], row["body"])


async def keep(
    tx: Transaction, principal_id: str, key: str, answer: KeptAnswer, at: datetime
) -> None:
    """Keep `answer` beside the effects that it tells of. at: UTC."""
    await tx.execute(
        "INSERT INTO engines.idempotency"
        " (principal_id, key, request_digest, status, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        principal_id,
        key,
        answer.request_digest,
        answer.status,
        answer.body,
        at,
    )


async def forget(tx: Transaction, before: datetime) -> None:
    """Drop answers kept before this moment (UTC)."""
    await tx.execute("DELETE FROM engines.idempotency WHERE created_at < $1", before)
