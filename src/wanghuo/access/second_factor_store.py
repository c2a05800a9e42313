"""What is kept of second factors, and whether a code opens; the row is locked meanwhile."""

from datetime import datetime
from typing import NamedTuple

from wanghuo.access import queries, second_factor
from wanghuo.engines.postgres import Transaction
from wanghuo.errors import Missing


class Factor(NamedTuple):
    """A person's second factor. on: a code has proved that the secret arrived."""

    secret: str
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


async def begin(tx: Transaction, person_id: str, secret: str) -> None:
    """Keep a new secret; it asks for nothing until `turn_on`."""
    await _keep(tx, person_id, Factor(secret, on=False, last_step=0, recovery=[]))


async def turn_on(tx: Transaction, person_id: str, step: int, recovery: list[bytes]) -> None:
    """A code of this step has come: from now on signing in asks for one."""
    known = await factor(tx, person_id)
    await _keep(tx, person_id, Factor(known.secret, on=True, last_step=step, recovery=recovery))


async def turn_off(tx: Transaction, person_id: str) -> None:
    """Forget secret and recovery codes."""
    await _keep(tx, person_id, Factor("", on=False, last_step=0, recovery=[]))


async def opens(tx: Transaction, person_id: str, code: str, now: datetime) -> bool:
    """Whether this code opens; it is used up by that. Nobody without a factor asks."""
    known = await factor(tx, person_id)
    text = "".join(code.split())
    step = second_factor.step_of(known.secret, text, now.timestamp(), known.last_step)
    if step is not None:
        await _keep(tx, person_id, known._replace(last_step=step))
        return True
    left = second_factor.without(known.recovery, text)
    if left is not None:
        await _keep(tx, person_id, known._replace(recovery=left))
    return left is not None


async def _keep(tx: Transaction, person_id: str, kept: Factor) -> None:
    await tx.execute(queries.KEEP_FACTOR, person_id, *kept)
