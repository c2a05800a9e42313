"""What is kept of second factors, and whether a code opens; the row is locked meanwhile.

Secrets are kept sealed (access/sealed.py). One that does not open any more, because the house's
secret was lost, opens nothing; recovery codes and an administrator still help.
"""

from datetime import datetime
from typing import NamedTuple

import structlog

from wanghuo.access import queries, second_factor
from wanghuo.access.sealed import Unreadable, opened, sealed
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Missing

_log = structlog.get_logger("access.second_factor")


class Factor(NamedTuple):
    """A person's second factor. kept: its secret, sealed. on: a code has proved that it arrived."""

    kept: str
    on: bool
    last_step: int
    recovery: list[bytes]


async def factor(tx: Transaction, person_id: str) -> Factor:
    """The person's factor; nobody else tries a code until the commit. Raises Missing."""
    row = await tx.fetchrow(
        "SELECT factor_secret, factor_on, factor_step, recovery_digests FROM access.person"
        " WHERE id = $1 FOR UPDATE",
        person_id,
    )
    if row is None:
        raise Missing(f"no person {person_id}")
    return Factor(*row.values())


def secret_of(known: Factor, person_id: str, house_secret: str) -> str:
    """The person's secret; "" if there is none, or none that opens."""
    try:
        return opened(known.kept, house_secret, person_id)
    except Unreadable as error:
        _log.error("second_factor_unreadable", person=person_id, why=str(error))
        return ""


async def begin(tx: Transaction, person_id: str, secret: str, house_secret: str) -> None:
    """Keep a new secret; it asks for nothing until `turn_on`."""
    kept = sealed(secret, house_secret, person_id)
    await _keep(tx, person_id, Factor(kept, on=False, last_step=0, recovery=[]))


async def turn_on(tx: Transaction, person_id: str, step: int, recovery: list[bytes]) -> None:
    """A code of this step has come: from now on signing in asks for one."""
    known = await factor(tx, person_id)
    await _keep(tx, person_id, Factor(known.kept, on=True, last_step=step, recovery=recovery))


async def turn_off(tx: Transaction, person_id: str) -> None:
    """Forget secret and recovery codes."""
    await _keep(tx, person_id, Factor("", on=False, last_step=0, recovery=[]))


async def opens(
    tx: Transaction, person_id: str, code: str, now: datetime, house_secret: str
) -> bool:
    """Whether this code opens; it is used up by that. Nobody without a factor asks."""
    known = await factor(tx, person_id)
    text = "".join(code.split())
    secret = secret_of(known, person_id, house_secret)
    step = second_factor.step_of(secret, text, now.timestamp(), known.last_step)
    if step is not None:
        kept = sealed(secret, house_secret, person_id)  # it may be from before sealing
        await _keep(tx, person_id, known._replace(kept=kept, last_step=step))
        return True
    left = second_factor.without(known.recovery, text)
    if left is not None:
        await _keep(tx, person_id, known._replace(recovery=left))
    return left is not None


async def _keep(tx: Transaction, person_id: str, kept: Factor) -> None:
    await tx.execute(queries.KEEP_FACTOR, person_id, *kept)
