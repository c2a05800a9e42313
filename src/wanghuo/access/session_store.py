"""Sessions of browsers and scripts: begun after a proof of who it is, ended by signing out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from wanghuo.access import store
from wanghuo.access.credentials import digest_of
from wanghuo.engines.postgres import Transaction
from wanghuo.identity import new_secret
from wanghuo.principal import Principal

SESSION_LENGTH: Final = timedelta(hours=24)  # a duty shift


async def begin(tx: Transaction, who: Principal, now: datetime, detail: Mapping[str, str]) -> str:
    """A new session of this person, with its line in the audit trail; its secret."""
    secret = new_secret(32)
    await store.put_token(
        tx,
        secret,
        person_id=who.person_id,
        kind="session",
        created_at=now,
        expires_at=now + SESSION_LENGTH,
    )
    await store.audit(tx, who, "session.begin", who.person_id, detail)
    return secret


async def end(tx: Transaction, secret: str, at: datetime) -> bool:
    """Sign out: the session's secret is worth nothing from now on. False: it was so already."""
    done = await tx.execute(
        "UPDATE access.token SET revoked_at = $2 WHERE digest = $1 AND revoked_at IS NULL",
        digest_of(secret),
        at,
    )
    return done == "UPDATE 1"
